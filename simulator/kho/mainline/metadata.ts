// The subtree kexec-metadata (7.1 and later): which kernel handed over, and how often there was a
// jump. Models kho_kexec_metadata_init() of kernel/liveupdate/kexec_handover.c.
import { KEXEC_METADATA, readStruct, writeStruct } from '../../../kho/index.ts';
import type { Incoming } from './incoming.ts';
import type { Outgoing } from './outgoing.ts';
import { type CalledBy, type Context, KHO } from './state.ts';

const NODE = 'kexec-metadata';
const VERSION = 1n;

/** Whether the release has it at all. */
export function hasMetadata({ release }: Context): boolean {
  return release.formats.some(({ name }) => name === NODE);
}

/** Jumps since the cold boot, as the kernel before says; 0 if it says nothing that is believed. */
export function readMetadata({ kernel }: Context, incoming: Incoming | undefined): number {
  const found = incoming?.retrieve(NODE);
  if (found === undefined || typeof found === 'number') return 0;
  const { phys, sizeBytes = 0 } = found;
  const { memory, byteOrder } = kernel.machine;
  if (sizeBytes < 4) {
    kernel.print(`KHO: kexec-metadata blob too small (${sizeBytes} bytes)`);
    return 0;
  }
  const bytes = memory.read(phys, KEXEC_METADATA.sizeBytes);
  const value = readStruct(KEXEC_METADATA, bytes, 0, byteOrder);
  if (value.version !== VERSION) {
    kernel.print(
      `KHO: kexec-metadata version ${value.version} not supported (expected ${VERSION})`,
    );
    return 0;
  }
  if (sizeBytes < KEXEC_METADATA.sizeBytes) {
    const sizes = `(${sizeBytes} < ${KEXEC_METADATA.sizeBytes})`;
    kernel.print(`KHO: kexec-metadata blob too small for v${VERSION} ${sizes}`);
    return 0;
  }
  kernel.print(`KHO: exec from: ${value.previous_release} (count ${value.kexec_count})`);
  return Number(value.kexec_count);
}

/** False if there is no memory for it, and then KHO is off. */
export function writeMetadata(context: Context, outgoing: Outgoing, count: number): boolean {
  const { kernel, release } = context;
  const by: CalledBy = { call: 'kho_init', caller: KHO };
  const page = outgoing.takePage();
  if (page === undefined) return false;
  if (outgoing.preserver.preserveBlock(kernel.pfnOf(page), 0, 'kho', by) !== 0) return false;
  const value = {
    version: VERSION,
    previous_release: `${release.name}.0`,
    kexec_count: BigInt(count + 1),
  };
  const bytes = writeStruct(KEXEC_METADATA, value, kernel.machine.byteOrder);
  kernel.machine.memory.write(page, bytes);
  const sizeBytes = KEXEC_METADATA.sizeBytes;
  return outgoing.addSubtree({ name: NODE, address: page, sizeBytes, by }) === 0;
}
