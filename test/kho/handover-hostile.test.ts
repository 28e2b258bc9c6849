// Handovers that are made to take for ever, or all memory: an answer comes soon all the same.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  decodeHandover,
  type Handover,
  KHO_VMALLOC,
  MEMFD_LUO_SER,
  type MemoryPiece,
  NEWEST_RELEASE,
  releaseNamed,
  sparseMemory,
  writeStruct,
} from '../../kho/index.ts';
import { buildHandover } from './handover-builder.ts';
import type { SessionPlan } from './luo-builder.ts';
import { SHIPPED } from './shipped-bindings.ts';

/** Where the struct kho_vmalloc of a memfd is. */
const AREA = MEMFD_LUO_SER.sizeBytes - KHO_VMALLOC.sizeBytes;
const TIMEOUT_MS = 60_000;

/** Decodes a handover of one file whose struct memfd_luo_ser is changed, with more memory. */
function decodeWith(
  sessions: readonly SessionPlan[],
  change: (memfd: Uint8Array) => void,
  more: readonly MemoryPiece[],
): Handover {
  const { image, pieces } = buildHandover({ release: NEWEST_RELEASE, sessions });
  const whole = decodeHandover(image, { bindings: SHIPPED });
  const address = whole.luo?.sessions[0]?.files[0]?.data;
  const memfd = pieces.find((piece) => piece.address === address);
  assert.ok(memfd !== undefined);
  change(memfd.bytes);
  return decodeHandover(
    { ...image, memory: sparseMemory([...pieces, ...more]) },
    { bindings: SHIPPED },
  );
}

const ONE_FILE: SessionPlan = {
  name: 'hostile',
  files: [{ token: 1, pages: 1, folios: [{ index: 0, order: 0 }] }],
};
const CHUNKS_AT = 2 ** 30;
const ARRAY_AT = 2 ** 31;

/** Chunks in a row, each of which lists `block` as often as it can. */
function chunksOf(count: number, block: number): MemoryPiece {
  const bytes = new Uint8Array(count * 4096);
  const words = new BigUint64Array(bytes.buffer).fill(BigInt(block));
  for (let i = 0; i < count; i++)
    words[i * 512] = i + 1 < count ? BigInt(CHUNKS_AT + (i + 1) * 4096) : 0n;
  return { address: BigInt(CHUNKS_AT), bytes };
}

function memfdOf(order: number, pages: bigint, folios: bigint): Uint8Array {
  const bytes = writeStruct(MEMFD_LUO_SER, { size: 4096n, nr_folios: folios }, 'little');
  const area = { first: BigInt(CHUNKS_AT), total_pages: pages, flags: 1n, order: BigInt(order) };
  bytes.set(writeStruct(KHO_VMALLOC, area, 'little'), AREA);
  return bytes;
}

test('an array of folios in a block of half a petabyte', { timeout: TIMEOUT_MS }, () => {
  const { luo, issues } = decodeWith(
    [ONE_FILE],
    (memfd) => memfd.set(memfdOf(38, 1n, 2n ** 64n - 1n)),
    [chunksOf(1, 2 ** 50)],
  );
  assert.equal(luo?.sessions[0]?.files[0]?.memfd?.isWhole, false);
  assert.ok(issues.some(({ rule }) => rule === 'limit-exceeded'));
});

test('chunks that list one page a hundred thousand times', { timeout: TIMEOUT_MS }, () => {
  const pages = BigInt(200 * 511);
  const array = { address: BigInt(ARRAY_AT), bytes: new Uint8Array(4096) };
  const { luo } = decodeWith([ONE_FILE], (memfd) => memfd.set(memfdOf(0, pages, pages * 256n)), [
    chunksOf(200, ARRAY_AT),
    array,
  ]);
  const memfd = luo?.sessions[0]?.files[0]?.memfd;
  assert.equal(memfd?.holeCount, 200 * 511 * 256);
});

test('ten files that all have the same folios', { timeout: TIMEOUT_MS }, () => {
  const files = Array.from({ length: 10 }, (_, token) => ({ token, pages: 0, folios: [] }));
  const { image, pieces } = buildHandover({
    release: NEWEST_RELEASE,
    sessions: [{ name: 'hostile', files }],
  });
  const whole = decodeHandover(image, { bindings: SHIPPED });
  const bytes = memfdOf(0, BigInt(200 * 511), BigInt(200 * 511 * 256));
  for (const { data } of whole.luo?.sessions[0]?.files ?? [])
    pieces.find(({ address }) => address === data)?.bytes.set(bytes);
  // Folios in the order of a file, each its own, once in every page of the array.
  const array = { address: BigInt(ARRAY_AT), bytes: new Uint8Array(4096) };
  const words = new BigUint64Array(array.bytes.buffer);
  for (let i = 0; i < 256; i++) [words[i * 2], words[i * 2 + 1]] = [BigInt(2 * i + 9), BigInt(i)];
  const memory = sparseMemory([...pieces, chunksOf(200, ARRAY_AT), array]);
  const { issues } = decodeHandover({ ...image, memory }, { bindings: SHIPPED });
  assert.ok(issues.some(({ rule }) => rule === 'limit-exceeded'));
});

test('a chunk of the bitmaps has an order that no shift can take', () => {
  const release = releaseNamed('6.18');
  assert.ok(release !== undefined);
  const { image, pieces } = buildHandover({ release });
  const whole = decodeHandover(image, { bindings: SHIPPED });
  const chunk = pieces.find(({ address }) => Number(address) === whole.preserved?.address);
  assert.ok(chunk !== undefined);
  new DataView(chunk.bytes.buffer).setUint32(8, 0xffff_ffff, true);
  const { issues } = decodeHandover(image, { bindings: SHIPPED });
  assert.ok(issues.some(({ rule }) => rule === 'map-malformed'));
});

test('a node whose memory begins inside a page', () => {
  const { image } = buildHandover({ release: NEWEST_RELEASE });
  const numaNodes = (image.numaNodes ?? []).map(({ id, ranges }) => ({
    id,
    ranges: ranges.map(({ address, sizeBytes }) => ({
      address: address + 1n,
      sizeBytes: sizeBytes - 77n,
    })),
  }));
  const { nodePages } = decodeHandover({ ...image, numaNodes }, { bindings: SHIPPED });
  for (const pages of nodePages?.values() ?? []) assert.ok(Number.isInteger(pages));
});
