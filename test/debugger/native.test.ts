// Drivers in C under the debuggers there are: breakpoints that are set once stop in every kernel.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import type { DebugProtocol } from '@vscode/debugprotocol';
import type { NativeAttachConfiguration } from '../../debugger/index.ts';
import { findTool, needs, recordLeftOut } from '../support/tools.ts';
import { DapClient } from './dap-client.ts';

const KHO = path.resolve('dist/kho.mjs');
const SCENARIO = path.resolve('examples/c-driver/ring.kho.json');
const DRIVER = path.resolve('examples/c-driver/ring.c');

function lineOf(file: string, text: string): number {
  const index = readFileSync(file, 'utf8')
    .split('\n')
    .findIndex((line) => line.includes(text));
  assert.notEqual(index, -1, text);
  return index + 1;
}

interface Stop {
  readonly session: DapClient;
  readonly kernel: number;
  readonly threadId: number;
  readonly frames: readonly DebugProtocol.StackFrame[];
}

/** A handover under a debugger, with what an editor does for it. */
class Handover {
  readonly #handover: DapClient = new DapClient(process.execPath, [KHO, 'debug-adapter']);
  readonly #sessions: DapClient[] = [];
  readonly #stops: Stop[] = [];
  readonly #breakpoints: ReadonlyMap<string, readonly number[]>;
  #onStop: ((stop: Stop) => void) | undefined;
  readonly commands: string[] = [];

  constructor(breakpoints: ReadonlyMap<string, readonly number[]>) {
    this.#breakpoints = breakpoints;
    this.#handover.onRequest = async (command, args) => {
      assert.equal(command, 'startDebugging');
      await this.#attach((args as { configuration: NativeAttachConfiguration }).configuration);
      return {};
    };
  }

  async launch(args: object): Promise<void> {
    await this.#handover.request('initialize', {
      adapterID: 'kho',
      pathFormat: 'path',
      supportsStartDebuggingRequest: true,
    });
    await this.#handover.event('initialized');
    await this.#handover.request('launch', { program: SCENARIO, ...args });
    await this.#handover.request('configurationDone');
  }

  /** The next place where any kernel stops. */
  stop(): Promise<Stop> {
    const stop = this.#stops.shift();
    if (stop !== undefined) return Promise.resolve(stop);
    return new Promise((resolve) => {
      this.#onStop = resolve;
    });
  }

  async exitCode(): Promise<unknown> {
    return (await this.#handover.event('exited')).exitCode;
  }

  get output(): string {
    return this.#handover.output.join('');
  }

  terminate(): Promise<unknown> {
    return this.#handover.request('terminate');
  }

  end(): void {
    for (const session of [...this.#sessions, this.#handover]) session.end();
  }

  async #attach({ khoAdapter, khoKernel, ...args }: NativeAttachConfiguration): Promise<void> {
    const { command, isScript } = khoAdapter;
    this.commands.push(path.basename(command));
    const session = isScript
      ? new DapClient(process.execPath, [command, ...khoAdapter.args])
      : new DapClient(command, khoAdapter.args);
    this.#sessions.push(session);
    await session.request('initialize', {
      adapterID: 'kho',
      pathFormat: 'path',
      linesStartAt1: true,
      columnsStartAt1: true,
    });
    // Some adapters answer `attach` only after the configuration.
    const attached = session.request('attach', args);
    await session.event('initialized');
    for (const [file, lines] of this.#breakpoints)
      await session.request('setBreakpoints', {
        source: { path: file },
        breakpoints: lines.map((line) => ({ line })),
      });
    await session.request('configurationDone');
    await attached;
    // A session that ends is asked for nothing any more.
    this.#watch(session, khoKernel).catch(() => {});
  }

  async #watch(session: DapClient, kernel: number): Promise<void> {
    for (;;) {
      const { threadId } = await session.event<{ threadId?: number | null }>('stopped');
      // Some adapters call it a stop when a process is gone.
      if (typeof threadId !== 'number') return;
      const { stackFrames } = await session.request<{ stackFrames: DebugProtocol.StackFrame[] }>(
        'stackTrace',
        { threadId },
      );
      const stop = { session, kernel, threadId, frames: stackFrames };
      if (this.#onStop === undefined) this.#stops.push(stop);
      else this.#onStop(stop);
      this.#onStop = undefined;
    }
  }
}

function placeOf({ kernel, frames }: Stop): string {
  const [top] = frames;
  return `kernel ${kernel}: ${path.basename(top?.source?.path ?? '?')}:${top?.line}`;
}

async function variablesOf({ session, frames }: Stop): Promise<Map<string, string>> {
  const { scopes } = await session.request<{ scopes: DebugProtocol.Scope[] }>('scopes', {
    frameId: frames[0]?.id,
  });
  // Some adapters have the arguments apart.
  const near = scopes.filter(({ name }) => !/register|global|static/i.test(name));
  const variables: DebugProtocol.Variable[] = [];
  for (const { variablesReference } of near) {
    const found = await session.request<{ variables: DebugProtocol.Variable[] }>('variables', {
      variablesReference,
    });
    variables.push(...found.variables);
  }
  return new Map(variables.map(({ name, value }) => [name, value]));
}

async function evaluate({ session, frames }: Stop, expression: string): Promise<string> {
  const frameId = frames[0]?.id;
  const { result } = await session.request<{ result: string }>('evaluate', {
    expression,
    frameId,
    context: 'watch',
  });
  return result;
}

/** The process that is debugged, which both debuggers can say by its own means. */
async function pidOf(stop: Stop): Promise<{ readonly pid: number }> {
  return { pid: Number(await evaluate(stop, '(int)getpid()')) };
}

/** Whether it runs; one that only a debugger still looks at does not. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
  } catch {
    return false;
  }
}

async function goOn({ session, threadId }: Stop): Promise<void> {
  await session.request('continue', { threadId });
}

/** Runs `use` with a handover of which nothing is left afterwards. */
async function withHandover(
  breakpoints: readonly string[],
  use: (handover: Handover) => Promise<void>,
): Promise<void> {
  const lines = breakpoints.map((text) => lineOf(DRIVER, text));
  const handover = new Handover(new Map([[DRIVER, lines]]));
  try {
    await use(handover);
  } finally {
    handover.end();
  }
}

/** Debuggers that this machine has, by the setting that asks for them. */
function lldbAdapter(): string | undefined {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  for (const folder of folders)
    try {
      const name = readdirSync(folder).find((each) => /^lldb-(dap|vscode)(-\d+)?$/.test(each));
      if (name !== undefined) return path.join(folder, name);
    } catch {}
  return undefined;
}

const PRESERVE = 'int err = kho_preserve_folio(ring->folio);';
const RESTORE = 'ring->folio = kho_restore_folio(get_unaligned(at));';

async function wholeSession(t: TestContext, nativeDebugger: string): Promise<void> {
  if (!needs(t, 'gcc')) return;
  await withHandover([PRESERVE, RESTORE], async (handover) => {
    await handover.launch({ nativeDebugger });
    const first = await handover.stop();
    assert.equal(placeOf(first), `kernel 1: ring.c:${lineOf(DRIVER, PRESERVE)}`);
    assert.match(first.frames[0]?.name ?? '', /ring_hand_over/);
    assert.match(first.frames[1]?.name ?? '', /ring_init/);
    assert.equal(Number(await evaluate(first, 'ring->header->magic')), 0x676e6972);
    assert.ok((await variablesOf(first)).has('err'));
    // Over the call, into the line that looks at what it returned.
    await first.session.request('next', { threadId: first.threadId });
    const stepped = await handover.stop();
    assert.equal(placeOf(stepped), `kernel 1: ring.c:${lineOf(DRIVER, PRESERVE) + 2}`);
    assert.equal((await variablesOf(stepped)).get('err'), '0');
    await goOn(stepped);
    // The same breakpoint, in a kernel that did not exist when it was set.
    const second = await handover.stop();
    assert.equal(placeOf(second), `kernel 2: ring.c:${lineOf(DRIVER, RESTORE)}`);
    assert.equal((await variablesOf(second)).get('len'), '8');
    await goOn(second);
    const again = await handover.stop();
    assert.equal(placeOf(again), `kernel 2: ring.c:${lineOf(DRIVER, PRESERVE)}`);
    await goOn(again);
    for (const place of [RESTORE, PRESERVE]) {
      const stop = await handover.stop();
      assert.equal(placeOf(stop), `kernel 3: ring.c:${lineOf(DRIVER, place)}`);
      await goOn(stop);
    }
    assert.equal(await handover.exitCode(), 0);
    assert.match(handover.output, /120 records are as they were written/);
  });
}

test('gdb stops in both kernels, steps and shows variables', async (t) => {
  if (needs(t, 'gdb')) await wholeSession(t, 'gdb');
});

/** A gdb that speaks the protocol by itself: Debian 12 has an older one. */
function gdbWithDap(t: TestContext): string | undefined {
  const gdb = process.env.KHO_TEST_GDB ?? 'gdb';
  const version = spawnSync(gdb, ['--version'], { encoding: 'utf8' }).stdout ?? '';
  if (Number(/^GNU gdb .*?(\d+)\.\d+/m.exec(version)?.[1] ?? 0) >= 14)
    return path.isAbsolute(gdb) ? gdb : findTool(gdb);
  t.skip('there is no gdb 14 or newer');
  const remedy = 'name a gdb of version 14 or newer in KHO_TEST_GDB';
  recordLeftOut({ kind: 'data', test: t.name, needs: 'gdb 14', remedy });
  return undefined;
}

test('gdb 14 and newer does the same without an adapter', async (t) => {
  const gdb = gdbWithDap(t);
  if (gdb !== undefined) await wholeSession(t, gdb);
});

test('lldb stops in both kernels, steps and shows variables', async (t) => {
  if (!needs(t, 'lldb')) return;
  const adapter = lldbAdapter();
  assert.ok(adapter !== undefined, 'lldb comes with its adapter');
  await wholeSession(t, adapter);
});

test('ending the session in the middle of a callback leaves no process', async (t) => {
  if (!needs(t, 'gcc') || !needs(t, 'gdb')) return;
  await withHandover([PRESERVE], async (handover) => {
    await handover.launch({ nativeDebugger: 'gdb' });
    const { pid } = await pidOf(await handover.stop());
    assert.ok(isAlive(pid));
    await handover.terminate();
    await handover.exitCode();
    assert.ok(!isAlive(pid));
  });
});

test('what faults stops where it does, with the driver below', async (t) => {
  if (!needs(t, 'gcc') || !needs(t, 'gdb')) return;
  const program = path.resolve('examples/c-driver/bugs/virtual-address.kho.json');
  await withHandover([], async (handover) => {
    await handover.launch({ nativeDebugger: 'gdb', program });
    const { kernel, frames } = await handover.stop();
    assert.equal(kernel, 2);
    const names = frames.map(({ name }) => name);
    assert.ok(names.includes('kho_native_stop'), names.join());
    const own = frames.find(({ source }) => source?.path?.endsWith('/virtual-address.c'));
    assert.ok(own !== undefined, names.join());
  });
});

test('without a debugger the user is told what to install', async (t) => {
  if (!needs(t, 'gcc')) return;
  await withHandover([], async (handover) => {
    await handover.launch({ nativeDebugger: '/no/such/gdb' });
    await handover.exitCode();
    assert.match(handover.output, /No debugger for kernel 1: there is no debugger \/no\/such\/gdb/);
    assert.match(handover.output, /on Debian `gdb`, or `lldb`/);
  });
});
