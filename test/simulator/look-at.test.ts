// States that are asked for together, in one run, are those that are asked for one at a time.
import assert from 'node:assert/strict';
import test from 'node:test';
import { createBindingSet, releaseNamed } from '../../kho/index.ts';
import { createInlineRuntime, type MachineState, runScenario } from '../../simulator/index.ts';
import { createRandom } from '../../simulator/machine/random.ts';
import { mainlineScenario, stateDriver } from './mainline-scenarios.ts';

const BINDINGS = createBindingSet([]);
const ASKED_FOR = 12;

for (const name of ['6.16', '6.19', '7.3'])
  test(`looking at many events of ${name} changes nothing of any`, async () => {
    const release = releaseNamed(name);
    assert.ok(release !== undefined);
    const scenario = mainlineScenario({ releases: [name, name, name] });
    const run = async (events: readonly number[]) => {
      const states: MachineState[] = [];
      const result = await runScenario(scenario, {
        runtime: createInlineRuntime({ d: stateDriver(release) }),
        bindings: BINDINGS,
        lookAt: { events, onState: (state) => states.push(state) },
      });
      return { states, trace: result.trace, eventCount: result.eventCount };
    };
    const plain = await run([]);
    const random = createRandom(7);
    const events = Array.from({ length: ASKED_FOR }, () => 1 + random.below(plain.eventCount));
    const together = await run([...events, plain.eventCount, plain.eventCount + 1, 0]);
    assert.equal(together.trace, plain.trace);
    const expected = [...new Set([...events, plain.eventCount])].sort((a, b) => a - b);
    assert.deepEqual(
      together.states.map(({ event }) => event),
      expected,
    );
    assert.ok(new Set(together.states.map((state) => JSON.stringify(state, asText))).size > 3);
    for (const state of together.states)
      assert.deepEqual((await run([state.event])).states, [state]);
  });

test('the state at an event has nothing of the call behind it', async () => {
  const release = releaseNamed('7.3');
  assert.ok(release !== undefined);
  const scenario = mainlineScenario({ releases: ['7.3', '7.3'] });
  const states: MachineState[] = [];
  const run = (events: readonly number[]): ReturnType<typeof runScenario> =>
    runScenario(scenario, {
      runtime: createInlineRuntime({ d: stateDriver(release) }),
      bindings: BINDINGS,
      lookAt: { events, onState: (state) => states.push(state) },
    });
  const { trace } = await run([]);
  const lines = trace.split('\n');
  const numberOf = (text: RegExp): number => lines.findIndex((line) => text.test(line)) + 1;
  // Each by what it changes: how much is preserved, restored and free.
  const calls = [
    / k1 .* kho_preserve_folio /,
    / k2 .* kho_restore_folio /,
    / k2 .* folio_put /,
    / finding /,
    / k2 late-boot +printk /,
  ];
  for (const call of calls) assert.ok(numberOf(call) > 1, String(call));
  await run(calls.flatMap((call) => [numberOf(call) - 1, numberOf(call)]));
  const restored = ({ kernels }: MachineState): number =>
    kernels[0]?.preserved.filter(({ fate }) => fate === 'restored').length ?? 0;
  const asSeen = states.map((state) => [
    state.kernels[0]?.preserved.length,
    restored(state),
    state.kernels.at(-1)?.freePages,
    state.kernels.at(-1)?.console.length,
    state.findings.length,
  ]);
  for (let index = 0; index < asSeen.length; index += 2)
    assert.notDeepEqual(asSeen[index], asSeen[index + 1], lines[states[index]?.event ?? 0]);
});

function asText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
