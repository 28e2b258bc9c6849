// Where kexec_file_load() puts the pieces of the next kernel's image.
import { type Release, sizeText } from '../../kho/index.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { type Range, RangeSet } from '../machine/range-set.ts';
import { bootBytes } from './boot-data.ts';
import { failed, type KexecImage, ok, type Result } from './model.ts';

/** The segments that KHO adds are aligned like this, which makes them easier to map. */
export const KHO_ALIGN_BYTES: number = 64 << 10;
/** Where the kernels of x86_64 and arm64 may start. */
export const KERNEL_ALIGN_BYTES: number = 2 << 20;

export interface LoadRequest {
  readonly kernelBytes: number;
  readonly initrdBytes: number;
}

/** Finds room for segments in ranges of bytes, from the first range on, top-down in each. */
export class Holes {
  readonly #free: readonly RangeSet[];

  constructor(ranges: readonly Range[]) {
    this.#free = ranges.map((range) => new RangeSet([range]));
  }

  take(sizeBytes: number, alignBytes: number): Range | undefined {
    for (const free of this.#free)
      for (const { start, end } of [...free.ranges].reverse()) {
        const from = Math.floor((end - sizeBytes) / alignBytes) * alignBytes;
        if (from < start) continue;
        // Segments are whole pages, so that what follows never shares one.
        free.remove({ start: from, end });
        return { start: from, end: from + sizeBytes };
      }
    return undefined;
  }
}

/** Loads a kernel that is handed nothing: anywhere in memory. */
export function loadPlain(
  kernel: Kernel,
  release: Release,
  request: LoadRequest,
): Result<KexecImage> {
  const free = kernel.machine.ram.without(kernel.memblock.reserved);
  const loaded = loadInto([...free.ranges].reverse(), kernel, release, request);
  return loaded === undefined
    ? refuseLoad(kernel, request, 'memory has no room for its segments')
    : ok(loaded);
}

/** Undefined if the ranges have no room. */
function loadInto(
  ranges: readonly Range[],
  { machine }: Kernel,
  release: Release,
  request: LoadRequest,
): KexecImage | undefined {
  const holes = new Holes(ranges);
  const kernelRange = holes.take(request.kernelBytes, KERNEL_ALIGN_BYTES);
  const initrdRange = holes.take(request.initrdBytes, machine.pageBytes);
  const bootData = release.bootData[machine.architecture];
  const plain = bootBytes(machine, bootData, 0, undefined);
  const bootRange = holes.take(plain.length, machine.pageBytes);
  if (kernelRange === undefined || initrdRange === undefined || bootRange === undefined)
    return undefined;
  return {
    segments: [
      { name: 'kernel', range: kernelRange },
      { name: 'initrd', range: initrdRange },
      { name: 'boot', range: bootRange, bytes: plain },
    ],
    bootPointer: bootRange.start,
    isKho: false,
  };
}

/** Loads a kernel for a panic: it has what was reserved for it, and knows of nothing else. */
export function loadCrash(
  kernel: Kernel,
  release: Release,
  request: LoadRequest,
): Result<KexecImage> {
  const { crashMemory } = kernel;
  if (crashMemory === undefined)
    return refuseLoad(kernel, request, 'crashkernel= has reserved no memory for it');
  const loaded = loadInto([crashMemory], kernel, release, request);
  if (loaded === undefined)
    return refuseLoad(kernel, request, 'what crashkernel= reserved has no room for its segments');
  return ok({ ...loaded, crashMemory });
}

/** kexec_file_load() fails with EADDRNOTAVAIL, which is a finding. */
export function refuseLoad(
  { scratch, recorder }: Kernel,
  request: LoadRequest,
  why: string,
): ReturnType<typeof failed> {
  const sizes = scratch.map(({ start, end }) => sizeText(BigInt(end - start)));
  recorder.finding({
    rule: 'kexec-load-failed',
    severity: 'error',
    message:
      `a kernel of ${sizeText(BigInt(request.kernelBytes))} with an initrd of ` +
      `${sizeText(BigInt(request.initrdBytes))} cannot be loaded: ${why} (EADDRNOTAVAIL)`,
    help: `scratch has ${sizes.join(', ') || sizeText(0n)}; kho_scratch= makes it larger`,
    related: [],
  });
  return failed('EADDRNOTAVAIL');
}

export function physRange({ start, end }: Range): { address: bigint; sizeBytes: bigint } {
  return { address: BigInt(start), sizeBytes: BigInt(end - start) };
}
