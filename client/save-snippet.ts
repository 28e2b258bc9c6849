import * as vscode from 'vscode';
import { type SnippetDefinition, snippetBody } from './snippet-text.ts';
import type { Tools } from './tools.ts';

/** Makes a snippet of the workspace out of what is selected in a KHO source. */
export function registerSaveSnippet({ context }: Tools): void {
  context.subscriptions.push(
    vscode.commands.registerCommand('kho.saveSnippet', () => save(vscode.window.activeTextEditor)),
  );
}

async function save(editor: vscode.TextEditor | undefined): Promise<void> {
  if (editor === undefined) return;
  const { document, selection } = editor;
  const text = document.getText(selection.isEmpty ? undefined : selection);
  const folder = vscode.workspace.getWorkspaceFolder(document.uri) ?? firstFolder();
  if (folder === undefined) {
    void vscode.window.showErrorMessage('A snippet is saved in a folder; open one first.');
    return;
  }
  const prefix = await vscode.window.showInputBox({
    title: 'Save selection as snippet',
    prompt: 'What is typed to insert it',
    value: proposedPrefix(text),
    validateInput: (value) => (/^\S+$/.test(value) ? undefined : 'One word, without spaces'),
  });
  if (prefix === undefined) return;
  const file = vscode.Uri.joinPath(folder.uri, '.vscode', 'kho.code-snippets');
  const known = await readSnippets(file);
  if (known === undefined) {
    void vscode.window.showErrorMessage(
      'Not saved: .vscode/kho.code-snippets has comments or is no JSON, and is left as it is.',
    );
    return;
  }
  const definition: SnippetDefinition = {
    scope: 'kho-fdt',
    prefix,
    description: `Saved from ${vscode.workspace.asRelativePath(document.uri)}`,
    body: snippetBody(text),
  };
  const content = `${JSON.stringify({ ...known, [prefix]: definition }, null, 2)}\n`;
  await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(content));
  void vscode.window.showInformationMessage(`Type ${prefix} to insert it.`);
}

function firstFolder(): vscode.WorkspaceFolder | undefined {
  return vscode.workspace.workspaceFolders?.[0];
}

/** The name of the first node, or of the file's kind. */
function proposedPrefix(text: string): string {
  const node = /([\w,.+-]+)(?:@[\w,.+-]+)?\s*\{/.exec(text)?.[1];
  return `kho-${node ?? 'snippet'}`;
}

/** The snippets that there are; undefined if writing the file would lose something of it. */
async function readSnippets(file: vscode.Uri): Promise<Record<string, unknown> | undefined> {
  let bytes: Uint8Array;
  try {
    bytes = await vscode.workspace.fs.readFile(file);
  } catch {
    return {};
  }
  try {
    const known: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof known === 'object' && known !== null && !Array.isArray(known)
      ? (known as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
