import * as vscode from 'vscode';

/**
 * True if code of the workspace may run. Otherwise the user is told why not, and how to change it.
 */
export function mayRunCode(what: string): boolean {
  if (vscode.workspace.isTrusted) return true;
  const manage = 'Manage Workspace Trust';
  const message = `${what} runs the drivers of this workspace, which you have not trusted.`;
  void vscode.window.showWarningMessage(message, manage).then((choice) => {
    if (choice === manage) void vscode.commands.executeCommand('workbench.trust.manage');
  });
  return false;
}
