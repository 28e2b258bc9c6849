import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { pathToFileURL } from 'node:url';
import { functionSites } from '../../simulator/script/sites.ts';

test('the places that texts give are those that the debugger gives', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'kho-sites-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'driver.mjs');
  writeFileSync(
    file,
    [
      'export function init(k) {',
      '  return 0;',
      '}',
      '',
      'function hidden(k) { return k; } export { hidden as shown };',
      'export const arrow = (k) => 0;',
      'export async function later(k) { await k; }',
      'export default function (k) { return 2; }',
      '// function init(k) { is not it: its text is longer',
      'export const { method } = { method(k) { return 1; } };',
    ].join('\n'),
  );
  const functions = { ...(await import(pathToFileURL(file).href)) };
  const texts = new Map([[file, readFileSync(file, 'utf8')]]);
  const byDebugger = functionSites(functions, new Map());
  assert.deepEqual(functionSites(functions, texts), byDebugger);
  assert.deepEqual(byDebugger.init, { path: file, line: 1, column: 21, functionName: 'init' });
  assert.equal(Object.keys(byDebugger).length, 6);
});

test('a text that there is twice is left to the debugger', () => {
  function twice(): number {
    return 2;
  }
  const text = String(twice);
  const found = functionSites({ twice }, new Map([['/a.js', `${text}\n${text}`]]));
  assert.notEqual(found.twice?.path, '/a.js');
});
