// The debug adapter as an editor talks to it: a process that speaks the protocol.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import test from 'node:test';
import { DebugClient } from '@vscode/debugadapter-testsupport';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { KERNEL_EVENT, RESULT_EVENT } from '../../debugger/index.ts';

const KHO = path.resolve('dist/kho.mjs');
const SCENARIO = path.resolve('examples/ftrace/ftrace.kho.json');
const TIMEOUT_MS = 20_000;

/** Runs `use` with a client whose adapter is gone afterwards, together with what it started. */
async function withClient(use: (client: DebugClient) => Promise<void>): Promise<void> {
  // The test client starts `runtime executable`; a shell takes the command from the latter.
  const client = new DebugClient('exec node', `${KHO} debug-adapter`, 'kho', { shell: true });
  client.defaultTimeout = TIMEOUT_MS;
  await client.start();
  try {
    await use(client);
  } finally {
    await client.stop();
  }
  const { stdout } = spawnSync('pgrep', ['-f', `${path.resolve('dist')}/kernel-process`]);
  assert.equal(stdout.toString(), '', 'no kernel is left');
}

async function launch(client: DebugClient, args: object): Promise<void> {
  const ready = client.waitForEvent('initialized');
  await client.initializeRequest();
  await ready;
  await client.launchRequest({
    program: SCENARIO,
    ...args,
  } as DebugProtocol.LaunchRequestArguments);
  await client.configurationDoneRequest();
}

test('without debugging a handover runs and reports', () =>
  withClient(async (client) => {
    const result = client.waitForEvent(RESULT_EVENT);
    const end = client.waitForEvent('terminated');
    const exit = client.waitForEvent('exited');
    await launch(client, { noDebug: true });
    const { body } = await result;
    assert.equal(body.outcome, 'completed');
    assert.match(body.summaryMarkdown, /8 claimed, 8 returned/);
    await end;
    assert.equal((await exit).body.exitCode, 0);
  }));

test('it stops before a phase, steps by phases, and goes on', () =>
  withClient(async (client) => {
    client.on(KERNEL_EVENT, ({ body }) => {
      // What an editor does when it has no JavaScript debugger: it says so, and the run ends.
      void client.customRequest('khoKernelAttached', { kernel: body.kernel, failure: 'none here' });
    });
    const stopped = client.waitForEvent('stopped');
    await launch(client, { stopBeforePhase: 'early-boot' });
    const { body } = await stopped;
    assert.equal(body.description, 'Before early-boot');
    const { threads } = (await client.threadsRequest()).body;
    assert.deepEqual(threads, [{ id: 1, name: 'Kernel 1 (seed)' }]);
    const { stackFrames } = (await client.stackTraceRequest({ threadId: 1 })).body;
    assert.equal(stackFrames[0]?.name, 'before early-boot');
    assert.equal(stackFrames[0]?.source?.path, SCENARIO);
    const next = client.waitForEvent('stopped');
    await client.nextRequest({ threadId: 1 });
    assert.equal((await next).body.description, 'Before late-boot');
    const said = client.waitForEvent('terminated');
    await client.continueRequest({ threadId: 1 });
    await said;
  }));

test('ending the session ends the kernel that waits for a debugger', () =>
  withClient(async (client) => {
    const kernel = client.waitForEvent(KERNEL_EVENT);
    const said: string[] = [];
    client.on('output', (event) => said.push(event.body.output));
    await launch(client, {});
    const { body } = await kernel;
    // An editor that does not know the event still shows its user where to attach.
    assert.ok(said.some((text) => text.includes(body.inspectorUrl)));
    assert.match(body.inspectorUrl, /^ws:\/\/127\.0\.0\.1:\d+\//);
    assert.equal(body.kernel, 1);
    await client.terminateRequest();
  }));

const BAD: readonly [string, RegExp][] = [
  ['/no/such.kho.json', /no such file/],
  [path.resolve('package.json'), /package\.json:\d+: /],
];

for (const [program, message] of BAD)
  test(`a launch that makes no sense is refused: ${message.source}`, () =>
    withClient(async (client) => {
      await client.initializeRequest();
      await assert.rejects(
        client.launchRequest({ program } as DebugProtocol.LaunchRequestArguments),
        (error: Error) => message.test(error.message),
      );
    }));
