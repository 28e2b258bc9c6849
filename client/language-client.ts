import * as vscode from 'vscode';
import {
  LanguageClient,
  type LanguageClientOptions,
  type ServerOptions,
  TransportKind,
} from 'vscode-languageclient/node';
import { extensionPath, type Tools } from './tools.ts';

/** Checking makes many small objects; room for them halves the time spent on collecting them. */
const NODE_OPTIONS: string[] = ['--max-semi-space-size=64'];

/** Starts the language server; disposing of the result ends it. */
export async function startLanguageClient(tools: Tools): Promise<vscode.Disposable> {
  const module = extensionPath(tools, 'dist', 'server.cjs');
  const server: ServerOptions = {
    run: { module, transport: TransportKind.ipc, options: { execArgv: NODE_OPTIONS } },
    debug: { module, transport: TransportKind.ipc, options: { execArgv: NODE_OPTIONS } },
  };
  const pages = vscode.Uri.joinPath(tools.context.extensionUri, 'docs', 'rules').toString();
  const options: LanguageClientOptions = {
    documentSelector: [
      { language: 'kho-fdt' },
      { pattern: '**/*.kho.{yaml,yml}' },
      { pattern: '**/*.dtsi' },
      { language: 'c' },
      { language: 'cpp', pattern: '**/*.h' },
    ],
    outputChannel: tools.log,
    initializationOptions: {
      isTrusted: vscode.workspace.isTrusted,
      extensionRoot: tools.context.extensionPath,
      rulePages: `${pages}/`,
      // What lenses of the server may run.
      commands: ['kho.compile', 'kho.openAsBlob'],
    },
  };
  const client = new LanguageClient('kho', 'KHO', server, options);
  await client.start();
  const trusted = vscode.workspace.onDidGrantWorkspaceTrust(
    () => void client.sendNotification('kho/trusted'),
  );
  return vscode.Disposable.from(trusted, { dispose: () => void client.dispose() });
}
