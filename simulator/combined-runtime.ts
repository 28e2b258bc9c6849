// Drivers in several languages in one kernel: each goes to the runtime of its language.
import type { DriverFile, KernelBoot, KernelProcess, Runtime } from './runtime.ts';

/**
 * A runtime that runs the drivers for which `isFirsts` is true in `first` and the others in
 * `second`. A kernel has a process of either only if it has drivers for it.
 */
export function combineRuntimes(
  first: Runtime,
  isFirsts: (driver: DriverFile) => boolean,
  second: Runtime,
): Runtime {
  return {
    prepare(kernels) {
      first.prepare?.(kernels.filter((drivers) => drivers.some(isFirsts)));
      const isSeconds = (driver: DriverFile): boolean => !isFirsts(driver);
      second.prepare?.(kernels.filter((all) => all.length === 0 || all.some(isSeconds)));
    },
    async boot(boot, handler, memory) {
      const ofFirst = boot.drivers.filter(isFirsts);
      const ofSecond = boot.drivers.filter((driver) => !isFirsts(driver));
      if (ofSecond.length === 0 && ofFirst.length > 0) return first.boot(boot, handler, memory);
      if (ofFirst.length === 0) return second.boot(boot, handler, memory);
      const processes = [
        await first.boot({ ...boot, drivers: ofFirst }, handler, memory),
        await second.boot({ ...boot, drivers: ofSecond }, handler, memory),
      ];
      return combined(boot, processes);
    },
  };
}

function combined(boot: KernelBoot, processes: readonly KernelProcess[]): KernelProcess {
  const hosts = new Map(
    processes.flatMap((each) => each.drivers.map(({ name }) => [name, each] as const)),
  );
  return {
    // Asked each time: a driver may have more callbacks once it registered a notifier.
    get drivers() {
      const loaded = processes.flatMap(({ drivers }) => drivers);
      return boot.drivers.flatMap(({ name }) => loaded.filter((each) => each.name === name));
    },
    async call(driver, callback, args) {
      const host = hosts.get(driver);
      if (host === undefined) return { kind: 'threw', message: `there is no driver ${driver}` };
      return host.call(driver, callback, args);
    },
    async useFile(path, text) {
      for (const each of processes) {
        const outcome = (await each.useFile?.(path, text)) ?? { kind: 'absent' };
        if (outcome.kind !== 'absent') return outcome;
      }
      return { kind: 'absent' };
    },
    async end() {
      await Promise.all(processes.map((each) => each.end()));
    },
  };
}
