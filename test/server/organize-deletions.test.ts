import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CodeAction } from 'vscode-languageserver/node';
import { applyEdits, compileDts, parseDts, writeFdt } from '../../fdt/index.ts';
import { organizedDeletions } from '../../server/organize-deletions.ts';
import { randomFrom, randomSource } from '../fdt/random-source.ts';
import { checkTexts, type Texts } from './marked-source.ts';
import { withClient } from './test-client.ts';

function organized(text: string, others: Texts = {}): string {
  const checked = checkTexts({ 'a.kho': text, ...others });
  const { source } = checked;
  return applyEdits(source, organizedDeletions(checked, source));
}

function blobOf(text: string): Uint8Array {
  const { value } = parseDts({ path: 'a.kho', text });
  return writeFdt(compileDts(value, { byteOrder: 'little' }).value);
}

/** A second definition of `/`, to delete from what the first one has. */
function again(...lines: string[]): string {
  return ['/dts-v1/;', '/ {', '\ta;', '\tb;', '\tm { };', '\tn { x; };', '};', '/ {', ...lines]
    .concat('};\n')
    .join('\n');
}

const CASES: readonly [string, string, string][] = [
  [
    'deletions of properties stand first',
    again('\tc;', '\t/delete-property/ a;', '\td;', '\t/delete-property/ b;'),
    again('\t/delete-property/ a;', '\t/delete-property/ b;', '\tc;', '\td;'),
  ],
  [
    'deletions of nodes stand before the nodes',
    again('\tc;', '\tp { };', '\t/delete-node/ m;', '\tq { };', '\t/delete-node/ n;'),
    again('\tc;', '\t/delete-node/ m;', '\t/delete-node/ n;', '\tp { };', '\tq { };'),
  ],
  [
    'what is deleted after it is given stays where it is',
    again('\tc;', '\ta = <1>;', '\t/delete-property/ a;', '\tn { y; };', '\t/delete-node/ n;'),
    again('\tc;', '\ta = <1>;', '\t/delete-property/ a;', '\tn { y; };', '\t/delete-node/ n;'),
  ],
  [
    'what is deleted twice is deleted once',
    again('\t/delete-property/ a;', '\tc;', '\t/delete-property/ a;'),
    again('\t/delete-property/ a;', '\tc;'),
  ],
  [
    'but not if it is given in between',
    again('\t/delete-property/ a;', '\ta = <1>;', '\t/delete-property/ a;'),
    again('\t/delete-property/ a;', '\ta = <1>;', '\t/delete-property/ a;'),
  ],
  [
    'what is not there is not deleted',
    again('\t/delete-property/ zz;', '\tc;', '\t/delete-node/ zz;', '\tn { /delete-node/ k; };'),
    again('\tc;', '\tn {  };'),
  ],
  [
    'what shares its line, or has a label, stays',
    again('\tc; /delete-property/ a;', '\td;', '\tl: /delete-property/ b;'),
    again('\tc; /delete-property/ a;', '\td;', '\tl: /delete-property/ b;'),
  ],
  [
    'where there is nothing to organise',
    again('\t/delete-property/ a;', '\tc;', '\t/delete-node/ m;', '\tq { };'),
    again('\t/delete-property/ a;', '\tc;', '\t/delete-node/ m;', '\tq { };'),
  ],
  [
    'a body that is written in one line',
    again('\tn { y; /delete-property/ x; };'),
    again('\tn { y; /delete-property/ x; };'),
  ],
  [
    'a broken source is left alone',
    '/ { c; /delete-property/ zz; ',
    '/ { c; /delete-property/ zz; ',
  ],
];

for (const [name, text, expected] of CASES)
  test(name, () => assert.equal(organized(text), expected));

test('in a file that is included, what includes it decides what is there', () => {
  const included = 'n {\n\tc;\n\t/delete-property/ x;\n};\n';
  const checked = checkTexts({
    'a.kho': 'n { x; };\n/include/ "b.dtsi"\n',
    'b.dtsi': included,
  });
  const source = checked.document.sources.find(({ path }) => path === 'b.dtsi');
  assert.ok(source !== undefined);
  assert.equal(
    applyEdits(source, organizedDeletions(checked, source)),
    'n {\n\t/delete-property/ x;\n\tc;\n};\n',
  );
});

/** A source in whose bodies more is deleted, in lines of their own. */
function withDeletions(seed: number): string {
  const random = randomFrom(seed);
  const text = randomSource(seed);
  const names = [...text.matchAll(/^\s*(?:\w+:\s*)*([a-z][\w,@-]*)\s*(?:=|;|\{)/gm)].map(
    (match) => match[1] ?? '',
  );
  return text
    .split('\n')
    .flatMap((line) => {
      const name = names[Math.floor(random() * names.length)] ?? 'none';
      const isInside = /;$/.test(line) && /^\s/.test(line);
      if (!isInside || random() > 0.3) return [line];
      return [line, `  /delete-${random() < 0.6 ? 'property' : 'node'}/ ${name};`];
    })
    .join('\n');
}

test('the blob of any source stays what it is, and nothing is left to organise', () => {
  let count = 0;
  for (let seed = 1; seed <= 400; seed++) {
    const text = withDeletions(seed);
    const after = organized(text);
    if (after === text) continue;
    count++;
    assert.deepEqual(blobOf(after), blobOf(text), `seed ${seed}`);
    assert.equal(organized(after), after, `seed ${seed}, the second time`);
  }
  assert.ok(count > 50, `${count} sources were organised`);
});

test('it is a source action, for whoever asks for it', () =>
  withClient({}, async (client) => {
    const text = again('\tc;', '\t/delete-property/ a;');
    await client.open('a.kho', text);
    const at = { line: 0, character: 0 };
    const ask = (only?: readonly string[]): Promise<CodeAction[]> =>
      client.connection.sendRequest('textDocument/codeAction', {
        textDocument: { uri: client.uri('a.kho') },
        range: { start: at, end: at },
        context: { diagnostics: [], only },
      });
    const kinds = async (only?: readonly string[]): Promise<(string | undefined)[]> =>
      (await ask(only)).map(({ kind }) => kind);
    assert.deepEqual(await kinds(['source.organizeDeletions']), ['source.organizeDeletions.kho']);
    assert.deepEqual(await kinds(['source']), ['source.organizeDeletions.kho']);
    assert.deepEqual(await kinds(), []);
    assert.deepEqual(await kinds(['quickfix']), []);
  }));
