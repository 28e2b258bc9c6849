// What files of the kernel leave that run unmodified in the native runtime, against what the same
// files left in a real Linux 7.3.4: the same, but for addresses and what was drawn.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { readFdt } from '../../fdt/index.ts';
import { decodeHandover, type Handover, type HandoverImage } from '../../kho/index.ts';
import { kernelSource, needsCompiler } from '../support/native.ts';
import { linesOf, runC } from './native-scenarios.ts';
import {
  recordedImage,
  recordedLines,
  recordedSubtrees,
  shapeOfHandover,
  shapeOfSubtree,
  testFolioOrders,
} from './recorded-handover.ts';
import { BINDINGS } from './scenarios.ts';

/** The command line of the recording, as far as these files are concerned. */
const CMDLINE = 'kho=on kho_scratch=16M,32M,32M test_kho.max_mem=262144';
const MAX_PAGES = 64;

function decoded(image: HandoverImage | undefined): Handover {
  assert.ok(image !== undefined);
  return decodeHandover(image, { bindings: BINDINGS });
}

/** What lib/test_kho.c left: its blob, the area that it names, and the folios which that lists. */
function testState(handover: Handover): unknown {
  const subtree = handover.subtrees.find(({ name }) => name === 'kho_test');
  assert.ok(subtree !== undefined);
  const owned = handover.owners.filter(({ name }) => name.split('/')[0] === 'kho_test');
  return { subtree: shapeOfSubtree(subtree), orders: testFolioOrders(handover), owned };
}

for (const release of ['7.2', '7.3'])
  test(`lib/test_kho.c of Linux ${release} leaves what it left in the recorded 7.3.4`, async (t) => {
    if (!needsCompiler(t)) return;
    const source = kernelSource(t, release);
    const image = source === undefined ? undefined : recordedImage(t);
    if (source === undefined || image === undefined) return;
    const real = decoded(image);
    const seed = seedWithOrders(testFolioOrders(real));
    const text = readFileSync(path.join(source, 'lib/test_kho.c'), 'utf8');
    const releases = [release, release];
    const drivers = { 'test_kho.c': text };
    const result = await runC(t, { drivers, releases, cmdline: CMDLINE, seed });
    assert.deepEqual(linesOf(result, 2), ['test_kho: KHO restore succeeded']);
    assert.deepEqual(testState(decoded(result.images[0])), testState(real));
  });

/** What user space did in the recording, and then in the next kernel. */
const PAGES = Array.from({ length: 256 }, (_, i) => ({ at: i * 4096, text: `page ${i}` }));
const session = (action: string, more: object = {}): object => ({
  session: 'test-session',
  do: action,
  ...more,
});
const BEFORE = [
  { memfd: 'm', size: '1M', content: PAGES },
  session('create'),
  session('preserve-fd', { file: 'm', token: 0x1a }),
  { kexecLoad: {} },
  { kexec: {} },
];
const AFTER = [
  session('retrieve'),
  session('retrieve-fd', { token: 0x1a, as: 'm' }),
  { verify: 'm', size: '1M', content: PAGES },
  session('finish'),
];
const KERNEL_FILES = [
  'lib/test_kho.c',
  'lib/tests/liveupdate.c',
  'mm/memblock.c',
  'mm/memfd_luo.c',
];

test('a kernel of the same files leaves the same handover, up to addresses', async (t) => {
  if (!needsCompiler(t)) return;
  const source = kernelSource(t, '7.3');
  const image = source === undefined ? undefined : recordedImage(t);
  if (source === undefined || image === undefined) return;
  const real = decoded(image);
  const result = await runC(t, {
    files: KERNEL_FILES.map((file) => path.join(source, file)),
    // The recorded region happens to lie where it is one block.
    cmdline: `${CMDLINE} liveupdate=on reserve_mem=4M:4M:trace`,
    seed: seedWithOrders(testFolioOrders(real)),
    steps: [BEFORE, AFTER],
  });
  assert.deepEqual(shapeOfHandover(decoded(result.images[0])), shapeOfHandover(real));
  const next = readFdt(result.kernels[1]?.fdt ?? new Uint8Array()).value;
  assert.deepEqual(
    next?.root.children.map(({ name }) => name).sort(),
    recordedSubtrees(t, 'kernel2/out/sub_fdts'),
    'what the second kernel would hand to a third',
  );
  const said = linesOf(result, 2).map((line) => line.replace(/^liveupdate: /, ''));
  const recorded = recordedLines(t).filter((line) => !said.includes(line));
  assert.deepEqual(recorded, [], 'the second kernel of the recording said more');
  assert.deepEqual(
    result.findings.map(({ rule }) => rule),
    ['never-restored', 'never-restored'],
    'lib/test_kho.c and mm/memblock.c never take back their FDTs',
  );
});

const MASK = 2n ** 64n - 1n;

/** get_random_u64() of the native runtime: the draw after `before` others (SplitMix64). */
function drawn(seed: bigint, before: number): bigint {
  let z = (seed + BigInt(before + 1) * 0x9e3779b97f4a7c15n) & MASK;
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & MASK;
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & MASK;
  return z ^ (z >> 31n);
}

/** The orders that kho_test_generate_data() comes to in a kernel with this seed. */
function ordersOf(seed: bigint): number[] {
  const orders: number[] = [];
  let draws = 0;
  for (let left = MAX_PAGES; left > 0; left -= 2 ** (orders.at(-1) ?? 0)) {
    let order = Number((drawn(seed, draws) >> 32n) % 11n);
    // What does not fit is rounded up to an order, of which the one before is taken.
    if (2 ** order > left) order = Math.max(0, Math.ceil(Math.log2(left)) - 1);
    orders.push(order);
    // The folio is filled with eight bytes at a time.
    draws += 1 + (4096 * 2 ** order) / 8;
  }
  return orders;
}

/** A scenario's seed with which the first kernel draws what the recorded one drew. */
function seedWithOrders(orders: readonly number[]): number {
  // The first kernel's own seed is one more than the scenario's.
  for (let seed = 1; seed < 1 << 20; seed++)
    if (String(ordersOf(BigInt(seed + 1))) === String(orders)) return seed;
  throw new Error(`no seed draws folios of the orders ${orders}`);
}
