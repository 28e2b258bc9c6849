import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import {
  combineRuntimes,
  type RunOptions,
  type RunResult,
  runScenario,
  type Scenario,
} from '../../simulator/index.ts';
import {
  createNativeRuntime,
  type NativeRuntime,
  type NativeRuntimeOptions,
} from '../../simulator/native/index.ts';
import { createScriptRuntime } from '../../simulator/script/index.ts';
import { BINDINGS, scenarioFrom, withBindings } from './scenarios.ts';

export interface NativeScenario {
  /** Texts of drivers by the name of their file. */
  readonly drivers?: Readonly<Record<string, string>>;
  /** Drivers that are files elsewhere, by their absolute paths. */
  readonly files?: readonly string[];
  /** One for each kernel. */
  readonly releases?: readonly string[];
  /** Of each kernel; those that are missing load and jump. */
  readonly steps?: readonly (readonly object[])[];
  /** Of every kernel. */
  readonly cmdline?: string;
  /** Of each kernel, where they differ. */
  readonly cmdlines?: readonly string[];
  readonly seed?: number;
  /** 512 MiB if absent. */
  readonly ram?: readonly object[];
  /** Calls that are made to fail. */
  readonly faults?: readonly object[];
}

export type NativeRunOptions = Partial<NativeRuntimeOptions> &
  Pick<RunOptions, 'failingCall'> & {
    /** That the caller ends; one of its own for each run if absent. */
    readonly runtime?: NativeRuntime;
  };

export const NATIVE_FOLDER: string = path.resolve('simulator/native');
const CACHE_FOLDER = path.resolve('build/native-cache');
const LOAD_AND_JUMP = [{ kexecLoad: {} }, { kexec: {} }];
const RAM = [{ start: '0', size: '512M' }];

/** Runs drivers whose texts are given, in a folder that is gone afterwards. */
export function runC(
  t: TestContext,
  {
    drivers = {},
    files = [],
    releases = ['7.3', '7.3'],
    steps = [],
    cmdline = 'kho=on kho_scratch=32M,32M,32M',
    cmdlines = [],
    seed = 1,
    faults = [],
    ram = RAM,
  }: NativeScenario,
  options: NativeRunOptions = {},
): Promise<RunResult> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kho-native-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(drivers)) writeFileSync(path.join(folder, name), text);
  const kernels = releases.map((release, index) => ({
    release,
    cmdline: cmdlines[index] ?? cmdline,
    drivers: [...Object.keys(drivers), ...files],
    steps: steps[index] ?? (index < releases.length - 1 ? LOAD_AND_JUMP : []),
  }));
  const machine = { arch: 'x86_64', ram };
  const text = JSON.stringify({ title: 'test', seed, machine, kernels, faults });
  return runNative(scenarioFrom(path.join(folder, 'test.kho.json'), text), options);
}

/** Runs a scenario that is a file. */
export function runNativeFile(file: string, options: NativeRunOptions = {}): Promise<RunResult> {
  return runNative(scenarioFrom(path.resolve(file), readFileSync(file, 'utf8')), options);
}

async function runNative(
  scenario: Scenario,
  { failingCall, runtime: given, ...options }: NativeRunOptions,
): Promise<RunResult> {
  const own = { nativeFolder: NATIVE_FOLDER, cacheFolder: CACHE_FOLDER, ...options };
  const native = given ?? createNativeRuntime(own);
  const script = createScriptRuntime({
    kernelProcessPath: path.resolve('dist/kernel-process.mjs'),
  });
  const runtime = combineRuntimes(native, (driver) => driver.path.endsWith('.c'), script);
  const folders = scenario.bindings.map((each) => path.resolve(path.dirname(scenario.path), each));
  const bindings = folders.length === 0 ? BINDINGS : withBindings(folders);
  try {
    const failing = failingCall === undefined ? {} : { failingCall };
    return await runScenario(scenario, { runtime, bindings, seed: scenario.seed, ...failing });
  } finally {
    await Promise.all([given === undefined ? native.stop() : undefined, script.stop()]);
  }
}

/** Findings as `rule file:line`, in the order in which they were made. */
export function findingsOf({ findings }: RunResult): string[] {
  return findings.map(({ rule, site }) =>
    site === undefined ? rule : `${rule} ${path.basename(site.path)}:${site.line}`,
  );
}

/** Lines of a kernel's console that drivers wrote. */
export function linesOf({ kernels }: RunResult, kernel: number): string[] {
  return (kernels[kernel - 1]?.console ?? []).filter((line) => !line.startsWith('KHO:'));
}

/** A driver with this text in its initcall. */
export function driverWith(body: string, before = ''): string {
  return `#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/vmalloc.h>
${before}
static int __init d_init(void)
{
${body}
	return 0;
}
module_init(d_init);
`;
}
