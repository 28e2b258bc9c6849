// Trees of keys that drivers keep: kho_radix_*() of 7.1 to 7.3, over a handover.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Kernel, KhoRadixTree, RunResult } from '../../simulator/index.ts';

import { runMainline } from './mainline-scenarios.ts';
import { JUMP, LOAD } from './scenarios.ts';

const NAME = 'keys';
const KEYS = [0n, 1n, 4095n, 1n << 20n, (1n << 53n) - 1n];

/** An empty tree, in the way of the release. */
function emptyTree(k: Kernel, hasInit: boolean): KhoRadixTree {
  const tree: KhoRadixTree = { root: 0n };
  if (hasInit) {
    assert.equal(k.khoRadixInitTree(tree), 0);
    return tree;
  }
  tree.root = k.getFreePages('GFP_KERNEL', 0);
  k.write(tree.root, new Uint8Array(k.pageSize));
  return tree;
}

/** A subtree that says where the root is. */
function publish(k: Kernel, root: bigint): void {
  const blob = k.khoAllocPreserve(8);
  k.writeU64(blob, k.pa(root));
  assert.equal(k.khoAddSubtree(NAME, blob, 8), 0);
}

/** The tree of the kernel before, whose address was told. */
function found(k: Kernel): KhoRadixTree | undefined {
  const at = k.khoRetrieveSubtree(NAME);
  if (typeof at === 'number') return undefined;
  const root = k.readU64(k.va(at.phys));
  k.khoRestoreFree(k.va(at.phys));
  return { root: k.va(root) };
}

function rulesOf({ findings }: RunResult): string[] {
  return findings.map(({ rule }) => rule);
}

/** One driver in one kernel of `release`. */
function once(release: string, init: (k: Kernel) => void): Promise<RunResult> {
  return runMainline({ releases: [release], steps: [] }, () => ({ init: (k) => init(k) }));
}

for (const [arch, pageSize] of [
  ['x86_64', 4096],
  ['arm64', 16384],
  ['arm64', 65536],
] as const) {
  const widest = (1n << BigInt(64 - Math.log2(pageSize) + 1)) - 1n;
  const keys = [...KEYS.slice(0, -1), widest];

  test(`7.3, pages of ${pageSize}: keys go to the next kernel with their nodes`, async () => {
    const seen: bigint[] = [];
    const make = () => ({
      init(k: Kernel): void {
        const tree = found(k);
        if (tree === undefined) {
          const fresh = emptyTree(k, true);
          for (const key of [...keys].reverse()) assert.equal(k.khoRadixAddKey(fresh, key), 0);
          assert.equal(k.khoRadixAddKey(fresh, 1n), 0);
          assert.equal(k.khoRadixAddKey(fresh, 7n), 0);
          k.khoRadixDelKey(fresh, 7n);
          assert.equal(k.khoRadixAddKey(fresh, widest + 1n), -34);
          const nodes: bigint[] = [];
          k.khoRadixWalkTree(fresh, { node: (phys) => void nodes.push(phys) });
          for (const phys of nodes) assert.equal(k.khoPreservePages(k.va(phys), 1), 0);
          publish(k, fresh.root);
          return;
        }
        const nodes: bigint[] = [];
        const cb = {
          leaf: (key: bigint) => void seen.push(key),
          node: (phys: bigint) => void nodes.push(phys),
        };
        assert.equal(k.khoRadixWalkTree(tree, cb), 0);
        assert.equal(k.khoRadixWalkTree(tree, { leaf: (key) => (key === 1n ? 5 : 0) }), 5);
        for (const phys of nodes) assert.notEqual(k.khoRestorePages(phys, 1), 0n);
        assert.equal(k.khoRadixAddKey(tree, 8n), 0);
        k.khoRadixDestroyTree(tree);
        assert.equal(tree.root, 0n);
      },
    });
    const parts = { releases: ['7.3', '7.3'], arch, pageSize, steps: [LOAD, JUMP] };
    const result = await runMainline(parts, make);
    assert.deepEqual(result.findings, []);
    assert.deepEqual(seen, keys);
  });
}

for (const release of ['7.1', '7.2'])
  test(`${release}: trees are of blocks`, async () => {
    const blocks: [bigint, number][] = [];
    const result = await once(release, (k) => {
      const tree = emptyTree(k, false);
      assert.equal(k.khoRadixAddPage(tree, 8, 3), 0);
      assert.equal(k.khoRadixAddPage(tree, 5, 0), 0);
      assert.equal(k.khoRadixAddPage(tree, 6, 0), 0);
      k.khoRadixDelPage(tree, 6, 0);
      k.khoRadixWalkTree(tree, (phys, order) => void blocks.push([phys, order]));
      assert.throws(() => k.khoRadixAddKey(tree, 1n), /no such function/);
      assert.throws(() => k.khoRadixWalkTree(tree, {}), /kho_radix_tree_walk_callback_t/);
    });
    assert.deepEqual(blocks, [
      [8n * 4096n, 3],
      [5n * 4096n, 0],
    ]);
    assert.deepEqual(rulesOf(result), ['api-misuse', 'api-misuse']);
  });

test('without a root the kernel warns once, and adds nothing', async () => {
  const result = await once('7.3', (k) => {
    const tree = { root: 0n };
    assert.equal(k.khoRadixAddKey(tree, 1n), -22);
    assert.equal(k.khoRadixAddKey(tree, 1n), -22);
    assert.equal(k.khoRadixWalkTree(tree, {}), -22);
    k.khoRadixDestroyTree(tree);
  });
  const warnings = result.kernels[0]?.console.filter((line) => line.startsWith('WARNING'));
  assert.deepEqual(warnings, [
    'WARNING: at kho_radix_add_key()',
    'WARNING: at kho_radix_walk_tree()',
  ]);
});

interface Wrong {
  readonly what: string;
  readonly run: (k: Kernel) => void;
  readonly rules: readonly string[];
}

const WRONG: readonly Wrong[] = [
  {
    what: 'adds in a walk',
    run(k) {
      const tree = emptyTree(k, true);
      k.khoRadixAddKey(tree, 1n);
      k.khoRadixWalkTree(tree, { leaf: () => k.khoRadixAddKey(tree, 2n) });
    },
    rules: ['radix-changed-in-walk'],
  },
  {
    what: 'walks in a walk',
    run(k) {
      const tree = emptyTree(k, true);
      k.khoRadixWalkTree(tree, { node: () => k.khoRadixWalkTree(tree, {}) });
    },
    rules: ['radix-changed-in-walk'],
  },
  {
    what: 'changes another tree in a walk, and the same one after it',
    run(k) {
      const [tree, other] = [emptyTree(k, true), emptyTree(k, true)];
      k.khoRadixWalkTree(tree, { node: () => k.khoRadixAddKey(other, 2n) });
      k.khoRadixAddKey(tree, 1n);
    },
    rules: [],
  },
  {
    what: 'takes out what was never added, below no node',
    run: (k) => k.khoRadixDelKey(emptyTree(k, true), 1n),
    rules: ['radix-key-unknown'],
  },
  {
    what: 'takes out the neighbour of a key',
    run(k) {
      const tree = emptyTree(k, true);
      k.khoRadixAddKey(tree, 1n);
      k.khoRadixDelKey(tree, 2n);
    },
    rules: ['radix-key-unknown'],
  },
  {
    what: 'begins with a page that is not zeroed',
    run: (k) => k.khoRadixAddKey({ root: k.getFreePages('GFP_KERNEL', 0) }, 1n),
    rules: ['unowned-memory-read'],
  },
  {
    what: 'destroys a tree whose nodes are preserved',
    run(k) {
      const tree = emptyTree(k, true);
      k.khoPreservePages(tree.root, 1);
      k.khoRadixDestroyTree(tree);
    },
    rules: ['freed-while-preserved'],
  },
];

for (const { what, run, rules } of WRONG)
  test(`a driver that ${what}`, async () => {
    assert.deepEqual(rulesOf(await once('7.3', run)), rules);
  });

test('a tree whose nodes were not preserved is gone', async () => {
  const parts = { releases: ['7.3', '7.3'], steps: [LOAD, JUMP] };
  const result = await runMainline(parts, () => ({
    init(k) {
      const tree = found(k);
      if (tree !== undefined) {
        k.khoRadixWalkTree(tree, {});
        return;
      }
      const fresh = emptyTree(k, true);
      k.khoRadixAddKey(fresh, 1n);
      publish(k, fresh.root);
    },
  }));
  assert.equal(rulesOf(result)[0], 'memory-not-preserved');
});

test('a walk comes in several answers, and may end in any', async () => {
  const seen: bigint[] = [];
  const result = await once('7.3', (k) => {
    const tree = emptyTree(k, true);
    for (let key = 0n; key < 9000n; key++) k.khoRadixAddKey(tree, key);
    k.khoRadixWalkTree(tree, { leaf: (key) => void seen.push(key) });
    assert.equal(k.khoRadixWalkTree(tree, { leaf: (key) => (key === 8500n ? 3 : 0) }), 3);
    assert.equal(k.khoRadixAddKey(tree, 9000n), 0);
  });
  assert.deepEqual(rulesOf(result), []);
  assert.deepEqual(
    seen,
    Array.from({ length: 9000 }, (_, key) => BigInt(key)),
  );
});
