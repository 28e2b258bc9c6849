// Sessions of /dev/liveupdate, with the errors of kernel/liveupdate/luo_session.c, and what a
// kernel does with the sessions of one before it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { decodeHandover } from '../../kho/index.ts';
import type { RunResult } from '../../simulator/index.ts';
import { MAINLINE, mainlineScenario } from './mainline-scenarios.ts';
import { BINDINGS, JUMP, LOAD, runInline } from './scenarios.ts';

const WITH_LUO = MAINLINE.filter(({ formats }) => formats.some(({ name }) => name === 'LUO'));
const CMDLINE = 'kho=on liveupdate=on kho_scratch=16M,32M,32M';

const act = (action: string, session: string, error?: string, count?: number): object => ({
  session,
  do: action,
  ...(error === undefined ? {} : { error }),
  ...(count === undefined ? {} : { count }),
});
const create = (session: string, error?: string): object => act('create', session, error);

/** Runs kernels of these releases; each jumps when it has done its steps. */
function run(
  releases: readonly string[],
  first: readonly object[],
  last: readonly object[] = [],
  cmdline = CMDLINE,
): Promise<RunResult> {
  const steps = releases.length === 1 ? first : [...first, LOAD, JUMP];
  const scenario = mainlineScenario({ releases, cmdline, steps, lastSteps: last });
  return runInline(scenario, { d: () => ({}) });
}

for (const release of WITH_LUO) {
  const { name, title } = release;

  test(`${title}: sessions are found by the next kernel, finished and closed`, async () => {
    const first = [
      create('a'),
      create('a', 'EEXIST'),
      create('b'),
      create('', 'EINVAL'),
      create('n'.repeat(63)),
      create('n'.repeat(64), 'EINVAL'),
      act('finish', 'a', 'EINVAL'),
      act('retrieve', 'a', 'ENOENT'),
      act('close', 'b'),
      act('close', 'b', 'EBADF'),
    ];
    const last = [
      act('finish', 'a', 'EBADF'),
      act('retrieve', 'b', 'ENOENT'),
      act('retrieve', 'a'),
      act('retrieve', 'a', 'EINVAL'),
      act('finish', 'a'),
      act('close', 'a'),
      act('retrieve', 'a', 'ENOENT'),
      act('retrieve', 'n'.repeat(63)),
      create('a'),
    ];
    const result = await run([name, name], first, last);
    assert.deepEqual(result.findings, []);
    const lines = result.kernels[1]?.console ?? [];
    assert.ok(lines.includes('luo: Retrieved live update data, liveupdate number: 1'));
    const [image] = result.images;
    assert.ok(image !== undefined);
    const { luo, issues, unclaimedPages } = decodeHandover(image, { bindings: BINDINGS });
    assert.deepEqual(
      issues.map(({ rule, message }) => `${rule}: ${message}`),
      [],
    );
    assert.deepEqual(
      luo?.sessions.map((each) => each.name),
      ['a', 'n'.repeat(63)],
    );
    assert.equal(luo.liveupdateNumber, 1n);
    assert.equal(unclaimedPages, 0);
  });

  test(`${title}: without liveupdate=on there is no device`, async () => {
    const cmdline = 'kho=on kho_scratch=16M,32M,32M';
    const result = await run([name], [create('a', 'ENOENT')], [], cmdline);
    assert.deepEqual(result.findings, []);
  });

  test(`${title}: no sessions are no sessions, over two jumps`, async () => {
    const result = await run([name, name, name], [create('a'), act('close', 'a')]);
    assert.deepEqual(result.findings, []);
    const lines = result.kernels[2]?.console ?? [];
    assert.ok(lines.includes('luo: Retrieved live update data, liveupdate number: 2'));
  });
}

test('an array of sessions has an end; blocks have more', async () => {
  for (const { name } of WITH_LUO) {
    const isArray = ['6.19', '7.0', '7.1'].includes(name);
    const steps = [
      act('create', 's', undefined, 819),
      isArray ? create('one more', 'ENOMEM') : create('one more'),
    ];
    const result = await run([name, name], steps, [act('retrieve', 's', undefined, 819)]);
    assert.deepEqual(result.findings, [], name);
  }
});

test('a name that is taken leaves an empty block, on which the next kernel panics', async () => {
  for (const { name, serialization } of WITH_LUO) {
    // 51 sessions fill a block.
    const steps = [act('create', 's', undefined, 51), create('s0', 'EEXIST')];
    const result = await run([name, name], steps);
    const isBlocks = ['7.2', '7.3'].includes(name);
    assert.deepEqual(
      result.findings.map(({ rule }) => rule),
      isBlocks ? ['kernel-panic'] : [],
      `${name} ${serialization}`,
    );
    if (!isBlocks) continue;
    assert.equal(result.outcome, 'stopped');
    const lines = result.kernels[1]?.console ?? [];
    assert.ok(lines.includes('luo: Block contains invalid entry count: 0'));
    // The decoder says so before anybody boots.
    const [image] = result.images;
    const issues = image === undefined ? [] : decodeHandover(image, { bindings: BINDINGS }).issues;
    assert.ok(issues.some(({ rule }) => rule === 'block-list-malformed'));
  }
});

test('one session more or less than a block is none of it', async () => {
  for (const { name } of WITH_LUO)
    for (const count of [50, 52]) {
      const steps = [act('create', 's', undefined, count), create('s0', 'EEXIST')];
      assert.deepEqual((await run([name, name], steps)).findings, [], `${name} ${count}`);
    }
});

test('a kernel that does not understand LUO panics, with or without liveupdate=', async () => {
  const PAIRS: readonly [string, string, boolean][] = [
    ['6.19', '7.0', true],
    ['7.0', '6.19', true],
    ['7.2', '7.3', false],
    ['7.3', '7.2', false],
  ];
  for (const [from, to, isPanic] of PAIRS)
    for (const cmdline of [CMDLINE, 'kho=on']) {
      const scenario = mainlineScenario({
        releases: [from, to],
        cmdline: CMDLINE,
        steps: [create('a'), LOAD, JUMP],
      });
      const kernels = scenario.kernels.map((each, i) => (i === 1 ? { ...each, cmdline } : each));
      const result = await runInline({ ...scenario, kernels }, { d: () => ({}) });
      assert.deepEqual(
        result.findings.map(({ rule }) => rule),
        isPanic ? ['kernel-panic'] : [],
        `${from} ${to}`,
      );
      assert.equal(result.outcome, isPanic ? 'stopped' : 'completed');
    }
});

test('in/sub_fdts/LUO shows memory that was given back, where it was', async () => {
  const path = '/sys/kernel/debug/kho/in/sub_fdts/LUO';
  for (const { name, formats } of WITH_LUO) {
    const isStruct = formats.some((each) => each.name === 'LUO' && each.struct !== undefined);
    const text = isStruct ? 'k'.repeat(32) : undefined;
    const read = { read: path, ...(text === undefined ? {} : { expect: text }) };
    const result = await run([name, name], [create('a')], [read]);
    const rules = result.findings.map(({ rule }) => rule);
    assert.deepEqual(rules, isStruct ? ['use-after-free'] : [], name);
  }
});
