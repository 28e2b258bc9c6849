// Drivers are told before a kernel ends by a kexec or a reboot, and not when it panics.
import assert from 'node:assert/strict';
import test from 'node:test';
import { type Kernel, parseScenario } from '../../simulator/index.ts';
import { runInline } from './scenarios.ts';

const ENDINGS: readonly (readonly [string, readonly object[], readonly string[]])[] = [
  ['a kexec', [{ kexecLoad: {} }, { kexec: {} }], ['d: before true']],
  ['a reboot', [{ reboot: {} }], ['d: before false']],
  ['a panic', [{ panic: {} }], []],
];

for (const [what, steps, lines] of ENDINGS)
  test(`drivers hear of ${what}: ${lines.length}`, async () => {
    const kernels = [
      { release: '7.3', cmdline: 'kho=on', drivers: ['d.ts'], steps },
      { release: '7.3', cmdline: 'kho=on' },
    ];
    const text = JSON.stringify({ title: 'test', kernels });
    const { value, issues } = parseScenario({ path: '/s/test.kho.json', text });
    assert.deepEqual(issues, []);
    assert.ok(value !== undefined);
    const result = await runInline(value, {
      d: () => ({ beforeJump: (k: Kernel, isKexec: boolean) => k.prInfo(`before ${isKexec}`) }),
    });
    const said = result.kernels[0]?.console.filter((line) => line.startsWith('d: '));
    assert.deepEqual(said, lines);
  });
