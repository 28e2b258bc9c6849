// How the next kernel is told where everything is.
import { defineStruct, type Struct } from './struct.ts';

/** What the seed's x86 setup_data node of type SETUP_KEXEC_KHO carries. */
export const KHO_DATA_SEED: Struct<
  'dt_addr' | 'dt_size' | 'scratch_addr' | 'scratch_size' | 'mem_cache_addr' | 'mem_cache_size'
> = defineStruct({
  name: 'kho_data',
  sizeBytes: 48,
  description: 'Where the next kernel finds the FDT, the scratch region and the mem cache',
  definedIn: 'arch/x86/include/uapi/asm/bootparam.h, <20240117144704.602-1-graf@amazon.com>',
  fields: [
    { name: 'dt_addr', bits: 64, offset: 0, description: 'Physical address of the FDT' },
    { name: 'dt_size', bits: 64, offset: 8, description: 'Its size in bytes' },
    { name: 'scratch_addr', bits: 64, offset: 16, description: 'Start of the scratch region' },
    { name: 'scratch_size', bits: 64, offset: 24, description: 'Its size in bytes' },
    { name: 'mem_cache_addr', bits: 64, offset: 32, description: 'Array of struct kho_mem' },
    { name: 'mem_cache_size', bits: 64, offset: 40, description: 'Its size in bytes' },
  ],
});

/** What the x86 setup_data node carries in the series v4: scratch is an array from here on. */
export const KHO_DATA_V4: Struct<'dt_addr' | 'dt_size' | 'scratch_addr' | 'scratch_size'> =
  defineStruct({
    name: 'kho_data',
    sizeBytes: 32,
    description: 'Where the next kernel finds the FDT and the array of scratch regions',
    definedIn: 'arch/x86/include/uapi/asm/setup_data.h, <20250206132754.2596694-1-rppt@kernel.org>',
    fields: [
      { name: 'dt_addr', bits: 64, offset: 0, description: 'Physical address of the FDT' },
      { name: 'dt_size', bits: 64, offset: 8, description: 'Its size in bytes' },
      { name: 'scratch_addr', bits: 64, offset: 16, description: 'Array of struct kho_scratch' },
      { name: 'scratch_size', bits: 64, offset: 24, description: 'Its size in bytes' },
    ],
  });

/** What the x86 setup_data node of type SETUP_KEXEC_KHO carries from 6.16 on. */
export const KHO_DATA: Struct<'fdt_addr' | 'fdt_size' | 'scratch_addr' | 'scratch_size'> =
  defineStruct({
    name: 'kho_data',
    sizeBytes: 32,
    description: 'Where the next kernel finds the root FDT and the array of scratch regions',
    definedIn: 'arch/x86/include/uapi/asm/setup_data.h',
    fields: [
      { name: 'fdt_addr', bits: 64, offset: 0, description: 'Physical address of the root FDT' },
      { name: 'fdt_size', bits: 64, offset: 8, description: 'PAGE_SIZE, not the totalsize' },
      { name: 'scratch_addr', bits: 64, offset: 16, description: 'Array of struct kho_scratch' },
      { name: 'scratch_size', bits: 64, offset: 24, description: 'Its size in bytes' },
    ],
  });

/** A scratch region; the boot data points to an array of them. */
export const KHO_SCRATCH: Struct<'addr' | 'size'> = defineStruct({
  name: 'kho_scratch',
  sizeBytes: 16,
  description: 'A region that the next kernel boots in and that nothing else may be in',
  definedIn: 'include/asm-generic/kexec_handover.h',
  fields: [
    { name: 'addr', bits: 64, offset: 0, description: 'Physical address' },
    { name: 'size', bits: 64, offset: 8, description: 'Size in bytes' },
  ],
});

/** Head of every node in the x86 setup_data list. */
export const SETUP_DATA: Struct<'next' | 'type' | 'len'> = defineStruct({
  name: 'setup_data',
  sizeBytes: 16,
  description: 'Head of a node of the list that x86 boot parameters point to',
  definedIn: 'arch/x86/include/uapi/asm/setup_data.h',
  fields: [
    { name: 'next', bits: 64, offset: 0, description: 'Physical address of the next, 0 if last' },
    { name: 'type', bits: 32, offset: 8, description: 'SETUP_KEXEC_KHO is 10' },
    { name: 'len', bits: 32, offset: 12, description: 'Bytes that follow' },
  ],
});
