// How preserved memory is told to the next kernel from 6.16 on.
import { defineStruct, type Struct } from './struct.ts';

const ABI = 'include/linux/kho/abi/kexec_handover.h';
const BITMAPS = 'kernel/kexec_handover.c';

/** An entry of a chunk. */
export const KHOSER_MEM_BITMAP_PTR: Struct<'phys_start' | 'bitmap_phys'> = defineStruct({
  name: 'khoser_mem_bitmap_ptr',
  sizeBytes: 16,
  description: 'A bitmap of preserved blocks and the memory that its first bit stands for',
  definedIn: BITMAPS,
  fields: [
    { name: 'phys_start', bits: 64, offset: 0, description: 'Physical address of bit 0' },
    { name: 'bitmap_phys', bits: 64, offset: 8, description: 'Physical address of the bitmap' },
  ],
});

/** Chunks form a list. */
export const KHOSER_MEM_CHUNK_HDR: Struct<'next' | 'order' | 'num_elms'> = defineStruct({
  name: 'khoser_mem_chunk_hdr',
  sizeBytes: 16,
  description: 'Head of a page that lists bitmaps of blocks of one order (6.16 to 7.0)',
  definedIn: BITMAPS,
  fields: [
    { name: 'next', bits: 64, offset: 0, description: 'Physical address of the next, 0 if last' },
    { name: 'order', bits: 32, offset: 8, description: 'Each bit stands for 2^order pages' },
    { name: 'num_elms', bits: 32, offset: 12, description: 'Bitmaps that are listed' },
  ],
  tail: {
    name: 'bitmaps',
    of: KHOSER_MEM_BITMAP_PTR,
    description: 'Where the bitmaps are',
  },
});

/** A table of the radix tree, one page. */
export const KHO_RADIX_NODE: Struct<never> = defineStruct({
  name: 'kho_radix_node',
  sizeBytes: 0,
  description: 'A table of the tree of preserved blocks (7.1 and later)',
  definedIn: ABI,
  fields: [],
  tail: { name: 'table', of: 'u64', description: 'Physical addresses of nodes, 0 where none is' },
});

/** The lowest level of the radix tree, one page. */
export const KHO_RADIX_LEAF: Struct<never> = defineStruct({
  name: 'kho_radix_leaf',
  sizeBytes: 0,
  description: 'The lowest level of the tree of preserved blocks: a bit for each key',
  definedIn: ABI,
  fields: [],
  tail: { name: 'bitmap', of: 'bits', description: 'Set for each preserved block' },
});
