// Whole handovers with pages of 4, 16 and 64 KiB, the layouts that come of it, and kernels that
// have different ones.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import {
  compare,
  decodeHandover,
  type PageRuns,
  pageGeometry,
  radixGeometry,
  readerOfRelease,
  releaseNamed,
  writerOfRelease,
} from '../../kho/index.ts';
import {
  type InlineDriver,
  type Kernel,
  parseScenario,
  type RunResult,
  type Scenario,
} from '../../simulator/index.ts';
import { handoverSteps, runMainline, scenarioOfKernels } from './mainline-scenarios.ts';
import { runInline, runInProcesses, scenarioFrom, withBindings } from './scenarios.ts';

const SIZES = [4096, 16384, 65536] as const;
const KiB = (bytes: number): string => `${bytes / 1024} KiB`;

/** An example, on a machine of arm64 with such pages; `sizes` are those of its kernels. */
function exampleWith(file: string, sizes: readonly number[]): Scenario {
  const [pageSize = 4096] = sizes;
  const raw = JSON.parse(readFileSync(file, 'utf8')) as {
    readonly kernels: readonly object[];
  };
  const text = JSON.stringify({
    ...raw,
    machine: {
      arch: 'arm64',
      pageSize,
      ram: [{ start: '1G', size: Math.max(...sizes) === 65536 ? '8G' : '512M' }],
    },
    kernels: raw.kernels.map((kernel, index) => ({
      ...kernel,
      pageSize: sizes[index] ?? pageSize,
    })),
    expect: {},
  });
  return scenarioFrom(path.resolve(file), text);
}

function run(scenario: Scenario): Promise<RunResult> {
  const folders = scenario.bindings.map((each) => path.resolve(path.dirname(scenario.path), each));
  return runInProcesses(scenario, {}, scenario.seed, withBindings(folders));
}

const said = ({ findings }: RunResult): string[] =>
  findings.map(({ rule, message }) => `${rule}: ${message}`);

const EXAMPLES = [
  'examples/ftrace/ftrace.kho.json',
  'examples/luo-handler/vault.kho.json',
  'examples/mainline-subtree/journal.kho.json',
];

for (const pageBytes of SIZES)
  for (const file of EXAMPLES)
    test(`pages of ${KiB(pageBytes)}: ${path.basename(file)} goes over whole`, async () => {
      const result = await run(exampleWith(file, [pageBytes]));
      assert.deepEqual(said(result), []);
      assert.equal(result.outcome, 'completed');
      for (const image of result.images) {
        const { issues, preserved } = decodeHandover(image);
        assert.deepEqual(
          issues.filter(({ severity }) => severity !== 'info'),
          [],
        );
        assert.equal(image.pageSizeBytes, pageBytes);
        assert.ok(preserved !== undefined && preserved.blockCount > 0);
        for (const { address, sizeBytes } of image.scratch ?? []) {
          const block = BigInt(pageBytes) << BigInt(pageGeometry(pageBytes).maxOrder);
          if (image.release === 'seed') continue;
          assert.deepEqual([address % block, sizeBytes % block], [0n, 0n]);
        }
      }
    });

// --- Layouts.

/** What a kernel hands over that does this, as it is decoded. */
async function handedOver(release: string, pageSize: number, init: (k: Kernel) => void) {
  const parts = { releases: [release, release], arch: 'arm64', pageSize } as const;
  const { images } = await runMainline(parts, () => ({
    init: (k) => void (k.number === 1 && init(k)),
  }));
  const [image] = images;
  assert.ok(image !== undefined);
  const { preserved, issues } = decodeHandover(image);
  assert.ok(preserved !== undefined);
  assert.deepEqual(
    issues.filter(({ severity }) => severity === 'error'),
    [],
  );
  return preserved;
}

const nothing = (): void => {};

function pagesOf(runs: PageRuns): number {
  return Array.from({ length: runs.length }, (_, i) => runs.pages(i)).reduce((a, b) => a + b, 0);
}

/** By the size of pages: levels of the tree, keys of a leaf, entries of a chunk. */
const LAYOUTS = [
  { pageBytes: 4096, levels: 6, keys: 2 ** 15, entries: 511 },
  { pageBytes: 16384, levels: 5, keys: 2 ** 17, entries: 2047 },
  { pageBytes: 65536, levels: 4, keys: 2 ** 19, entries: 8191 },
] as const;

for (const { pageBytes, levels, keys, entries } of LAYOUTS) {
  test(`pages of ${KiB(pageBytes)}: the tree has ${levels} levels, and ${keys} keys a leaf`, async () => {
    const { depth, leafBits } = radixGeometry(pageBytes);
    assert.deepEqual([depth, 2 ** leafBits], [levels, keys]);
    const leaves = Math.ceil(2 ** 29 / (keys * pageBytes));
    const pages = pagesOf((await handedOver('7.3', pageBytes, nothing)).mapPages);
    assert.ok(pages >= levels && pages < levels + leaves, String(pages));
  });

  test(`pages of ${KiB(pageBytes)}: a bitmap of 7.0 is a page, and has as many bits`, async () => {
    const pages = pagesOf((await handedOver('7.0', pageBytes, nothing)).mapPages);
    const bitmaps = Math.ceil(2 ** 29 / (keys * pageBytes));
    assert.ok(pages >= 2 && pages <= 1 + bitmaps, String(pages));
  });

  test(`pages of ${KiB(pageBytes)}: a chunk of a vmalloc area has ${entries} entries`, async () => {
    const without = await handedOver('7.3', pageBytes, nothing);
    for (const [pages, chunks] of [
      [entries - 1, 1],
      [entries, 2],
    ] as const) {
      const { blockCount } = await handedOver('7.3', pageBytes, (k) => {
        const area = k.khoPreserveVmalloc(k.vmalloc(pages * k.pageSize));
        assert.ok(typeof area !== 'number');
      });
      assert.equal(blockCount - without.blockCount, pages + chunks);
    }
  });

  test(`pages of ${KiB(pageBytes)}: the largest folio there is is preserved as one block`, async () => {
    const { maxOrder } = pageGeometry(pageBytes);
    const { orders } = await handedOver('7.3', pageBytes, (k) => {
      assert.equal(k.folioAlloc('GFP_KERNEL', maxOrder + 1), 0n);
      assert.equal(k.ptrErr(k.khoAllocPreserve(k.pageSize * 2 ** maxOrder + 1)), -7);
      assert.equal(k.khoPreserveFolio(k.folioAlloc('GFP_KERNEL', maxOrder)), 0);
    });
    assert.equal(orders.find(({ order }) => order === maxOrder)?.blocks, 1);
  });
}

// --- Kernels with pages of different sizes.

for (const [from, to] of [
  [4096, 65536],
  [65536, 4096],
  [16384, 4096],
  [4096, 16384],
] as const)
  test(`pages of ${KiB(from)}, then of ${KiB(to)}: misread, as kho compat says`, async () => {
    for (const release of ['7.0', '7.3']) {
      const row = releaseNamed(release);
      assert.ok(row !== undefined);
      const verdicts = compare(
        { ...writerOfRelease(row), pageSizeBytes: from },
        { ...readerOfRelease(row), pageSizeBytes: to },
      );
      assert.equal(verdicts[0]?.outcome, 'misread');
      const machine = { arch: 'arm64', pageSize: from, ram: [{ start: '1G', size: '8G' }] };
      const kernels = [from, to].map((pageSize, index) => ({
        release,
        pageSize,
        cmdline: 'kho=on',
        steps: index === 0 ? handoverSteps(row) : [],
      }));
      const d = (): InlineDriver => ({
        init(k: Kernel) {
          if (k.number === 1) k.khoPreserveFolio(k.folioAlloc('GFP_KERNEL', 0));
        },
      });
      const result = await runInline(scenarioOfKernels(kernels, machine), { d });
      assert.ok(
        said(result).includes(
          `handover-misread: kernel 2 takes what was written with pages of ${KiB(from)} as if ` +
            `they had ${KiB(to)}`,
        ),
        said(result).join('\n'),
      );
    }
  });

test('pages that there are not are refused', () => {
  const text = JSON.stringify({ title: 't', kernels: [{ release: '7.3', pageSize: 16384 }] });
  const { issues } = parseScenario({ path: '/s/test.kho.json', text });
  assert.equal(issues[0]?.message, 'x86_64 has pages of 4096 bytes');
});
