import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import * as vscode from 'vscode';
import { exists } from './exists.ts';
import { runKho } from './kho-process.ts';
import type { Tools } from './tools.ts';

/** Writes the C of a binding beside it, and opens it. Code of the workspace does not run. */
export function registerGenerateC(tools: Tools): void {
  tools.context.subscriptions.push(
    vscode.commands.registerCommand('kho.generateC', (uri?: vscode.Uri) => generate(tools, uri)),
  );
}

const BINDING_FILE = /\.kho\.ya?ml$/;
const BINDINGS = '**/*.kho.{yaml,yml}';
/** Bindings of a workspace that are looked at, as by the language server. */
const MAX_BINDINGS = 1000;

async function generate(tools: Tools, uri?: vscode.Uri): Promise<void> {
  const binding = uri ?? openBinding() ?? (await chooseBinding());
  if (binding === undefined) return;
  await vscode.workspace.saveAll(false);
  const folder = await mkdtemp(join(tmpdir(), 'kho-generate-'));
  try {
    const args = ['generate', 'c', binding.fsPath, '--into', folder, ...(await options(binding))];
    const { status, stderr } = await runKho(tools, args);
    if (status === 0) await take(folder, vscode.Uri.joinPath(binding, '..'));
    else void vscode.window.showErrorMessage(`No C is made: ${stderr.trim().split('\n')[0] ?? ''}`);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function openBinding(): vscode.Uri | undefined {
  const uri = vscode.window.activeTextEditor?.document.uri;
  return uri !== undefined && BINDING_FILE.test(uri.path) ? uri : undefined;
}

async function chooseBinding(): Promise<vscode.Uri | undefined> {
  const files = await vscode.workspace.findFiles(BINDINGS, undefined, MAX_BINDINGS);
  if (files.length === 0) {
    void vscode.window.showErrorMessage('There is no binding (*.kho.yaml) in this workspace.');
    return undefined;
  }
  const items = files
    .map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }))
    .sort((a, b) => (a.label < b.label ? -1 : 1));
  const title = 'Generate C from binding';
  return (await vscode.window.showQuickPick(items, { title }))?.uri;
}

/** The settings, and where bindings of the workspace are, which may refer to each other. */
async function options(scope: vscode.Uri): Promise<string[]> {
  const settings = vscode.workspace.getConfiguration('kho', scope);
  const release = settings.get<string>('release', 'auto');
  const root = vscode.workspace.getWorkspaceFolder(scope)?.uri.fsPath ?? '.';
  const configured = settings.get<readonly string[]>('bindings.folders', []);
  const found = await vscode.workspace.findFiles(BINDINGS, undefined, MAX_BINDINGS);
  const folders = new Set([
    ...found.map(({ fsPath }) => dirname(fsPath)).sort(),
    ...configured.map((each) => resolve(root, each)),
  ]);
  return [
    ...(release === 'auto' ? [] : ['--release', release]),
    ...[...folders].flatMap((folder) => ['--bindings', folder]),
  ];
}

/** Copies what was made, after asking for what is there already, and opens it. */
async function take(made: string, target: vscode.Uri): Promise<void> {
  const names = (await readdir(made)).sort().reverse();
  const files = names.map((name) => ({ name, uri: vscode.Uri.joinPath(target, name) }));
  const taken: string[] = [];
  for (const { name, uri } of files) if (await exists(uri)) taken.push(name);
  if (taken.length > 0 && !(await mayReplace(taken))) return;
  for (const { name, uri } of files)
    await vscode.workspace.fs.writeFile(uri, await readFile(join(made, name)));
  for (const { uri } of files) await vscode.window.showTextDocument(uri, { preview: false });
}

async function mayReplace(names: readonly string[]): Promise<boolean> {
  const replace = 'Replace';
  const message = `${names.join(' and ')} ${names.length === 1 ? 'exists' : 'exist'} already.`;
  const detail = 'Replacing loses what was changed since.';
  const choice = await vscode.window.showWarningMessage(message, { modal: true, detail }, replace);
  return choice === replace;
}
