// kexec_file_load() with KHO enabled: every segment in a scratch region. Models kho_fill_kimage()
// and kho_locate_mem_hole() of kernel/liveupdate/kexec_handover.c.
import { KHO_SCRATCH, writeStruct } from '../../../kho/index.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Range } from '../../machine/range-set.ts';
import { BOOT_DATA_PROBE, bootBytes } from '../boot-data.ts';
import { type KexecImage, ok, type Result } from '../model.ts';
import {
  Holes,
  KERNEL_ALIGN_BYTES,
  KHO_ALIGN_BYTES,
  type LoadRequest,
  refuseLoad,
} from '../segments.ts';
import type { Context } from './state.ts';

/** The image, and where in it the array of scratch regions is. */
export interface LoadedImage {
  readonly image: KexecImage;
  readonly scratchArray: Range;
}

/** Loads a kernel that will be told of the root FDT in the page at `rootAddress`. */
export function loadHandover(
  { kernel, release }: Context,
  rootAddress: number,
  request: LoadRequest,
): Result<LoadedImage> {
  const { machine } = kernel;
  const bootData = release.bootData[machine.architecture];
  const holes = new Holes(kernel.scratch);
  const array = scratchArray(kernel);
  const kernelRange = holes.take(request.kernelBytes, KERNEL_ALIGN_BYTES);
  const initrdRange = holes.take(request.initrdBytes, machine.pageBytes);
  const arrayRange = holes.take(array.length, KHO_ALIGN_BYTES);
  const probe = bootBytes(machine, bootData, 0, BOOT_DATA_PROBE);
  const bootRange = holes.take(probe.length, machine.pageBytes);
  if (!kernelRange || !initrdRange || !arrayRange || !bootRange)
    return refuseLoad(kernel, request, 'no scratch region has room for one of its segments');
  // The size that is told is the page's and not the FDT's.
  const fdt = { start: rootAddress, end: rootAddress + machine.pageBytes };
  const handoff = { fdt, scratch: arrayRange };
  const boot = bootBytes(machine, bootData, bootRange.start, handoff);
  const image: KexecImage = {
    segments: [
      { name: 'kernel', range: kernelRange },
      { name: 'initrd', range: initrdRange },
      { name: 'scratch', range: arrayRange, bytes: array },
      { name: 'boot', range: bootRange, bytes: boot },
    ],
    bootPointer: bootRange.start,
    isKho: true,
  };
  return ok({ image, scratchArray: arrayRange });
}

function scratchArray({ scratch, machine }: Kernel): Uint8Array {
  const bytes = new Uint8Array(scratch.length * KHO_SCRATCH.sizeBytes);
  for (const [i, { start, end }] of scratch.entries()) {
    const value = { addr: BigInt(start), size: BigInt(end - start) };
    bytes.set(writeStruct(KHO_SCRATCH, value, machine.byteOrder), i * KHO_SCRATCH.sizeBytes);
  }
  return bytes;
}
