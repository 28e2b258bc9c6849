// Drivers in the engine's own process, each kernel in a realm of its own: for thousands of runs,
// where a message for each call would take most of the time. What does not fit into a realm goes to
// another runtime. A callback that does not return ends this process: whoever started it tries
// again without realms, and finds out which one it was.
import * as vm from 'node:vm';
import type {
  CallbackOutcome,
  CallHandler,
  Kernel,
  KernelBoot,
  KernelProcess,
  LineCoverage,
  Runtime,
} from '../index.ts';
import { createKernelObject, DriverObjects, type RemoteCall } from '../index.ts';
import { callDriver } from './call-driver.ts';
import { LineCoverageCounter } from './line-coverage.ts';
import { ourOwn, type Realm, Realms } from './realm.ts';
import { callerSite } from './sites.ts';
import { Watchdog } from './watchdog.ts';

const OWN_URL = import.meta.url;

export interface RealmRuntime extends Runtime {
  /**
   * True once a driver has asked for what Node adds to the language, which realms do not have:
   * runs up to then count for nothing, and all that come go to the other runtime.
   */
  readonly isUnfit: boolean;
  /** Which lines of drivers have run in realms; nothing unless they are counted. */
  lineCoverage(): readonly LineCoverage[];
}

/** Kernels after which what V8 has counted is put together: until then it keeps their code. */
const KERNELS_AT_ONCE = 64;

/** Whether this process can have realms: Node needs --experimental-vm-modules. */
export function canHaveRealms(): boolean {
  // A name that is not exported can only be asked for like this.
  return typeof vm.SourceTextModule === 'function';
}

export async function createRealmRuntime(
  other: Runtime,
  countsLines = false,
): Promise<RealmRuntime> {
  const realms = await Realms.create();
  const counter = countsLines ? new LineCoverageCounter((url) => realms.has(url)) : undefined;
  let kernels = 0;
  counter?.start();
  const watchdog = new Watchdog();
  let isUnfit = false;
  return {
    get isUnfit() {
      return isUnfit;
    },
    lineCoverage() {
      counter?.take();
      return counter?.files() ?? [];
    },
    async boot(boot, handler, memory) {
      kernels += 1;
      if (kernels % KERNELS_AT_ONCE === 0) counter?.take();
      const touched = (): never => {
        isUnfit = true;
        throw new Error('this driver needs a process of its own');
      };
      const realm = isUnfit ? undefined : await realms.load(boot, touched);
      if (realm === undefined) return other.boot(boot, handler, memory);
      return processOf(boot, realm, handler, watchdog);
    },
  };
}

function processOf(
  boot: KernelBoot,
  realm: Realm,
  handler: CallHandler,
  watchdog: Watchdog,
): KernelProcess {
  let isGone = false;
  const objects = new DriverObjects();
  const kernels = new Map<string, Kernel>();
  const kernelFor = (driver: string): Kernel => {
    const known = kernels.get(driver);
    if (known !== undefined) return known;
    const kernel = createKernelObject(boot, remoteCalls(driver), objects);
    const bound = realm.bind(kernel);
    kernels.set(driver, bound);
    return bound;
  };
  const remoteCalls =
    (driver: string): RemoteCall =>
    (name, ...values) => {
      if (isGone) throw new Error('this kernel is gone');
      const site = callerSite(OWN_URL);
      const answer = handler({ driver, name, args: values.map(ourOwn), ...(site && { site }) });
      if (answer.kind === 'misuse') throw new TypeError(answer.message);
      return answer.value;
    };
  return {
    drivers: boot.drivers.map(({ name }) => ({ name, callbacks: functionsOf(realm, name) })),
    async call(driver, callback, args): Promise<CallbackOutcome> {
      const report = remoteCalls(driver);
      const called = DriverObjects.isName(callback)
        ? objects.callback(callback, (...values) => void report('callbackResult', ...values))
        : realm.modules.get(driver)?.[callback];
      const kernel = kernelFor(driver);
      watchdog.begin();
      const outcome = callDriver(called, [kernel, ...args], OWN_URL);
      watchdog.end();
      return outcome;
    },
    async end() {
      isGone = true;
    },
  };
}

function functionsOf({ modules }: Realm, driver: string): string[] {
  const exported = Object.entries(modules.get(driver) ?? {});
  return exported.flatMap(([name, value]) => (typeof value === 'function' ? [name] : [])).sort();
}
