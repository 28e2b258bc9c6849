import assert from 'node:assert/strict';
import test from 'node:test';
import { snippetBody } from '../../client/snippet-text.ts';

/** Placeholders are written `$(1:x}` here: linters take the real ones for templates. */
function text(line: string): string {
  return line.replaceAll('$(', '$' + '{');
}

// What is selected, and the lines of the snippet.
const CASES: readonly [string, string, string[]][] = [
  [
    'values become placeholders',
    'a {\n\tcompatible = "a-v1";\n\tmem = <0x1000 0x38>;\n};',
    ['a {', text('\tcompatible = "$(1:a-v1}";'), text('\tmem = <$(2:0x1000} $(3:0x38}>;'), '\\};'],
  ],
  ['the same value is the same placeholder', 'x = <1 2 1>;', [text('x = <$(1:1} $(2:2} $1>;')]],
  ['indentation that all share is left out', 'b {\n\t\tc;\n\t};', ['b {', '\tc;', '\\};']],
  ['names keep their digits', 'cpu0 { reg-1; };', ['cpu0 { reg-1; \\};']],
  ['/bits/ stays', 'a = /bits/ 64 <7>;', [text('a = /bits/ 64 <$(1:7}>;')]],
  ['comments stay', '/* 1 "x" */ a; // 2', ['/* 1 "x" */ a; // 2']],
  [
    'what means something in a snippet does not',
    'a = "$x}\\\\";',
    [text('a = "$(1:\\$x\\}\\\\\\\\}";')],
  ],
  ['an empty string stays', 'a = "";', ['a = "";']],
  ['bytes are one placeholder', 'a = [00 ab cd];', [text('a = [$(1:00 ab cd}];')]],
  ['no bytes stay', 'a = [ ];', ['a = [ ];']],
  ['an open comment takes the rest', 'a = <1>; /* 2', [text('a = <$(1:1}>; /* 2')]],
];

for (const [name, text, body] of CASES) test(name, () => assert.deepEqual(snippetBody(text), body));

test('open comments and quotes are read once', () => {
  for (const piece of ['/*', '"', "'", '["', '/* *', '[0 '])
    assert.ok(snippetBody(piece.repeat(100_000)).length > 0);
});
