import * as vscode from 'vscode';
import {
  SCAFFOLD_KINDS,
  type ScaffoldKind,
  scaffold,
  scaffoldNameProblem,
} from '../simulator/index.ts';
import { exists } from './exists.ts';
import type { Tools } from './tools.ts';

/** What need not be asked, for those who call the command. */
interface Answers {
  readonly name?: string;
  readonly language?: ScaffoldKind['language'];
  /** By name, as `7.3`; the newest there is for the language, if absent. */
  readonly release?: string;
}

/** Writes a driver to begin with into a folder of the workspace, and opens it. */
export function registerNewDriver({ context }: Tools): void {
  context.subscriptions.push(
    vscode.commands.registerCommand('kho.newDriver', (folder?: vscode.Uri, answers?: Answers) =>
      newDriver(context.extensionUri, folder, answers),
    ),
  );
}

async function newDriver(
  extension: vscode.Uri,
  into?: vscode.Uri,
  answers: Answers = {},
): Promise<void> {
  const parent = into ?? (await chooseFolder());
  if (parent === undefined) return;
  const name = answers.name ?? (await askName());
  if (name === undefined) return;
  const kind = kindFor(answers) ?? (await chooseKind());
  if (kind === undefined) return;
  const folder = vscode.Uri.joinPath(parent, name);
  const problem = scaffoldNameProblem(name);
  if (problem !== undefined || (await exists(folder))) {
    const why = problem ?? 'exists already; nothing is written';
    void vscode.window.showErrorMessage(`${name}: ${why}.`);
    return;
  }
  const api = vscode.Uri.joinPath(extension, 'simulator', 'driver-api.ts');
  const driverApi = new TextDecoder().decode(await vscode.workspace.fs.readFile(api));
  const files = scaffold(name, kind, driverApi);
  for (const { path, text } of files)
    await vscode.workspace.fs.writeFile(
      vscode.Uri.joinPath(folder, path),
      new TextEncoder().encode(text),
    );
  await vscode.window.showTextDocument(vscode.Uri.joinPath(folder, files[0]?.path ?? ''));
}

function askName(): Thenable<string | undefined> {
  return vscode.window.showInputBox({
    title: 'New KHO driver',
    prompt: 'Name of the driver; its folder, node and compatible are called after it',
    value: 'my-driver',
    validateInput: scaffoldNameProblem,
  });
}

function kindFor({ language, release }: Answers): ScaffoldKind | undefined {
  if (language === undefined) return undefined;
  return SCAFFOLD_KINDS.find(
    (kind) =>
      kind.language === language && (release === undefined || kind.release.name === release),
  );
}

async function chooseKind(): Promise<ScaffoldKind | undefined> {
  const items = SCAFFOLD_KINDS.map((kind) => ({
    label: kind.language,
    description: kind.release.title,
    scaffoldKind: kind,
  }));
  const title = 'Language of the driver, and kernel that it is for';
  const chosen = await vscode.window.showQuickPick(items, { title, matchOnDescription: true });
  return chosen?.scaffoldKind;
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
