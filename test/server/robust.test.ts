import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { positionAt, type SourceFile } from '../../fdt/index.ts';
import { testData } from '../support/tools.ts';
import { SEED_EXAMPLE } from './seed-example.ts';
import { withClient } from './test-client.ts';

/** What people and accidents put into a file: pieces of the language, and pieces of anything. */
const PIECES = [
  '{',
  '}',
  '<',
  '>',
  '"',
  ';',
  '=',
  '/',
  '&',
  '&{/',
  '/bits/ 64',
  '/include/ "a.kho"',
];
const inserted = fc.oneof(
  fc.constantFrom(...PIECES, '/*', '*/', '//', '[', ']', '(', ')', '\\', '\r', '\n', '\0', '𝒳'),
  fc.string({ maxLength: 8 }),
  fc.constantFrom('x { y { };', 'mem = <1 2 3>;', 'compatible = "ftrace-v1";', 'a: b: c'),
);
const edits = fc.array(
  fc.record({ at: fc.nat(), removed: fc.nat({ max: 40 }), inserted, asks: fc.boolean() }),
  { minLength: 1, maxLength: 12 },
);

test('any sequence of edits leaves a server that answers', () =>
  withClient({}, async (client) => {
    let number = 0;
    const property = fc.asyncProperty(edits, async (sequence) => {
      const file = `edit-${number++}.kho`;
      let text = SEED_EXAMPLE;
      await client.open(file, text);
      for (const { at, removed, inserted, asks } of sequence) {
        const source: SourceFile = { path: '', text };
        const start = at % (text.length + 1);
        const end = Math.min(start + removed, text.length);
        const range = { start: positionAt(source, start), end: positionAt(source, end) };
        await client.edit(file, inserted, range);
        text = text.slice(0, start) + inserted + text.slice(end);
        if (!asks) continue;
        await client.hover(file, positionAt({ path: '', text }, at % (text.length + 1)));
        await client.diagnostics(file);
      }
      await client.edit(file, SEED_EXAMPLE);
      assert.deepEqual(await client.diagnostics(file), [], 'the repaired text is clean');
      await client.close(file);
    });
    await fc.assert(property, { numRuns: 60, seed: 20_240_117 });
  }));

test('every file of the tests of dtc gets an answer', async (t) => {
  const folder = testData(t, 'corpus/dtc-tests');
  if (folder === undefined) return;
  const names = readdirSync(folder).filter((name) => /\.dtsi?$/.test(name));
  assert.ok(names.length > 100);
  await withClient({}, async (client) => {
    for (const name of names) {
      const text = readFileSync(path.join(folder, name), 'latin1');
      await client.open(name, text);
      await client.diagnostics(name);
      const middle = positionAt({ path: '', text }, text.length / 2);
      await client.hover(name, middle);
      await client.close(name);
    }
  });
});

test('requests about what is not there are answered with nothing', () =>
  withClient({}, async (client) => {
    assert.equal(await client.hover('never-opened.kho', { line: 3, character: 1 }), null);
    await client.open('short.kho', 'a { };');
    assert.equal(await client.hover('short.kho', { line: 99, character: 99 }), null);
    assert.deepEqual(await client.diagnostics('not-there.kho'), []);
    await client.open('a.kho.yaml', 'a: 1');
    assert.equal(await client.hover('a.kho.yaml', { line: 0, character: 0 }), null);
  }));

test('deep nesting is answered and not followed into a crash', () =>
  withClient({}, async (client) => {
    const depth = 20_000;
    await client.open('deep.kho', `${'a { '.repeat(depth)}${'}; '.repeat(depth)}`);
    const diagnostics = await client.diagnostics('deep.kho');
    assert.ok(diagnostics.some(({ code }) => code === 'limit-exceeded'));
    await client.hover('deep.kho', { line: 0, character: 4 * 3000 });
    await client.connection.sendRequest('textDocument/documentSymbol', {
      textDocument: { uri: client.uri('deep.kho') },
    });
  }));

test('a file that is too large is said to be, and the next one is checked', () =>
  withClient({}, async (client) => {
    await client.open('huge.kho', `// ${'x'.repeat(17 << 20)}`);
    const [diagnostic] = await client.diagnostics('huge.kho');
    assert.equal(diagnostic?.code, 'limit-exceeded');
    await client.open('next.kho', 'a { b = <1');
    assert.notEqual((await client.diagnostics('next.kho')).length, 0);
  }));
