import { defineStruct, nested, type Struct } from './struct.ts';
import { KHO_VMALLOC } from './vmalloc.ts';

/** Fields of the struct kho_vmalloc that lists the folios. */
type FoliosField = `folios.${'first' | 'total_pages' | 'flags' | 'order'}`;
type V1Field = 'pos' | 'size' | 'nr_folios' | FoliosField;
type V2Field = V1Field | 'seals' | 'flags';

const DEFINED_IN = 'include/linux/kho/abi/memfd.h';

/** memfd-v1 (6.19, 7.0): what a memfd's luo_file_ser.data points to. */
export const MEMFD_LUO_SER_V1: Struct<V1Field> = defineStruct<V1Field, never>({
  name: 'memfd_luo_ser',
  sizeBytes: 40,
  description: 'A preserved memfd, and the vmalloc area that lists its folios (memfd-v1)',
  definedIn: DEFINED_IN,
  fields: [
    { name: 'pos', bits: 64, offset: 0, description: 'File position' },
    { name: 'size', bits: 64, offset: 8, description: 'Size of the file in bytes' },
    { name: 'nr_folios', bits: 64, offset: 16, description: 'Entries of the folios array' },
    ...nested('folios', 24, KHO_VMALLOC),
  ],
});

/** memfd-v2 (7.1 and later): the same with seals. */
export const MEMFD_LUO_SER: Struct<V2Field> = defineStruct<V2Field, never>({
  name: 'memfd_luo_ser_v2',
  sizeBytes: 48,
  description:
    'A preserved memfd, its seals, and the vmalloc area that lists its folios (memfd-v2)',
  definedIn: DEFINED_IN,
  fields: [
    { name: 'pos', bits: 64, offset: 0, description: 'File position' },
    { name: 'size', bits: 64, offset: 8, description: 'Size of the file in bytes' },
    { name: 'seals', bits: 32, offset: 16, description: 'F_SEAL_* of the memfd' },
    { name: 'flags', bits: 32, offset: 20, description: 'MFD_* it was made with' },
    { name: 'nr_folios', bits: 64, offset: 24, description: 'Entries of the folios array' },
    ...nested('folios', 32, KHO_VMALLOC),
  ],
});

/** An entry of the folios array of a memfd. */
export const MEMFD_LUO_FOLIO_SER: Struct<'pfn' | 'flags' | 'index'> = defineStruct({
  name: 'memfd_luo_folio_ser',
  sizeBytes: 16,
  description: 'A folio of a memfd and where in the file it belongs',
  definedIn: DEFINED_IN,
  fields: [
    {
      name: 'pfn',
      bits: 64,
      offset: 0,
      part: { shift: 0, width: 52 },
      description: 'Page frame number, 0 for a hole',
    },
    {
      name: 'flags',
      bits: 64,
      offset: 0,
      part: { shift: 52, width: 12 },
      description: '1 dirty, 2 up to date',
    },
    { name: 'index', bits: 64, offset: 8, description: 'Index in the page cache, in pages' },
  ],
});
