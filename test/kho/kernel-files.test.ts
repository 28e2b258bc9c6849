import assert from 'node:assert/strict';
import test from 'node:test';
import { writeFdt } from '../../fdt/index.ts';
import {
  checkSource,
  decodeHandover,
  type KernelFilesImage,
  readKernelFiles,
} from '../../kho/index.ts';
import { SHIPPED } from './shipped-bindings.ts';

const OPTIONS = {
  byteOrder: 'little',
  pageSizeBytes: 4096,
  architecture: 'x86_64',
  path: 'files',
} as const;

function blob(text: string): Uint8Array {
  return writeFdt(checkSource({ path: 'a.kho', text }, { bindings: SHIPPED }).tree);
}

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

function read(files: Readonly<Record<string, Uint8Array>>, path = 'files'): KernelFilesImage[] {
  return [...readKernelFiles(new Map(Object.entries(files)), { ...OPTIONS, path })];
}

const SEED = blob(`/dts-v1/;
/ { compatible = "kho-v1"; mine { compatible = "mine-v1"; mem = /bits/ 64 <0x100000 0x2000>; }; };
`);
const ROOT = blob(`/dts-v1/;
/ {
  compatible = "kho-v4";
  preserved-memory-map = <0x1000>;
  memblock { preserved-data = <0x2000>; blob-size = <0x200>; };
};
`);
const MEMBLOCK = blob(`/dts-v1/;
/ { compatible = "memblock-v1"; r { compatible = "reserve-mem-v1"; start = <0x4000>; size = <0x1000>; }; };
`);

test("the seed's files are two sides of one kernel", () => {
  const images = read({
    dt: SEED,
    'firmware/kho/dt': SEED,
    scratch_phys: text('0x4000000\n'),
    scratch_len: text('0x1000000\n'),
    active: text('1\n'),
  });
  assert.deepEqual(
    images.map(({ side }) => side),
    ['in', 'out'],
  );
  for (const { image } of images) {
    const handover = decodeHandover(image, { bindings: SHIPPED });
    assert.equal(handover.release.name, 'seed');
    assert.deepEqual(image.scratch, [{ address: 0x4000000n, sizeBytes: 0x1000000n }]);
    assert.equal(handover.preserved?.pageCount, 2);
    assert.deepEqual(handover.owners, [{ name: 'mine', pages: 2 }]);
  }
});

test('blobs of debugfs are where the root FDT says', () => {
  const [found] = read({ 'in/fdt': ROOT, 'in/sub_fdts/memblock': MEMBLOCK });
  assert.equal(found?.side, 'in');
  assert.deepEqual(found.issues, []);
  const handover = decodeHandover(found.image, { bindings: SHIPPED });
  assert.equal(handover.subtrees[0]?.address, 0x2000);
  assert.equal(handover.image.scratch, undefined);
});

// A side's files, and what is said to be the kernel's own doing.
const DEFECTS: readonly [string, Readonly<Record<string, Uint8Array>>, RegExp | undefined][] = [
  ['out/fdt cut short', { 'out/fdt': ROOT.subarray(0, ROOT.length - 40) }, /cuts out\/fdt/],
  ['no out/fdt', { 'out/sub_fdts/memblock': MEMBLOCK }, /makes no out\/fdt/],
  [
    'LUO of what was handed over',
    { 'in/fdt': ROOT, 'in/sub_fdts/LUO': text('rubbish rubbish rubbish rubbish!') },
    /freed the blob of LUO/,
  ],
  ['a whole out/fdt', { 'out/fdt': ROOT }, undefined],
];

for (const [name, files, message] of DEFECTS)
  test(`${name} is ${message === undefined ? 'no' : 'a'} defect of the kernel`, () => {
    const [found] = read(files);
    assert.ok(found !== undefined);
    const [defect] = found.issues;
    assert.equal(found.issues.length, message === undefined ? 0 : 1);
    if (message !== undefined) assert.match(defect?.message ?? '', message);
    const handover = decodeHandover(found.image, {
      bindings: SHIPPED,
      ...(found.looseBlobs === undefined ? {} : { looseBlobs: found.looseBlobs }),
    });
    if (name === 'no out/fdt') assert.equal(handover.subtrees[0]?.state.kind, 'fdt');
  });

test('what is no number of a scratch file is not believed', () => {
  for (const [phys, len] of [
    ['0x1000\n', '0x1000\n0x2000\n'],
    ['zero\n', '0x1000\n'],
    [`0x${'f'.repeat(40)}\n`, '0x1000\n'],
  ] as const) {
    const [found] = read({
      'out/fdt': ROOT,
      'out/scratch_phys': text(phys),
      'out/scratch_len': text(len),
    });
    assert.equal(found?.image.scratch, undefined);
  }
});

test('a folder of something else has no images', () => {
  assert.deepEqual(read({ 'a.txt': text('x'), 'b/c': text('y') }), []);
});
