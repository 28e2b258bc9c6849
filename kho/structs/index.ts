import { defineStruct, type Struct } from './struct.ts';

/** A range of memory a driver hands over; what every `mem` property of the seed is made of. */
export const KHO_MEM: Struct = defineStruct({
  name: 'kho_mem',
  sizeBytes: 16,
  description: 'A range of physical memory that is handed over',
  definedIn: 'include/uapi/linux/kexec.h, <20240117144704.602-1-graf@amazon.com>',
  fields: [
    { name: 'addr', bits: 64, offset: 0, description: 'Physical address' },
    { name: 'len', bits: 64, offset: 8, description: 'Length in bytes' },
  ],
});

/** What the seed's x86 setup_data node of type SETUP_KEXEC_KHO carries. */
export const KHO_DATA_SEED: Struct = defineStruct({
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

/** What the x86 setup_data node of type SETUP_KEXEC_KHO carries from 6.16 on. */
export const KHO_DATA: Struct = defineStruct({
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

/** Head of every node in the x86 setup_data list. */
export const SETUP_DATA: Struct = defineStruct({
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

/** Preserved memory that was virtually contiguous. */
export const KHO_VMALLOC: Struct = defineStruct({
  name: 'kho_vmalloc',
  sizeBytes: 16,
  description: 'A vmalloc area, as the chain of chunks that list its pages',
  definedIn: 'include/linux/kho/abi/kexec_handover.h',
  fields: [
    { name: 'first', bits: 64, offset: 0, description: 'Physical address of the first chunk' },
    { name: 'total_pages', bits: 32, offset: 8, description: 'Pages in the area' },
    { name: 'flags', bits: 16, offset: 12, description: '1 VM_ALLOC, 2 VM_ALLOW_HUGE_VMAP' },
    { name: 'order', bits: 16, offset: 14, description: 'Each entry stands for 2^order pages' },
  ],
});

/** How the seed's ftrace names an event type across kernels. */
export const TRACE_EVENT_MAP: Struct = defineStruct({
  name: 'trace_event_map',
  sizeBytes: 8,
  description: 'Fingerprint of an event and the type number the first kernel gave it',
  definedIn: 'kernel/trace/trace_output.c, <20240117144704.602-1-graf@amazon.com>',
  fields: [
    { name: 'crc32', bits: 32, offset: 0, description: 'Of the name and the field sizes' },
    { name: 'type', bits: 32, offset: 4, description: 'Number in the ring buffer' },
  ],
});

/** Every wire struct, by the name a binding's `kho-struct` uses. */
export const STRUCTS: ReadonlyMap<string, Struct> = new Map(
  [KHO_MEM, KHO_DATA, SETUP_DATA, KHO_VMALLOC, TRACE_EVENT_MAP].map((s) => [s.name, s]),
);
