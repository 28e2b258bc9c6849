import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MAX_STATEMENT_UNITS } from '../../server/completion-context.ts';
import { scanStatement } from '../../server/statement-scan.ts';

/** What the cursor at the end of `text` is in, as one line. */
function scanned(text: string): string {
  const found = scanStatement(text);
  if (found === undefined) return 'comment';
  const { phase, token, property, isValueDue, cells, bits } = found;
  const parts = [phase, property, isValueDue ? 'due' : '', cells > 0 ? `${cells} cells` : ''];
  if (bits !== undefined) parts.push(`${bits} bits`);
  return [...parts, token === '' ? '' : `'${token}'`].filter((each) => each !== '').join(' ');
}

const CASES: readonly [string, string][] = [
  ['', 'start'],
  ['me', "start 'me'"],
  ['a,b-c#', "start 'a,b-c#'"],
  ['l: me', "start 'me'"],
  ['x = <1>; me', "start 'me'"],
  ['x;', 'start'],
  ['x ', 'named'],
  ['x y', "named 'y'"],
  ['x\ny', "start 'y'"],
  ['x y\nz', "start 'z'"],
  ['x {', 'start'],
  ['x { };', 'start'],
  ['/del', "start '/del'"],
  ['/delete-node/ a', "delete-node 'a'"],
  ['/delete-property/ a-b', "delete-property 'a-b'"],
  ['/delete-node/ a; ', 'start'],
  ['x =', 'value x due'],
  ['x = "a', `value x due '"a'`],
  ['x = "a"', 'value x'],
  ['x = "a", ', 'value x due'],
  ['x = "a\\"b', `value x due '"a\\"b'`],
  ['x = "a;{', `value x due '"a;{'`],
  ['x = <', 'cells x'],
  ['x = <1', "cells x '1'"],
  ['x = <1 2 ', 'cells x 2 cells'],
  ['x = <1 2>, <3 ', 'cells x 3 cells'],
  ['x = <l: 1 &a &{/b} ', 'cells x 3 cells'],
  ["x = <'a' ' ' ", 'cells x 2 cells'],
  ['x = <(1 + (2)) ', 'cells x 1 cells'],
  ['x = <1 (2 / ', 'expression x 1 cells'],
  ['x = <FOO(1, 2) ', 'cells x 1 cells'],
  ['x = <1>', 'value x 1 cells'],
  ['x = /bits/ ', 'bits x due'],
  ['x = /bits/ 6', "bits x due '6'"],
  ['x = /bits/ 64 <1 ', 'cells x 1 cells 64 bits'],
  ['x = [00 ', 'bytes x'],
  ['x = <&', "cells x '&'"],
  ['x = &{/a/b', "value x due '&{/a/b'"],
  ['x = &{/a};', 'start'],
  ['/include/ "a', `include '"a'`],
  ['/include/ "a" me', "start 'me'"],
  ['x = <1 /include/ "a" ', 'cells x 1 cells'],
  ['x = /incbin/("a', `incbin x due '"a'`],
  ['// a', 'comment'],
  ['// a\nb', "start 'b'"],
  ['/* a', 'comment'],
  ['/* a */ b', "start 'b'"],
  ['x = <1 /* 2 */ ', 'cells x 1 cells'],
  ['x = "// no', `value x due '"// no'`],
  // What the parser recovers from.
  ['x = <1>\nme', "start 'me'"],
  ['x = "a"\n/del', "start '/del'"],
  ['x =\nme', "start 'me'"],
  ['x = "a\nme', "start 'me'"],
  ['x = "a",\n  "b', `value x due '"b'`],
  ['x = <1 2\ny = <3 ', 'cells y 1 cells'],
  [')>]} me', "start 'me'"],
];

for (const [text, expected] of CASES)
  test(`the cursor behind ${JSON.stringify(text)}`, () => assert.equal(scanned(text), expected));

test('a long array is read once', () => {
  const text = `x = <${'0x1000 '.repeat(500_000)}`;
  const startMs = performance.now();
  assert.equal(scanStatement(text)?.cells, 500_000);
  assert.ok(performance.now() - startMs < 2000);
});

test('what looks like many beginnings of something takes no longer', () => {
  for (const piece of ['"', "'", '/*', '&{', '/a', '(', '\\', '"\\', 'a:'])
    assert.doesNotThrow(() => scanStatement(piece.repeat(100_000)));
  const long = `x = "${'a'.repeat(MAX_STATEMENT_UNITS - 10)}`;
  assert.equal(scanStatement(long)?.token.length, MAX_STATEMENT_UNITS - 9);
});
