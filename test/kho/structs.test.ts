import assert from 'node:assert/strict';
import test from 'node:test';
import {
  KHO_DATA,
  KHO_DATA_SEED,
  KHO_MEM,
  KHO_VMALLOC,
  readStruct,
  SETUP_DATA,
  type Struct,
  TRACE_EVENT_MAP,
  writeStruct,
} from '../../kho/index.ts';

// Sizes and offsets as a C compiler for x86_64 and arm64 lays them out.
const LAYOUTS: readonly [Struct, number, Readonly<Record<string, number>>][] = [
  [KHO_MEM, 16, { addr: 0, len: 8 }],
  [
    KHO_DATA_SEED,
    48,
    {
      dt_addr: 0,
      dt_size: 8,
      scratch_addr: 16,
      scratch_size: 24,
      mem_cache_addr: 32,
      mem_cache_size: 40,
    },
  ],
  [KHO_DATA, 32, { fdt_addr: 0, fdt_size: 8, scratch_addr: 16, scratch_size: 24 }],
  [SETUP_DATA, 16, { next: 0, type: 8, len: 12 }],
  [KHO_VMALLOC, 16, { first: 0, total_pages: 8, flags: 12, order: 14 }],
  [TRACE_EVENT_MAP, 8, { crc32: 0, type: 4 }],
];

for (const [struct, sizeBytes, offsets] of LAYOUTS)
  test(`struct ${struct.name} of ${sizeBytes} bytes is laid out as in C`, () => {
    assert.equal(struct.sizeBytes, sizeBytes);
    const fields = struct.fields.map(({ name, offset }) => [name, offset]);
    assert.deepEqual(Object.fromEntries(fields), offsets);
  });

for (const order of ['little', 'big'] as const)
  test(`a struct written ${order}-endian reads back`, () => {
    const value = { first: 0x123456789000n, total_pages: 7n, flags: 1n, order: 9n };
    const bytes = writeStruct(KHO_VMALLOC, value, order);
    assert.equal(bytes[order === 'little' ? 0 : 7], 0);
    assert.equal(bytes[order === 'little' ? 8 : 11], 7);
    assert.deepEqual(readStruct(KHO_VMALLOC, bytes, 0, order), value);
  });
