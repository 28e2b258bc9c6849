import * as vscode from 'vscode';

const SCHEME = 'kho-summary';

/** Summaries of runs, as read-only Markdown documents. */
export interface Summaries extends vscode.Disposable {
  /** Opens the summary of a run of `scenario` as a preview, beside what is open. */
  show(scenario: vscode.Uri, markdown: string): Promise<void>;
}

export function createSummaries(): Summaries {
  const texts = new Map<string, string>();
  const changed = new vscode.EventEmitter<vscode.Uri>();
  const provider = vscode.workspace.registerTextDocumentContentProvider(SCHEME, {
    onDidChange: changed.event,
    provideTextDocumentContent: (uri) => texts.get(uri.path) ?? 'Simulate the handover first.\n',
  });
  return {
    async show(scenario, markdown) {
      const uri = scenario.with({ scheme: SCHEME, path: `${scenario.path}.summary.md` });
      texts.set(uri.path, markdown);
      changed.fire(uri);
      await vscode.commands.executeCommand('markdown.showPreviewToSide', uri);
    },
    dispose: () => vscode.Disposable.from(provider, changed).dispose(),
  };
}
