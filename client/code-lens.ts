import * as vscode from 'vscode';
import { callbacksOf } from './driver-callbacks.ts';
import { isScenario } from './scenarios.ts';
import type { Tools } from './tools.ts';

const DRIVERS: vscode.DocumentSelector = [
  { language: 'typescript', scheme: 'file' },
  { language: 'javascript', scheme: 'file' },
  { language: 'c', scheme: 'file' },
];
const SCENARIOS: vscode.DocumentSelector = { pattern: '**/*.kho.json' };

/** Lenses to simulate and debug, above scenarios and the drivers that they name. */
export function registerCodeLenses({ context, scenarios }: Tools): void {
  const changed = new vscode.EventEmitter<void>();
  const provider: vscode.CodeLensProvider = {
    onDidChangeCodeLenses: changed.event,
    async provideCodeLenses(document) {
      const { uri } = document;
      if (!vscode.workspace.isTrusted || !isSwitchedOn(uri)) return [];
      if (!isScenario(uri) && (await scenarios.naming(uri)).length === 0) return [];
      const callbacks = isScenario(uri) ? [] : callbacksOf(document.getText(), document.languageId);
      const [first = 0, ...others] = callbacks;
      const lens = (offset: number, run: vscode.Command): vscode.CodeLens => {
        const position = document.positionAt(offset);
        return new vscode.CodeLens(new vscode.Range(position, position), run);
      };
      const debug = command('$(debug-alt) Debug Handover', 'kho.debug', uri);
      return [
        lens(first, command('$(play) Simulate Handover', 'kho.simulate', uri)),
        lens(first, debug),
        ...others.map((offset) => lens(offset, debug)),
      ];
    },
  };
  context.subscriptions.push(
    changed,
    scenarios.onDidChange(() => changed.fire()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('kho.codeLens')) changed.fire();
    }),
    vscode.workspace.onDidGrantWorkspaceTrust(() => changed.fire()),
    vscode.languages.registerCodeLensProvider(DRIVERS, provider),
    vscode.languages.registerCodeLensProvider(SCENARIOS, provider),
  );
}

function isSwitchedOn(scope: vscode.Uri): boolean {
  return vscode.workspace.getConfiguration('kho', scope).get<boolean>('codeLens', true);
}

function command(title: string, name: string, uri: vscode.Uri): vscode.Command {
  return { title, command: name, arguments: [uri] };
}
