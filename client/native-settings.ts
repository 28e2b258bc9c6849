// How drivers in C are compiled, as the settings have it: options of the `kho` command.
import { isAbsolute, join } from 'node:path';
import * as vscode from 'vscode';

/** Options of `kho simulate` and `kho debug-adapter`; folders are relative to the workspace's. */
export function nativeArguments(scope: vscode.Uri | undefined): string[] {
  const settings = vscode.workspace.getConfiguration('kho.native', scope);
  const compiler = settings.get<string>('compiler', '');
  const sanitize = settings.get<readonly string[]>('sanitize', []);
  const root = scope === undefined ? undefined : vscode.workspace.getWorkspaceFolder(scope);
  const base = (root ?? vscode.workspace.workspaceFolders?.[0])?.uri.fsPath ?? '';
  const include = settings
    .get<readonly string[]>('include', [])
    .map((folder) => (isAbsolute(folder) ? folder : join(base, folder)));
  return [
    ...(compiler === '' ? [] : [`--compiler=${compiler}`]),
    ...include.map((folder) => `--native-include=${folder}`),
    ...(sanitize.length === 0 ? [] : [`--sanitize=${sanitize.join(',')}`]),
  ];
}
