import { assert } from '../../fdt/index.ts';
import type { ByteSource } from './byte-source.ts';
import type { PhysicalMemory, PhysRange } from './handover-image.ts';

/**
 * Ranges of memory as columns of numbers, in the order of the file: a dump has up to a million of
 * them. Segment i is the memory [start[i], end[i]); what it holds is at `offset[i]` in the file.
 */
export interface SegmentTable {
  readonly count: number;
  readonly start: Float64Array;
  readonly end: Float64Array;
  readonly offset: Float64Array;
}

/**
 * The memory that segments of `source` hold. Of segments that overlap, the first in the table
 * wins. Addresses and offsets are whole numbers below 2^53. What is known may be terabytes: whoever
 * reads bounds how much at once.
 */
export function segmentMemory(source: ByteSource, segments: SegmentTable): PhysicalMemory {
  const pieces = disjointPieces(segments);
  let ranges: readonly PhysRange[] | undefined;
  return {
    read: (address, lengthBytes) => readPieces(source, pieces, address, lengthBytes),
    ranges: () => {
      ranges ??= rangesOf(pieces);
      return ranges;
    },
  };
}

/** The memory that any of the segments covers, ascending and disjoint, neighbours joined. */
export function coveredRanges(segments: SegmentTable): readonly PhysRange[] {
  return rangesOf(disjointPieces(segments));
}

/**
 * Cuts segments that overlap so that each address is in one piece, ascending: a sweep over the
 * addresses, with the segments that cover the current one in a heap, the first of the table on top.
 */
function disjointPieces(segments: SegmentTable): SegmentTable {
  const { start, end, offset } = segments;
  const order = orderByStart(segments);
  const pieces = new PieceList(order.length);
  const active = new IndexHeap(order.length);
  let next = 0;
  let at = 0;
  for (;;) {
    while (active.size > 0 && (end[active.top()] as number) <= at) active.pop();
    const nextStart = next < order.length ? (start[order[next] as number] as number) : Infinity;
    if (active.size === 0 && nextStart === Infinity) return pieces.table();
    if (active.size === 0 || nextStart <= at) {
      active.push(order[next++] as number);
      at = Math.max(at, nextStart);
      continue;
    }
    const winner = active.top();
    const until = Math.min(end[winner] as number, nextStart);
    pieces.add(at, until, (offset[winner] as number) + (at - (start[winner] as number)));
    at = until;
  }
}

/** Indices of the segments that are not empty, by where they start, then as in the table. */
function orderByStart({ count, start, end }: SegmentTable): Uint32Array {
  const order = new Uint32Array(count);
  let used = 0;
  let isSorted = true;
  let last = 0;
  for (let i = 0; i < count; i++) {
    const from = start[i] as number;
    if ((end[i] as number) <= from) continue;
    if (from < last) isSorted = false;
    last = from;
    order[used++] = i;
  }
  const filled = order.subarray(0, used);
  if (isSorted) return filled;
  return filled.sort((a, b) => (start[a] as number) - (start[b] as number) || a - b);
}

/** Pieces in ascending order; one that continues the last in memory and in the file extends it. */
class PieceList {
  #count = 0;
  readonly #start: Float64Array;
  readonly #end: Float64Array;
  readonly #offset: Float64Array;

  /** Each piece but the last ends where a segment starts or ends. */
  constructor(segmentCount: number) {
    this.#start = new Float64Array(2 * segmentCount);
    this.#end = new Float64Array(2 * segmentCount);
    this.#offset = new Float64Array(2 * segmentCount);
  }

  add(start: number, end: number, offset: number): void {
    const last = this.#count - 1;
    if (last >= 0 && this.#end[last] === start) {
      const lastBytes = start - (this.#start[last] as number);
      if ((this.#offset[last] as number) + lastBytes === offset) {
        this.#end[last] = end;
        return;
      }
    }
    this.#start[this.#count] = start;
    this.#end[this.#count] = end;
    this.#offset[this.#count] = offset;
    this.#count++;
  }

  table(): SegmentTable {
    const count = this.#count;
    return {
      count,
      start: this.#start.slice(0, count),
      end: this.#end.slice(0, count),
      offset: this.#offset.slice(0, count),
    };
  }
}

/** A binary heap of indices with the least on top. */
class IndexHeap {
  size = 0;
  readonly #items: Uint32Array;

  constructor(capacity: number) {
    this.#items = new Uint32Array(capacity);
  }

  top(): number {
    return this.#items[0] as number;
  }

  push(index: number): void {
    const items = this.#items;
    let hole = this.size++;
    while (hole > 0) {
      const parent = (hole - 1) >> 1;
      if ((items[parent] as number) <= index) break;
      items[hole] = items[parent] as number;
      hole = parent;
    }
    items[hole] = index;
  }

  pop(): void {
    const items = this.#items;
    const last = items[--this.size] as number;
    let hole = 0;
    for (;;) {
      let child = 2 * hole + 1;
      if (child >= this.size) break;
      if (child + 1 < this.size && (items[child + 1] as number) < (items[child] as number)) child++;
      if ((items[child] as number) >= last) break;
      items[hole] = items[child] as number;
      hole = child;
    }
    items[hole] = last;
  }
}

function rangesOf({ count, start, end }: SegmentTable): readonly PhysRange[] {
  const ranges: PhysRange[] = [];
  for (let i = 0; i < count; ) {
    const from = start[i] as number;
    let until = end[i++] as number;
    for (; i < count && start[i] === until; i++) until = end[i] as number;
    ranges.push({ address: BigInt(from), sizeBytes: BigInt(until - from) });
  }
  return ranges;
}

function readPieces(
  source: ByteSource,
  pieces: SegmentTable,
  address: bigint,
  lengthBytes: number,
): Uint8Array | undefined {
  assert(Number.isSafeInteger(lengthBytes) && lengthBytes >= 0, `bad length ${lengthBytes}`);
  if (lengthBytes === 0) return new Uint8Array(0);
  if (address < 0n || address >= BigInt(Number.MAX_SAFE_INTEGER)) return undefined;
  const from = Number(address);
  const first = pieceAt(pieces, from);
  if (first === undefined) return undefined;
  const until = from + lengthBytes;
  const last = lastPieceOf(pieces, first, until);
  if (last === undefined) return undefined;
  if (last === first) return readWithin(source, pieces, first, from, until);
  const bytes = new Uint8Array(lengthBytes);
  for (let at = from, piece = first; piece <= last; piece++) {
    const end = Math.min(until, pieces.end[piece] as number);
    const part = readWithin(source, pieces, piece, at, end);
    if (part === undefined) return undefined;
    bytes.set(part, at - from);
    at = end;
  }
  return bytes;
}

/** The piece that holds `address`. */
function pieceAt({ count, start, end }: SegmentTable, address: number): number | undefined {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((start[middle] as number) <= address) low = middle + 1;
    else high = middle;
  }
  return low > 0 && address < (end[low - 1] as number) ? low - 1 : undefined;
}

/** The piece that holds the byte before `until`, if there is no gap from `first` to it. */
function lastPieceOf(pieces: SegmentTable, first: number, until: number): number | undefined {
  let last = first;
  while ((pieces.end[last] as number) < until) {
    if (last + 1 >= pieces.count || pieces.start[last + 1] !== pieces.end[last]) return undefined;
    last++;
  }
  return last;
}

/** Undefined if the source has become shorter since it was opened. */
function readWithin(
  source: ByteSource,
  pieces: SegmentTable,
  piece: number,
  from: number,
  until: number,
): Uint8Array | undefined {
  const offset = (pieces.offset[piece] as number) + (from - (pieces.start[piece] as number));
  const bytes = source.read(offset, until - from);
  return bytes.length === until - from ? bytes : undefined;
}
