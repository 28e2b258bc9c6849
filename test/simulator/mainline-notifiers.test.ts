// The chain of notifiers of 6.16 to 6.18: kho_finalize() and kho_abort() of
// kernel/kexec_handover.c.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { InlineDriver, Kernel } from '../../simulator/index.ts';
import { FINALIZE, MAINLINE, mainlineScenario, stateDriver } from './mainline-scenarios.ts';
import { JUMP, LOAD, runInline } from './scenarios.ts';

const RELEASES = MAINLINE.filter(({ serialization }) => serialization === 'finalize-notifiers');

/** A scenario of these releases with the drivers a and b, in that order. */
function twoDrivers(
  releases: readonly string[],
  steps: readonly object[],
): ReturnType<typeof mainlineScenario> {
  const scenario = mainlineScenario({ releases, steps });
  const [first] = scenario.kernels[0]?.drivers ?? [];
  assert.ok(first !== undefined);
  const drivers = ['a', 'b'].map((name) => ({ ...first, name, path: `${name}.ts` }));
  return { ...scenario, kernels: scenario.kernels.map((each) => ({ ...each, drivers })) };
}

/** A driver whose notifier says `error`, and that writes down what it is called for. */
function notified(name: string, calls: string[], error = 0): () => InlineDriver {
  return () => {
    const notify = (_k: Kernel, event: string): number => {
      calls.push(`${name} ${event}`);
      return event === 'KEXEC_KHO_FINALIZE' ? error : 0;
    };
    return { notify, init: (k) => k.registerKhoNotifier(notify) };
  };
}

for (const { name, title } of RELEASES) {
  test(`${title}: an error ends the chain, and everybody hears of the abort`, async () => {
    const calls: string[] = [];
    const steps = [
      { write: FINALIZE, data: '1', error: 'ENOMEM' },
      { read: FINALIZE, expect: '0\n' },
      { read: '/sys/kernel/debug/kho/out/fdt', error: 'ENOENT' },
    ];
    const drivers = { a: notified('a', calls, -12), b: notified('b', calls) };
    const result = await runInline(twoDrivers([name], steps), drivers);
    assert.deepEqual(calls, ['a KEXEC_KHO_FINALIZE', 'a KEXEC_KHO_ABORT', 'b KEXEC_KHO_ABORT']);
    assert.deepEqual(
      result.findings.map(({ rule, driver }) => [rule, driver]),
      [['serialize-failed', 'a']],
    );
    const lines = result.kernels[0]?.console ?? [];
    assert.ok(lines.includes('KHO: Failed to convert KHO state tree: -12'));
  });

  test(`${title}: notifiers are called in the order in which they registered`, async () => {
    const calls: string[] = [];
    const drivers = { a: notified('a', calls), b: notified('b', calls) };
    const steps = [
      { write: FINALIZE, data: '1' },
      { write: FINALIZE, data: '0' },
    ];
    const result = await runInline(twoDrivers([name], steps), drivers);
    assert.deepEqual(result.findings, []);
    const events = ['FINALIZE', 'ABORT'].map((each) => `KEXEC_KHO_${each}`);
    assert.deepEqual(
      calls,
      events.flatMap((event) => [`a ${event}`, `b ${event}`]),
    );
  });

  test(`${title}: an abort drops what was preserved before anybody finalized`, async () => {
    const steps = [
      { write: FINALIZE, data: '1' },
      { write: FINALIZE, data: '0' },
      { write: FINALIZE, data: '1' },
      LOAD,
      JUMP,
    ];
    let address = 0n;
    const make = (): InlineDriver => ({
      init(k) {
        if (k.number > 1) return void k.read(k.va(address), 8);
        const folio = k.folioAlloc('GFP_KERNEL', 0);
        address = k.pa(folio);
        return k.khoPreserveFolio(folio);
      },
    });
    const scenario = mainlineScenario({ releases: [name, name], steps });
    const result = await runInline(scenario, { d: make });
    assert.deepEqual(
      result.findings.map(({ rule }) => rule),
      ['memory-not-preserved'],
    );
  });

  test(`${title}: what is loaded before it is finalized is handed over all the same`, async () => {
    const release = RELEASES.find((each) => each.name === name);
    assert.ok(release !== undefined);
    const steps = [LOAD, { write: FINALIZE, data: '1' }, JUMP];
    const scenario = mainlineScenario({ releases: [name, name], steps });
    const result = await runInline(scenario, { d: stateDriver(release) as never });
    assert.equal(result.kernels[1]?.isKhoBoot, true);
    assert.ok(result.findings.every(({ severity }) => severity !== 'error'));
  });
}
