// Drivers are told before a kernel ends by a kexec or a reboot, and not when it panics.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Kernel } from '../../simulator/index.ts';
import { scenarioOfKernels } from './mainline-scenarios.ts';
import { runInline } from './scenarios.ts';

const ENDINGS: readonly (readonly [string, readonly object[], readonly string[]])[] = [
  ['a kexec', [{ kexecLoad: {} }, { kexec: {} }], ['d: before true']],
  ['a reboot', [{ reboot: {} }], ['d: before false']],
  ['a panic', [{ panic: {} }], []],
];

for (const [what, steps, lines] of ENDINGS)
  test(`drivers hear of ${what}: ${lines.length}`, async () => {
    const kernels = [
      { cmdline: 'kho=on', steps },
      { cmdline: 'kho=on', drivers: [] },
    ];
    const result = await runInline(scenarioOfKernels(kernels), {
      d: () => ({ beforeJump: (k: Kernel, isKexec: boolean) => k.prInfo(`before ${isKexec}`) }),
    });
    const said = result.kernels[0]?.console.filter((line) => line.startsWith('d: '));
    assert.deepEqual(said, lines);
  });
