// Kernels that follow each other: what is lost on the way is reported where it was seen last.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Driver, Kernel } from '../../simulator/index.ts';
import { runMainline } from './mainline-scenarios.ts';
import { JUMP, LOAD, rulesOf } from './scenarios.ts';

/** Keeps a folio until a kernel that does not preserve it again, and looks for it in the last. */
function keeper(lastToPreserve: number): () => Driver & Record<string, unknown> {
  let address = 0n;
  return () => ({
    init(k: Kernel) {
      if (k.number === 1) {
        const folio = k.folioAlloc('GFP_KERNEL', 0);
        address = k.pa(folio);
        return k.khoPreserveFolio(folio);
      }
      const folio = k.khoRestoreFolio(address);
      if (folio === 0n) return 0;
      return k.number <= lastToPreserve ? k.khoPreserveFolio(folio) : 0;
    },
  });
}

test('memory that a kernel did not preserve again is said to be that kernel’s', async () => {
  for (const [last, kernels] of [
    [1, 3],
    [3, 6],
  ] as const) {
    const releases = Array.from({ length: kernels }, () => '7.3');
    const { findings } = await runMainline({ releases }, keeper(last));
    const [first] = findings;
    assert.equal(first?.rule, 'restored-unknown');
    assert.equal(first.kernel, last + 2);
    const far = findings.filter(({ kernel }) => kernel > last + 2);
    for (const { related } of [first])
      assert.match(related[0]?.message ?? '', /it was allocated here and not preserved/);
    for (const { related } of far)
      assert.match(related[0]?.message ?? '', new RegExp(`by kernel ${last + 1}`));
  }
});

test('memory that was never taken back is named with who preserved it', async () => {
  let address = 0n;
  const { findings } = await runMainline({ releases: ['7.3', '7.3', '7.3'] }, () => ({
    init(k: Kernel) {
      if (k.number === 1) {
        const folio = k.folioAlloc('GFP_KERNEL', 0);
        address = k.pa(folio);
        return k.khoPreserveFolio(folio);
      }
      if (k.number === 3) k.khoRestoreFolio(address);
      return 0;
    },
  }));
  assert.deepEqual(
    findings.map(({ rule, related }) => [rule, related[0]?.message]),
    [
      ['never-restored', undefined],
      ['restored-unknown', 'it was preserved here, by kernel 1, and not again by kernel 2'],
    ],
  );
});

test('a subtree that is not handed on is said where it was handed over', async () => {
  const driver = (isHandedOn: boolean) => () => ({
    init(k: Kernel) {
      const found = k.khoRetrieveSubtree('state');
      if (k.number > 1 && (typeof found === 'number' || !isHandedOn)) return 0;
      const blob =
        typeof found === 'number' ? k.khoAllocPreserve(k.pageSize) : k.khoRestoreFolio(found.phys);
      if (typeof found !== 'number') k.khoPreserveFolio(blob);
      return k.khoAddSubtree('state', blob, 64);
    },
  });
  const parts = { releases: ['7.3', '7.3', '7.3'] };
  assert.deepEqual(
    rulesOf(await runMainline(parts, driver(false))).filter((rule) => rule === 'not-handed-on'),
    ['not-handed-on'],
  );
  assert.equal(rulesOf(await runMainline(parts, driver(true))).includes('not-handed-on'), false);
});

/** Preserves a folio, and says in each kernel whether it found one. */
const finder = (): Driver & Record<string, unknown> => ({
  init(k: Kernel) {
    const found = k.khoRetrieveSubtree('state');
    k.prInfo(`found ${typeof found === 'number' ? found : 'it'}`);
    return k.khoAddSubtree('state', k.khoAllocPreserve(k.pageSize), 64);
  },
});

const consoleOf = (result: Awaited<ReturnType<typeof runMainline>>, kernel: number): string =>
  result.kernels[kernel - 1]?.console.filter((line) => line.startsWith('d: ')).join() ?? '';

test('what is unloaded cannot be jumped to, and what is loaded again can', async () => {
  const refused = { kexec: {}, error: 'EINVAL' };
  const steps = [refused, LOAD, { kexecUnload: {} }, refused, LOAD, LOAD, JUMP];
  const result = await runMainline({ releases: ['7.3', '7.3'], steps }, finder);
  assert.equal(result.outcome, 'completed');
  assert.deepEqual(
    result.findings.filter(({ rule }) => rule === 'step-failed'),
    [],
  );
  assert.match(result.trace, / kexec_unload\n/);
  assert.equal(consoleOf(result, 2), 'd: found it');
});

test('a kernel that is unloaded and jumped to nonetheless ends the run', async () => {
  const steps = [LOAD, { kexecUnload: {} }, JUMP];
  const { outcome, reason } = await runMainline({ releases: ['7.3', '7.3'], steps }, finder);
  assert.deepEqual([outcome, reason], ['stopped', 'kernel 1 jumps, but no kernel was loaded']);
});

test('a kernel that does not fit into scratch is not loaded, and the one before it stays', async () => {
  const large = { kexecLoad: { kernel: '1G' }, error: 'EADDRNOTAVAIL' };
  const steps = [LOAD, large, JUMP];
  const result = await runMainline({ releases: ['7.3', '7.3'], steps }, finder);
  assert.equal(result.outcome, 'completed');
  assert.equal(consoleOf(result, 2), 'd: found it');
});

test('12 TiB on 8 nodes are handed over from in bounded memory', async () => {
  const ram = Array.from({ length: 8 }, (_, node) => ({
    start: node * 1.5 * 2 ** 40,
    size: 1.5 * 2 ** 40,
    node,
  }));
  const before = process.memoryUsage().heapUsed;
  const parts = { releases: ['7.3', '7.3'], ram, cmdline: 'kho=on' };
  const result = await runMainline(parts, finder);
  assert.equal(result.outcome, 'completed', result.reason);
  assert.equal(consoleOf(result, 2), 'd: found it');
  const grownMib = (process.memoryUsage().heapUsed - before) / 2 ** 20;
  assert.ok(grownMib < 200, `${grownMib} MiB`);
});

test('a driver says which node its pages are of', async () => {
  const ram = [0, 1, 2].map((node) => ({ start: node * 2 ** 29, size: '512M', node }));
  const came: bigint[] = [];
  const result = await runMainline({ releases: ['7.3'], ram }, () => ({
    init(k: Kernel) {
      for (const node of [0, 1, 2, 1])
        came.push(k.pa(k.allocPagesNode(node, 'GFP_KERNEL', 3)) / 2n ** 29n);
      k.allocPagesNode(3, 'GFP_KERNEL', 0);
      return 0;
    },
  }));
  assert.deepEqual(came, [0n, 1n, 2n, 1n]);
  assert.deepEqual(rulesOf(result), ['api-misuse', 'driver-threw']);
});
