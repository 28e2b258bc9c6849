// What each function returns, in every release that has it: kernel/liveupdate/kexec_handover.c, and
// kernel/kexec_handover.c until 6.18.
import assert from 'node:assert/strict';
import test from 'node:test';
import { isInReleases } from '../../kho/index.ts';
import type { Kernel } from '../../simulator/index.ts';
import { addSubtree, FINALIZE, hasCall, MAINLINE, runMainline } from './mainline-scenarios.ts';

/** What a call comes to, as a number: pointers are errors, or 1 for an address. */
type Ask = (k: Kernel) => number | boolean | bigint | object;

interface Row {
  readonly what: string;
  /** The function; rows are for the releases that have it. */
  readonly call: string;
  readonly ask: Ask;
  /** In which releases, if not in all that have it. */
  readonly releases?: readonly string[];
  readonly expected: unknown;
  readonly rules?: readonly string[];
  readonly cmdline?: string;
  /** Asked in the second kernel, which was handed nothing by this driver. */
  readonly isSecond?: true;
  readonly console?: RegExp;
  /** Asked before kho_init(). */
  readonly isEarly?: true;
}

const EINVAL = -22;
const page = (k: Kernel): bigint => k.getFreePages('GFP_KERNEL', 0);
const folio = (k: Kernel, order = 0): bigint => k.folioAlloc('GFP_KERNEL', order);
const scratchFolio = (k: Kernel): bigint => k.folioAlloc('GFP_HIGHUSER_MOVABLE', 0);
const NO_SCRATCH = 'kho=on kho_scratch=1G,1G,1G';

const ROWS: readonly Row[] = [
  {
    what: 'a folio',
    call: 'khoPreserveFolio',
    ask: (k) => k.khoPreserveFolio(folio(k, 4)),
    expected: 0,
  },
  {
    what: 'a folio in scratch',
    call: 'khoPreserveFolio',
    releases: ['6.18..'],
    ask: (k) => k.khoPreserveFolio(scratchFolio(k)),
    expected: EINVAL,
    rules: ['preserved-memory-in-scratch'],
    console: /^WARNING: at kho_preserve_folio\(\)$/,
  },
  {
    what: 'a folio in scratch, before anybody looked',
    call: 'khoPreserveFolio',
    releases: ['6.16..6.17'],
    ask: (k) => k.khoPreserveFolio(scratchFolio(k)),
    expected: 0,
    rules: ['preserved-memory-in-scratch'],
  },
  {
    what: 'pages in scratch',
    call: 'khoPreservePages',
    ask: (k) => k.khoPreservePages(k.getFreePages('GFP_HIGHUSER_MOVABLE', 2), 3),
    expected: EINVAL,
    rules: ['preserved-memory-in-scratch'],
    console: /^WARNING: at kho_preserve_pages\(\)$/,
  },
  {
    what: 'pages',
    call: 'khoPreservePages',
    ask: (k) => k.khoPreservePages(k.getFreePages('GFP_KERNEL', 4), 13),
    expected: 0,
  },
  {
    what: 'no pages',
    call: 'khoPreservePages',
    ask: (k) => k.khoPreservePages(page(k), 0),
    expected: 0,
  },
  {
    what: 'whole pages',
    call: 'khoPreservePhys',
    ask: (k) => k.khoPreservePhys(k.pa(page(k)), k.pageSize),
    expected: 0,
  },
  {
    what: 'a part of a page',
    call: 'khoPreservePhys',
    ask: (k) => k.khoPreservePhys(k.pa(page(k)), 100),
    expected: EINVAL,
  },
  {
    what: 'an address inside a page',
    call: 'khoPreservePhys',
    ask: (k) => k.khoPreservePhys(k.pa(page(k)) + 8n, k.pageSize),
    expected: EINVAL,
  },
  {
    what: 'an area',
    call: 'khoPreserveVmalloc',
    ask: (k) => (k.khoPreserveVmalloc(k.vmalloc(10_000)) as Uint8Array).length,
    expected: 16,
  },
  {
    what: 'what is no area',
    call: 'khoPreserveVmalloc',
    ask: (k) => k.khoPreserveVmalloc(page(k)),
    expected: EINVAL,
    rules: ['preserve-kind'],
  },
  {
    what: 'an area of vmap()',
    call: 'khoPreserveVmalloc',
    ask: (k) => k.khoPreserveVmalloc(k.vmap([page(k), page(k)])),
    expected: -95,
    rules: ['preserve-kind'],
  },
  {
    what: 'nothing',
    call: 'khoAllocPreserve',
    ask: (k) => k.ptrErr(k.khoAllocPreserve(0)),
    expected: EINVAL,
  },
  {
    what: 'too much',
    call: 'khoAllocPreserve',
    ask: (k) => k.ptrErr(k.khoAllocPreserve(8 << 20)),
    expected: -7,
  },
  {
    what: 'the most',
    call: 'khoAllocPreserve',
    ask: (k) => k.isErr(k.khoAllocPreserve(4 << 20)),
    expected: false,
  },
  {
    what: 'zeroed memory',
    call: 'khoAllocPreserve',
    ask: (k) => k.read(k.khoAllocPreserve(5000), 8192).some((byte) => byte !== 0),
    expected: false,
  },
  {
    what: 'more than there is',
    call: 'khoAllocPreserve',
    ask(k) {
      for (;;) {
        const mem = k.khoAllocPreserve(4 << 20);
        if (k.isErr(mem)) return k.ptrErr(mem);
      }
    },
    expected: -12,
  },
  {
    what: 'a folio, when there is no memory for the map',
    call: 'khoPreserveFolio',
    ask(k) {
      // Wherever they are, a part of the map for some of them is still missing.
      const all = Array.from({ length: 40 }, () => folio(k));
      exhaust(k);
      return Math.min(...all.map((each) => k.khoPreserveFolio(each)));
    },
    releases: ['6.18..'],
    expected: -12,
  },
  {
    what: 'pages, when there is no memory for the map',
    call: 'khoPreservePages',
    ask(k) {
      const all = Array.from({ length: 40 }, () => page(k));
      exhaust(k);
      return Math.min(...all.map((each) => k.khoPreservePages(each, 1)));
    },
    expected: -12,
  },
  {
    what: 'an area, when there is no memory for a chunk',
    call: 'khoPreserveVmalloc',
    ask(k) {
      const area = k.vmalloc(k.pageSize);
      exhaust(k);
      return k.khoPreserveVmalloc(area);
    },
    expected: -12,
  },
  {
    what: 'NULL',
    call: 'khoUnpreserveFree',
    ask: (k) => Number(k.khoUnpreserveFree(0n) === undefined) - 1,
    expected: 0,
  },
  {
    what: 'NULL',
    call: 'khoRestoreFree',
    ask: (k) => Number(k.khoRestoreFree(0n) === undefined) - 1,
    expected: 0,
  },
  { what: 'enabled', call: 'khoIsEnabled', ask: (k) => k.khoIsEnabled(), expected: true },
  {
    what: 'off',
    call: 'khoIsEnabled',
    cmdline: 'kho=off',
    ask: (k) => k.khoIsEnabled(),
    expected: false,
  },
  {
    what: 'off by default',
    call: 'khoIsEnabled',
    cmdline: '',
    ask: (k) => k.khoIsEnabled(),
    expected: false,
  },
  {
    what: 'without scratch',
    call: 'khoIsEnabled',
    cmdline: NO_SCRATCH,
    ask: (k) => k.khoIsEnabled(),
    expected: false,
    rules: ['scratch-too-small'],
    console: /^KHO: Failed to reserve scratch area, disabling kexec handover$/,
  },
  { what: 'a cold boot', call: 'isKhoBoot', ask: (k) => k.isKhoBoot(), expected: false },
  {
    what: 'a KHO boot',
    call: 'isKhoBoot',
    isSecond: true,
    ask: (k) => k.isKhoBoot(),
    expected: true,
  },
  {
    what: 'a subtree on a cold boot',
    call: 'khoRetrieveSubtree',
    ask: (k) => k.khoRetrieveSubtree('none'),
    expected: -2,
  },
  {
    what: 'a subtree that nobody added',
    call: 'khoRetrieveSubtree',
    isSecond: true,
    ask: (k) => k.khoRetrieveSubtree('none'),
    expected: -2,
  },
  {
    what: 'what was never preserved',
    call: 'khoRestoreFolio',
    releases: ['6.18..'],
    ask: (k) => k.khoRestoreFolio(0x4000000n),
    expected: 0n,
    rules: ['restored-unknown'],
    console: /^WARNING: at kho_restore_page\(\)$/,
  },
  {
    what: 'what was never preserved, before there was a magic',
    call: 'khoRestoreFolio',
    releases: ['6.16..6.17'],
    ask: (k) => k.pa(k.khoRestoreFolio(0x4000000n)),
    expected: 0x4000000n,
    rules: ['restored-unknown'],
  },
  {
    what: 'what is not memory',
    call: 'khoRestoreFolio',
    ask: (k) => k.khoRestoreFolio(1n << 50n),
    expected: 0n,
    rules: ['restored-unknown'],
  },
  {
    what: 'pages that were never preserved',
    call: 'khoRestorePages',
    ask: (k) => k.khoRestorePages(0x4000000n, 2),
    expected: 0n,
    rules: ['restored-unknown'],
  },
  {
    what: 'before kho_init(), in a set of bitmaps',
    call: 'khoPreserveFolio',
    releases: ['6.16..7.0'],
    isEarly: true,
    ask: (k) => k.khoPreserveFolio(folio(k)),
    expected: 0,
  },
  {
    what: 'before kho_init(), in a tree',
    call: 'khoPreserveFolio',
    releases: ['7.1..7.2'],
    isEarly: true,
    ask: (k) => k.khoPreserveFolio(folio(k)),
    expected: EINVAL,
    rules: ['preserved-too-early'],
    console: /^WARNING: at kho_radix_add_page\(\)$/,
  },
  {
    what: 'before kho_init(), in a tree of keys',
    call: 'khoPreserveFolio',
    releases: ['7.3..'],
    isEarly: true,
    ask: (k) => k.khoPreserveFolio(folio(k)),
    expected: EINVAL,
    rules: ['preserved-too-early'],
    console: /^WARNING: at kho_radix_add_key\(\)$/,
  },
  {
    what: 'before kho_init()',
    call: 'khoPreserveVmalloc',
    releases: ['7.1..'],
    isEarly: true,
    ask: (k) => k.khoPreserveVmalloc(k.vmalloc(1)),
    expected: -12,
    rules: ['preserved-too-early'],
  },
  {
    what: 'while KHO is off, in a set of bitmaps',
    call: 'khoPreserveFolio',
    releases: ['6.16..7.0'],
    cmdline: 'kho=off',
    ask: (k) => k.khoPreserveFolio(folio(k)),
    expected: 0,
    rules: ['kho-disabled'],
  },
  {
    what: 'while KHO is off, in a tree',
    call: 'khoPreserveFolio',
    releases: ['7.1..'],
    cmdline: 'kho=off',
    ask: (k) => k.khoPreserveFolio(folio(k)),
    expected: EINVAL,
    rules: ['kho-disabled'],
  },
];

/** Takes all memory that is not scratch. */
function exhaust(k: Kernel): void {
  for (let order = 10; order >= 0; order--) while (k.getFreePages('GFP_KERNEL', order) !== 0n);
}

for (const row of ROWS)
  for (const release of MAINLINE) {
    const { what, call, releases, cmdline, rules = [] } = row;
    if (!hasCall(release, call)) continue;
    if (releases !== undefined && !isInReleases(release.name, releases)) continue;
    test(`${release.name}: ${call}() of ${what}`, async () => {
      let answer: unknown;
      let isAsked = false;
      const ask = (k: Kernel): void => {
        if (row.isSecond && k.number === 1) return;
        isAsked = true;
        answer = row.ask(k);
      };
      const names = row.isSecond ? [release.name, release.name] : [release.name];
      const result = await runMainline(
        { releases: names, ...(cmdline === undefined ? {} : { cmdline }) },
        () => (row.isEarly ? { earlyInit: ask } : { init: ask }),
      );
      assert.ok(isAsked);
      assert.deepEqual(answer, row.expected);
      const found = result.findings.map(({ rule }) => rule);
      assert.deepEqual([...new Set(found)], rules, JSON.stringify(result.findings));
      const lines = result.kernels.at(-1)?.console ?? [];
      if (row.console !== undefined)
        assert.ok(
          lines.some((line) => row.console?.test(line)),
          lines.join(),
        );
    });
  }

for (const release of MAINLINE.filter(
  ({ serialization }) => serialization !== 'finalize-notifiers',
))
  test(`${release.name}: khoAddSubtree() knows which names are taken, and its end`, async () => {
    const codes: number[] = [];
    let count = 0;
    await runMainline({ releases: [release.name] }, () => ({
      init(k) {
        const blob = k.khoAllocPreserve(k.pageSize);
        k.fdtCreate(blob, k.pageSize);
        k.fdtBeginNode(blob, '');
        k.fdtEndNode(blob);
        k.fdtFinish(blob);
        const add = (name: string): number => addSubtree(k, null, blob, release, name);
        codes.push(add('n@1'), add('n@1'), add('n'), add('m'));
        for (;;) {
          const code = add(`eight${100 + count}`);
          if (code !== 0) return void codes.push(code);
          count += 1;
        }
      },
    }));
    // Until 7.0 the error was libfdt's, and the node stayed without its property.
    const full =
      release.subtrees.kind === 'by-reference' && release.subtrees.sizeProperty ? -12 : -3;
    assert.deepEqual(codes.slice(0, 4), [0, -17, -17, 0]);
    assert.ok(codes[4] === full || codes[4] === -12, String(codes[4]));
    assert.ok(count > 50 && count < 100);
  });

for (const release of MAINLINE.filter(
  ({ serialization }) => serialization === 'finalize-notifiers',
))
  test(`${release.name}: a notifier is registered once; finalized is finalized`, async () => {
    const codes: number[] = [];
    const notify = (): number => 0;
    const steps = [
      { write: FINALIZE, data: '1' },
      { call: 'd', function: 'late' },
      { write: FINALIZE, data: '0' },
      { call: 'd', function: 'late' },
    ];
    await runMainline({ releases: [release.name], steps }, () => ({
      notify,
      init(k) {
        codes.push(k.unregisterKhoNotifier(notify), k.registerKhoNotifier(notify));
        codes.push(k.registerKhoNotifier(notify), k.unregisterKhoNotifier(notify));
      },
      late: (k: Kernel) => void codes.push(k.khoPreserveFolio(k.folioAlloc('GFP_KERNEL', 0))),
    }));
    assert.deepEqual(codes, [-2, 0, -17, 0, -16, 0]);
  });
