import { defineStruct, type Struct } from './struct.ts';

/** Preserved memory that was virtually contiguous. */
export const KHO_VMALLOC: Struct<'first' | 'total_pages' | 'flags' | 'order'> = defineStruct({
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

/** Chunks form a list; a chunk that is full always has a successor. */
export const KHO_VMALLOC_CHUNK: Struct<'next'> = defineStruct({
  name: 'kho_vmalloc_chunk',
  sizeBytes: 8,
  description: 'A page that lists blocks of a vmalloc area, up to the first 0',
  definedIn: 'include/linux/kho/abi/kexec_handover.h',
  fields: [
    { name: 'next', bits: 64, offset: 0, description: 'Physical address of the next, 0 if last' },
  ],
  tail: { name: 'phys', of: 'u64', description: 'Physical addresses of the blocks' },
});

/** The flags that kho_restore_vmalloc() knows. */
export const VMALLOC_FLAGS: ReadonlyMap<bigint, string> = new Map([
  [1n, 'VM_ALLOC'],
  [2n, 'VM_ALLOW_HUGE_VMAP'],
]);
