import assert from 'node:assert/strict';
import test from 'node:test';
import {
  type AnyStruct,
  entriesInPage,
  KHO_BLOCK_HEADER_SER,
  KHO_DATA,
  KHO_DATA_SEED,
  KHO_DATA_V4,
  KHO_MEM,
  KHO_VMALLOC,
  KHO_VMALLOC_CHUNK,
  KHOSER_MEM_BITMAP_PTR,
  KHOSER_MEM_CHUNK_HDR,
  LUO_FILE_SER,
  LUO_FLB_SER,
  LUO_SER,
  LUO_SESSION_SER,
  MEMFD_LUO_FOLIO_SER,
  readStruct,
  STRUCTS,
  writeStruct,
} from '../../kho/index.ts';

// Sizes and offsets as a C compiler for x86_64 and arm64 lays them out.
const LAYOUTS: Readonly<Record<string, readonly [number, Readonly<Record<string, number>>]>> = {
  kho_mem: [16, { addr: 0, len: 8 }],
  kho_data: [32, { fdt_addr: 0, fdt_size: 8, scratch_addr: 16, scratch_size: 24 }],
  kho_scratch: [16, { addr: 0, size: 8 }],
  setup_data: [16, { next: 0, type: 8, len: 12 }],
  khoser_mem_chunk_hdr: [16, { next: 0, order: 8, num_elms: 12 }],
  khoser_mem_bitmap_ptr: [16, { phys_start: 0, bitmap_phys: 8 }],
  kho_radix_node: [0, {}],
  kho_radix_leaf: [0, {}],
  kho_vmalloc: [16, { first: 0, total_pages: 8, flags: 12, order: 14 }],
  kho_vmalloc_chunk: [8, { next: 0 }],
  kho_block_header_ser: [16, { next: 0, count: 8 }],
  kho_kexec_metadata: [73, { version: 0, previous_release: 4, kexec_count: 69 }],
  luo_ser: [32, { compatible: 0, liveupdate_num: 8, sessions_pa: 16, flbs_pa: 24 }],
  luo_ser_v2: [24, { liveupdate_num: 0, sessions_pa: 8, flbs_pa: 16 }],
  luo_session_header_ser: [8, { count: 0 }],
  luo_session_ser: [80, { name: 0, files: 64, count: 72 }],
  luo_file_ser: [64, { compatible: 0, data: 48, token: 56 }],
  luo_flb_header_ser: [16, { pgcnt: 0, count: 8 }],
  luo_flb_ser: [64, { name: 0, data: 48, count: 56 }],
  memfd_luo_ser: [
    40,
    {
      pos: 0,
      size: 8,
      nr_folios: 16,
      'folios.first': 24,
      'folios.total_pages': 32,
      'folios.flags': 36,
      'folios.order': 38,
    },
  ],
  memfd_luo_ser_v2: [
    48,
    {
      pos: 0,
      size: 8,
      seals: 16,
      flags: 20,
      nr_folios: 24,
      'folios.first': 32,
      'folios.total_pages': 40,
      'folios.flags': 44,
      'folios.order': 46,
    },
  ],
  memfd_luo_folio_ser: [16, { pfn: 0, flags: 0, index: 8 }],
  trace_event_map: [8, { crc32: 0, type: 4 }],
};

function offsetsOf({ fields }: AnyStruct): Record<string, number> {
  return Object.fromEntries(fields.map(({ name, offset }) => [name, offset]));
}

test('every wire struct is laid out as in C', () => {
  const laidOut = [...STRUCTS].map(([name, struct]) => [
    name,
    [struct.sizeBytes, offsetsOf(struct)],
  ]);
  assert.deepEqual(Object.fromEntries(laidOut), LAYOUTS);
});

test('boot data of each era', () => {
  assert.equal(KHO_DATA_SEED.sizeBytes, 48);
  assert.deepEqual(offsetsOf(KHO_DATA_SEED), {
    dt_addr: 0,
    dt_size: 8,
    scratch_addr: 16,
    scratch_size: 24,
    mem_cache_addr: 32,
    mem_cache_size: 40,
  });
  assert.equal(KHO_DATA_V4.sizeBytes, 32);
  assert.equal(KHO_DATA.sizeBytes, 32);
});

// What fits in a page of 4 KiB after the head of each kind of page.
const PER_PAGE: readonly [AnyStruct, AnyStruct | 'u64', number][] = [
  [KHOSER_MEM_CHUNK_HDR, KHOSER_MEM_BITMAP_PTR, 255],
  [KHO_VMALLOC_CHUNK, 'u64', 511],
  [KHO_BLOCK_HEADER_SER, LUO_SESSION_SER, 51],
  [KHO_BLOCK_HEADER_SER, LUO_FILE_SER, 63],
];

for (const [head, entry, expected] of PER_PAGE)
  test(`a page of ${head.name} holds ${expected}`, () => {
    assert.equal(entriesInPage(head, entry, 4096), expected);
  });

for (const order of ['little', 'big'] as const) {
  test(`a struct written ${order}-endian reads back`, () => {
    const value = { first: 0x123456789000n, total_pages: 7n, flags: 1n, order: 9n };
    const bytes = writeStruct(KHO_VMALLOC, value, order);
    assert.equal(bytes[order === 'little' ? 0 : 7], 0);
    assert.equal(bytes[order === 'little' ? 8 : 11], 7);
    assert.deepEqual(readStruct(KHO_VMALLOC, bytes, 0, order), value);
  });

  test(`bit fields written ${order}-endian read back`, () => {
    const value = { pfn: 0xfedcba9876543n, flags: 0x803n, index: 5n };
    const bytes = writeStruct(MEMFD_LUO_FOLIO_SER, value, order);
    // The first bit field is the low end of a little-endian integer, the high end of the other.
    assert.equal(bytes[0], order === 'little' ? 0x43 : 0xfe);
    assert.deepEqual(readStruct(MEMFD_LUO_FOLIO_SER, bytes, 0, order), value);
  });
}

test('a text ends at its NUL, or with its array', () => {
  const full = 'x'.repeat(48);
  for (const name of ['', 'memfd-v2', full]) {
    const bytes = writeStruct(LUO_FLB_SER, { name, data: 1n }, 'little');
    assert.deepEqual(readStruct(LUO_FLB_SER, bytes, 0, 'little'), { name, data: 1n, count: 0n });
  }
  assert.throws(() => writeStruct(LUO_SER, { compatible: 'luo-v5678' }, 'little'));
  assert.throws(() => writeStruct(LUO_SER, { compatible: '\u0100' }, 'little'));
});

test('a range of the seed reads as it was written', () => {
  const bytes = writeStruct(KHO_MEM, { addr: 1n << 40n, len: 56n }, 'little');
  assert.deepEqual(readStruct(KHO_MEM, bytes, 0, 'little'), { addr: 1n << 40n, len: 56n });
});
