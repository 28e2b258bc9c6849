// A handover of a real Linux 7.3.4, recorded at the moment of the jump, and the files that both
// kernels showed in debugfs.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import {
  bytesSource,
  decodeHandover,
  type Handover,
  handoverToJson,
  locateHandover,
  type PhysRange,
  readElfCore,
  readKernelFiles,
} from '../../kho/index.ts';
import { testData } from '../support/tools.ts';
import { SHIPPED } from './shipped-bindings.ts';

const RECORDING = 'kho-dumps/linux-7.3.4-x86_64';

/** As /sys/kernel/debug/kho/out/scratch_* of the first kernel say. */
const SCRATCH: readonly PhysRange[] = [
  { address: 0x1d800000n, sizeBytes: 0x1000000n },
  { address: 0x1b800000n, sizeBytes: 0x2000000n },
  { address: 0x19800000n, sizeBytes: 0x2000000n },
];

function recorded(t: TestContext): Handover | undefined {
  const file = testData(t, `${RECORDING}/handover.core.gz`);
  if (file === undefined) return undefined;
  const core = readElfCore(bytesSource(gunzipSync(readFileSync(file))), 'core').value;
  assert.ok(core !== undefined);
  const { memory, byteOrder, architecture } = core;
  const candidates = locateHandover(memory, { byteOrder, pageBytes: 4096 });
  assert.deepEqual(
    candidates.map(({ rootFdt }) => rootFdt.address),
    [0x27c000n],
  );
  return decodeHandover(
    {
      memory,
      rootFdt: { kind: 'in-memory', address: 0x27c000n, sizeBytes: 4096n },
      scratch: SCRATCH,
      ram: [{ address: 0n, sizeBytes: 512n << 20n }],
      architecture,
      byteOrder,
      pageSizeBytes: 4096,
    },
    { bindings: SHIPPED },
  );
}

test('the recorded handover is clean, whole and all of it is known', (t) => {
  const handover = recorded(t);
  if (handover === undefined) return;
  assert.deepEqual(handover.issues, []);
  assert.equal(handover.release.name, '7.3');
  assert.equal(handover.preserved?.address, 0x27b000);
  assert.equal(handover.preserved.blockCount, 278);
  assert.ok(handover.preserved.isWhole);
  assert.equal(handover.unclaimedPages, 0);
});

test('the recorded handover has its LUO session, memfd and FLBs', (t) => {
  const handover = recorded(t);
  if (handover === undefined) return;
  const { luo } = handover;
  assert.equal(luo?.compatible, 'luo-v5');
  assert.equal(luo.liveupdateNumber, 1n);
  assert.deepEqual(
    luo.sessions.map(({ name, files }) => [name, files.map(({ token }) => token)]),
    [['test-session', [0x1an]]],
  );
  assert.deepEqual(
    luo.flbs.map(({ name, count }) => [name, count]),
    [0, 1, 2].map((i) => [`liveupdate-test-flb-v${i}`, 1n]),
  );
  const memfd = luo.sessions[0]?.files[0]?.memfd;
  assert.equal(memfd?.sizeBytes, 1 << 20);
  assert.equal(memfd.folioCount, 256);
});

test('every page of the recorded memfd reads back by its name', (t) => {
  const handover = recorded(t);
  if (handover === undefined) return;
  const content = handover.contents.find(({ name }) => name === 'LUO/test-session/0x1a');
  assert.ok(content !== undefined);
  for (let page = 0; page < 256; page++) {
    const text = `page ${page}\0`;
    const bytes: Uint8Array | undefined = content.read(page * 4096, text.length);
    assert.equal(Buffer.from(bytes ?? []).toString(), text);
  }
});

test('memory of the recorded handover is counted by who has it', (t) => {
  const handover = recorded(t);
  if (handover === undefined) return;
  assert.deepEqual(
    handover.owners.map(({ name, pages }) => [name, pages]),
    [
      ['memblock/trace', 1024],
      ['LUO/test-session/0x1a', 259],
      ['kho_test', 68],
      ['LUO', 3],
      ['LUO/test-session', 1],
      ['kexec-metadata', 1],
      ['memblock', 1],
      ['root FDT', 1],
    ],
  );
  const pages = handover.owners.reduce((sum, owner) => sum + owner.pages, 0);
  assert.equal(pages, handover.preserved?.pageCount);
});

test('the recorded handover survives the way to JSON', (t) => {
  const handover = recorded(t);
  if (handover === undefined) return;
  const json = JSON.parse(JSON.stringify(handoverToJson(handover, 5)));
  assert.equal(json.rootFdt.address, '0x27c000');
  assert.equal(json.preserved.address, '0x27b000');
  assert.equal(json.preserved.blocks, 278);
  assert.equal(json.preserved.ranges.length, 5);
  assert.equal(json.preserved.rangeCount, handover.preserved?.blocks.length);
});

// What each folder comes to: the side, whether its root FDT can be read, and the kernel's defects.
const FOLDERS: readonly [string, readonly [string, boolean, readonly string[]][]][] = [
  ['kernel1', [['out', false, ['out/fdt']]]],
  [
    'kernel2',
    [
      ['in', true, ['in/sub_fdts/LUO']],
      ['out', false, ['out/fdt']],
    ],
  ],
];

for (const [folder, expected] of FOLDERS)
  test(`the debugfs files of ${folder} are read, and the kernel's defects are its own`, (t) => {
    const root = testData(t, `${RECORDING}/${folder}`);
    if (root === undefined) return;
    const names = readdirSync(root, { recursive: true, withFileTypes: true });
    const files = new Map(
      names
        .filter((entry) => entry.isFile())
        .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
        .map((name) => [name, new Uint8Array(readFileSync(path.join(root, name)))]),
    );
    const images = readKernelFiles(files, {
      byteOrder: 'little',
      pageSizeBytes: 4096,
      architecture: 'x86_64',
      path: folder,
    });
    const found = images.map(({ side, image, looseBlobs, issues }) => {
      const loose = looseBlobs === undefined ? {} : { looseBlobs };
      const handover = decodeHandover(image, { bindings: SHIPPED, path: folder, ...loose });
      const bad = handover.issues.filter(({ severity }) => severity !== 'info');
      assert.deepEqual(bad, []);
      assert.deepEqual(image.scratch, SCRATCH);
      assert.ok(handover.subtrees.some(({ name }) => name === 'memblock'));
      assert.ok(issues.every(({ rule }) => rule === 'kernel-defect'));
      const defects = issues.map(({ blob }) => blob?.path.replace(`${folder}/`, ''));
      return [side, handover.root !== undefined, defects];
    });
    assert.deepEqual(found, expected);
  });
