// The runtime for drivers in C: compiled with the system's compiler, one process per kernel.
import type { KernelBoot, KernelMemory, KernelProcess, LineCoverage, Runtime } from '../index.ts';
import { BlockCoverage } from './block-coverage.ts';
import { defaultCacheFolder } from './cache-folder.ts';
import { Child } from './child.ts';
import { NativeKernel } from './kernel-process.ts';
import { LineTable } from './line-table.ts';
import { MemoryFile } from './memory-file.ts';
import type { ProcessLayout } from './program-address.ts';
import { type Build, type Sanitizer, Toolchain } from './toolchain.ts';

export { type CompileCommand, compileCommands } from './compile-commands.ts';
export type { Sanitizer } from './toolchain.ts';

/** A callback that takes longer will not return. */
const CALLBACK_TIMEOUT_MS = 10_000;

/** What the system has inline, as libfdt.h does, is no driver's either. */
const SYSTEM_FOLDERS: readonly string[] = ['/usr/include/', '/usr/local/include/'];

export interface NativeRuntimeOptions {
  /** The folder simulator/native of this project, or where it was installed. */
  readonly nativeFolder: string;
  /** `gcc` if absent. */
  readonly compiler?: string;
  /** Folders with headers that the simulator does not have. */
  readonly includes?: readonly string[];
  /** What looks for mistakes while drivers run; none if absent. */
  readonly sanitize?: readonly Sanitizer[];
  /** Where objects are kept; below the user's own cache if absent. */
  readonly cacheFolder?: string;
  /** What a kernel's process prints that is not its log, such as errors of the loader. */
  onOutput?(kernel: number, stream: 'stdout' | 'stderr', text: string): void;
  readonly callbackTimeoutMs?: number;
  /** Finds out which lines of drivers have run. */
  readonly countsLines?: boolean;
  /**
   * Awaited before a kernel's process is told to boot, so that a debugger attaches before the first
   * initcall. With it callbacks have all the time in the world.
   */
  onDebuggee?(kernel: number, debuggee: Debuggee): Promise<void>;
}

/** A process of a kernel, as a debugger needs to know it. */
export interface Debuggee {
  readonly pid: number;
  /** The program, with its symbols. */
  readonly executable: string;
}

export interface NativeRuntime extends Runtime {
  /** Which lines of drivers have run in any kernel so far; nothing unless they are counted. */
  lineCoverage(): Promise<readonly LineCoverage[]>;
  /** Ends every process that was started. */
  stop(): Promise<void>;
}

export function createNativeRuntime(options: NativeRuntimeOptions): NativeRuntime {
  const running = new Set<Child>();
  const layouts = new WeakMap<KernelMemory, ProcessLayout>();
  const toolchain = new Toolchain({
    nativeFolder: options.nativeFolder,
    cacheFolder: options.cacheFolder ?? defaultCacheFolder(),
    compiler: options.compiler ?? 'gcc',
    includes: options.includes ?? [],
    sanitize: options.sanitize ?? [],
    countsBlocks: options.countsLines ?? false,
  });
  const others = [`${options.nativeFolder}/`, ...SYSTEM_FOLDERS];
  const isOwn = (path: string): boolean => others.some((folder) => path.startsWith(folder));
  const coverage = options.countsLines ? new BlockCoverage(isOwn) : undefined;
  return {
    async boot(boot, handler, memory) {
      const build = await toolchain.build(boot.release, boot.drivers);
      if (build.executable === undefined) return unbuilt(boot, build);
      const file = new MemoryFile(memory.endAddress, boot.pageBytes);
      const isDebugged = options.onDebuggee !== undefined;
      const fds = [file.fd, ...(coverage === undefined ? [] : [coverage.fdFor(build.executable)])];
      const child = new Child(build.executable, fds, isDebugged, (stream, text) =>
        options.onOutput?.(boot.kernel, stream, text),
      );
      running.add(child);
      void child.exited.then(() => running.delete(child));
      const lines = new LineTable(build.executable, isOwn);
      const limitMs = options.callbackTimeoutMs ?? CALLBACK_TIMEOUT_MS;
      const timeoutMs = isDebugged ? undefined : limitMs;
      const { executable } = build;
      const { pid } = child;
      if (pid !== undefined) await options.onDebuggee?.(boot.kernel, { pid, executable });
      const parts = { boot, handler, memory, file, child, lines, build, timeoutMs, layouts };
      return NativeKernel.start(parts);
    },
    async lineCoverage() {
      return (await coverage?.files()) ?? [];
    },
    async stop() {
      coverage?.close();
      await Promise.all([...running].map((child) => child.kill('it was stopped')));
    },
  };
}

/** A kernel of whose drivers none could be compiled. */
function unbuilt({ drivers }: KernelBoot, { problems }: Build): KernelProcess {
  return {
    drivers: drivers.map(({ name }) => ({
      name,
      callbacks: [],
      problems: problems.get(name) ?? [],
    })),
    call: async () => ({ kind: 'threw', message: 'it was not compiled' }),
    end: async () => {},
  };
}
