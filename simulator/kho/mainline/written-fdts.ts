// The FDTs of a handover at the jump: the root, and the blobs of drivers that are FDTs.
import type { WrittenFdt } from '../model.ts';
import type { Outgoing } from './outgoing.ts';
import { type Context, KHO } from './state.ts';
import { isFdt } from './subtrees.ts';

const FOLDER = '/sys/kernel/debug/kho/out';
/** Larger blobs are not looked at. */
const MAX_BLOB_BYTES: number = 16 << 20;

export function uncheckedFdts({ kernel }: Context, { root }: Outgoing): readonly WrittenFdt[] {
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
  for (const { name, address, sizeBytes, by } of root.subtrees) {
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
