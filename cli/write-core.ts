import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { elfCoreHeader, type HandoverImage } from '../kho/index.ts';
import { reason, UnusableInput } from './input.ts';

/** What is copied at once. */
const STEP_BYTES = 16 << 20;

/**
 * Writes each image into `folder`, as `kernel-1.core` and on: the memory as it was when that kernel
 * jumped.
 * @throws UnusableInput when the folder cannot be written to.
 */
export function writeCores(folder: string, images: readonly HandoverImage[]): void {
  try {
    mkdirSync(folder, { recursive: true });
    for (const [i, image] of images.entries())
      writeCore(join(folder, `kernel-${i + 1}.core`), image);
  } catch (error) {
    throw new UnusableInput(`${folder}: ${reason(error)}`);
  }
}

function writeCore(path: string, image: HandoverImage): void {
  const { memory, architecture, byteOrder, pageSizeBytes } = image;
  const segments = memory.ranges();
  const { header, offsets } = elfCoreHeader(segments, { architecture, byteOrder, pageSizeBytes });
  const file = openSync(path, 'w');
  try {
    writeSync(file, header);
    for (const [i, { address, sizeBytes }] of segments.entries())
      for (let at = 0; at < Number(sizeBytes); at += STEP_BYTES) {
        const length = Math.min(STEP_BYTES, Number(sizeBytes) - at);
        const bytes = memory.read(address + BigInt(at), length);
        if (bytes !== undefined) writeSync(file, bytes, 0, length, (offsets[i] as number) + at);
      }
  } finally {
    closeSync(file);
  }
}
