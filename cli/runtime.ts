// The runtimes that run the drivers of a scenario, by the language that a driver is written in.
import { join } from 'node:path';
import { combineRuntimes, type Runtime } from '../simulator/index.ts';
import { createNativeRuntime } from '../simulator/native/index.ts';
import { createScriptRuntime, type ScriptRuntimeOptions } from '../simulator/script/index.ts';
import { packageRoot } from './bindings.ts';

export interface DriverRuntime extends Runtime {
  /** Ends every process that was started. */
  stop(): Promise<void>;
}

export interface DriverRuntimeOptions extends Omit<ScriptRuntimeOptions, 'kernelProcessPath'> {
  /** What drivers in C are compiled with; `gcc` if absent. */
  readonly compiler?: string;
  /** Folders with headers for drivers in C. */
  readonly includes?: readonly string[];
}

/** Runs drivers in C (`*.c`), JavaScript and TypeScript. */
export function createDriverRuntime(options: DriverRuntimeOptions): DriverRuntime {
  const { compiler, includes, onOutput } = options;
  const native = createNativeRuntime({
    nativeFolder: join(packageRoot(), 'simulator', 'native'),
    ...(compiler === undefined ? {} : { compiler }),
    ...(includes === undefined ? {} : { includes }),
    ...(onOutput === undefined ? {} : { onOutput }),
  });
  const script = createScriptRuntime({
    ...options,
    kernelProcessPath: join(packageRoot(), 'dist', 'kernel-process.mjs'),
  });
  const both = combineRuntimes(native, ({ path }) => path.endsWith('.c'), script);
  return {
    boot: (boot, handler, memory) => both.boot(boot, handler, memory),
    async stop() {
      await Promise.all([native.stop(), script.stop()]);
    },
  };
}
