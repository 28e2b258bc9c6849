// Decompiled text: what the bindings say of values stands beside them, and changes none of them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  type ByteOrder,
  compileDts,
  type FdtNode,
  type FdtTree,
  parseDts,
  printDts,
  readFdt,
  writeFdt,
} from '../../fdt/index.ts';
import {
  type BindingSet,
  createBindingSet,
  createPrintTypes,
  loadBinding,
  type NodeSchema,
} from '../../kho/index.ts';
import { testData } from '../support/tools.ts';
import { SHIPPED } from './shipped-bindings.ts';

function compile(text: string, byteOrder: ByteOrder, bindings: BindingSet): FdtTree {
  const parsed = parseDts({ path: 'x.kho.dts', text });
  const { value, issues } = compileDts(parsed.value, { byteOrder, layoutOf: bindings.layoutOf });
  assert.deepEqual([...parsed.issues, ...issues], [], text);
  return value;
}

/** The tree as text, which has to compile to the same blob with and without the bindings. */
function decompile(tree: FdtTree, bindings: BindingSet, byteOrder: ByteOrder = 'little'): string {
  const text = printDts(tree, { byteOrder, typeOf: createPrintTypes(bindings) });
  const blob = writeFdt(tree);
  for (const known of [bindings, createBindingSet([])])
    assert.deepEqual(writeFdt(compile(text, byteOrder, known)), blob, text);
  return text;
}

/** The lines between the braces of the only node. */
function printedNode(properties: string, bindings: BindingSet): string {
  const tree = compile(`/dts-v1/; / { ${properties} };`, 'little', bindings);
  return decompile(tree, bindings).split('\n').slice(3, -2).join('\n');
}

const DEMO = bindingsOf(`$id: demo-v1
title: Demo
kho-releases: [seed]
properties:
  compatible: { const: demo-v1 }
  start:
    $ref: /schemas/types.yaml#/definitions/uint64
    kho-phys: { of: the buffer, size: length }
  length: { $ref: /schemas/types.yaml#/definitions/uint32, kho-unit: bytes }
  delay: { $ref: /schemas/types.yaml#/definitions/uint32, kho-unit: ms }
  next: { $ref: /schemas/types.yaml#/definitions/uint64, kho-phys: { of: the next node } }
  pages: { $ref: /schemas/types.yaml#/definitions/uint64-array, kho-phys: { of: a page } }
  count: { $ref: /schemas/types.yaml#/definitions/uint32 }
  mem: { kho-struct: kho_mem, kho-phys: { of: a page, size: len } }
  only: { kho-struct: kho_mem, kho-phys: { of: a page, size: len }, maxItems: 1 }
  area: { kho-struct: kho_vmalloc, maxItems: 1 }
  areas: { kho-struct: kho_vmalloc }
  map:
    $ref: /schemas/types.yaml#/definitions/uint32-matrix
    items: { items: [{ title: from }, { title: to }] }
`);

function bindingsOf(text: string): BindingSet {
  const { value, issues } = loadBinding({ path: 'x.kho.yaml', text });
  assert.deepEqual(issues, []);
  return createBindingSet(value === undefined ? [] : [value]);
}

// Properties as a source has them, and as they are printed.
const PRINTED: readonly (readonly [string, string])[] = [
  [
    'start = <0x101000000>; length = <0x400000>;',
    `start = /bits/ 64 <0x101000000>; /* the buffer, 0x101000000 - 0x1013fffff, 4 MiB */
	length = <0x400000>; /* 4 MiB */`,
  ],
  [
    'start = <0x1000>; length = <0>;',
    'start = /bits/ 64 <0x1000>; /* the buffer, empty */\n\tlength = <0x0>;',
  ],
  ['start = <0x1000>;', 'start = /bits/ 64 <0x1000>; /* the buffer */'],
  [
    'start = <0x1000>; length = [01];',
    'start = /bits/ 64 <0x1000>; /* the buffer */\n\tlength = [01];',
  ],
  ['length = <1023>;', 'length = <0x3ff>;'],
  ['length = <1025>;', 'length = <0x401>; /* 1025 bytes (~1 KiB) */'],
  ['delay = <20>; count = <3>;', 'delay = <0x14>; /* ms */\n\tcount = <0x3>;'],
  ['next = <1>;', 'next = /bits/ 64 <0x1>; /* the next node */'],
  ['next = <1 2>;', 'next = /bits/ 64 <0x1 0x2>;'],
  ['pages = <1 2 3 4>;', 'pages = /bits/ 64 <0x1 0x2 0x3 0x4>; /* a page */'],
  [
    'mem = <0x101000000 0x38>;',
    `mem = /* addr len */ /bits/ 64 <0x101000000 0x38>; \
/* a page, 0x101000000 - 0x101000037, 56 bytes */`,
  ],
  [
    'mem = <0x101000000 0x38 0x102000000 0x1000>;',
    `mem = /* addr len */ /bits/ 64 <0x101000000 0x38
		0x102000000 0x1000>; /* a page: 2 ranges, 4152 bytes (~4.1 KiB) together */`,
  ],
  ['mem = <0x101000000 0x38 1>;', 'mem = /bits/ 64 <0x101000000 0x38\n\t\t0x1>;'],
  ['mem;', 'mem;'],
  [
    'only = <0x101000000 0x1000>;',
    `only = /* struct kho_mem */
		/bits/ 64 <0x101000000>, /* addr: a page, 0x101000000 - 0x101000fff, 4 KiB */
		/bits/ 64 <0x1000>; /* len: length in bytes, 4 KiB */`,
  ],
  [
    'area = <0x4f7000 2 1 0>;',
    `area = /* struct kho_vmalloc */
		/bits/ 64 <0x4f7000>, /* first: physical address of the first chunk */
		/bits/ 32 <0x2>, /* total_pages: pages in the area */
		/bits/ 16 <0x1>, /* flags: 1 VM_ALLOC, 2 VM_ALLOW_HUGE_VMAP */
		/bits/ 16 <0x0>; /* order: each entry stands for 2^order pages */`,
  ],
  [
    'areas = <0x4f7000 2 1 0 0x4f8000 3 1 0>;',
    `areas = /* first total_pages flags order */ \
/bits/ 64 <0x4f7000>, /bits/ 32 <0x2>, /bits/ 16 <0x1 0x0>,
		/bits/ 64 <0x4f8000>, /bits/ 32 <0x3>, /bits/ 16 <0x1 0x0>;`,
  ],
  ['map = <1 2 3 4>;', 'map = /* from to */ <0x1 0x2\n\t\t0x3 0x4>;'],
];

for (const [source, text] of PRINTED)
  test(`printed with notes: ${source}`, () => {
    const compatible = 'compatible = "demo-v1";';
    assert.equal(printedNode(`${compatible} ${source}`, DEMO), `\t${compatible}\n\t${text}`);
  });

test('a binding cannot end the comments that it is quoted in', () => {
  const evil = '*/ }; / { evil; /*';
  const bindings = bindingsOf(`$id: x-v1
title: X
kho-releases: [seed]
properties:
  compatible: { const: x-v1 }
  a: { $ref: /schemas/types.yaml#/definitions/uint64, kho-phys: { of: "${evil}\\n# 1" } }
  b: { $ref: /schemas/types.yaml#/definitions/uint64, kho-unit: "${evil}" }
  c:
    $ref: /schemas/types.yaml#/definitions/uint8-matrix
    items: { items: [{ title: "${evil}" }, { title: "\\u2028*" }] }
`);
  const text = printedNode('compatible = "x-v1"; a = <1>; b = <2>; c = <3 4>;', bindings);
  assert.match(text, /a = \/bits\/ 64 <0x1>; \/\* \* \/ }; \/ { evil; \/ \* # 1 \*\/\n/);
});

test('an array of many ranges gets one comment before it and one behind', () => {
  const ranges = Array.from({ length: 5000 }, (_, index) => `${index * 4096} 4096`).join(' ');
  const text = printedNode(`compatible = "demo-v1"; mem = <${ranges}>;`, DEMO);
  assert.equal(text.split('\n').length, 5001);
  assert.equal(text.split('/*').length, 3);
  assert.match(text.slice(-60), /: 5000 ranges, 20480000 bytes \(~19\.5 MiB\) together \*\/$/);
});

/** Nodes that a binding describes, with every property that it names, of random bytes. */
function nodeArbitrary(name: string, schema: NodeSchema, isRoot: boolean): fc.Arbitrary<FdtNode> {
  const names = [...schema.properties.keys(), ...(isRoot ? ['other'] : [])];
  const value = (each: string): fc.Arbitrary<Uint8Array> => {
    const allowed = schema.properties.get(each)?.allowed?.map((text) => Buffer.from(`${text}\0`));
    const wide = fc.integer({ min: 0, max: 9 }).chain((length) => {
      const lengths = { minLength: length * 8, maxLength: length * 8 };
      return fc.uint8Array(lengths);
    });
    const random = fc.oneof(wide, fc.uint8Array({ maxLength: 40 }));
    const [first] = allowed ?? [];
    return first === undefined ? random : fc.constant(new Uint8Array(first));
  };
  const children = [...schema.children].flatMap(([child, { schema: inPlace }]) =>
    inPlace === undefined ? [] : [nodeArbitrary(child, inPlace, false)],
  );
  return fc.tuple(fc.tuple(...names.map(value)), fc.tuple(...children)).map(([values, nodes]) => {
    const properties = names.map((each, index) => ({
      name: each,
      value: values[index] ?? new Uint8Array(0),
      pieces: [],
    }));
    const node = { name, path: `/${name}`, parent: undefined, properties, labels: [] };
    return { ...node, children: nodes };
  });
}

/** The tree with paths and parents, which printing by bindings goes by. */
function treeOf(root: FdtNode): FdtTree {
  const { value } = readFdt(writeFdt({ root, reservations: [], bootCpuid: 0 }));
  assert.ok(value !== undefined);
  return value;
}

for (const binding of SHIPPED.bindings)
  test(`whatever is in it, a node of ${binding.id} compiles to the same bytes`, () => {
    const name = binding.nodeName?.test('/') === false ? nameFor(binding.nodeName) : '';
    const node = nodeArbitrary(name, binding, true);
    const bindings = SHIPPED.preferring(binding.releases[0]?.split('..')[0] ?? '');
    fc.assert(
      fc.property(node, fc.boolean(), (described, isBig) => {
        const root = { ...described, name: '', path: '/', children: [described] };
        const tree = treeOf(name === '' ? described : root);
        decompile(tree, bindings, isBig ? 'big' : 'little');
      }),
      { numRuns: 40 },
    );
  });

function nameFor(pattern: RegExp): string {
  const name = pattern.source.replace(/^\^|\$$|\\/g, '');
  assert.match(name, pattern);
  return name;
}

test('the FDTs of a real handover say what their addresses are', (t) => {
  const folder = testData(t, 'kho-dumps/linux-7.3.4-x86_64/kernel2/in');
  if (folder === undefined) return;
  const read = (file: string): string => {
    const { value } = readFdt(readFileSync(`${folder}/${file}`));
    assert.ok(value !== undefined);
    return decompile(value, SHIPPED.preferring('7.3'));
  };
  assert.match(read('fdt'), /0x27b000>; \/\* the root node of the radix tree, a struct kho_radix/);
  assert.match(read('fdt'), /\/\* the blob of the subsystem, 0x4de000 - 0x4de01f, 32 bytes \*\//);
  assert.match(read('sub_fdts/memblock'), /size = \/bits\/ 64 <0x400000>; \/\* 4 MiB \*\//);
  assert.match(
    read('sub_fdts/kho_test'),
    /\/\* struct kho_vmalloc \*\/\n\t\t\t\/bits\/ 64 <0x341000>,/,
  );
});
