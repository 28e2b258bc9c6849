// Scratch memory and the files of debugfs, with what is known to be wrong with them:
// kho_parse_scratch_size() and kho_reserve_scratch() of kernel/liveupdate/kexec_handover.c, and
// kernel/liveupdate/kexec_handover_debugfs.c.
import assert from 'node:assert/strict';
import test from 'node:test';
import { fdtTotalsize } from '../../fdt/index.ts';
import { isInReleases, scratchAlignment } from '../../kho/index.ts';
import type { Kernel } from '../../simulator/index.ts';
import {
  CMDLINE,
  FINALIZE,
  handoverSteps,
  MAINLINE,
  mainlineScenario,
  runMainline,
  stateDriver,
} from './mainline-scenarios.ts';
import { runInline } from './scenarios.ts';

const OUT = '/sys/kernel/debug/kho/out';
const IN = '/sys/kernel/debug/kho/in';
const NONE = (): Record<string, never> => ({});
const MIB = 2 ** 20;

/** The sizes of the regions in MiB, or undefined if KHO is off. */
async function sizesOf(
  release: string,
  parameter: string,
  ram?: readonly object[],
): Promise<readonly number[] | undefined> {
  const cmdline = `kho=on ${parameter}`;
  const steps = handoverSteps(
    MAINLINE.find(({ name }) => name === release) as (typeof MAINLINE)[0],
  );
  const parts = { releases: [release, release], cmdline, steps, ...(ram && { ram }) };
  const { images } = await runMainline(parts, NONE);
  return images[0]?.scratch?.map(({ sizeBytes }) => Number(sizeBytes) / MIB);
}

/** The parameter, the sizes in MiB, and in which releases, if not in all. */
const PARAMETERS: readonly [string, readonly number[] | undefined, (readonly string[])?][] = [
  ['kho_scratch=16M,32M,64M', [16, 32, 64]],
  ['kho_scratch=0x1000000,32768K,64M', [16, 32, 64]],
  ['kho_scratch=9M,9M,9M', [10, 10, 10], ['6.16..7.1']],
  ['kho_scratch=9M,9M,9M', [12, 12, 12], ['7.2..']],
  // 512 MiB have 8 MiB of struct pages; the kernel has 16 MiB, page tables and the like 2 MiB. As
  // on a real 7.3.4 nothing is left for the second region, and the third counts the first.
  ['', [52, 0, 156]],
  ['kho_scratch=200%', [52, 0, 156]],
  ['kho_scratch=300%', [78, 0, 312], ['6.16..7.1']],
  ['kho_scratch=300%', [80, 0, 320], ['7.2..']],
  // What is malformed is as if it were not there.
  ['kho_scratch=16M', [52, 0, 156]],
  ['kho_scratch=16M,32M', [52, 0, 156]],
  ['kho_scratch=16M,32M,64M,8M', [52, 0, 156], ['6.18..']],
  ['kho_scratch=16M,32M,64Mfoobar', [52, 0, 156], ['6.18..']],
  ['kho_scratch=16M,32M,64Mfoobar', [16, 32, 64], ['6.16..6.17']],
  ['kho_scratch=16M,64M,0', [16, 64, 0], ['6.18..']],
  ['kho_scratch=16M,64M,0', [52, 0, 156], ['6.16..6.17']],
  ['kho_scratch=0,0,0', [52, 0, 156]],
  ['kho_scratch=12345678901%', [52, 0, 156]],
  ['kho_scratch=x%', [52, 0, 156]],
  ['kho_scratch=16M,1G,16M', undefined],
  // memparse(): octal, and suffixes of either case.
  ['kho_scratch=0100000000,32m,0x2000000', [16, 32, 32]],
  ['kho_scratch=16M,32M,32M,8M kho_scratch=abc', [52, 0, 156], ['6.18..']],
  ['kho_scratch=16M,32M,64M kho_scratch=16M', [16, 32, 64]],
  ['kho_scratch=+200%', [52, 0, 156]],
  // As much as 64 bits hold, which rounding up to whole blocks makes 0.
  ['kho_scratch=99999999999G,32M,32M', [0, 32, 32], ['7.2..']],
  // The last of several counts.
  ['kho_scratch=1G,1G,1G kho_scratch=16M,32M,64M', [16, 32, 64]],
];

for (const [parameter, sizes, releases] of PARAMETERS)
  test(`scratch of \`${parameter}\` in ${releases?.join() ?? 'every release'}`, async () => {
    for (const { name } of MAINLINE)
      if (releases === undefined || isInReleases(name, releases))
        assert.deepEqual(await sizesOf(name, parameter), sizes, name);
  });

/** What 7.3.4 said of them in QEMU. */
const NOTICES: readonly [string, readonly string[]][] = [
  ['kho=on kho_scratch=100%', ['KHO: scratch scale is 100%']],
  ['kho=on kho_scratch=4294967295%', ['KHO: scratch scale is -1%']],
  ['kho=banana kho_scratch=16M', [malformed('kho'), malformed('kho_scratch')]],
  ['kho=on kho=banana kho_scratch', [malformed('kho'), malformed('kho_scratch')]],
  [
    'kho=1 kho_scratch=20000000,0x2000000,33554432 kho_scratch=1M,2M,3M',
    [
      'KHO: scratch areas: lowmem: 19MiB global: 32MiB pernode: 32MiB',
      'KHO: scratch areas: lowmem: 1MiB global: 2MiB pernode: 3MiB',
    ],
  ],
  [
    'kho_scratch=99999999999G,1M,1M',
    ['KHO: scratch areas: lowmem: 17592186044415MiB global: 1MiB pernode: 1MiB'],
  ],
];

function malformed(name: string): string {
  return `Malformed early option '${name}'`;
}

for (const [cmdline, notices] of NOTICES)
  test(`what the kernel says of \`${cmdline}\``, async () => {
    const { kernels } = await runMainline({ releases: ['7.3'], cmdline }, NONE);
    const said = kernels[0]?.console.filter((line) => /Malformed|scratch (scale|areas)/.test(line));
    assert.deepEqual(said, notices);
  });

test('scratch that does not fit switches KHO off, also where nobody asked for a size', async () => {
  for (const { name } of MAINLINE) {
    const ram = [{ start: 0, size: '128M' }];
    assert.equal(await sizesOf(name, '', ram), undefined, name);
    const { kernels } = await runMainline({ releases: [name], cmdline: 'kho=on', ram }, NONE);
    assert.ok(kernels[0]?.console.includes('KHO: Failed to reserve nid 0 scratch buffer'), name);
  }
});

test('every NUMA node with memory has a region, and blocks end where nodes meet', async () => {
  const ram = [
    { start: 0, size: '256M', node: 0 },
    { start: '256M', size: '256M', node: 2 },
  ];
  for (const release of MAINLINE) {
    const parts = { releases: [release.name, release.name], ram, cmdline: CMDLINE };
    const { images, findings } = await runMainline(parts, stateDriver(release));
    const [image] = images;
    assert.deepEqual(
      findings.filter(({ severity }) => severity === 'error'),
      [],
    );
    const align = BigInt(scratchAlignment(release, 4096));
    const regions = image?.scratch ?? [];
    assert.equal(regions.length, 4);
    assert.ok(
      regions.every((each) => each.address % align === 0n && each.sizeBytes % align === 0n),
    );
    const inNode = regions.map(({ address }) => (address < 256n << 20n ? 0 : 2));
    assert.deepEqual(inNode.slice(2), [0, 2]);
    assert.deepEqual(
      image?.numaNodes?.map(({ id }) => id),
      [0, 2],
    );
  }
});

test('with KHO off there are no files, and a load is a plain one', async () => {
  for (const { name } of MAINLINE) {
    const steps = [
      { read: `${OUT}/scratch_phys`, error: 'ENOENT' },
      { write: FINALIZE, data: '1', error: 'ENOENT' },
      { kexecLoad: { kernel: '100M' } },
      { kexec: {} },
    ];
    const result = await runMainline({ releases: [name, name], cmdline: 'kho=off', steps }, NONE);
    assert.deepEqual(result.findings, []);
    assert.equal(result.kernels[1]?.isKhoBoot, false);
  }
});

test('a second kernel with kho=off still takes back what it was handed', async () => {
  for (const release of MAINLINE) {
    const scenario = mainlineScenario({ releases: [release.name, release.name] });
    const kernels = scenario.kernels.map((each, i) =>
      i === 1 ? { ...each, cmdline: 'kho=off' } : each,
    );
    const result = await runInline({ ...scenario, kernels }, { d: stateDriver(release) as never });
    assert.equal(result.kernels[1]?.isKhoBoot, true);
    assert.ok(result.findings.every(({ severity }) => severity !== 'error'));
  }
});

test('finalize takes what the release says, in its order', async () => {
  const write = (data: string, error?: string): object => ({
    write: FINALIZE,
    data,
    ...(error === undefined ? {} : { error }),
  });
  const read = (expect: string): object => ({ read: FINALIZE, expect });
  const STEPS = {
    'finalize-notifiers': [
      read('0\n'),
      write('0', 'ENOENT'),
      { read: `${OUT}/fdt`, error: 'ENOENT' },
      write('1\n'),
      read('1\n'),
      { read: `${OUT}/fdt` },
      { read: `${OUT}/sub_fdts/state` },
      write('2', 'EEXIST'),
      write('x', 'EINVAL'),
      write('0'),
      { read: `${OUT}/fdt`, error: 'ENOENT' },
      { read: `${OUT}/sub_fdts/state`, error: 'ENOENT' },
      write('0x1'),
      write('', 'EINVAL'),
    ],
    'finalize-map': [
      read('0\n'),
      { read: `${OUT}/fdt` },
      write('0', 'EINVAL'),
      write('1'),
      write('1'),
      read('1\n'),
      write('y', 'EINVAL'),
      { write: `${OUT}/fdt`, data: '1', error: 'EACCES' },
    ],
    live: [
      { read: FINALIZE, error: 'ENOENT' },
      { write: FINALIZE, data: '1', error: 'ENOENT' },
      { read: `${OUT}/sub_fdts/state` },
      { read: `${OUT}/sub_fdts/kexec-metadata` },
      { write: `${OUT}/scratch_len`, data: '1', error: 'EACCES' },
    ],
    active: [],
  } as const;
  for (const release of MAINLINE) {
    const steps = STEPS[release.serialization];
    const result = await runMainline({ releases: [release.name], steps }, stateDriver(release));
    assert.deepEqual(
      result.findings.map(({ rule, message }) => `${release.name} ${rule}: ${message}`),
      [],
    );
  }
});

/** `read` lines of the trace: the path from `kho/` on, and how many bytes it had. */
function readsIn(trace: string, kernel: number): ReadonlyMap<string, number> {
  const lines = trace.matchAll(
    / k(\d+) \S+ +read path=\/sys\/kernel\/debug\/kho\/(\S+) bytes=(\d+)/g,
  );
  return new Map(
    [...lines]
      .filter(([, number]) => Number(number) === kernel)
      .map(([, , path = '', bytes]) => [path, Number(bytes)]),
  );
}

test('out/fdt keeps its size from boot, and is missing after a KHO boot', async () => {
  for (const release of MAINLINE.filter(
    ({ serialization }) => serialization !== 'finalize-notifiers',
  )) {
    const steps = [{ read: `${OUT}/fdt` }, ...handoverSteps(release)];
    const lastSteps = [
      { read: `${OUT}/fdt`, error: 'ENOENT' },
      { read: `${IN}/fdt` },
      { read: `${IN}/sub_fdts/state` },
      { read: `${IN}/sub_fdts/none`, error: 'ENOENT' },
      { read: `${OUT}/scratch_phys` },
    ];
    const parts = { releases: [release.name, release.name], steps, lastSteps };
    const result = await runMainline(parts, stateDriver(release));
    // The driver has given its blob back, and the file shows what is there by then.
    assert.deepEqual(
      result.findings.map(({ rule, message }) => `${rule} ${message.split(' ')[0]}`),
      ['use-after-free in/sub_fdts/state'],
    );
    const first = readsIn(result.trace, 1).get('out/fdt') ?? 0;
    const fdt = result.kernels[0]?.fdt ?? new Uint8Array();
    assert.ok(first < fdtTotalsize(fdt), 'the subtree came after the file');
    assert.equal(readsIn(result.trace, 2).get('in/fdt'), fdtTotalsize(fdt));
  }
});

test('reserve_mem= keeps its region, if the next kernel asks for the same', async () => {
  const ASKS: readonly [string, RegExp][] = [
    ['4M:4096:trace', /^Revived memory reservation 'trace' from KHO$/],
    ['8M:4096:trace', /^KHO reserve-mem 'trace' has wrong size \(0x400000 != 0x800000\)$/],
    ['4M:1G:trace', /^KHO reserve-mem 'trace' has wrong alignment/],
    ['4M:4096:other', /^FDT 'memblock' has no child 'other': -1$/],
    ['4M', /^reserve_mem: empty or malformed parameter$/],
    ['4M:4096:sixteen-letters-', /^reserve_mem: empty or malformed parameter$/],
  ];
  for (const { name } of MAINLINE)
    for (const [ask, line] of ASKS) {
      const scenario = mainlineScenario({ releases: [name, name] });
      const kernels = scenario.kernels.map((each, i) => ({
        ...each,
        cmdline: `${each.cmdline} reserve_mem=${i === 0 ? '4M:4096:trace' : ask}`,
      }));
      const result = await runInline({ ...scenario, kernels }, { d: () => ({}) });
      const console = result.kernels[1]?.console ?? [];
      assert.ok(
        console.some((each) => line.test(each)),
        `${name} ${ask}: ${console.join('\n')}`,
      );
      assert.ok(!result.findings.some(({ rule }) => rule === 'handover-refused'));
    }
});

test('pages of 16 and 64 KiB have trees of another shape', async () => {
  const release = MAINLINE.at(-1) as (typeof MAINLINE)[0];
  for (const pageSize of [16384, 65536]) {
    const ram = [{ start: '1G', size: '4G' }];
    const cmdline = 'kho=on kho_scratch=256M,256M,256M';
    const releases = [release.name, release.name];
    const parts = { releases, arch: 'arm64', pageSize, ram, cmdline } as const;
    const restored: bigint[] = [];
    const result = await runMainline(parts, () => ({
      init(k: Kernel) {
        const found = k.khoRetrieveSubtree('list');
        if (typeof found !== 'number') {
          const list = k.toU64(k.read(k.va(found.phys), found.size ?? 0));
          for (const phys of list) restored.push(k.khoRestoreFolio(phys));
          return k.khoRestoreFolio(found.phys) === 0n ? -5 : 0;
        }
        const folios = Array.from({ length: 8 }, (_, order) => k.folioAlloc('GFP_KERNEL', order));
        const error = folios.map((folio) => k.khoPreserveFolio(folio)).find((code) => code !== 0);
        const list = k.khoAllocPreserve(folios.length * 8);
        k.write(list, k.u64(...folios.map((folio) => k.pa(folio))));
        return error ?? k.khoAddSubtree('list', list, folios.length * 8);
      },
    }));
    assert.deepEqual(result.findings, []);
    assert.equal(restored.filter((address) => address !== 0n).length, 8);
  }
});

test('a kernel of 7.3 boots in free memory besides scratch', async () => {
  // Struct pages of 4 GiB take 64 MiB, which scratch has no room for.
  const ram = [{ start: 0, size: '4G' }];
  const cmdline = 'kho=on kho_scratch=32M,16M,16M';
  for (const release of MAINLINE) {
    const parts = { releases: [release.name, release.name], ram, cmdline };
    const result = await runMainline(parts, NONE);
    const isPanic = result.findings.some(({ rule }) => rule === 'scratch-too-small');
    assert.equal(isPanic, !release.scratch.isExtended, release.name);
  }
});
