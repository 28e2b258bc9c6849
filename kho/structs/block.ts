import { defineStruct, type Struct } from './struct.ts';

/** Blocks form a list of pages, each full of entries of one struct (7.2 and later). */
export const KHO_BLOCK_HEADER_SER: Struct<'next' | 'count'> = defineStruct({
  name: 'kho_block_header_ser',
  sizeBytes: 16,
  description: 'Head of a page of entries; their struct is that of whoever made the block',
  definedIn: 'include/linux/kho/abi/block.h',
  fields: [
    { name: 'next', bits: 64, offset: 0, description: 'Physical address of the next, 0 if last' },
    { name: 'count', bits: 64, offset: 8, description: 'Entries in this block, at least 1' },
  ],
});

/** Blocks that kho_block_set_restore() follows: KHO_MAX_BLOCKS. */
export const MAX_BLOCKS = 10_000;
