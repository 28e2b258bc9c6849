import { KHO_BLOCK_HEADER_SER } from './block.ts';
import { KHO_DATA, KHO_SCRATCH, SETUP_DATA } from './boot-data.ts';
import { KEXEC_METADATA } from './kexec-metadata.ts';
import {
  LUO_FILE_SER,
  LUO_FLB_HEADER_SER,
  LUO_FLB_SER,
  LUO_SER,
  LUO_SER_V2,
  LUO_SESSION_HEADER_SER,
  LUO_SESSION_SER,
} from './luo.ts';
import { MEMFD_LUO_FOLIO_SER, MEMFD_LUO_SER, MEMFD_LUO_SER_V1 } from './memfd.ts';
import {
  KHO_RADIX_LEAF,
  KHO_RADIX_NODE,
  KHOSER_MEM_BITMAP_PTR,
  KHOSER_MEM_CHUNK_HDR,
} from './memory-map.ts';
import { KHO_MEM, TRACE_EVENT_MAP } from './seed.ts';
import type { AnyStruct } from './struct.ts';
import { KHO_VMALLOC, KHO_VMALLOC_CHUNK } from './vmalloc.ts';

export * from './block.ts';
export * from './boot-data.ts';
export * from './kexec-metadata.ts';
export * from './luo.ts';
export * from './memfd.ts';
export * from './memory-map.ts';
export * from './seed.ts';
export * from './vmalloc.ts';

/** Every wire struct, by the name a binding's `kho-struct` uses. */
export const STRUCTS: ReadonlyMap<string, AnyStruct> = new Map(
  (
    [
      KHO_MEM,
      TRACE_EVENT_MAP,
      KHO_DATA,
      KHO_SCRATCH,
      SETUP_DATA,
      KHOSER_MEM_CHUNK_HDR,
      KHOSER_MEM_BITMAP_PTR,
      KHO_RADIX_NODE,
      KHO_RADIX_LEAF,
      KHO_VMALLOC,
      KHO_VMALLOC_CHUNK,
      KHO_BLOCK_HEADER_SER,
      KEXEC_METADATA,
      LUO_SER,
      LUO_SER_V2,
      LUO_SESSION_HEADER_SER,
      LUO_SESSION_SER,
      LUO_FILE_SER,
      LUO_FLB_HEADER_SER,
      LUO_FLB_SER,
      MEMFD_LUO_SER_V1,
      MEMFD_LUO_SER,
      MEMFD_LUO_FOLIO_SER,
    ] as readonly AnyStruct[]
  ).map((struct) => [struct.name, struct]),
);
