// The process of one kernel: loads its drivers, and calls them when the engine says so. The same
// file serves as the module that Node's loader thread takes the hooks from.
import * as nodeModule from 'node:module';
import { pathToFileURL } from 'node:url';
import { Script } from 'node:vm';
import type { ApiValue, Kernel, KernelBoot } from '../index.ts';
import { createKernelObject, DriverObjects, type RemoteCall } from '../index.ts';
import { callDriver, failureOf } from './call-driver.ts';
import { makeDeterministic } from './determinism.ts';
import type { LocatedDriver, Request } from './protocol.ts';
import { type Realm, Realms } from './realm.ts';
import { callerSite, functionSites } from './sites.ts';
import { receive, send } from './sync-channel.ts';
import { createSyncLoad, type SyncLoadHook } from './type-stripping.ts';

export { load } from './type-stripping.ts';

const OWN_URL = import.meta.url;
const LOADER = '?loader';
/** Takes the action away before it runs, so that drivers never see it. */
const RUN_ACTION = new Script('{ const run = khoAction; delete globalThis.khoAction; run(); }');

type Module = Readonly<Record<string, unknown>>;

/** Kernels after which a process is not used again: memory of theirs adds up. */
const MAX_KERNELS = 200;

async function main(): Promise<void> {
  let request = receive();
  for (let count = 1; request.kind === 'load'; count++) {
    const { boot, isReused = false } = request;
    const realm = isReused ? await (await realmsOfProcess()).load(boot) : undefined;
    const kernel = realm === undefined ? await loadAlone(boot) : loadedInRealm(boot, realm);
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
async function loadAlone(boot: KernelBoot): Promise<LoadedKernel> {
  await registerTypeStripping();
  makeDeterministic(boot.seed);
  const modules = new Map<string, Module>();
  const drivers: LocatedDriver[] = [];
  for (const { name, path } of boot.drivers) drivers.push(await loadDriver(name, path, modules));
  return { drivers, modules, bind: (kernel) => kernel };
}

function loadedInRealm({ drivers }: KernelBoot, realm: Realm): LoadedKernel {
  const described = drivers.map(({ name, path }) =>
    describe(name, path, realm.modules.get(name) ?? {}),
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

/** Where Node has hooks without a thread of their own, no debugger shows that thread either. */
async function registerTypeStripping(): Promise<void> {
  const { registerHooks } = nodeModule as {
    registerHooks?: (hooks: { load: SyncLoadHook }) => void;
  };
  if (registerHooks === undefined) nodeModule.register(`${OWN_URL}${LOADER}`);
  else registerHooks({ load: await createSyncLoad() });
}

async function loadDriver(
  name: string,
  path: string,
  modules: Map<string, Module>,
): Promise<LocatedDriver> {
  try {
    const imported = (await import(pathToFileURL(path).href)) as Module;
    // CommonJS modules have all they export under `default` as well.
    const exported = { ...(imported.default as Module | undefined), ...imported };
    modules.set(name, exported);
    return describe(name, path, exported);
  } catch (error) {
    const failure = failureOf(error, OWN_URL);
    const site = failure.site ?? { path, line: 1, column: 1 };
    return { name, callbacks: [], failure: { ...failure, site }, sites: {} };
  }
}

function describe(name: string, path: string, exported: Module): LocatedDriver {
  const functions = Object.entries(exported).filter(([, value]) => typeof value === 'function');
  const callbacks = functions.map(([key]) => key).sort();
  // A realm loads the same text as the one before.
  const key = [path, ...functions.map(([, value]) => String(value))].join('\0');
  const sites = knownSites.get(key) ?? functionSites(Object.fromEntries(functions));
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
