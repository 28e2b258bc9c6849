import assert from 'node:assert/strict';
import * as vscode from 'vscode';

/** The only folder of the workspace: a copy of examples/ftrace. */
export function workspaceFolder(): vscode.WorkspaceFolder {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder !== undefined, 'the suite runs in a folder');
  return folder;
}

/** A file of the example. */
export function exampleUri(path: string): vscode.Uri {
  return vscode.Uri.joinPath(workspaceFolder().uri, path);
}

/** Writes a file into the workspace. */
export async function writeFile(path: string, text: string): Promise<vscode.Uri> {
  const uri = exampleUri(path);
  await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(text));
  return uri;
}
