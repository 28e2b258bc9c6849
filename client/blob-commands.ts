import { resolve } from 'node:path';
import * as vscode from 'vscode';
import { runKho } from './kho-process.ts';
import type { Tools } from './tools.ts';

/** Compiles a source beside itself, opens a blob as source. Neither runs code of the workspace. */
export function registerBlobCommands(tools: Tools): void {
  tools.context.subscriptions.push(
    vscode.commands.registerCommand('kho.compile', (uri?: vscode.Uri | string) =>
      compile(tools, uriOf(uri)),
    ),
    vscode.commands.registerCommand('kho.openAsBlob', async (uri?: vscode.Uri | string) => {
      const blob = await compile(tools, uriOf(uri));
      if (blob !== undefined) await decompile(tools, blob);
    }),
    vscode.commands.registerCommand('kho.decompile', (uri?: vscode.Uri) => decompile(tools, uri)),
  );
}

/** Lenses of the language server name files by text. */
function uriOf(uri: vscode.Uri | string | undefined): vscode.Uri | undefined {
  return typeof uri === 'string' ? vscode.Uri.parse(uri) : uri;
}

async function compile(tools: Tools, uri?: vscode.Uri): Promise<vscode.Uri | undefined> {
  const source = uri ?? vscode.window.activeTextEditor?.document.uri;
  if (source === undefined) return undefined;
  await vscode.workspace.saveAll(false);
  const blob = source.with({ path: `${source.path.replace(/(\.kho)?\.(dts|kho)$/, '')}.dtb` });
  const args = ['compile', source.fsPath, '-o', blob.fsPath, ...commonOptions(source)];
  const { status, stderr } = await runKho(tools, args);
  if (status === 0) {
    const name = vscode.workspace.asRelativePath(blob);
    void vscode.window.showInformationMessage(`Compiled to ${name}.`);
    return blob;
  }
  void vscode.window.showErrorMessage(`Not compiled: ${firstLine(stderr)}`);
  return undefined;
}

async function decompile(tools: Tools, uri?: vscode.Uri): Promise<void> {
  const [chosen] =
    uri === undefined
      ? ((await vscode.window.showOpenDialog({ title: 'A flattened devicetree blob' })) ?? [])
      : [uri];
  if (chosen === undefined) return;
  const args = ['decompile', chosen.fsPath, ...commonOptions(chosen)];
  const { stdout, stderr } = await runKho(tools, args);
  if (stdout.length === 0) {
    void vscode.window.showErrorMessage(`Not an FDT that can be read: ${firstLine(stderr)}`);
    return;
  }
  const content = stdout.toString();
  const document = await vscode.workspace.openTextDocument({ language: 'kho-fdt', content });
  await vscode.window.showTextDocument(document);
}

/** The settings that the command line has options for. */
function commonOptions(scope: vscode.Uri): string[] {
  const settings = vscode.workspace.getConfiguration('kho', scope);
  const release = settings.get<string>('release', 'auto');
  const order = settings.get<string>('byteOrder', 'little');
  const folders = settings.get<readonly string[]>('bindings.folders', []);
  const root = vscode.workspace.getWorkspaceFolder(scope)?.uri.fsPath ?? '.';
  return [
    '--endian',
    order,
    ...(release === 'auto' ? [] : ['--release', release]),
    ...folders.flatMap((folder) => ['--bindings', resolve(root, folder)]),
  ];
}

function firstLine(text: string): string {
  return text.trim().split('\n')[0] ?? '';
}
