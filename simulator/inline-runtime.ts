import type { Driver } from './driver-api.ts';
import { DriverObjects } from './driver-objects.ts';
import { createKernelObject, type RemoteCall } from './kernel-object.ts';
import type {
  ApiValue,
  CallbackOutcome,
  CallHandler,
  KernelBoot,
  KernelProcess,
  Runtime,
} from './runtime.ts';

/** What a driver's module is: the callbacks and whatever else scenarios call. */
export type InlineDriver = Driver & Readonly<Record<string, unknown>>;

/**
 * Runs drivers in the caller's own process, for where there are no others, such as tests and the
 * browser. Each kernel gets its drivers anew from `drivers`, by name. Calls have no sites, and
 * nothing stops a driver that does not return.
 */
export function createInlineRuntime(
  drivers: Readonly<Record<string, () => InlineDriver>>,
): Runtime {
  return { boot: async (boot, handler) => bootInline(boot, handler, drivers) };
}

function bootInline(
  boot: KernelBoot,
  handler: CallHandler,
  factories: Readonly<Record<string, () => InlineDriver>>,
): KernelProcess {
  const objects = new DriverObjects();
  const modules = new Map(boot.drivers.map(({ name }) => [name, factories[name]?.()]));
  return {
    drivers: boot.drivers.map(({ name }) => {
      const module = modules.get(name);
      if (module === undefined)
        return { name, callbacks: [], failure: { kind: 'threw', message: 'no such driver' } };
      const callbacks = Object.keys(module).filter((key) => typeof module[key] === 'function');
      return { name, callbacks };
    }),
    async call(driver, callback, args): Promise<CallbackOutcome> {
      const remote: RemoteCall = (name, ...values) => {
        const answer = handler({ driver, name, args: values });
        if (answer.kind === 'misuse') throw new TypeError(answer.message);
        return answer.value;
      };
      const kernel = createKernelObject(boot, remote, objects);
      const report = (...values: readonly ApiValue[]): void =>
        void remote('callbackResult', ...values);
      const run = modules.get(driver)?.[callback] as (...all: unknown[]) => ApiValue;
      try {
        const value = DriverObjects.isName(callback)
          ? objects.call(callback, kernel, args, report)
          : run(kernel, ...args);
        return { kind: 'returned', value };
      } catch (error) {
        return { kind: 'threw', message: String((error as Error).message) };
      }
    },
    end: async () => modules.clear(),
  };
}
