// Scenarios for tests: text in, results out.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type BindingSet, createBindingSet, loadBinding } from '../../kho/index.ts';
import {
  createInlineRuntime,
  type InlineDriver,
  parseScenario,
  type RunResult,
  runScenario,
  type Scenario,
} from '../../simulator/index.ts';
import { createScriptRuntime, type ScriptRuntimeOptions } from '../../simulator/script/index.ts';
import { SHIPPED } from '../kho/shipped-bindings.ts';
import { PAGES_BINDING } from './page-driver.ts';
import { STATE_BINDING } from './state-binding.ts';

/** What a test says of a scenario; the rest is usual. */
export interface ScenarioParts {
  readonly arch?: 'x86_64' | 'arm64';
  readonly cmdline?: string;
  readonly drivers?: readonly string[];
  readonly kernels?: number;
  /** Of the first kernel. */
  readonly steps?: readonly object[];
  readonly ram?: readonly object[];
}

const own = [PAGES_BINDING, STATE_BINDING].flatMap((text) => {
  const { value } = loadBinding({ path: 'test.kho.yaml', text });
  return value === undefined ? [] : [value];
});

/** Those that ship, and those for the drivers of the tests. */
export const BINDINGS: BindingSet = createBindingSet([...SHIPPED.bindings, ...own]);

/** Those and the bindings in folders. */
export function withBindings(folders: readonly string[]): BindingSet {
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((file) => file.endsWith('.kho.yaml'))
      .map((file) => path.join(folder, file)),
  );
  const read = files.flatMap((file) => {
    const { value, issues } = loadBinding({ path: file, text: readFileSync(file, 'utf8') });
    assert.deepEqual(issues, []);
    return value === undefined ? [] : [value];
  });
  return createBindingSet([...BINDINGS.bindings, ...read]);
}

export const ACTIVATE = { write: '/sys/kernel/kho/active', data: '1' };
export const LOAD = { kexecLoad: { kernel: '8M', initrd: '4M' } };
export const JUMP = { kexec: {} };

/** A scenario of `kernels` kernels that hand over to each other, unless `steps` says otherwise. */
export function scenarioOf(parts: ScenarioParts, file = '/s/test.kho.json'): Scenario {
  const { arch = 'x86_64', cmdline = 'kho_scratch=64M', drivers = [], kernels = 2, steps } = parts;
  const list = Array.from({ length: kernels }, (_, index) => ({
    release: 'seed',
    cmdline,
    drivers,
    ...(index === 0 && steps !== undefined ? { steps } : {}),
    ...(index === kernels - 1 && index > 0 ? { steps: [] } : {}),
  }));
  const start = arch === 'x86_64' ? 0 : '1G';
  const ram = parts.ram ?? [{ start, size: '256M' }];
  const text = JSON.stringify({ title: 'test', machine: { arch, ram }, kernels: list });
  return scenarioFrom(file, text);
}

/** A scenario that must have no issues; `file` is where it is, or would be. */
export function scenarioFrom(file: string, text: string): Scenario {
  const { value, issues } = parseScenario({ path: file, text });
  assert.deepEqual(issues, []);
  assert.ok(value !== undefined);
  return value;
}

/** Runs with drivers that are objects, in this process. */
export function runInline(
  scenario: Scenario,
  drivers: Readonly<Record<string, () => InlineDriver>>,
  seed = 1,
): Promise<RunResult> {
  return runScenario(scenario, { runtime: createInlineRuntime(drivers), bindings: BINDINGS, seed });
}

/** Runs with drivers that are files, each kernel in a process of its own. */
export async function runInProcesses(
  scenario: Scenario,
  options: Partial<ScriptRuntimeOptions> = {},
  seed = 1,
  bindings: BindingSet = BINDINGS,
): Promise<RunResult> {
  const kernelProcessPath = path.resolve('dist/kernel-process.mjs');
  const runtime = createScriptRuntime({ kernelProcessPath, ...options });
  try {
    return await runScenario(scenario, { runtime, bindings, seed });
  } finally {
    await runtime.stop();
  }
}

/** Rules of the findings, in the order in which they were made. */
export function rulesOf({ findings }: RunResult): string[] {
  return findings.map(({ rule }) => rule);
}
