// Findings of a run as diagnostics in the drivers' sources.
import * as vscode from 'vscode';
import type { CallSite, Finding } from '../simulator/index.ts';

export interface Findings extends vscode.Disposable {
  /** Shows what a run of `scenario` found, in place of what the one before it found. */
  show(scenario: vscode.Uri, findings: readonly Finding[]): void;
}

const SEVERITIES = {
  error: vscode.DiagnosticSeverity.Error,
  warning: vscode.DiagnosticSeverity.Warning,
  info: vscode.DiagnosticSeverity.Information,
} as const;

export function createFindings(): Findings {
  const collection = vscode.languages.createDiagnosticCollection('kho-simulator');
  const byScenario = new Map<string, readonly Finding[]>();
  const refresh = (): void => {
    collection.clear();
    const byFile = new Map<string, vscode.Diagnostic[]>();
    for (const [scenario, findings] of byScenario)
      for (const finding of findings) {
        const path = pathOf(finding, scenario);
        byFile.set(path, [...(byFile.get(path) ?? []), diagnosticOf(finding)]);
      }
    for (const [path, diagnostics] of byFile) collection.set(vscode.Uri.file(path), diagnostics);
  };
  // What was found at a line says nothing about it any more once the file has changed.
  const edits = vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
    if (contentChanges.length === 0 || !collection.has(document.uri)) return;
    // Also not when the next run of another scenario shows what all of them found.
    for (const [scenario, findings] of byScenario)
      byScenario.set(
        scenario,
        findings.filter((finding) => pathOf(finding, scenario) !== document.uri.fsPath),
      );
    collection.delete(document.uri);
  });
  return {
    show(scenario, findings) {
      byScenario.set(scenario.toString(), findings);
      refresh();
    },
    dispose: () => vscode.Disposable.from(collection, edits).dispose(),
  };
}

/** The file a finding is shown in: the scenario's if no driver's call made it. */
function pathOf({ site }: Finding, scenario: string): string {
  return site?.path ?? vscode.Uri.parse(scenario).fsPath;
}

function diagnosticOf(finding: Finding): vscode.Diagnostic {
  const { rule, severity, message, help, kernel, phase, related } = finding;
  const text = `${message} (kernel ${kernel}, ${phase})${help === undefined ? '' : `\n${help}`}`;
  const diagnostic = new vscode.Diagnostic(rangeOf(finding.site), text, SEVERITIES[severity]);
  diagnostic.source = 'kho simulator';
  diagnostic.code = rule;
  diagnostic.relatedInformation = related.flatMap((other) =>
    other.site === undefined
      ? []
      : [new vscode.DiagnosticRelatedInformation(locationOf(other.site), other.message)],
  );
  return diagnostic;
}

function locationOf(site: CallSite): vscode.Location {
  return new vscode.Location(vscode.Uri.file(site.path), rangeOf(site));
}

/** From the call to the end of its line; the first line if there is no call. */
function rangeOf(site: CallSite | undefined): vscode.Range {
  if (site === undefined) return new vscode.Range(0, 0, 0, 1);
  return new vscode.Range(site.line - 1, site.column - 1, site.line - 1, 1000);
}
