// The runtimes that run the drivers of a scenario, by the language that a driver is written in.
import { dirname, join, resolve } from 'node:path';
import {
  combineRuntimes,
  type LineCoverage,
  type Runtime,
  type Scenario,
} from '../simulator/index.ts';
import {
  type CompileCommand,
  compileCommands,
  createNativeRuntime,
  type NativeRuntimeOptions,
  type Sanitizer,
} from '../simulator/native/index.ts';
import { createScriptRuntime, type ScriptRuntimeOptions } from '../simulator/script/index.ts';
import { packageRoot } from './bindings.ts';

export interface DriverRuntime extends Runtime {
  /** Which lines of drivers in C have run; nothing unless they are counted. */
  lineCoverage(): Promise<readonly LineCoverage[]>;
  /** Ends every process that was started. */
  stop(): Promise<void>;
}

/** How drivers in C are compiled. */
export interface CompilerOptions {
  /** gcc or clang, by name or path; `gcc` if absent. */
  readonly compiler?: string;
  /** Folders with headers that the simulator does not have, absolute. */
  readonly includes?: readonly string[];
  /** What looks for mistakes while they run. */
  readonly sanitize?: readonly Sanitizer[];
}

/** The options of commands that compile drivers in C. */
export interface NativeOptions {
  readonly compiler?: string;
  readonly nativeInclude?: readonly string[];
  readonly sanitize?: readonly Sanitizer[];
}

export function compilerOptions({
  compiler,
  nativeInclude = [],
  sanitize = [],
}: NativeOptions): CompilerOptions {
  const includes = nativeInclude.map((folder) => resolve(folder));
  return { includes, sanitize, ...(compiler === undefined ? {} : { compiler }) };
}

export interface DriverRuntimeOptions
  extends Omit<ScriptRuntimeOptions, 'kernelProcessPath'>,
    CompilerOptions,
    Pick<NativeRuntimeOptions, 'onDebuggee' | 'countsLines'> {}

/** Whether a driver is in C, by its file. */
export function isNative({ path }: { readonly path: string }): boolean {
  return path.endsWith('.c');
}

/** Runs drivers in C (`*.c`), JavaScript and TypeScript. */
export function createDriverRuntime(options: DriverRuntimeOptions): DriverRuntime {
  const { compiler, includes, sanitize, countsLines, onOutput, onDebuggee } = options;
  const native = createNativeRuntime({
    nativeFolder: nativeFolder(),
    ...(compiler === undefined ? {} : { compiler }),
    ...(includes === undefined ? {} : { includes }),
    ...(sanitize === undefined ? {} : { sanitize }),
    ...(countsLines === undefined ? {} : { countsLines }),
    ...(onOutput === undefined ? {} : { onOutput }),
    ...(onDebuggee === undefined ? {} : { onDebuggee }),
  });
  const script = createScriptRuntime({
    ...options,
    kernelProcessPath: join(packageRoot(), 'dist', 'kernel-process.mjs'),
  });
  const both = combineRuntimes(native, isNative, script);
  return {
    lineCoverage: () => native.lineCoverage(),
    prepare: (kernels) => both.prepare?.(kernels),
    boot: (boot, handler, memory) => both.boot(boot, handler, memory),
    async stop() {
      await Promise.all([native.stop(), script.stop()]);
    },
  };
}

/** compile_commands.json for a scenario's drivers in C, each for the first kernel that has it. */
export function compileCommandsFor(
  { kernels, path }: Scenario,
  { compiler = 'gcc', includes = [] }: CompilerOptions,
): readonly CompileCommand[] {
  const options = { nativeFolder: nativeFolder(), compiler, includes };
  const commands = new Map<string, CompileCommand>();
  for (const { release, drivers } of kernels) {
    const inC = drivers
      .filter(isNative)
      .map((driver) => ({ name: driver.name, path: resolve(dirname(path), driver.path) }));
    for (const command of compileCommands(release, inC, options))
      if (!commands.has(command.file)) commands.set(command.file, command);
  }
  return [...commands.values()];
}

function nativeFolder(): string {
  return join(packageRoot(), 'simulator', 'native');
}
