import type { PhysicalMemory, PhysRange } from './handover-image.ts';

/** Bytes and where in physical memory they are. */
export interface MemoryPiece {
  readonly address: bigint;
  readonly bytes: Uint8Array;
}

/** Memory of which only `pieces` are known. Where two overlap, the later one is believed. */
export function sparseMemory(pieces: readonly MemoryPiece[]): PhysicalMemory {
  const ranges = unionOf(pieces);
  return {
    ranges: () => ranges,
    read(address, lengthBytes) {
      const end = address + BigInt(lengthBytes);
      const isKnown = ranges.some(
        (range) => range.address <= address && end <= range.address + range.sizeBytes,
      );
      if (!isKnown) return undefined;
      const bytes = new Uint8Array(lengthBytes);
      for (const piece of pieces) {
        const at = Number(piece.address - address);
        const from = Math.max(0, at);
        const to = Math.min(lengthBytes, at + piece.bytes.length);
        if (to > from) bytes.set(piece.bytes.subarray(from - at, to - at), from);
      }
      return bytes;
    },
  };
}

function unionOf(pieces: readonly MemoryPiece[]): readonly PhysRange[] {
  const union: { address: bigint; sizeBytes: bigint }[] = [];
  const sorted = [...pieces].sort((a, b) => (a.address < b.address ? -1 : 1));
  for (const { address, bytes } of sorted) {
    const end = address + BigInt(bytes.length);
    const last = union.at(-1);
    if (last === undefined || last.address + last.sizeBytes < address)
      union.push({ address, sizeBytes: end - address });
    else if (end > last.address + last.sizeBytes) last.sizeBytes = end - last.address;
  }
  return union;
}
