// What the Live Update Orchestrator lays out in the simulator against what it left in a real Linux
// 7.3.4: the same bytes, but for addresses.
import assert from 'node:assert/strict';
import test from 'node:test';
import { mainlineScenario } from './mainline-scenarios.ts';
import { luoStructs, recordedImage } from './recorded-handover.ts';
import { JUMP, LOAD, runInline } from './scenarios.ts';

test('a session with a memfd is laid out as the real kernel does, up to addresses', async (t) => {
  const real = recordedImage(t);
  if (real === undefined) return;
  const pages = Array.from({ length: 256 }, (_, i) => ({ at: i * 4096, text: `page ${i}` }));
  const steps = [
    { memfd: 'm', size: '1M', content: pages },
    { session: 'test-session', do: 'create' },
    { session: 'test-session', do: 'preserve-fd', file: 'm', token: 0x1a },
    LOAD,
    JUMP,
  ];
  const cmdline = 'kho=on liveupdate=on kho_scratch=16M,32M,32M';
  const scenario = mainlineScenario({ releases: ['7.3', '7.3'], cmdline, steps });
  const [image] = (await runInline(scenario, { d: () => ({}) })).images;
  assert.ok(image !== undefined);
  assert.deepEqual(luoStructs(image), luoStructs(real));
});
