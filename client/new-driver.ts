import * as vscode from 'vscode';
import { scaffoldDriver, scaffoldNameProblem } from '../simulator/index.ts';
import type { Tools } from './tools.ts';

/** Writes a driver to begin with into a folder of the workspace, and opens it. */
export function registerNewDriver({ context }: Tools): void {
  context.subscriptions.push(
    vscode.commands.registerCommand('kho.newDriver', (folder?: vscode.Uri) =>
      newDriver(context.extensionUri, folder),
    ),
  );
}

async function newDriver(extension: vscode.Uri, into?: vscode.Uri): Promise<void> {
  const parent = into ?? (await chooseFolder());
  if (parent === undefined) return;
  const name = await vscode.window.showInputBox({
    title: 'New KHO driver',
    prompt: 'Name of the driver; its folder, node and compatible are called after it',
    value: 'my-driver',
    validateInput: scaffoldNameProblem,
  });
  if (name === undefined) return;
  const folder = vscode.Uri.joinPath(parent, name);
  if (await exists(folder)) {
    void vscode.window.showErrorMessage(`${name} exists already; nothing is written.`);
    return;
  }
  const api = vscode.Uri.joinPath(extension, 'simulator', 'driver-api.ts');
  const driverApi = new TextDecoder().decode(await vscode.workspace.fs.readFile(api));
  for (const { path, text } of scaffoldDriver(name, driverApi))
    await vscode.workspace.fs.writeFile(
      vscode.Uri.joinPath(folder, path),
      new TextEncoder().encode(text),
    );
  await vscode.window.showTextDocument(vscode.Uri.joinPath(folder, `${name}.ts`));
}

async function chooseFolder(): Promise<vscode.Uri | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 1) return folders[0]?.uri;
  if (folders.length > 1) return (await vscode.window.showWorkspaceFolderPick())?.uri;
  const chosen = await vscode.window.showOpenDialog({
    title: 'Where the driver goes',
    canSelectFiles: false,
    canSelectFolders: true,
  });
  return chosen?.[0];
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch {
    return false;
  }
}
