import * as vscode from 'vscode';
import { isScenario } from './scenarios.ts';
import type { Tools } from './tools.ts';

/** What a driver's lenses stand above: the first callback that it exports, or its initcall in C. */
const CALLBACK = /^export\s+(?:function|const)\s+(?:serialize|deserialize|init)\b/m;
const INITCALL = /^(?:static\s+)?int\s+__init\s+\w+\s*\(/m;

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
      const callback = document.languageId === 'c' ? INITCALL : CALLBACK;
      const offset = isScenario(uri) ? 0 : (callback.exec(document.getText())?.index ?? 0);
      const position = document.positionAt(offset);
      const range = new vscode.Range(position, position);
      return [
        new vscode.CodeLens(range, command('$(play) Simulate Handover', 'kho.simulate', uri)),
        new vscode.CodeLens(range, command('$(debug-alt) Debug Handover', 'kho.debug', uri)),
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
