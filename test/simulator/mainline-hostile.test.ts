// Whatever drivers pass, the engine answers: with a value, a finding or a misuse, and in time.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Driver, Kernel } from '../../simulator/index.ts';
import { createRandom, type Random } from '../../simulator/index.ts';
import { FINALIZE, MAINLINE, mainlineScenario, runMainline } from './mainline-scenarios.ts';
import { JUMP, LOAD, runInline } from './scenarios.ts';

const CALLS = [
  'khoPreserveFolio',
  'khoUnpreserveFolio',
  'khoPreservePages',
  'khoUnpreservePages',
  'khoPreservePhys',
  'khoPreserveVmalloc',
  'khoUnpreserveVmalloc',
  'khoAllocPreserve',
  'khoUnpreserveFree',
  'khoRestoreFolio',
  'khoRestorePages',
  'khoRestoreVmalloc',
  'khoRestoreFree',
  'khoAddSubtree',
  'khoRemoveSubtree',
  'khoRetrieveSubtree',
  'folioAlloc',
  'folioPut',
  'splitFolio',
  'freePages',
  'getFreePages',
  'vmalloc',
  'vmallocHuge',
  'vfree',
  'vmap',
  'vunmap',
  'read',
  'write',
  'fdtCreate',
  'fdtBeginNode',
  'fdtProperty',
  'fdtEndNode',
  'fdtFinish',
  'fdtTotalsize',
  'fdtCheckHeader',
  'fdtGetprop',
] as const;

/** Values that once were addresses, sizes and names, and others that make no sense. */
class Values {
  readonly #random: Random;
  readonly #k: Kernel;
  readonly seen: unknown[] = [];

  constructor(random: Random, k: Kernel) {
    this.#random = random;
    this.#k = k;
  }

  next(): unknown {
    const k = this.#k;
    const odd: readonly unknown[] = [
      0n,
      1n,
      2n ** 64n - 12n,
      2n ** 63n,
      -1n,
      k.va(0x4000000n),
      k.pa(k.va(0x4001000n)),
      BigInt(this.#random.below(2 ** 31)) * 4096n,
      0,
      1,
      5,
      -1,
      2 ** 40,
      Number.MAX_SAFE_INTEGER,
      Number.NaN,
      'state',
      '',
      'a/b',
      'ü',
      'n'.repeat(5000),
      'GFP_KERNEL',
      'GFP_HIGHUSER_MOVABLE',
      new Uint8Array(16).fill(0xa5),
      k.u64(0x4000000n, 3n),
      new Uint8Array(0),
      undefined,
      null,
      [],
      [1n, 2n],
    ];
    const isSeen = this.seen.length > 0 && this.#random.below(2) === 0;
    return isSeen
      ? this.seen[this.#random.below(this.seen.length)]
      : odd[this.#random.below(odd.length)];
  }
}

function hostileDriver(random: Random, mistakes: string[]): Driver & Record<string, unknown> {
  const attack = (k: Kernel): void => {
    const values = new Values(random, k);
    const functions = k as unknown as Record<string, (...args: unknown[]) => unknown>;
    for (let i = 0; i < 300; i++) {
      const call = CALLS[random.below(CALLS.length)] as string;
      const args = Array.from({ length: random.below(4) }, () => values.next());
      try {
        values.seen.push(functions[call]?.(...args));
      } catch (error) {
        // What makes no sense is said to make none; anything else is a mistake of ours.
        const { message, stack } = error as Error;
        const isMisuse = error instanceof TypeError && message.startsWith(`${call}()`);
        if (!isMisuse) mistakes.push(`${call}: ${stack}`);
      }
    }
  };
  return { earlyInit: attack, init: attack, late: attack };
}

for (const release of MAINLINE)
  test(`${release.title}: calls that make no sense`, async () => {
    const mistakes: string[] = [];
    for (let seed = 1; seed <= 6; seed++) {
      const random = createRandom(seed);
      const isFinalized = release.serialization !== 'live';
      const steps = [
        { call: 'd', function: 'late' },
        ...(isFinalized ? [{ write: FINALIZE, data: '1' }] : []),
        LOAD,
        { call: 'd', function: 'late' },
        JUMP,
      ];
      const releases = [release.name, release.name];
      const scenario = mainlineScenario({ releases, steps });
      const make = (): never => hostileDriver(random, mistakes) as never;
      const result = await runInline(scenario, { d: make }, seed);
      assert.equal(result.kernels.length, 2, result.reason);
      assert.deepEqual(mistakes, []);
    }
  });

test('a range of many pages is one block of that order, and comes back as it was', async () => {
  for (const release of MAINLINE) {
    const cmdline = 'kho=on kho_scratch=16M,32M,32M reserve_mem=64M:64M:large';
    const releases = [release.name, release.name];
    const { images, kernels, findings } = await runMainline({ releases, cmdline }, () => ({}));
    assert.deepEqual(findings, []);
    assert.equal(images.length, 1);
    const lines = kernels[1]?.console ?? [];
    assert.ok(lines.includes("Revived memory reservation 'large' from KHO"), lines.join('\n'));
  }
});
