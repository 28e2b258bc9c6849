import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FdtNode, FdtProperty } from '../../fdt/index.ts';
import {
  cellAt,
  cellName,
  describeCompatible,
  describeNode,
  describeProperty,
  describeValueAt,
  integerText,
  loadBinding,
  type PropertyInContext,
  rangeText,
  sizeText,
} from '../../kho/index.ts';

test('sizes are exact, and short where that is exact too', () => {
  const cases: readonly (readonly [bigint, string])[] = [
    [0n, '0 bytes'],
    [1n, '1 byte'],
    [1023n, '1023 bytes'],
    [1024n, '1 KiB'],
    [1536n, '1.5 KiB'],
    [4152n, '4152 bytes (≈ 4.1 KiB)'],
    [10n << 20n, '10 MiB'],
    [(1n << 30n) - 1n, '1073741823 bytes (≈ 1024 MiB)'],
    [3n << 29n, '1.5 GiB'],
    [1n << 60n, '1 EiB'],
    [(1n << 64n) - 1n, '18446744073709551615 bytes (≈ 16 EiB)'],
  ];
  for (const [bytes, expected] of cases) assert.equal(sizeText(bytes), expected);
});

test('numbers have both bases, ranges their last address', () => {
  assert.equal(integerText(7n), '7');
  assert.equal(integerText(0x1000n), '0x1000 = 4096');
  assert.equal(rangeText(0x1000n, 0x1000n), '0x1000 – 0x1fff');
  assert.equal(rangeText(0x1000n, 0n), '0x1000, empty');
});

const DEMO = loadBinding({
  path: 'demo.kho.yaml',
  text: `$id: demo-v1
title: Demo
description: For tests
kho-releases: [seed, 7.1..]
kho-source: drivers/demo.c
kho-on-mismatch: Nothing is restored
properties:
  compatible:
    const: demo-v1
  mem:
    description: Where it is
    kho-struct: kho_mem
    kho-phys: { of: a page, size: len }
    minItems: 2
    kho-items-multiple-of: 2
    kho-restored-by: kho_claim_mem
  start:
    $ref: /schemas/types.yaml#/definitions/uint64
    kho-phys: { of: the buffer, size: length }
  length:
    $ref: /schemas/types.yaml#/definitions/uint64
    kho-unit: bytes
  flags:
    $ref: /schemas/types.yaml#/definitions/uint16-array
    maximum: "0xff"
required: [compatible, mem, start]
additionalProperties: false
`,
}).value;
assert.ok(DEMO !== undefined);

function property(name: string, bytes: readonly number[]): FdtProperty {
  return { name, value: Uint8Array.from(bytes), pieces: [] };
}

function u64(...values: readonly bigint[]): number[] {
  const view = new DataView(new ArrayBuffer(8 * values.length));
  for (const [index, value] of values.entries()) view.setBigUint64(8 * index, value, true);
  return [...new Uint8Array(view.buffer)];
}

function nodeWith(properties: readonly FdtProperty[]): FdtNode {
  const root = { parent: undefined, children: [], labels: [] };
  return { ...root, name: 'demo', path: '/demo', properties };
}

function contextOf(name: string, properties: readonly FdtProperty[]): PropertyInContext {
  const node = nodeWith(properties);
  const found = properties.find((each) => each.name === name);
  assert.ok(found !== undefined);
  const schema = DEMO?.properties.get(name);
  return { node, property: found, schema, byteOrder: 'little' };
}

const MEM = property('mem', u64(0x101000000n, 0x38n, 0x101000100n, 0x1000n));

test('a cell of a struct is named, decoded and paired with its size', () => {
  const context = contextOf('mem', [MEM]);
  assert.equal(
    describeValueAt(context, 16),
    [
      '**mem[1].addr** · u64',
      '`0x101000100 = 4311744768` · at ≈ 4 GiB',
      'Physical address of a page',
      '`0x101000100 – 0x1010010ff` · 4 KiB',
      'In memory `00 01 00 01 01 00 00 00` (little-endian)',
    ].join('\n\n'),
  );
  assert.match(describeValueAt(context, 24) ?? '', /`0x1000 = 4096 bytes \(4 KiB\)`/);
});

test('an address is paired with a size in another property', () => {
  const start = property('start', u64(0x2000n));
  const length = property('length', u64(0x800n));
  const text = describeValueAt(contextOf('start', [start, length]), 0);
  assert.match(text ?? '', /the buffer\n\n`0x2000 – 0x27ff` · 2 KiB/);
});

test('a value that ends in the middle of a cell is not read past its end', () => {
  const cut = { ...MEM, value: MEM.value.subarray(0, 20) };
  const schema = DEMO?.properties.get('mem');
  assert.equal(cellAt(cut, schema, 16, 'little'), undefined);
  const first = cellAt(cut, schema, 0, 'little');
  assert.equal(first && cellName(cut, first), 'mem[0].addr');
  const text = describeProperty({ ...contextOf('mem', [MEM]), property: cut });
  assert.match(text, /The value has 20 bytes, which is not a multiple of 16/);
});

test('a property says what it is, what it must be and what it holds', () => {
  const origin = { isRequired: true, title: 'Demo', releases: ['seed'] };
  assert.equal(
    describeProperty(contextOf('mem', [MEM]), origin),
    `**mem** · array of struct kho_mem

Where it is

At least 2 entries, in groups of 2

| element | type | meaning |
|---|---|---|
| \`addr\` | u64 | Physical address of a page |
| \`len\` | u64 | Length in bytes |

2 entries · 32 bytes · ranges of 4152 bytes (≈ 4.1 KiB) together

|  | addr | len |
|---|---|---|
| [0] | \`0x101000000\` | \`0x38\` |
| [1] | \`0x101000100\` | \`0x1000\` |

The next kernel takes it back with \`kho_claim_mem\`

Required · Demo · releases seed`,
  );
});

test('a long array is cut and says so', () => {
  const flags = property('flags', new Array(600).fill(1));
  const text = describeProperty(contextOf('flags', [flags]));
  assert.match(text, /300 entries · 600 bytes: `0x101` .* … 292 more$/);
  assert.ok(text.length < 400);
});

test('a property without a binding is shown as the bytes it is', () => {
  const raw = { node: nodeWith([]), schema: undefined, byteOrder: 'little' } as const;
  const of = (bytes: readonly number[]): string =>
    describeProperty({ ...raw, property: property('x', bytes) });
  assert.match(of([1, 2, 3]), /^\*\*x\*\* · 3 bytes\n\n`\[01 02 03\]`\n\n\*No binding/);
  assert.match(of([104, 105, 0]), /`"hi"`/);
  assert.match(of(new Array(64).fill(9)), /09 …\]`/);
});

test('a node says which of the required properties are missing', () => {
  const text = describeNode(nodeWith([MEM]), { schema: DEMO, binding: DEMO });
  assert.match(text, /^\*\*demo\*\* · Demo\n\n`\/demo`\n\nFor tests\n\nRequired and there: `mem`/);
  assert.match(text, /\*\*Required and missing\*\*: `compatible`, `start`/);
  assert.match(text, /Releases seed, 7\.1\.\. · defined in `drivers\/demo\.c`$/);
});

test('a compatible says what becomes of it where it is not understood', () => {
  assert.match(describeCompatible('demo-v1', DEMO), /If not understood: Nothing is restored/);
});
