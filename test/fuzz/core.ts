import { elfCoreHeader, type HandoverImage, type MemoryPiece } from '../../kho/index.ts';

/** An ELF core of the memory, with all of it in the file. */
export function coreOf(
  pieces: readonly MemoryPiece[],
  { architecture, byteOrder, pageSizeBytes }: HandoverImage,
): Uint8Array {
  const options = { architecture, byteOrder, pageSizeBytes, osRelease: '7.3.0' };
  const segments = pieces.map(({ address, bytes }) => ({
    address,
    sizeBytes: BigInt(bytes.length),
  }));
  const { header, offsets } = elfCoreHeader(segments, options);
  const last = pieces.length - 1;
  const core = new Uint8Array(
    Math.max(header.length, (offsets[last] ?? 0) + (pieces[last]?.bytes.length ?? 0)),
  );
  core.set(header);
  for (const [i, { bytes }] of pieces.entries()) core.set(bytes, offsets[i] as number);
  return core;
}
