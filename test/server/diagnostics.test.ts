import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Diagnostic, DiagnosticSeverity } from 'vscode-languageserver/node';
import { type Label, parseMarks, renderMarks } from '../support/marks.ts';
import { SEED_EXAMPLE } from './seed-example.ts';
import { type TestClient, withClient } from './test-client.ts';

const SEVERITIES: Readonly<Record<DiagnosticSeverity, string>> = {
  [DiagnosticSeverity.Error]: 'error',
  [DiagnosticSeverity.Warning]: 'warning',
  [DiagnosticSeverity.Information]: 'info',
  [DiagnosticSeverity.Hint]: 'hint',
};

/** Diagnostics as marks; one over several lines is marked in the first. */
function labelsOf(text: string, diagnostics: readonly Diagnostic[]): Label[] {
  const lines = text.split('\n');
  return diagnostics.map(({ range, severity, code }) => ({
    line: range.start.line,
    start: range.start.character,
    end:
      range.end.line === range.start.line
        ? range.end.character
        : (lines[range.start.line]?.length ?? 0),
    message: `${SEVERITIES[severity ?? 1]} ${code}`,
  }));
}

async function check(client: TestClient, file: string, fixture: string): Promise<void> {
  const { text, labels } = parseMarks(fixture);
  await client.open(file, text);
  const found = labelsOf(text, await client.diagnostics(file));
  assert.equal(renderMarks(text, found), renderMarks(text, labels));
  await client.close(file);
}

const clean: Readonly<Record<string, string>> = {
  'the example of the slides': SEED_EXAMPLE,
};

for (const [name, text] of Object.entries(clean))
  test(`no diagnostics: ${name}`, () =>
    withClient({}, (client) => check(client, 'clean.kho', text)));
