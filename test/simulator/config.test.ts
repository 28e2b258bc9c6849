// What kernels are built with: DEFERRED_STRUCT_PAGE_INIT, and KHO itself.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type InlineDriver, type Kernel, parseScenario } from '../../simulator/index.ts';
import { deferredRanges } from '../../simulator/kernel/deferred-pages.ts';
import { createMachine } from '../../simulator/machine/machine.ts';
import { CMDLINE, handoverSteps, MAINLINE, scenarioOfKernels } from './mainline-scenarios.ts';
import { JUMP, LOAD, rulesOf, runInline } from './scenarios.ts';

const DEFERRED = { DEFERRED_STRUCT_PAGE_INIT: true };
const MiB = 2 ** 20;

/** Hands over a page in the first kernel and tells what each kernel is answered. */
function pageDriver(seen: unknown[]): () => InlineDriver {
  return () => ({
    init(k: Kernel) {
      const found = k.khoRetrieveSubtree('page');
      if (typeof found !== 'number') {
        seen.push(k.khoRestoreFolio(found.phys) !== 0n);
        return;
      }
      const page = k.khoAllocPreserve(4096);
      seen.push([found, k.khoIsEnabled(), k.isErr(page) ? k.ptrErr(page) : 'page']);
      if (!k.isErr(page)) k.khoAddSubtree('page', page, 4096);
    },
  });
}

const RANGES: readonly (readonly [string, object, readonly string[]])[] = [
  ['512 MiB', { ram: [[0, 512]] }, ['256-512']],
  ['a section and a bit', { ram: [[0, 256]] }, []],
  ['8 GiB, of which ZONE_NORMAL is deferred', { ram: [[0, 8192]] }, ['4224-8192']],
  [
    'two nodes',
    {
      ram: [
        [0, 8192, 0],
        [8192, 1024, 1],
      ],
    },
    ['4224-8192', '8320-9216'],
  ],
  [
    'a hole in the last zone',
    {
      ram: [
        [0, 128],
        [256, 64],
        [1024, 512],
      ],
    },
    ['1024-1536'],
  ],
  ['arm64', { arch: 'arm64', ram: [[1024, 512]] }, ['1152-1536']],
  ['64 KiB', { arch: 'arm64', pageSize: 65536, ram: [[1024, 4096]] }, ['4608-5120']],
];

for (const [name, { ram, ...rest }, expected] of RANGES as readonly (readonly [
  string,
  { ram: readonly (readonly number[])[]; arch?: 'arm64'; pageSize?: number },
  readonly string[],
])[])
  test(`struct pages that are set up late: ${name}`, () => {
    const machine = createMachine(
      {
        architecture: rest.arch ?? 'x86_64',
        pageBytes: rest.pageSize ?? 4096,
        ram: ram.map(([start = 0, size = 0, node = 0]) => ({
          start: start * MiB,
          sizeBytes: size * MiB,
          node,
        })),
      },
      1,
    );
    const ranges = deferredRanges(machine).map(({ start, end }) => `${start / MiB}-${end / MiB}`);
    assert.deepEqual(ranges, expected);
  });

for (const release of MAINLINE.filter(({ api }) =>
  api.some(({ name }) => name === 'kho_alloc_preserve'),
))
  test(`${release.name} with DEFERRED_STRUCT_PAGE_INIT`, async () => {
    const seen: unknown[] = [];
    const kernel = { release: release.name, config: DEFERRED };
    const result = await runInline(
      scenarioOfKernels([
        { ...kernel, steps: release.excludesDeferredPages ? [LOAD, JUMP] : handoverSteps(release) },
        kernel,
      ]),
      { d: pageDriver(seen) },
    );
    if (release.excludesDeferredPages) {
      assert.deepEqual(rulesOf(result), ['kho-disabled', 'kho-disabled']);
      assert.deepEqual(seen, [
        [-95, false, -95],
        [-95, false, -95],
      ]);
    } else {
      assert.deepEqual(rulesOf(result), []);
      assert.deepEqual(seen, [[-2, true, 'page'], true]);
      assert.match(result.trace, /k2 .*defer_init addr=0x10000000/);
    }
  });

test('a kernel without KHO ignores what it is handed', async () => {
  const seen: unknown[] = [];
  const kernels = [
    { release: '7.3', steps: [LOAD, JUMP] },
    { release: '7.3', config: { KEXEC_HANDOVER: false } },
  ];
  const result = await runInline(scenarioOfKernels(kernels), { d: pageDriver(seen) });
  assert.deepEqual(rulesOf(result), ['handover-refused']);
  assert.ok(
    result.kernels[1]?.console[0]?.startsWith('Passed KHO data, but CONFIG_KEXEC_HANDOVER'),
  );
  assert.deepEqual(seen[1], [-95, false, -95]);
});

test('without its checks KHO takes memory in scratch', async () => {
  const answers: unknown[] = [];
  const make = (): InlineDriver => ({
    init: (k: Kernel) =>
      void answers.push(k.khoPreserveFolio(k.folioAlloc('GFP_HIGHUSER_MOVABLE', 0))),
  });
  for (const config of [{}, { KEXEC_HANDOVER_DEBUG: false }])
    await runInline(scenarioOfKernels([{ release: '7.3', config }]), { d: make });
  assert.deepEqual(answers, [-22, 0]);
});

// --- Bug 48.

/** Pages on a machine of 512 MiB, of which the upper half is deferred. */
function spreadDriver(restored: bigint[]): () => InlineDriver {
  return () => ({
    init(k: Kernel) {
      const found = k.khoRetrieveSubtree('list');
      if (typeof found !== 'number') {
        const list = k.va(found.phys);
        const pages = Array.from({ length: 64 }, (_, i) => k.readU64(list + BigInt(i * 8)));
        for (const phys of pages.sort((a, b) => (a < b ? -1 : 1))) {
          k.khoRestoreFolio(phys);
          restored.push(phys);
        }
        return;
      }
      const list = k.khoAllocPreserve(4096);
      for (let i = 0; i < 64; i++) {
        const folio = k.folioAlloc('GFP_KERNEL', 0);
        k.khoPreserveFolio(folio);
        k.writeU64(list + BigInt(i * 8), k.pa(folio));
      }
      k.khoAddSubtree('list', list, 512);
    },
  });
}

test('bug 48: the first page whose struct page is late faults, and those before do not', async () => {
  const restored: bigint[] = [];
  const kernel = { release: '7.3', config: DEFERRED };
  const bug = { ...kernel, kernelBugs: [48] };
  const result = await runInline(scenarioOfKernels([{ ...kernel, steps: [LOAD, JUMP] }, bug]), {
    d: spreadDriver(restored),
  });
  assert.ok(rulesOf(result).includes('kernel-bug'), rulesOf(result).join());
  assert.ok(restored.length > 0 && restored.length < 64);
  assert.ok(restored.every((phys) => phys < 256n * BigInt(MiB)));
  assert.ok(result.kernels[1]?.console.some((line) => /page fault in adjust_managed/.test(line)));
  const without = await runInline(
    scenarioOfKernels([
      { release: '7.3', steps: [LOAD, JUMP] },
      { ...bug, config: {} },
    ]),
    {
      d: spreadDriver([]),
    },
  );
  assert.ok(!rulesOf(without).includes('kernel-bug'));
});

test('bug 48 as it was reported: a session is finished that nobody retrieved files of', async () => {
  const steps = [
    { session: 's', do: 'create' },
    { memfd: 'm', size: '1M', content: [{ pattern: 3, size: '1M' }] },
    { session: 's', do: 'preserve-fd', file: 'm', token: 1 },
    LOAD,
    JUMP,
  ];
  const finish = (error?: string) => [
    { session: 's', do: 'retrieve' },
    { session: 's', do: 'finish', ...(error === undefined ? {} : { error }) },
  ];
  const kernel = { release: '7.3', config: DEFERRED, cmdline: `${CMDLINE} liveupdate=on` };
  const bug = { ...kernel, kernelBugs: [48], steps: finish('EFAULT') };
  const drivers = { d: () => ({}) };
  const result = await runInline(scenarioOfKernels([{ ...kernel, steps }, bug]), drivers);
  const { rule, message = '' } = result.findings[0] ?? {};
  assert.equal(rule, 'kernel-bug');
  assert.match(message, /^kho_restore_page\(\) of 0x\w+ uses a struct page that nobody has set up/);
  const sound = await runInline(
    scenarioOfKernels([
      { ...kernel, steps },
      { ...kernel, steps: finish() },
    ]),
    drivers,
  );
  assert.deepEqual(rulesOf(sound), []);
});

test('options that there are not are refused', () => {
  for (const [release, config, message] of [
    ['7.3', { KEXEC: true }, /`KEXEC` is not a word/],
    ['seed', DEFERRED, /seed has none of these options/],
  ] as const) {
    const text = JSON.stringify({ title: 't', kernels: [{ release, config }] });
    const { issues } = parseScenario({ path: '/s/test.kho.json', text });
    assert.match(issues[0]?.message ?? '', message);
  }
});
