// One press of a button: what a handover came to, and what is wrong with the driver.
import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import type { Simulated, SimulatedFaults } from '../../../../client/simulate.ts';
import { screenshot } from '../../support/screenshot.ts';
import { until } from '../../support/until.ts';
import { exampleUri, writeFile } from '../../support/workspace.ts';

async function simulate(uri: vscode.Uri): Promise<Simulated['result']> {
  const simulated = await vscode.commands.executeCommand<Simulated>('kho.simulate', uri);
  assert.ok(simulated !== undefined, 'the command ran');
  return simulated.result;
}

async function lensesOf(uri: vscode.Uri): Promise<string[]> {
  await vscode.window.showTextDocument(uri);
  return until('lenses', async () => {
    const lenses = await vscode.commands.executeCommand<vscode.CodeLens[]>(
      'vscode.executeCodeLensProvider',
      uri,
      10,
    );
    const names = lenses.map(({ command }) => command?.command ?? '');
    return names.includes('kho.simulate') && names.filter((name) => name.startsWith('kho.'));
  });
}

describe('simulating a handover', () => {
  it('has lenses on the scenario and on the callbacks of the driver', async () => {
    const first = ['kho.simulate', 'kho.debug'];
    assert.deepEqual(await lensesOf(exampleUri('ftrace.kho.json')), first);
    const callbacks = [...first, 'kho.debug', 'kho.debug'];
    assert.deepEqual(await lensesOf(exampleUri('ftrace.ts')), callbacks);
  });

  it('finishes and shows a summary', async () => {
    const result = await simulate(exampleUri('ftrace.kho.json'));
    assert.equal(result.outcome, 'completed');
    assert.deepEqual(result.findings, []);
    const summary = await until('the summary', () =>
      vscode.workspace.textDocuments.find(({ uri }) => uri.scheme === 'kho-summary'),
    );
    assert.match(summary.getText(), /^# Ring buffers of the tracer, over one kexec/);
    assert.match(summary.getText(), /8 claimed, 8 returned/);
  });

  it('makes calls fail, and shows what drivers do not survive', async () => {
    const driver = await writeFile(
      'unwinding.ts',
      `export function init(k) {
  const folio = k.folioAlloc('GFP_KERNEL', 0);
  if (folio === 0n) return -12;
  return k.khoPreserveFolio(folio);
}
`,
    );
    const kernel = { release: '7.3', cmdline: 'kho=on kho_scratch=16M,32M,16M' };
    const ram = [{ start: '0', size: '256M' }];
    const scenario = {
      title: 'A driver that does not unwind',
      machine: { arch: 'x86_64', ram },
      kernels: [{ ...kernel, drivers: ['unwinding.ts'] }],
    };
    const uri = await writeFile('unwinding.kho.json', JSON.stringify(scenario));
    const command = 'kho.simulateFaults';
    const done = await vscode.commands.executeCommand<SimulatedFaults>(command, uri);
    assert.equal(done.report.survives, false);
    assert.match(done.report.summaryMarkdown, /1 is not survived/);
    const [diagnostic] = await until('what is left', () => {
      const all = vscode.languages.getDiagnostics(driver);
      return all.some(({ code }) => code === 'left-allocated') && all;
    });
    assert.equal(diagnostic?.range.start.line, 1);
    const [when] = diagnostic?.relatedInformation ?? [];
    assert.match(when?.message ?? '', /^when khoPreserveFolio\(\) fails here, in kernel 1/);
    assert.equal(when?.location.range.start.line, 3);
    await screenshot('failing-calls');
  });

  it('finds the scenario of a driver by itself', async () => {
    const result = await simulate(exampleUri('ftrace.ts'));
    assert.equal(result.outcome, 'completed');
  });

  it('shows findings where the driver caused them', async () => {
    const driver = exampleUri('bugs/claimed-twice.ts');
    await vscode.window.showTextDocument(driver);
    await simulate(exampleUri('bugs/claimed-twice.kho.json'));
    const [diagnostic] = await until('a finding', () => {
      const all = vscode.languages.getDiagnostics(driver);
      return all.some(({ code }) => code === 'claimed-twice') && all;
    });
    assert.ok(diagnostic !== undefined);
    const document = await vscode.workspace.openTextDocument(driver);
    assert.match(document.lineAt(diagnostic.range.start.line).text, /return k\.khoClaimMem/);
    assert.equal(diagnostic.relatedInformation?.length, 2);
    await screenshot('finding');
  });

  it('does not bring a finding back to a file that has changed since', async () => {
    const driver = exampleUri('bugs/claimed-twice.ts');
    await simulate(exampleUri('bugs/claimed-twice.kho.json'));
    const document = await vscode.workspace.openTextDocument(driver);
    const hasFinding = (): boolean =>
      vscode.languages.getDiagnostics(driver).some(({ code }) => code === 'claimed-twice');
    await until('a finding', hasFinding);
    const edit = new vscode.WorkspaceEdit();
    edit.insert(driver, new vscode.Position(0, 0), '\n\n');
    await vscode.workspace.applyEdit(edit);
    await until('no finding after the edit', () => !hasFinding());
    await simulate(exampleUri('ftrace.kho.json'));
    assert.equal(hasFinding(), false);
    await document.save();
  });

  it('takes findings back when the next run has none', async () => {
    const driver = exampleUri('bugs/claimed-twice.ts');
    const text = new TextDecoder().decode(await vscode.workspace.fs.readFile(driver));
    const fixed = text.replace('    k.khoClaimMem(page);\n', '');
    assert.notEqual(fixed, text);
    await vscode.workspace.fs.writeFile(driver, new TextEncoder().encode(fixed));
    await simulate(exampleUri('bugs/claimed-twice.kho.json'));
    await until('no finding at the call', () =>
      vscode.languages.getDiagnostics(driver).every(({ code }) => code !== 'claimed-twice'),
    );
    await vscode.workspace.fs.writeFile(driver, new TextEncoder().encode(text));
  });
});
