// What a real Linux 7.3.4 left for its successor, and what of a handover does not depend on chance
// or on where memory is, to compare others with it.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { type FdtNode, type FdtProperty, getUint } from '../../fdt/index.ts';
import {
  bytesSource,
  type Handover,
  type HandoverImage,
  readElfCore,
  type Subtree,
} from '../../kho/index.ts';
import { testData } from '../support/tools.ts';

const CORE = 'kho-dumps/linux-7.3.4-x86_64/handover.core.gz';
const ROOT_FDT = { kind: 'in-memory', address: 0x27c000n, sizeBytes: 4096n } as const;

/** The recording; undefined, and the test is left out, where it is absent. */
export function recordedImage(t: TestContext): HandoverImage | undefined {
  const file = testData(t, CORE);
  if (file === undefined) return undefined;
  const core = readElfCore(bytesSource(gunzipSync(readFileSync(file))), 'core').value;
  assert.ok(core !== undefined);
  const { memory, byteOrder, architecture } = core;
  const shape = { byteOrder, architecture, pageSizeBytes: 4096 };
  return { memory, rootFdt: ROOT_FDT, scratch: undefined, ...shape };
}

/** Properties that say where something is, or what was drawn: only their length is compared. */
const PLACES: ReadonlySet<string> = new Set(['preserved-memory-map', 'preserved-data', 'start']);
const CHANCE: ReadonlySet<string> = new Set(['csum']);
/** Where the first chunk of a struct kho_vmalloc is. */
const POINTER_BYTES = 8;
/** Fields of structs that are addresses end in this. */
const ADDRESS_FIELD = /_pa$/;

/** A node with its properties and children in order; what is not compared is a length. */
export function shapeOf({ name, properties, children }: FdtNode): unknown {
  return { name, properties: properties.map(shapeOfProperty), children: children.map(shapeOf) };
}

function shapeOfProperty({ name, value }: FdtProperty): unknown {
  if (PLACES.has(name) || CHANCE.has(name)) return [name, value.length];
  const skipped = name === 'folios_info' ? POINTER_BYTES : 0;
  return [name, value.length, [...value.subarray(skipped)]];
}

/** What a subsystem handed over: the same for all kernels that had the same to hand over. */
export function shapeOfSubtree({ name, sizeBytes, state, areas }: Subtree): unknown {
  return {
    name,
    sizeBytes,
    kind: state.kind,
    ...(state.kind === 'fdt' && { tree: shapeOf(state.tree.root) }),
    ...(state.kind === 'struct' && {
      fields: state.fields.map(({ name: field, value }) =>
        ADDRESS_FIELD.test(field) ? [field, value !== 0n] : [field, value],
      ),
    }),
    areas: areas.map(({ name: of, area }) => {
      const { totalPages, flags, order, blockCount, chunks, isWhole } = area;
      return { of, totalPages, flags, order, blockCount, chunks: chunks.length, isWhole };
    }),
  };
}

/** Orders of the folios of lib/test_kho.c, in the order in which it allocated them. */
export function testFolioOrders({ contents, subtrees }: Handover): number[] {
  const count = testFolioCount(subtrees);
  const list = contents.find(({ name }) => name === 'kho_test/data/folios_info');
  const bytes = list?.read(0, count * 8);
  assert.ok(bytes !== undefined);
  // The entry of a folio is its address, with the order in the bits that no address has.
  return Array.from({ length: count }, (_, i) =>
    Number(getUint(bytes, i * 8, 64, 'little') & 0xfffn),
  );
}

function testFolioCount(subtrees: readonly Subtree[]): number {
  const state = subtrees.find(({ name }) => name === 'kho_test')?.state;
  assert.ok(state?.kind === 'fdt');
  const data = state.tree.root.children.find(({ name }) => name === 'data');
  const property = data?.properties.find(({ name }) => name === 'nr_folios');
  assert.ok(property !== undefined);
  return Number(getUint(property.value, 0, 32, 'little'));
}
