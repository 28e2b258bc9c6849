// Drivers that break one rule each, written as a diff: lines with `-` are the mistake, those with
// `+` mend it, all others are in both. `// here` marks the line that a finding must be pinned to,
// `// there` the line at the other end.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Release, releaseNamed } from '../../kho/index.ts';
import { type Finding, type RunResult, runScenario } from '../../simulator/index.ts';
import { createScriptRuntime } from '../../simulator/script/index.ts';
import { handoverSteps } from './mainline-scenarios.ts';
import { BINDINGS, scenarioFrom } from './scenarios.ts';

export interface RuleRow {
  /** Of docs/rules. */
  readonly rule: string;
  /** Which mistake. */
  readonly what: string;
  /** Releases as `6.19..7.0`; those without notifiers if absent. */
  readonly releases?: readonly string[];
  /** The driver as a diff, within a frame or as a whole. */
  readonly driver: string;
  /** `state`: save(k, blob) and take(k, blob) of one page that every kernel hands on. */
  readonly frame?: 'state' | 'whole';
  readonly cmdline?: string;
  readonly ram?: readonly object[];
  /** Of every kernel but the last, as text: `-` and `+` as in the driver. */
  readonly steps?: (release: Release) => readonly object[];
  readonly lastSteps?: readonly object[];
  /** Those for the driver that is mended, if they come to something else. */
  readonly mendedLastSteps?: readonly object[];
  /** In no longer chain. */
  readonly isAlone?: true;
  /** How many kernels make the mistake plain; two if absent. */
  readonly kernels?: number;
  /** What the mended driver is told as well, since it shows how a failure is handled. */
  readonly also?: readonly string[];
  readonly says?: RegExp;
}

/** What is wrong with a driver, and the same driver mended. */
export interface RuleTexts {
  readonly broken: string;
  readonly mended: string;
}

/** Both drivers of a row, for a release. */
export function textsOf(row: RuleRow, release: Release): RuleTexts {
  const variant = (drop: '-' | '+'): string => {
    const lines = row.driver.replace(/^\n/, '').split('\n');
    const own = lines.flatMap((line) => (line.startsWith(drop) ? [] : [` ${line.slice(1)}`]));
    return row.frame === 'whole' ? own.join('\n') : `${frameOf(release)}\n${own.join('\n')}`;
  };
  return { broken: variant('+'), mended: variant('-') };
}

/** Every kernel takes what is there, by take(), and hands a page on that save() may write to. */
function frameOf(release: Release): string {
  const { subtrees, serialization } = release;
  const isSized = subtrees.kind === 'by-reference' && subtrees.sizeProperty !== undefined;
  const hasNotifiers = serialization === 'finalize-notifiers';
  const add = isSized ? "('state', blob, k.pageSize)" : "('state', blob)";
  const later = `
export function notify(k, event, ser) {
  if (event !== 'KEXEC_KHO_FINALIZE') return 0;
  const blob = k.folioAlloc('GFP_KERNEL', 0);
  k.write(blob, new Uint8Array(k.pageSize));
  return k.khoPreserveFolio(blob) || k.khoAddSubtree(ser, 'state', blob) || (save(k, blob) ?? 0);
}
function handOn(k) {
  return k.registerKhoNotifier(notify);
}`;
  const now = `
function handOn(k) {
  const blob = k.folioAlloc('GFP_KERNEL', 0);
  k.write(blob, new Uint8Array(k.pageSize));
  return k.khoPreserveFolio(blob) || k.khoAddSubtree${add} || (save(k, blob) ?? 0);
}`;
  return `// @ts-nocheck
export function init(k) {
  const found = k.khoRetrieveSubtree('state');
  if (typeof found !== 'number') {
    const error = take(k, k.va(found.phys));
    k.folioPut(k.khoRestoreFolio(found.phys));
    if (error) return error;
  }
  return handOn(k);
}${hasNotifiers ? later : now}`;
}

/** Runs drivers of one release, kernels of which follow each other. */
export class RuleRuns {
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'kho-rules-'));
  readonly #runtime = createScriptRuntime({
    kernelProcessPath: path.resolve('dist/kernel-process.mjs'),
    isReused: true,
  });
  #count = 0;

  async run(row: RuleRow, text: string, releases: readonly string[]): Promise<RunResult> {
    this.#count += 1;
    const file = path.join(this.#folder, `d${this.#count}.ts`);
    writeFileSync(file, text);
    const cmdline = row.cmdline ?? 'kho=on liveupdate=on kho_scratch=16M,32M,32M';
    const kernels = releases.map((name, index) => {
      const release = releaseNamed(name);
      assert.ok(release !== undefined);
      const steps =
        index === releases.length - 1
          ? (row.lastSteps ?? [])
          : (row.steps ?? handoverSteps)(release);
      return { release: name, cmdline, drivers: [path.basename(file)], steps };
    });
    const ram = row.ram ?? [{ start: 0, size: '512M' }];
    const scenario = { title: row.what, machine: { arch: 'x86_64', ram }, kernels };
    const value = scenarioFrom(path.join(this.#folder, 's.kho.json'), JSON.stringify(scenario));
    return runScenario(value, { runtime: this.#runtime, bindings: BINDINGS, seed: 1 });
  }

  async end(): Promise<void> {
    await this.#runtime.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** The one finding of a driver, at the lines that its text marks. */
export function assertFound(row: RuleRow, text: string, result: RunResult): void {
  const said = JSON.stringify(result.findings, null, 1);
  assert.deepEqual(rulesBut(result, row.also), [row.rule], said);
  const finding = result.findings.find(({ rule }) => rule === row.rule) as Finding;
  const here = lineOf(text, '// here');
  assert.equal(finding.site?.line, here, said);
  const there = lineOf(text, '// there');
  if (there !== undefined)
    assert.ok(
      finding.related.some(({ site }) => site?.line === there),
      said,
    );
  if (row.says !== undefined) assert.match(finding.message, row.says);
}

/** The rules of what was found, but for some. */
export function rulesBut({ findings }: RunResult, also: readonly string[] = []): string[] {
  return findings.map(({ rule }) => rule).filter((rule) => !also.includes(rule));
}

function lineOf(text: string, mark: string): number | undefined {
  const index = text.split('\n').findIndex((line) => line.endsWith(mark));
  return index < 0 ? undefined : index + 1;
}
