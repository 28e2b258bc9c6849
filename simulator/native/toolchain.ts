// Makes a program of the drivers of a kernel: compiles them and the runtime, and links both.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { releaseExpression, releaseNamed } from '../../kho/index.ts';
import type { DriverFile, DriverProblem } from '../index.ts';
import { pruneCache, touchCached } from './cache-folder.ts';
import { compilerProblems, linkerProblems } from './diagnostics.ts';
import { compiledFile } from './kernel-file.ts';
import { runTool, type ToolOutcome } from './run-tool.ts';
import { type CompiledDriver, type FunctionTable, symbolsOfProgram } from './symbols.ts';

export interface ToolchainOptions {
  /** The folder simulator/native, with cflags, include and runtime. */
  readonly nativeFolder: string;
  /** Where objects are kept, by their content. */
  readonly cacheFolder: string;
  /** gcc or clang, by name or path. */
  readonly compiler: string;
  /** Folders with headers of the user's own. */
  readonly includes: readonly string[];
  /** What the compiler adds to drivers that looks for mistakes as they run. */
  readonly sanitize?: readonly Sanitizer[];
  /** Has every block of drivers note that it ran. */
  readonly countsBlocks?: boolean;
}

export type Sanitizer = 'address' | 'undefined';

/**
 * What the kernel means by either (lib/Kconfig.ubsan): signed numbers wrap, pointers may be
 * unaligned, and NULL faults by itself.
 */
const SANITIZER_FLAGS: Readonly<Record<Sanitizer, readonly string[]>> = {
  address: ['-fsanitize=address', '-fsanitize-recover=address'],
  undefined: ['-fsanitize=shift,bounds,bool,enum,integer-divide-by-zero,unreachable,vla-bound'],
};
const SANITIZER_MACROS: Readonly<Record<Sanitizer, string>> = {
  address: '-DKHO_ASAN',
  undefined: '-DKHO_UBSAN',
};

/** Each block by itself: what clang leaves out by default it infers from others. */
const BLOCK_FLAGS = {
  gcc: ['-fsanitize-coverage=trace-pc'],
  clang: ['-fsanitize-coverage=trace-pc,bb,no-prune'],
} as const;

export interface Build {
  /** Absent if nothing could be made. */
  readonly executable?: string;
  readonly functions: FunctionTable;
  /** Where the runtime's function for files is in the program. */
  readonly useFile?: number;
  /** Where that is which calls back for an object that a driver registered. */
  readonly callObject?: number;
  /** Where those are that read the command line, and that run a suite of KUnit. */
  readonly parseParameters?: number;
  readonly runSuite?: number;
  /** Where that is which calls whoever wants to know of the jump. */
  readonly reboot?: number;
  /** Where that is which calls a notifier, in releases that have one FDT for all drivers. */
  readonly notify?: number;
  /** By driver: why it is not part of the program. */
  readonly problems: ReadonlyMap<string, readonly DriverProblem[]>;
}

/** Runtime files that are written against the C library, and not against the kernel's headers. */
const HOST_SOURCES: ReadonlySet<string> = new Set([
  'channel.c',
  'confine.c',
  'coverage.c',
  'process.c',
  'sanitize.c',
]);
/** Functions of libfdt that runtime/seed.c stands in for where all drivers write one FDT. */
const WRAPPED_FOR_ONE_FDT: readonly string[] = [
  'fdt_begin_node',
  'fdt_property',
  'fdt_property_placeholder',
  'fdt_end_node',
  'fdt_node_check_compatible',
];
/** Those that runtime/libfdt.c tells of elsewhere: all that may lack room. */
const WRAPPED: readonly string[] = [
  ...['fdt_create', 'fdt_create_with_flags', 'fdt_add_reservemap_entry', 'fdt_finish_reservemap'],
  ...['fdt_begin_node', 'fdt_property', 'fdt_property_placeholder', 'fdt_end_node', 'fdt_finish'],
  ...['fdt_create_empty_tree', 'fdt_open_into', 'fdt_add_subnode', 'fdt_add_subnode_namelen'],
  ...['fdt_setprop', 'fdt_setprop_placeholder', 'fdt_appendprop'],
];
/** Compilers that run at the same time. */
const PARALLEL = 2;
// addr2line of binutils 2.40 mistakes the files of DWARF 5 where one includes another.
const DEBUG_FLAGS = ['-g', '-gdwarf-4', '-fno-omit-frame-pointer', '-fdiagnostics-color=never'];

export class Toolchain {
  readonly #options: ToolchainOptions;
  readonly #builds = new Map<string, Promise<Build>>();
  #digest: string | undefined;
  #isClang: Promise<boolean> | undefined;

  constructor(options: ToolchainOptions) {
    this.#options = options;
  }

  /** A program for a release. The same drivers with the same text are built once. */
  build(release: string, drivers: readonly DriverFile[]): Promise<Build> {
    const texts = drivers.map(({ path }) => (existsSync(path) ? readFileSync(path) : ''));
    const key = hashOf(release, ...drivers.map(({ path }) => path), ...texts);
    const known = this.#builds.get(key);
    if (known !== undefined) return known;
    const build = this.#build(release, drivers);
    this.#builds.set(key, build);
    return build;
  }

  /** The arguments that a driver is compiled with, as compile_commands.json wants them. */
  commandFor(release: string, { name, path }: DriverFile): readonly string[] {
    const { compiler, cacheFolder } = this.#options;
    const { firstFlags } = compiledFile(path, cacheFolder);
    return [compiler, ...firstFlags, ...this.#driverFlags(release, name), '-c', path];
  }

  async #build(release: string, drivers: readonly DriverFile[]): Promise<Build> {
    mkdirSync(this.#options.cacheFolder, { recursive: true, mode: 0o700 });
    pruneCache(this.#options.cacheFolder);
    const problems = new Map<string, readonly DriverProblem[]>();
    const good: CompiledDriver[] = [];
    const compiled = await Promise.all(drivers.map((each) => this.#compileDriver(release, each)));
    for (const [index, { name }] of drivers.entries()) {
      const result = compiled[index];
      if (Array.isArray(result)) problems.set(name, result);
      else if (result !== undefined) good.push(result);
    }
    const runtime = await this.#compileRuntime(release);
    const [first] = good;
    if (first === undefined) return { functions: new Map(), problems };
    if (runtime.failure !== undefined) {
      for (const { name } of good) problems.set(name, runtime.failure);
      return { functions: new Map(), problems };
    }
    const isOneFdt = releaseNamed(release)?.subtrees.kind === 'inline';
    const wrapped = (isOneFdt ? WRAPPED_FOR_ONE_FDT : WRAPPED).map((name) => `-Wl,--wrap=${name}`);
    const flags = [...wrapped, ...this.#sanitizerFlags()];
    const linked = await this.#link(
      [...good.map(({ object }) => object), ...runtime.objects],
      flags,
    );
    if (typeof linked !== 'string') {
      const said = linkerProblems(linked.stderr, first.path);
      for (const { name, path } of good) {
        const own = said.filter(({ site }) => site.path === path);
        problems.set(name, own.length > 0 ? own : said);
      }
      return { functions: new Map(), problems };
    }
    const { functions, offsetOf } = await symbolsOfProgram(linked, good);
    const useFile = offsetOf('kho_native_use_file');
    const callObject = offsetOf('kho_native_call_object');
    const notify = isOneFdt ? offsetOf('kho_native_notify') : undefined;
    const parseParameters = offsetOf('kho_native_parse_parameters');
    const runSuite = offsetOf('kho_native_run_suite');
    const reboot = offsetOf('kho_native_reboot');
    const entries = {
      ...(useFile && { useFile }),
      ...(callObject && { callObject }),
      ...(notify && { notify }),
      ...(parseParameters && { parseParameters }),
      ...(runSuite && { runSuite }),
      ...(reboot && { reboot }),
    };
    return { executable: linked, functions, problems, ...entries };
  }

  #commonFlags(release: string): string[] {
    const { nativeFolder, includes } = this.#options;
    const include = join(nativeFolder, 'include');
    return [
      `@${join(nativeFolder, 'cflags')}`,
      ...DEBUG_FLAGS,
      `-DKHO_LINUX=${releaseExpression(release)}`,
      '-I',
      include,
      ...includes.flatMap((folder) => ['-I', folder]),
    ];
  }

  #sanitizerFlags(): string[] {
    return (this.#options.sanitize ?? []).flatMap((each) => SANITIZER_FLAGS[each]);
  }

  async #blockFlags(): Promise<readonly string[]> {
    const { compiler, countsBlocks = false } = this.#options;
    if (!countsBlocks) return [];
    this.#isClang ??= runTool(compiler, ['--version']).then(({ stdout }) => /clang/.test(stdout));
    return (await this.#isClang) ? BLOCK_FLAGS.clang : BLOCK_FLAGS.gcc;
  }

  #driverFlags(release: string, name: string): string[] {
    // Files of mm/ include neighbours of theirs, which mm/ of ours stands in for.
    const quoted = join(this.#options.nativeFolder, 'include', 'mm');
    return [
      ...this.#commonFlags(release),
      '-O0',
      ...this.#sanitizerFlags(),
      `-DKBUILD_MODNAME="${moduleOf(name)}"`,
      '-iquote',
      quoted,
    ];
  }

  /** What was made of it, or what is wrong with the source. */
  async #compileDriver(
    release: string,
    { name, path }: DriverFile,
  ): Promise<CompiledDriver | DriverProblem[]> {
    const { compiler, cacheFolder } = this.#options;
    const file = compiledFile(path, cacheFolder);
    const { firstFlags, lastFlags } = file;
    const own = [...this.#driverFlags(release, name), ...(await this.#blockFlags())];
    const flags = [...firstFlags, ...own, ...lastFlags];
    const failed = (outcome: ToolOutcome): DriverProblem[] =>
      this.#failed({ ...outcome, stderr: file.withOwnPaths(outcome.stderr) }, path, release);
    // What the preprocessor makes of it is all that the object depends on.
    const text = await runTool(compiler, [...flags, '-E', file.path]);
    if (text.status !== 0) return failed(text);
    const object = join(cacheFolder, `${hashOf(compiler, ...flags, text.stdout)}.o`);
    const compiled = { name, path, object, text: text.stdout };
    if (touchCached(object)) return compiled;
    const outcome = await this.#make(object, [...flags, '-c', file.path]);
    return outcome.status === 0 ? compiled : failed(outcome);
  }

  #failed({ status, stderr }: ToolOutcome, path: string, release: string): DriverProblem[] {
    const { nativeFolder } = this.#options;
    if (status !== null) return compilerProblems(stderr, { source: path, release, nativeFolder });
    const message = `${this.#options.compiler} does not run: ${stderr}`;
    const help = 'install gcc or clang, or name one with --compiler';
    return [{ message, help, site: { path, line: 1, column: 1 } }];
  }

  async #compileRuntime(
    release: string,
  ): Promise<{ readonly objects: string[]; readonly failure?: DriverProblem[] }> {
    const folder = join(this.#options.nativeFolder, 'runtime');
    const { cacheFolder, compiler } = this.#options;
    this.#digest ??= digestOf(this.#options.nativeFolder);
    const left = readdirSync(folder).filter((file) => file.endsWith('.c'));
    const objects: string[] = [];
    let failure: DriverProblem[] | undefined;
    const work = async (): Promise<void> => {
      for (let file = left.pop(); file !== undefined; file = left.pop()) {
        const path = join(folder, file);
        const isHost = HOST_SOURCES.has(file);
        const flags = isHost
          ? [
              '-std=gnu11',
              '-O2',
              ...DEBUG_FLAGS,
              ...(this.#options.sanitize ?? []).map((each) => SANITIZER_MACROS[each]),
            ]
          : [...this.#commonFlags(release), '-O2'];
        // Its lines are told from a driver's by where it is, which the object says.
        const object = join(
          cacheFolder,
          `${hashOf(compiler, this.#digest ?? '', ...flags, path)}.o`,
        );
        objects.push(object);
        if (touchCached(object)) continue;
        const outcome = await this.#make(object, [...flags, '-c', path]);
        if (outcome.status !== 0) failure = this.#failed(outcome, path, release);
      }
    };
    await Promise.all(Array.from({ length: PARALLEL }, work));
    objects.sort();
    return failure === undefined ? { objects } : { objects, failure };
  }

  async #link(objects: readonly string[], flags: readonly string[]): Promise<string | ToolOutcome> {
    const program = join(this.#options.cacheFolder, hashOf(...flags, ...objects));
    if (touchCached(program)) return program;
    const outcome = await this.#make(program, ['-pie', ...flags, ...objects, '-lfdt']);
    return outcome.status === 0 ? program : outcome;
  }

  /** Whole or not at all: another process may make the same file at this moment. */
  async #make(file: string, args: readonly string[]): Promise<ToolOutcome> {
    const partial = `${file}.${process.pid}`;
    const outcome = await runTool(this.#options.compiler, [...args, '-o', partial]);
    if (outcome.status === 0) renameSync(partial, file);
    else rmSync(partial, { force: true });
    return outcome;
  }
}

/** KBUILD_MODNAME of a driver. */
export function moduleOf(driver: string): string {
  return driver.replaceAll('-', '_');
}

function hashOf(...parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 32);
}

function digestOf(folder: string): string {
  const files = readdirSync(folder, { recursive: true }).map(String).sort();
  const sources = files.filter((file) => /(?:\.[ch]|cflags)$/.test(file));
  return hashOf(...sources.flatMap((file) => [file, readFileSync(join(folder, file))]));
}
