// The arguments of each command. What a command does is in its file under commands/.

import { Command, InvalidArgumentError, Option } from 'commander';
import { KERNEL_BUGS, kernelBugOf } from '../kho/index.ts';
import type { Sanitizer } from '../simulator/native/index.ts';
import { type CheckCommandOptions, checkCommand } from './commands/check.ts';
import { type CompatCommandOptions, compatCommand } from './commands/compat.ts';
import { type CompileCommandOptions, compileCommand } from './commands/compile.ts';
import { debugAdapterCommand } from './commands/debug-adapter.ts';
import { decompileCommand } from './commands/decompile.ts';
import { type ExtractCommandOptions, extractCommand } from './commands/extract.ts';
import { type FormatCommandOptions, formatCommand } from './commands/format.ts';
import { type GenerateCommandOptions, generateCCommand } from './commands/generate.ts';
import { type InspectCommandOptions, inspectCommand } from './commands/inspect.ts';
import { type NewDriverCommandOptions, newDriverCommand } from './commands/new-driver.ts';
import { type SimulateCommandOptions, simulateCommand } from './commands/simulate.ts';
import {
  type TraceDiffCommandOptions,
  type TraceShowOptions,
  traceDiffCommand,
  traceShowCommand,
} from './commands/trace.ts';
import type { CommonOptions, Output } from './options.ts';
import { countOf, countsOf, numaNodes, pageSize, quantity, ranges } from './quantities.ts';
import type { NativeOptions } from './runtime.ts';
import { packageVersion } from './version.ts';

/** Takes the exit code of the command that was run. */
type Exit = (code: number) => void;

/** The `kho` command, which prints to `output`. */
export function createProgram(output: Output, exit: Exit): Command {
  const program = new Command('kho')
    .description('Check, compile, print and simulate Kexec HandOver (KHO) trees.')
    .version(packageVersion())
    .exitOverride()
    .configureOutput({ writeOut: output.out, writeErr: output.err })
    .showHelpAfterError('(kho --help, or kho COMMAND --help, says more)');
  addTreeCommands(program, output, exit);
  addFormatCommand(program, output, exit);
  addImageCommands(program, output, exit);
  addRunCommands(program, output, exit);
  addGenerateCommands(program, output, exit);
  return program;
}

/** Commands about one FDT. */
function addTreeCommands(program: Command, output: Output, exit: Exit): void {
  withIncludeOption(
    withCommonOptions(
      program
        .command('check')
        .description(
          'check sources, blobs, images, bindings and scenarios, or all those in a folder',
        )
        .argument('<file...>', '- is standard input'),
    ),
  )
    .option('--base <commit>', 'compare the layout of structs in C files with those of a commit')
    .addOption(
      new Option('--format <format>', 'how to print what was found')
        .choices(['text', 'json', 'sarif'])
        .default('text'),
    )
    .action(async (files: string[], options: CheckCommandOptions) =>
      exit(await checkCommand(files, options, output)),
    );
  withIncludeOption(
    withCommonOptions(
      program
        .command('compile')
        .description('compile a source into a blob')
        .argument('<file>', '- is standard input'),
    ),
  )
    .requiredOption('-o, --output <file>', 'where to write the blob; - is standard output')
    .option('--dtc', 'write what `dtc -I dts -O dtb` writes: big-endian cells, no bindings', false)
    .action((file: string, options: CompileCommandOptions) =>
      exit(compileCommand(file, options, output)),
    );
  withCommonOptions(
    program
      .command('decompile')
      .description('print a blob as source, typed by the bindings')
      .argument('<file>', '- is standard input'),
  ).action((file: string, options: CommonOptions) =>
    exit(decompileCommand(file, { ...options, include: [] }, output)),
  );
}

function addFormatCommand(program: Command, output: Output, exit: Exit): void {
  withIncludeOption(
    program
      .command('format')
      .description('give sources the layout of kernel sources; prints which files changed')
      .argument('<file...>', 'a source, or a folder with some; - is standard input')
      .option('--check', 'change nothing, print which files would change and fail if any', false)
      .option('--stdout', 'print the result and change nothing', false)
      .addOption(
        new Option('--tabs <n>', 'indent with tabs that count as n columns (default: 8)')
          .argParser(indentColumns)
          .conflicts('spaces'),
      )
      .addOption(new Option('--spaces <n>', 'indent with n spaces').argParser(indentColumns))
      .option('--bindings <dir>', 'folder with *.kho.yaml of your own; repeatable', several, []),
  ).action((files: string[], options: FormatCommandOptions) =>
    exit(formatCommand(files, options, output)),
  );
}

/** Commands about all that a kernel hands over. */
function addImageCommands(program: Command, output: Output, exit: Exit): void {
  withImageOptions(
    program
      .command('inspect')
      .description('say what is in a handover: a core file of memory, or a copy of debugfs files')
      .argument('<image>', 'ELF core (also .gz), or a folder copied from /sys/kernel/debug/kho'),
  )
    .option('--json', 'print everything as JSON', false)
    .option('--map', 'draw the physical memory', false)
    .option('--ranges <n>', 'ranges of memory to list', countOf)
    .action(async (image: string, options: InspectCommandOptions) =>
      exit(await inspectCommand(image, options, output)),
    );
  withImageOptions(
    program
      .command('extract')
      .description('write out the bytes of something that was handed over, such as a memfd')
      .argument('<image>', 'as for kho inspect')
      .argument('<name>', 'as kho inspect names it: LUO/session/0x1a, memblock/trace'),
  )
    .option('-o, --output <file>', 'where to write it; - is standard output', '-')
    .option('--offset <n>', 'first byte to write', countOf)
    .option('--length <n>', 'bytes to write', countOf)
    .action(async (image: string, name: string, options: ExtractCommandOptions) =>
      exit(await extractCommand(image, name, options, output)),
    );
  withImageOptions(
    program
      .command('compat')
      .description('say what kernel B does with what kernel A hands over, subtree by subtree')
      .argument('<a>', 'a release, an image, an FDT, or a folder of bindings')
      .argument('<b>', 'the same'),
  )
    .option('--both', 'the other way round as well, as a rollback needs it', false)
    .option('--json', 'print the verdicts as JSON', false)
    .action(async (a: string, b: string, options: CompatCommandOptions) =>
      exit(await compatCommand(a, b, options, output)),
    );
}

/** Commands that run drivers. */
function addRunCommands(program: Command, output: Output, exit: Exit): void {
  withNativeOptions(
    program
      .command('simulate')
      .description('hand over from one simulated kernel to the next with the real drivers'),
  )
    .argument('<scenario>', 'a *.kho.json file')
    .option(
      '--seed <n>',
      'number that fixes the run (default: the one of the scenario)',
      seedNumber,
    )
    .option(
      '--kernel-bug <n...>',
      'bugs that the kernels have, by the numbers of docs/bugs.md',
      kernelBug,
    )
    .option(
      '--kernel-fix <n...>',
      'bugs of their releases that the kernels do not have, by the same numbers',
      kernelBug,
    )
    .option('--trace <file>', 'write the trace, one event a line')
    .option('--at <n,…>', 'say what there is at events n of the trace, and no more', countsOf)
    .option('--faults', 'make every call that may fail do so, in a run of its own each')
    .option('--max-runs <n>', 'with --faults: runs at most, every place before any twice', countOf)
    .option(
      '--explore <n>',
      'try n seeds: faults, placement, NUMA nodes, order of drivers',
      countOf,
    )
    .option('-o, --output <file>', 'with --explore: write the smallest scenario that fails')
    .option('--cores <dir>', 'write the memory at each jump as a core file, for kho inspect')
    .option('--json', 'print the whole result as JSON', false)
    .option('--compile-commands <file>', 'write how drivers in C are compiled, for clangd')
    .action(async (scenario: string, options: SimulateCommandOptions) =>
      exit(await simulateCommand(scenario, options, output)),
    );
  addTraceCommands(program, output, exit);
  program
    .command('new')
    .description('write a driver to begin with: source, binding, driver and scenario')
    .argument('<name>', 'what its folder, node and compatible are called')
    .option('--into <dir>', 'where its folder goes', '.')
    .option('--c', 'in C, as the kernel has it, and not in TypeScript')
    .option('--release <name>', 'kernel that it is for (default: newest for C, else the seed)')
    .action((name: string, options: NewDriverCommandOptions) =>
      exit(newDriverCommand(name, options, output)),
    );
  withNativeOptions(
    program
      .command('debug-adapter')
      .description('serve the Debug Adapter Protocol on standard input and output, for editors'),
  ).action((options: NativeOptions) => debugAdapterCommand(options));
}

/** Commands about what `kho simulate --trace` wrote. */
function addTraceCommands(program: Command, output: Output, exit: Exit): void {
  const trace = program.command('trace').description('read traces of kho simulate --trace');
  trace
    .command('show')
    .description('print the events that fit all of the options; each may be repeated')
    .argument('<file>', 'a trace')
    .option('--kernel <n>', 'of that kernel, from 1', severalNumbers, [])
    .option('--phase <name>', 'in that phase, such as serialize', several, [])
    .option('--driver <name>', 'of that driver', several, [])
    .option('--event <name>', 'of that name, such as kho_preserve_folio or fdt_*', several, [])
    .option('--site <place>', 'of that place, such as ftrace.ts or ftrace.ts:42', several, [])
    .option('--finding [rule...]', 'that are findings, of any rule or of those')
    .option('--json', 'print an object a line', false)
    .action((file: string, options: TraceShowOptions) =>
      exit(traceShowCommand(file, options, output)),
    );
  trace
    .command('diff')
    .description('print the first difference of two traces, with the lines around it')
    .argument('<a>', 'a trace')
    .argument('<b>', 'another')
    .option('--ignore-addresses', 'compare which addresses are the same, not which they are', false)
    .option('--context <n>', 'lines before the difference and from it on', countOf, 5)
    .option('--json', 'print it as JSON, null if there is none', false)
    .action((a: string, b: string, options: TraceDiffCommandOptions) =>
      exit(traceDiffCommand(a, b, options, output)),
    );
}

/** Commands that write code for a binding. */
function addGenerateCommands(program: Command, output: Output, exit: Exit): void {
  program
    .command('generate')
    .description('write code that serializes and deserializes what a binding describes')
    .command('c')
    .description('a header and a C file, as a kernel driver includes them')
    .argument('<binding>', 'a *.kho.yaml file, or the $id of a binding that is known')
    .option('--release <name>', 'release that the code is for (default: newest with the binding)')
    .option('--bindings <dir>', 'folder with *.kho.yaml of your own; repeatable', several, [])
    .option('--into <dir>', 'where the files go', '.')
    .action((binding: string, options: GenerateCommandOptions) =>
      exit(generateCCommand(binding, options, output)),
    );
}

function severalNumbers(value: string, before: readonly number[]): number[] {
  return [...before, countOf(value)];
}

function several(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function indentColumns(text: string): number {
  const columns = Number(text);
  if (Number.isInteger(columns) && columns >= 1 && columns <= 16) return columns;
  throw new InvalidArgumentError('it must be a whole number from 1 to 16.');
}

/** Adds to those given before: the option may be repeated, and takes several. */
function sanitizers(text: string): readonly Sanitizer[] {
  return text.split(',').map((name) => {
    if (name === 'address' || name === 'undefined') return name;
    throw new InvalidArgumentError(`${name} is none of address and undefined.`);
  });
}

function kernelBug(text: string, before: readonly string[] = []): readonly string[] {
  const bug = kernelBugOf(text);
  if (bug !== undefined) return [...before, bug.id];
  const known = KERNEL_BUGS.map(({ id }) => id).join(', ');
  throw new InvalidArgumentError(`it is one of ${known}.`);
}

function seedNumber(text: string): number {
  const seed = Number(text);
  if (Number.isSafeInteger(seed) && seed >= 0) return seed;
  throw new InvalidArgumentError('a seed is a whole number, 0 or more.');
}

/** Adds how drivers in C are compiled. */
function withNativeOptions(command: Command): Command {
  return command
    .option('--compiler <name>', 'what drivers in C are compiled with (default: gcc)')
    .option('--native-include <dir...>', 'folders with more headers for drivers in C')
    .option(
      '--sanitize <names>',
      'address, undefined or both: what drivers in C are checked by',
      sanitizers,
    );
}

/** Adds what every command that reads an FDT takes. */
function withCommonOptions(command: Command): Command {
  return command
    .option('--release <name>', 'release the tree is for (default: what the tree says of itself)')
    .option('--bindings <dir>', 'folder with *.kho.yaml of your own; repeatable', several, [])
    .addOption(
      new Option('--endian <order>', 'byte order of property values')
        .choices(['little', 'big'])
        .default('little'),
    );
}

/** Adds what only the user may know of an image. */
function withImageOptions(command: Command): Command {
  return withCommonOptions(command)
    .option('--root <address>', 'where the root FDT is (default: it is searched for)', quantity)
    .option(
      '--scratch <ranges>',
      'scratch regions, START+SIZE,… (default: as boot data says)',
      ranges,
    )
    .option('--ram <ranges>', 'all memory of the machine, to check addresses against', ranges)
    .option('--numa <nodes>', 'NUMA nodes, ID:START+SIZE,…', numaNodes)
    .addOption(
      new Option('--page-size <size>', 'page size of the kernels: 4K, 16K or 64K').argParser(
        pageSize,
      ),
    )
    .addOption(
      new Option('--architecture <name>', 'of a folder of files')
        .choices(['x86_64', 'arm64'])
        .default('x86_64'),
    );
}

function withIncludeOption(command: Command): Command {
  return command.option(
    '-i, --include <dir>',
    'folder to look for included files in; repeatable',
    several,
    [],
  );
}
