// Open C files: edited, half typed and torn, they are read as if they were opened so.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createCDocument } from '../../c/index.ts';
import { checked, INCLUDE, parser } from './c-parser.ts';
import { MISTAKES } from './mistakes.ts';

/** All mistakes and their repairs in one file, with names that differ. */
const FILE = `${INCLUDE}${MISTAKES.flatMap(({ bad, good }) => [bad, good ?? ''])
  .map((text, index) => text.replace(/^(static .*?)(\w+)(\(| = \{)/gm, `$1$2_${index}$3`))
  .join('\n')}`;

/** A fixed sequence of numbers from 0 to 1. */
function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function issuesOf(text: string, check: typeof checked = checked): string[] {
  return check(text).issues.map(
    ({ rule, message, span }) => `${span?.start}-${span?.end} ${rule}: ${message}`,
  );
}

const SNIPPETS = [
  '{',
  '}',
  '(',
  ')',
  ';',
  '"',
  '/*',
  '*/',
  '\n',
  'goto out;',
  'if (',
  'err',
  '#if 1\n',
];

test('after any edits a file is read as if it had been opened so', () => {
  const random = numbers(1);
  const document = createCDocument(parser);
  const check: typeof checked = (text) => document.check({ path: 'driver.c', text }, undefined);
  let text = FILE;
  for (let round = 0; round < 60; round++) {
    const start = Math.floor(random() * text.length);
    const end = Math.min(text.length, start + Math.floor(random() * 12));
    const inserted = random() < 0.3 ? '' : SNIPPETS[Math.floor(random() * SNIPPETS.length)];
    // Every other edit is taken back, so that the file does not come to nothing.
    const edited = text.slice(0, start) + inserted + text.slice(end);
    assert.deepEqual(issuesOf(edited, check), issuesOf(edited), `round ${round}`);
    if (round % 2 === 0) text = edited;
  }
  document.close();
});

test('half a file is no failure', () => {
  for (let end = 0; end < FILE.length; end += 397) checked(FILE.slice(0, end));
  for (let start = 0; start < FILE.length; start += 997) checked(INCLUDE + FILE.slice(start));
});

test('what nests deeper than anybody writes is left alone', () => {
  for (const [open, close] of [
    ['{', '}'],
    ['(', ')'],
    ['if (kho_is_enabled()) {', '}'],
    ['!', ''],
    ['f(', ')'],
  ] as const) {
    const depth = 20_000;
    const body = `x = ${open.repeat(depth)}1${close.repeat(depth)};`;
    checked(`${INCLUDE}int f(void)\n{\n\tkho_preserve_folio(a);\n\t${body}\n}\n`);
  }
});

test('many ways through one function are followed only so far, and that is said', () => {
  const branches = Array.from(
    { length: 40 },
    (_, i) => `\tif (a${i}) {\n\t\te${i} = kho_preserve_folio(f${i});\n\t}\n`,
  );
  const uses = Array.from({ length: 40 }, (_, i) => `\tif (e${i})\n\t\treturn e${i};\n`);
  const text = `${INCLUDE}int f(void)\n{\n${branches.join('')}${uses.join('')}\treturn 0;\n}\n`;
  const start = performance.now();
  const result = checked(text);
  assert.deepEqual(result.cutShort, ['f']);
  assert.ok(performance.now() - start < 5000);
});

test('text is parsed a thousand times in the memory of one', () => {
  const document = createCDocument(parser);
  const short = FILE.slice(0, 4000);
  const edited = [short, short.replace('return 0', 'return 1')];
  const sizes: number[] = [];
  for (let round = 0; round < 1000; round++) {
    document.check({ path: 'driver.c', text: edited[round % 2] as string }, undefined);
    if (round === 99 || round === 999) sizes.push(process.memoryUsage().external);
    if (round % 10 === 0) document.close();
  }
  document.close();
  const [early = 0, late = 0] = sizes;
  assert.ok(late - early < 1 << 20, `grew by ${late - early} bytes`);
});
