import { PHYSICAL_ADDRESS_LIMIT } from '../handover/decoding.ts';
import type { PhysicalMemory, PhysRange } from './handover-image.ts';

/** Bytes and where in physical memory they are. */
export interface MemoryPiece {
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

/** A piece with its bounds as numbers. */
interface Placed {
  readonly start: number;
  readonly end: number;
  readonly bytes: Uint8Array;
}

/**
 * Memory of which only `pieces` are known. Where two overlap, the later one is believed; those
 * beyond all physical addresses are none. The bytes are not copied.
 */
export function sparseMemory(pieces: readonly MemoryPiece[]): PhysicalMemory {
  const placed = disjoint(
    pieces
      .filter(({ address }) => address < PHYSICAL_ADDRESS_LIMIT)
      .map(({ address, bytes }) => {
        const start = Number(address);
        return { start, end: start + bytes.length, bytes };
      })
      .filter(({ start, end }) => end > start),
  );
  const ranges = rangesOf(placed);
  return {
    ranges: () => ranges,
    read(address, lengthBytes) {
      const start = Number(address);
      const end = start + lengthBytes;
      const bytes = new Uint8Array(lengthBytes);
      let at = start;
      for (let i = lastStartingAt(placed, start); at < end; i++) {
        const piece = placed[i];
        if (piece === undefined || piece.start > at || piece.end <= at) return undefined;
        const until = Math.min(end, piece.end);
        bytes.set(piece.bytes.subarray(at - piece.start, until - piece.start), at - start);
        at = until;
      }
      return bytes;
    },
  };
}

/** Ascending, each address in one piece: that of the last of `pieces` that has it. */
function disjoint(pieces: readonly Placed[]): readonly Placed[] {
  const kept: Placed[] = [];
  for (const piece of [...pieces].sort((a, b) => a.start - b.start)) {
    const before = kept.at(-1);
    if (before === undefined || before.end <= piece.start) {
      kept.push(piece);
      continue;
    }
    // Overlaps are rare: what both cover becomes one piece of its own, in the order given.
    const start = before.start;
    const end = Math.max(before.end, piece.end);
    const bytes = new Uint8Array(end - start);
    for (const each of pieces)
      if (each.start < end && each.end > start && each.start >= start)
        bytes.set(each.bytes.subarray(0, end - each.start), each.start - start);
    kept[kept.length - 1] = { start, end, bytes };
  }
  return kept;
}

function rangesOf(placed: readonly Placed[]): readonly PhysRange[] {
  const ranges: { start: number; end: number }[] = [];
  for (const { start, end } of placed) {
    const last = ranges.at(-1);
    if (last !== undefined && last.end === start) last.end = end;
    else ranges.push({ start, end });
  }
  return ranges.map(({ start, end }) => ({
    address: BigInt(start),
    sizeBytes: BigInt(end - start),
  }));
}

/** Index of the last piece that starts at or before `address`, or -1. */
function lastStartingAt(placed: readonly Placed[], address: number): number {
  let low = 0;
  let high = placed.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((placed[middle] as Placed).start <= address) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
