// Values as typed source: the text, and that it compiles to the same bytes whatever stands in it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type ByteOrder,
  type FdtTree,
  type PrintType,
  printDts,
  writeFdt,
} from '../../fdt/index.ts';
import { needs, runTool } from '../support/tools.ts';
import { build } from './dts.ts';

function treeOf(value: Uint8Array): FdtTree {
  const property = { name: 'p', value, pieces: [] };
  const root = { name: '', path: '/', parent: undefined, children: [], labels: [] };
  return { root: { ...root, properties: [property] }, reservations: [], bootCpuid: 0 };
}

/** What stands between the braces of the root, without its indentation. */
function printed(value: Uint8Array, type: PrintType, byteOrder: ByteOrder = 'big'): string {
  const text = printDts(treeOf(value), { byteOrder, typeOf: () => type });
  const blob = writeFdt(treeOf(value));
  assert.deepEqual(build(text, { byteOrder }), { ...build(text, { byteOrder }), issues: [], blob });
  return text.slice(text.indexOf('{\n') + 3, -4);
}

const BYTES = Uint8Array.from({ length: 32 }, (_, index) => (index % 8 === 7 ? index + 1 : 0));
const STRUCT = [64, 32, 16, 16] as const;

const VALUES: readonly (readonly [PrintType & { kind: 'cells' }, number, string])[] = [
  [{ kind: 'cells', bits: [64] }, 16, 'p = /bits/ 64 <0x8 0x10>;'],
  [{ kind: 'cells', bits: [64], note: '4 MiB' }, 8, 'p = /bits/ 64 <0x8>; /* 4 MiB */'],
  [{ kind: 'cells', bits: [64], note: ' ', head: '' }, 8, 'p = /bits/ 64 <0x8>;'],
  [
    { kind: 'cells', bits: [32, 32], perLine: 2, head: 'crc32 type', note: 'all' },
    16,
    'p = /* crc32 type */ <0x0 0x8\n\t\t0x0 0x10>; /* all */',
  ],
  [
    { kind: 'cells', bits: [64, 32, 32], perLine: 3, head: 'a b c' },
    32,
    `p = /* a b c */ /bits/ 64 <0x8>, /bits/ 32 <0x0 0x10>,
\t\t/bits/ 64 <0x18>, /bits/ 32 <0x0 0x20>;`,
  ],
  [
    { kind: 'cells', bits: [32, 64, 32], perLine: 3 },
    32,
    `p = /bits/ 32 <0x0>, /bits/ 64 <0x800000000>, /bits/ 32 <0x10>,
\t\t/bits/ 32 <0x0>, /bits/ 64 <0x1800000000>, /bits/ 32 <0x20>;`,
  ],
  [
    { kind: 'cells', bits: STRUCT, head: 'struct s', cellNotes: ['a: x', 'b', 'c', 'd'] },
    16,
    `p = /* struct s */
\t\t/bits/ 64 <0x8>, /* a: x */
\t\t/bits/ 32 <0x0>, /* b */
\t\t/bits/ 16 <0x0>, /* c */
\t\t/bits/ 16 <0x10>; /* d */`,
  ],
  // Cells that follow the tuple are annotated like its own.
  [
    { kind: 'cells', bits: [32, 32], cellNotes: ['a', 'b'], note: 'n' },
    12,
    'p = <0x0>, /* a */\n\t\t<0x8>, /* b */\n\t\t<0x0>; /* a */ /* n */',
  ],
  // A value that ends inside a cell is bytes, of which no note is true.
  [
    { kind: 'cells', bits: [64], head: 'a', note: 'n' },
    12,
    'p = [00 00 00 00 00 00 00 08 00 00 00 00];',
  ],
];

for (const [type, length, text] of VALUES)
  test(`${length} bytes of ${type.bits} are printed as ${text.split('\n')[0]}`, () =>
    assert.equal(printed(BYTES.slice(0, length), type), text));

const COMMENTS: readonly (readonly [string, string])[] = [
  ['*/ evil; /*', '/* * / evil; / * */'],
  ['/*/**/ //', '/* / * / ** / // */'],
  ['a\n# 1 "x.h"\n\tb\r\0', '/* a # 1 "x.h" b ? */'],
  ['4 – 5 é 💥', '/* 4 ? 5 ? ?? */'],
  ['\\', '/* \\ */'],
  ['*', '/* * */'],
  ['x'.repeat(300), `/* ${'x'.repeat(240)} ... */`],
];

for (const [note, comment] of COMMENTS)
  test(`nothing ends the comment ${JSON.stringify(note).slice(0, 30)}`, () => {
    const value = BYTES.slice(0, 8);
    const text = printed(value, { kind: 'cells', bits: [64], head: note, note, cellNotes: [note] });
    assert.equal(text, `p = ${comment}\n\t\t/bits/ 64 <0x8>; ${comment} ${comment}`);
  });

/** Texts in which the beginnings and ends of comments, strings and lines are frequent. */
const noteArbitrary = fc.oneof(
  fc.string(),
  fc.string({ unit: fc.constantFrom('*', '/', '\n', '"', '\\', '#', '}', ';', ' ', 'a') }),
);
const typeArbitrary = fc.record(
  {
    kind: fc.constant('cells' as const),
    bits: fc.array(fc.constantFrom(8, 16, 32, 64), { minLength: 1, maxLength: 5 }),
    perLine: fc.integer({ min: 0, max: 9 }),
    head: noteArbitrary,
    note: noteArbitrary,
    cellNotes: fc.array(noteArbitrary, { maxLength: 5 }),
  },
  { requiredKeys: ['kind', 'bits'] },
);
const valueArbitrary = fc.uint8Array({ minLength: 1, maxLength: 100 });

test('whatever is said of it, a value compiles to the same bytes', () => {
  fc.assert(
    fc.property(valueArbitrary, typeArbitrary, fc.boolean(), (value, type, isBig) => {
      printed(value, type, isBig ? 'big' : 'little');
    }),
    { numRuns: 500 },
  );
});

test('dtc reads the same bytes', async (t) => {
  if (!needs(t, 'dtc')) return;
  await fc.assert(
    fc.asyncProperty(valueArbitrary, typeArbitrary, async (value, type) => {
      const input = printDts(treeOf(value), { byteOrder: 'big', typeOf: () => type });
      const args = ['-q', '-I', 'dts', '-O', 'dtb', '-o', '-', '-'];
      const { status, stdout } = await runTool('dtc', args, { input, timeoutMs: 5000 });
      assert.equal(status, 0, input);
      assert.deepEqual(new Uint8Array(stdout), writeFdt(treeOf(value)), input);
    }),
    { numRuns: 100 },
  );
});
