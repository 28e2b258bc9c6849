// Reads a `*.kho.json` file. JSON is YAML, so the YAML library gives every word its position.
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { type Document, parseDocument } from 'yaml';
import type { Issue, Outcome, SourceFile, Span } from '../../fdt/index.ts';
import {
  KERNEL_BUGS,
  kernelBugOf,
  releaseNamed,
  whyNotMended,
  whyNotWithBug,
  type YamlPath,
  yamlSpan,
} from '../../kho/index.ts';
import { kernelName } from '../kernel-names.ts';
import { FALLIBLE_FUNCTIONS, KERNEL } from '../run/faults.ts';
import schema from '../scenario.schema.json' with { type: 'json' };
import { buildFileStep, type RawFileStep } from './file-steps.ts';
import type {
  DriverSpec,
  Expectation,
  ExpectedFinding,
  FaultSpec,
  KernelConfig,
  KexecFlag,
  KexecSyscall,
  MachineSpec,
  RamSpec,
  Scenario,
  Step,
} from './scenario.ts';
import { parseSize } from './sizes.ts';

/** A scenario is written by hand; what is larger is something else. */
const MAX_SCENARIO_BYTES = 1 << 20;
/** Kernels, and steps of one kernel, that a run goes through. */
const MAX_KERNELS = 100;
/** Memory of the machine, and its NUMA nodes. */
const MAX_RAM_BYTES: number = 12 * 2 ** 40;
const MAX_NODES = 8;
/** With larger pages scratch regions are multiples of 512 MiB. */
const MAX_SMALL_PAGE = 16384;
/** A range of RAM has a multiple of as many pages. */
const RAM_ALIGN_PAGES = 1024;
/** Physical address of the first byte that a machine cannot have: two direct maps must fit. */
const MAX_ADDRESS = 2 ** 45;
const SCENARIO_ISSUES = 20;
const FLAGS_OF: Readonly<Record<KexecSyscall, readonly KexecFlag[]>> = {
  kexec_file_load: ['KEXEC_FILE_ON_CRASH'],
  kexec_load: ['KEXEC_ON_CRASH', 'KEXEC_PRESERVE_CONTEXT'],
};

interface RawScenario {
  readonly title: string;
  readonly seed?: number;
  readonly machine?: {
    readonly arch?: 'x86_64' | 'arm64';
    readonly pageSize?: number;
    readonly ram?: readonly RawRam[];
    readonly emptyNodes?: readonly number[];
  };
  readonly bindings?: readonly string[];
  readonly kernels: readonly {
    readonly release: string;
    readonly cmdline?: string;
    readonly kernelBugs?: readonly (number | string)[];
    readonly kernelFixes?: readonly (number | string)[];
    readonly config?: KernelConfig;
    readonly pageSize?: number;
    readonly drivers?: readonly string[];
    readonly steps?: readonly RawStep[];
  }[];
  readonly faults?: readonly {
    readonly kernel?: number;
    readonly driver: string;
    readonly function: string;
    readonly nth?: number;
  }[];
  readonly expect?: { readonly findings?: readonly (string | ExpectedFinding)[] };
}

interface RawRam {
  readonly start: string | number;
  readonly size: string | number;
  readonly node?: number;
}

interface RawStep extends RawFileStep {
  readonly call?: string;
  readonly function?: string;
  readonly args?: readonly (string | number | boolean)[];
  readonly write?: string;
  readonly data?: string;
  readonly read?: string;
  readonly expect?: string;
  readonly at?: string | number;
  readonly kexecLoad?: {
    readonly kernel?: string | number;
    readonly initrd?: string | number;
    readonly syscall?: KexecSyscall;
    readonly flags?: readonly KexecFlag[];
  };
  readonly kexecUnload?: { readonly flags?: readonly KexecFlag[] };
  readonly panic?: object;
  readonly reboot?: object;
  readonly kexec?: { readonly meanwhile?: readonly RawStep[] };
}

let validator: ValidateFunction<RawScenario> | undefined;

/** Compiled when the first scenario is read, which most users of this room never do. */
function validatorOfScenarios(): ValidateFunction<RawScenario> {
  validator ??= new Ajv({
    allErrors: true,
    allowUnionTypes: true,
    validateSchema: false,
  }).compile<RawScenario>(schema);
  return validator;
}

interface Reading {
  readonly source: SourceFile;
  readonly document: Document;
  readonly issues: Issue[];
}

/** Reads a scenario. Issues have the rule `scenario`; the value is undefined if there are any. */
export function parseScenario(source: SourceFile): Outcome<Scenario | undefined> {
  if (source.text.length > MAX_SCENARIO_BYTES)
    return failed([problem({ source, start: 0, end: 0 }, 'a scenario above 1 MiB is not read')]);
  const document = parseDocument(source.text, {
    prettyErrors: false,
    version: '1.2',
    logLevel: 'error',
  });
  const reading: Reading = { source, document, issues: [] };
  try {
    JSON.parse(source.text);
  } catch (error) {
    return failed([problem(jsonErrorSpan(source, document, error), jsonErrorText(error))]);
  }
  const raw: unknown = document.toJS({ maxAliasCount: 0 });
  const validate = validatorOfScenarios();
  if (!validate(raw)) return failed(schemaIssues(validate.errors ?? [], reading));
  const scenario = build(raw, reading);
  return reading.issues.length > 0 ? failed(reading.issues) : { value: scenario, issues: [] };
}

function failed(issues: readonly Issue[]): Outcome<undefined> {
  return { value: undefined, issues };
}

function problem(span: Span, message: string): Issue {
  return { rule: 'scenario', severity: 'error', span, message };
}

/** The runtime names a position, the library may know a better one. */
function jsonErrorSpan(source: SourceFile, document: Document, error: unknown): Span {
  const [first] = document.errors;
  if (first !== undefined) return { source, start: first.pos[0], end: first.pos[1] };
  const position = /position (\d+)/.exec(String(error))?.[1];
  const start = Math.min(Number(position ?? source.text.length), source.text.length);
  return { source, start, end: Math.min(start + 1, source.text.length) };
}

function jsonErrorText(error: unknown): string {
  const text = String((error as Error).message).replace(/ in JSON at position.*$/s, '');
  return `this is not JSON: ${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}

function schemaIssues(errors: readonly ErrorObject[], reading: Reading): Issue[] {
  const issues = new Map<string, Issue>();
  for (const error of errors) {
    const path = error.instancePath.split('/').slice(1);
    // Which of the kinds of step was meant is only known by its first word.
    if (error.schemaPath.includes('/oneOf/') && path[2] === 'steps') continue;
    const extra = error.params.additionalProperty as string | undefined;
    const at = extra === undefined ? path : [...path, extra];
    const span = spanOf(reading, at, extra !== undefined);
    const key = `${span.start}`;
    if (!issues.has(key)) issues.set(key, problem(span, schemaText(error, path)));
  }
  return [...issues.values()].slice(0, SCENARIO_ISSUES);
}

const STEP_KINDS =
  'a step is one of {"call", "function"}, {"write", "data"}, {"read"}, {"session", "do"}, ' +
  '{"open", "as"}, {"close"}, {"memfd"}, {"verify"}, {"fallocate"}, {"reclaim"}, {"kexecLoad"}, ' +
  '{"kexecUnload"}, {"kexec"}, {"panic"}, {"reboot"}';

function schemaText(error: ErrorObject, path: readonly string[]): string {
  const what = path.length === 0 ? 'the scenario' : `\`${path.join('.')}\``;
  switch (error.keyword) {
    case 'additionalProperties':
      return `\`${String(error.params.additionalProperty)}\` is not a word of ${what}`;
    case 'required':
      return `${what} lacks \`${String(error.params.missingProperty)}\``;
    case 'enum':
      return `${what} must be ${(error.params.allowedValues as unknown[]).join(' or ')}`;
    case 'oneOf':
      return STEP_KINDS;
    default:
      return `${what} ${error.message ?? 'is wrong'}`;
  }
}

function spanOf({ source, document }: Reading, path: YamlPath, isKey = false): Span {
  return yamlSpan(document, source, path, isKey ? 'key' : 'value');
}

function build(raw: RawScenario, reading: Reading): Scenario {
  if (raw.kernels.length > MAX_KERNELS)
    complain(reading, ['kernels'], `a run goes through ${MAX_KERNELS} kernels at most`);
  const kernels = raw.kernels.map((each, index) => {
    const { release, cmdline = '', drivers = [], steps } = each;
    const isLast = index === raw.kernels.length - 1;
    const at: YamlPath = ['kernels', index];
    const { kernelBugs = [], kernelFixes = [], config = {} } = each;
    if (Object.keys(config).length > 0 && releaseNamed(release)?.subtrees.kind === 'inline')
      complain(reading, [...at, 'config'], `${release} has none of these options`);
    checkKernelBugs(kernelBugs, release, [...at, 'kernelBugs'], reading);
    checkKernelFixes(kernelFixes, { release, kernelBugs }, [...at, 'kernelFixes'], reading);
    const specs = drivers.map((path, each) => driverSpec(path, [...at, 'drivers', each], reading));
    const names = specs.map(({ name }) => name);
    for (const [each, name] of names.entries())
      if (names.indexOf(name) !== each)
        complain(reading, [...at, 'drivers', each], `two drivers are called ${name}`);
    if (each.pageSize !== undefined && each.pageSize !== 4096 && !isArm(raw))
      complain(reading, [...at, 'pageSize'], 'x86_64 has pages of 4096 bytes');
    const isUsual = steps === undefined;
    const list = steps ?? (isLast ? [] : usualSteps(release));
    const built = list.map((step, each) => {
      const path = isUsual ? at : [...at, 'steps', each];
      const isEnd = each === list.length - 1 && !isLast;
      return buildStep(step, path, names, !isEnd && !comesBack(list, each), reading);
    });
    return {
      span: spanOf(reading, at),
      release,
      cmdline,
      kernelBugs: kernelBugs.map(String),
      kernelFixes: kernelFixes.map(String),
      config,
      ...(each.pageSize === undefined ? {} : { pageBytes: each.pageSize }),
      drivers: specs,
      steps: built,
    };
  });
  return {
    path: reading.source.path,
    title: raw.title,
    seed: raw.seed ?? 1,
    machine: machineSpec(raw.machine ?? {}, reading),
    bindings: raw.bindings ?? [],
    kernels,
    ...(raw.faults === undefined ? {} : { faults: faultSpecs(raw.faults, kernels, reading) }),
    expect: expectation(raw.expect ?? {}),
  };
}

function expectation({ findings }: NonNullable<RawScenario['expect']>): Expectation {
  if (findings === undefined) return {};
  return { findings: findings.map((each) => (typeof each === 'string' ? { rule: each } : each)) };
}

/** A bug is in some releases; in others it would change nothing, which nobody means. */
function checkKernelBugs(
  ids: readonly (number | string)[],
  release: string,
  at: YamlPath,
  reading: Reading,
): void {
  for (const [index, id] of ids.entries()) {
    const bug = kernelBugOf(id);
    const why = bug === undefined ? noSuchBug(id) : whyNotWithBug(release, bug);
    if (why !== undefined) complain(reading, [...at, index], why);
  }
}

function checkKernelFixes(
  ids: readonly (number | string)[],
  { release, kernelBugs }: { release: string; kernelBugs: readonly (number | string)[] },
  at: YamlPath,
  reading: Reading,
): void {
  const row = releaseNamed(release);
  for (const [index, id] of ids.entries()) {
    const bug = kernelBugOf(id);
    const isBoth = kernelBugs.some((each) => String(each) === String(id));
    const why =
      bug === undefined || row === undefined
        ? noSuchBug(id)
        : isBoth
          ? `bug ${id} is in kernelBugs, too`
          : whyNotMended(row, bug);
    if (why !== undefined) complain(reading, [...at, index], why);
  }
}

function noSuchBug(id: number | string): string {
  return `there is no kernel bug ${id}, only ${KERNEL_BUGS.map((each) => each.id).join(', ')}`;
}

function faultSpecs(
  raw: NonNullable<RawScenario['faults']>,
  kernels: Scenario['kernels'],
  reading: Reading,
): FaultSpec[] {
  return raw.map(({ kernel = 1, driver, function: called, nth = 1 }, index) => {
    // Drivers in C know functions by the kernel's names.
    const known = FALLIBLE_FUNCTIONS.find((each) => kernelName(each) === called);
    const name = driver === KERNEL ? called : (known ?? called);
    const at: YamlPath = ['faults', index];
    const drivers = kernels[kernel - 1]?.drivers;
    if (drivers === undefined)
      complain(reading, [...at, 'kernel'], `there are ${kernels.length} kernels`);
    else if (driver !== KERNEL && !drivers.some((each) => each.name === driver))
      complain(reading, [...at, 'driver'], `kernel ${kernel} has no driver called ${driver}`);
    if (driver !== KERNEL && !FALLIBLE_FUNCTIONS.includes(name)) {
      const all = FALLIBLE_FUNCTIONS.join(', ');
      complain(reading, [...at, 'function'], `${name} cannot be made to fail; these can: ${all}`);
    }
    return { kernel, driver, function: name, nth };
  });
}

function isArm({ machine }: RawScenario): boolean {
  return machine?.arch === 'arm64';
}

/** Whether the kernel that a step jumps to jumps back. */
function comesBack(steps: readonly RawStep[], index: number): boolean {
  const loads = steps.slice(0, index).flatMap(({ kexecLoad }) => kexecLoad ?? []);
  const isJump = steps[index]?.kexec !== undefined;
  return isJump && (loads.at(-1)?.flags ?? []).includes('KEXEC_PRESERVE_CONTEXT');
}

/** What a kernel does that has no steps and is not the last: all that its release needs. */
function usualSteps(release: string): readonly RawStep[] {
  const files = releaseNamed(release)?.userFiles ?? [];
  const asks = files.filter(({ path }) => /\/(active|finalize)$/.test(path));
  const writes = asks.map(({ path }) => ({ write: path, data: '1' }));
  return [...writes, { kexecLoad: {} }, { kexec: {} }];
}

function complain(reading: Reading, path: YamlPath, message: string): void {
  reading.issues.push(problem(spanOf(reading, path), message));
}

function driverSpec(path: string, at: YamlPath, reading: Reading): DriverSpec {
  const file = path.slice(path.lastIndexOf('/') + 1);
  return { name: file.slice(0, file.lastIndexOf('.')), path, span: spanOf(reading, at) };
}

function buildStep(
  raw: RawStep,
  at: YamlPath,
  drivers: readonly string[],
  mustNotJump: boolean,
  reading: Reading,
): Step {
  const span = spanOf(reading, at);
  const error = raw.error === undefined ? {} : { error: raw.error };
  if (raw.call !== undefined) {
    if (!drivers.includes(raw.call))
      complain(reading, [...at, 'call'], `this kernel has no driver called ${raw.call}`);
    const { function: name = '', args = [] } = raw;
    return { kind: 'call', span, driver: raw.call, function: name, args };
  }
  const file = buildFileStep(raw, span, (text, name) => size(text, [...at, name], reading));
  if (file !== undefined) return file;
  const where = raw.at === undefined ? {} : { at: size(raw.at, [...at, 'at'], reading) };
  if (raw.write !== undefined)
    return { kind: 'write', span, path: raw.write, data: raw.data ?? '', ...where, ...error };
  if (raw.read !== undefined) {
    const expect = raw.expect === undefined ? {} : { expect: raw.expect };
    return { kind: 'read', span, path: raw.read, ...where, ...expect, ...error };
  }
  if (raw.kexecLoad !== undefined) {
    const {
      kernel = '16M',
      initrd = '8M',
      syscall = 'kexec_file_load',
      flags = [],
    } = raw.kexecLoad;
    for (const [index, flag] of flags.entries())
      if (!FLAGS_OF[syscall].includes(flag))
        complain(
          reading,
          [...at, 'kexecLoad', 'flags', index],
          `${syscall}() has no flag ${flag}, only ${FLAGS_OF[syscall].join(', ')}`,
        );
    const kernelBytes = size(kernel, [...at, 'kexecLoad', 'kernel'], reading);
    const initrdBytes = size(initrd, [...at, 'kexecLoad', 'initrd'], reading);
    return { kind: 'kexec-load', span, syscall, flags, kernelBytes, initrdBytes, ...error };
  }
  if (raw.kexecUnload !== undefined)
    return { kind: 'kexec-unload', span, isCrash: (raw.kexecUnload.flags ?? []).length > 0 };
  if (mustNotJump && raw.error === undefined)
    complain(reading, at, 'a jump is the last step of a kernel, and the last kernel has none');
  if (raw.panic !== undefined) return { kind: 'panic', span };
  if (raw.reboot !== undefined) return { kind: 'reboot', span };
  const meanwhile = raw.kexec?.meanwhile?.map((step, index) => {
    const place: YamlPath = [...at, 'kexec', 'meanwhile', index];
    const built = buildStep(step, place, drivers, true, reading);
    if (/^(kexec|panic|reboot)/.test(built.kind)) complain(reading, place, 'the jump has begun');
    return built;
  });
  return { kind: 'kexec', span, ...(meanwhile === undefined ? {} : { meanwhile }), ...error };
}

function machineSpec(raw: NonNullable<RawScenario['machine']>, reading: Reading): MachineSpec {
  const architecture = raw.arch ?? 'x86_64';
  const pageBytes = raw.pageSize ?? 4096;
  const at: YamlPath = ['machine', 'ram'];
  if (architecture === 'x86_64' && pageBytes !== 4096)
    complain(reading, ['machine', 'pageSize'], 'x86_64 has pages of 4096 bytes');
  const start = architecture === 'x86_64' ? 0 : 2 ** 30;
  const usual = pageBytes > MAX_SMALL_PAGE ? '8G' : '512M';
  const ram: RamSpec[] = (raw.ram ?? [{ start, size: usual }]).map((range, index) => ({
    start: size(range.start, [...at, index, 'start'], reading),
    sizeBytes: size(range.size, [...at, index, 'size'], reading),
    ...(range.node === undefined ? {} : { node: range.node }),
  }));
  const blockBytes = pageBytes * RAM_ALIGN_PAGES;
  for (const [index, { start: from, sizeBytes }] of ram.entries()) {
    const before = ram[index - 1];
    if (from % blockBytes !== 0 || sizeBytes % blockBytes !== 0 || sizeBytes === 0)
      complain(reading, [...at, index], `a range of RAM is a multiple of ${blockBytes >> 20}M`);
    else if (before !== undefined && from < before.start + before.sizeBytes)
      complain(reading, [...at, index], 'ranges of RAM must be in order and not overlap');
    else if (from + sizeBytes > MAX_ADDRESS)
      complain(reading, [...at, index], 'no machine has physical addresses above 2^45');
  }
  if (ram.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) > MAX_RAM_BYTES)
    complain(reading, at, 'the simulator has machines of at most 12 TiB');
  if (new Set(ram.map(({ node = 0 }) => node)).size > MAX_NODES)
    complain(reading, at, `the simulator has machines of at most ${MAX_NODES} nodes`);
  const { emptyNodes } = raw;
  for (const [index, id] of (emptyNodes ?? []).entries())
    if (ram.some(({ node = 0 }) => node === id))
      complain(reading, ['machine', 'emptyNodes', index], `node ${id} has memory`);
  return { architecture, pageBytes, ram, ...(emptyNodes === undefined ? {} : { emptyNodes }) };
}

function size(text: string | number, at: YamlPath, reading: Reading): number {
  const bytes = parseSize(text);
  if (bytes !== undefined) return bytes;
  complain(reading, at, `${text} is not a size that fits`);
  return 0;
}
