// The process of one kernel: loads its drivers, and calls them when the engine says so. The same
// file serves as the module that Node's loader thread takes the hooks from.
import { existsSync, readFileSync } from 'node:fs';
import * as nodeModule from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import { MessageChannel } from 'node:worker_threads';
import type { ApiValue, DriverFile, Kernel, KernelBoot } from '../index.ts';
import { createKernelObject, DriverObjects, type RemoteCall } from '../index.ts';
import { callDriver, failureOf } from './call-driver.ts';
import { makeDeterministic } from './determinism.ts';
import type { Sources } from './driver-sources.ts';
import { createSyncLoad, type SyncLoadHook } from './load-hooks.ts';
import type { LocatedDriver, Request } from './protocol.ts';
import { type Realm, Realms } from './realm.ts';
import { callerSite, functionSites } from './sites.ts';
import { receive, send } from './sync-channel.ts';

export { initialize, load } from './load-hooks.ts';

const OWN_URL = import.meta.url;
const LOADER = '?loader';
/** Takes the action away before it runs, so that drivers never see it. */
const RUN_ACTION = new Script('{ const run = khoAction; delete globalThis.khoAction; run(); }');

type Module = Readonly<Record<string, unknown>>;

/** Kernels after which a process is not used again: memory of theirs adds up. */
const MAX_KERNELS = 200;

async function main(): Promise<void> {
  const hooks = hasRealms() ? undefined : registerHooks();
  let request = receive();
  for (let count = 1; request.kind === 'load'; count++) {
    const { boot, isReused = false } = request;
    const realm = isReused ? await (await realmsOfProcess()).load(boot) : undefined;
    const kernel =
      realm === undefined
        ? await loadAlone(boot, request.sources, hooks)
        : loadedInRealm(boot, realm);
    send({ kind: 'loaded', drivers: kernel.drivers });
    request = answerCalls(boot, kernel, request.lastResortMs);
    if (request.kind !== 'end') break;
    const isReusable = count < MAX_KERNELS && realm?.isClean() === true;
    send({ kind: 'ended', isReusable });
    request = receive();
  }
  process.exit(0);
}

interface LoadedKernel {
  readonly drivers: readonly LocatedDriver[];
  readonly modules: ReadonlyMap<string, Module>;
  bind(kernel: Kernel): Kernel;
}

let realms: Realms | undefined;

async function realmsOfProcess(): Promise<Realms> {
  realms ??= await Realms.create();
  return realms;
}

/** Loads drivers into the realm of this process, which serves no other kernel then. */
async function loadAlone(
  boot: KernelBoot,
  sources: Sources,
  hooks: Hooks = registerHooks(),
): Promise<LoadedKernel> {
  await hooks.tell(sources);
  makeDeterministic(boot.seed);
  const modules = new Map<string, Module>();
  const drivers: LocatedDriver[] = [];
  const texts = textsOf(boot.drivers, sources);
  for (const { name, path } of boot.drivers)
    drivers.push(await loadDriver(name, path, modules, texts));
  return { drivers, modules, bind: (kernel) => kernel };
}

function loadedInRealm({ drivers }: KernelBoot, realm: Realm): LoadedKernel {
  const described = drivers.map(({ name, path }) =>
    describe(name, path, realm.modules.get(name) ?? {}, NO_TEXTS),
  );
  return { drivers: described, modules: realm.modules, bind: realm.bind };
}

/** Calls drivers as the engine says, until it says something else. */
function answerCalls(
  boot: KernelBoot,
  { modules, bind }: LoadedKernel,
  lastResortMs: number | undefined,
): Request {
  const objects = new DriverObjects();
  for (;;) {
    const request = receive();
    if (request.kind !== 'call') return request;
    const { driver, callback, args } = request;
    const remote = remoteCalls(driver);
    const kernel = bind(createKernelObject(boot, remote, objects));
    const called = DriverObjects.isName(callback)
      ? objects.callback(callback, (...values) => void remote('callbackResult', ...values))
      : modules.get(driver)?.[callback];
    const outcome = withLastResort(lastResortMs, () =>
      callDriver(called, [kernel, ...args], OWN_URL),
    );
    send({ kind: 'outcome', outcome });
  }
}

/** How this process loads drivers. */
interface Hooks {
  /** Of sources that are ready, before any driver is loaded. */
  tell(sources: Sources): Promise<void>;
}

/** True where this process may serve many kernels, which are loaded otherwise. */
function hasRealms(): boolean {
  return process.execArgv.includes('--experimental-vm-modules');
}

/** Where Node has hooks without a thread of their own, no debugger shows that thread either. */
function registerHooks(): Hooks {
  const { registerHooks: register } = nodeModule as {
    registerHooks?: (hooks: { load: SyncLoadHook }) => void;
  };
  if (register !== undefined)
    return { tell: async (sources) => register({ load: await createSyncLoad(sources) }) };
  const { port1, port2 } = new MessageChannel();
  port1.unref();
  nodeModule.register(`${OWN_URL}${LOADER}`, { data: port2, transferList: [port2] });
  return { tell: async (sources) => port1.postMessage(sources) };
}

type Texts = ReadonlyMap<string, string>;

const NO_TEXTS: Texts = new Map();

/** What runs of the drivers and of what they import, as far as that is known. */
function textsOf(drivers: readonly DriverFile[], sources: Sources): Texts {
  const texts = new Map<string, string>();
  for (const [url, text] of Object.entries(sources)) texts.set(fileURLToPath(url), text);
  for (const { path } of drivers)
    if (!texts.has(path) && /\.m?js$/.test(path) && existsSync(path))
      texts.set(path, readFileSync(path, 'utf8'));
  return texts;
}

async function loadDriver(
  name: string,
  path: string,
  modules: Map<string, Module>,
  texts: Texts,
): Promise<LocatedDriver> {
  try {
    const imported = (await import(pathToFileURL(path).href)) as Module;
    // CommonJS modules have all they export under `default` as well.
    const exported = { ...(imported.default as Module | undefined), ...imported };
    modules.set(name, exported);
    return describe(name, path, exported, texts);
  } catch (error) {
    const failure = failureOf(error, OWN_URL);
    const site = failure.site ?? { path, line: 1, column: 1 };
    return { name, callbacks: [], failure: { ...failure, site }, sites: {} };
  }
}

function describe(name: string, path: string, exported: Module, texts: Texts): LocatedDriver {
  const functions = Object.entries(exported).filter(([, value]) => typeof value === 'function');
  const callbacks = functions.map(([key]) => key).sort();
  // A realm loads the same text as the one before.
  const key = [path, ...functions.map(([, value]) => String(value))].join('\0');
  const sites = knownSites.get(key) ?? functionSites(Object.fromEntries(functions), texts);
  knownSites.set(key, sites);
  return { name, callbacks, sites };
}

/** Where functions are, by their texts. */
const knownSites = new Map<string, LocatedDriver['sites']>();

/**
 * Ends this process if `action` takes too long. The engine kills it before that, unless the engine
 * is gone: a loop that makes no calls would never notice.
 */
function withLastResort<Value>(limitMs: number | undefined, action: () => Value): Value {
  if (limitMs === undefined) return action();
  const holder = globalThis as { khoAction?: unknown };
  holder.khoAction = action;
  try {
    return RUN_ACTION.runInThisContext({ timeout: limitMs, displayErrors: false }) as Value;
  } catch {
    // What drivers throw is an outcome already: only the limit comes out here.
    process.exit(1);
  }
}

function remoteCalls(driver: string): RemoteCall {
  return (name, ...values) => {
    const site = callerSite(OWN_URL);
    send({ kind: 'api', call: { driver, name, args: values, ...(site && { site }) } });
    const request = receive();
    if (request.kind !== 'answer') process.exit(0);
    if (request.answer.kind === 'misuse') throw new TypeError(request.answer.message);
    return ownBytes(request.answer.value);
  };
}

/** Deserialized bytes are a window on a whole frame; a driver may well look at their `buffer`. */
function ownBytes(value: ApiValue): ApiValue {
  return value instanceof Uint8Array ? new Uint8Array(value) : value;
}

// Last, so that all of the above is there.
if (!OWN_URL.endsWith(LOADER)) await main();
