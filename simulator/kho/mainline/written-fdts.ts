// The FDTs of a handover at the jump: the root, and the blobs of drivers that are FDTs.
import { fdtTotalsize } from '../../../fdt/index.ts';
import type { WrittenFdt } from '../model.ts';
import type { Outgoing } from './outgoing.ts';
import { type Context, KHO } from './state.ts';
import { isFdt } from './subtrees.ts';

const FOLDER = '/sys/kernel/debug/kho/out';
/** Larger blobs are not looked at. */
const MAX_BLOB_BYTES: number = 16 << 20;

export function uncheckedFdts(
  { kernel, release }: Context,
  { root }: Outgoing,
): readonly WrittenFdt[] {
  const hasSizes = 'sizeProperty' in release.subtrees;
  const { number, machine } = kernel;
  const bytes = root?.bytes;
  if (root === undefined || bytes === undefined) return [];
  const path = `kernel ${number}: ${FOLDER}/fdt`;
  const writerOf: WrittenFdt['writerOf'] = (place) => {
    const name = /^\/([^/:]*)/.exec(place)?.[1];
    const all = [...root.subtrees, ...root.halfMade];
    const by = all.find((each) => each.name === name)?.by;
    return by === undefined || by.caller === KHO ? undefined : by.caller;
  };
  const fdts: WrittenFdt[] = [{ path, bytes, writerOf }];
  for (const { name, address, sizeBytes: told, by } of root.subtrees) {
    // Where no size is handed over, an FDT may have grown since it was added: its header says so.
    const header = hasSizes ? 0 : fdtTotalsize(machine.memory.read(address, 8));
    const sizeBytes = header <= MAX_BLOB_BYTES ? Math.max(told, header) : told;
    if (sizeBytes < 40 || sizeBytes > MAX_BLOB_BYTES) continue;
    const blob = machine.memory.read(address, sizeBytes);
    if (!isFdt(blob)) continue;
    const own = kernel.fdtWriterAt?.(address);
    fdts.push({
      path: `kernel ${number}: ${FOLDER}/sub_fdts/${name}`,
      bytes: blob,
      writerOf: (place) => own?.(place) ?? (by.caller === KHO ? undefined : by.caller),
    });
  }
  return fdts;
}
