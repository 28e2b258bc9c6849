// What is written down while a run goes on: the trace, the findings and the consoles.
import type { CallSite, Finding, Phase } from '../result.ts';

/** Values of a trace line; numbers that are addresses or sizes are given as text. */
export type TraceFields = Readonly<Record<string, string | number | bigint | boolean | undefined>>;

/** Lines of a trace; a run that has more is stopped. */
export const MAX_TRACE_LINES = 1_000_000;
/** Characters of a trace, which is one text in the end. */
const MAX_TRACE_CHARACTERS: number = 2 ** 28;
/** Longer values are cut: a driver says how long a name is. */
const MAX_FIELD_CHARACTERS = 1024;
/** Findings of one run; more would not be read. */
export const MAX_FINDINGS = 200;

export class Recorder {
  /** Which kernel is running, from 1, and in which phase. */
  kernel = 1;
  phase: Phase = 'early-boot';
  readonly findings: Finding[] = [];
  readonly #lines: string[] = [];
  #characters = 0;
  readonly #said = new Set<string>();
  readonly #onLine: ((line: string) => void) | undefined;

  constructor(onLine: ((line: string) => void) | undefined) {
    this.#onLine = onLine;
  }

  get trace(): string {
    return this.#lines.map((line) => `${line}\n`).join('');
  }

  get isFull(): boolean {
    return this.#lines.length >= MAX_TRACE_LINES || this.#characters >= MAX_TRACE_CHARACTERS;
  }

  /** Adds a line of the trace. Fields that are undefined are left out. */
  event(name: string, fields: TraceFields = {}, site?: CallSite): void {
    if (this.isFull) return;
    const number = String(this.#lines.length + 1).padStart(6);
    const words = [`${number} k${this.kernel} ${this.phase.padEnd(10)} ${name}`];
    for (const [key, value] of Object.entries(fields))
      if (value !== undefined) words.push(`${key}=${fieldText(value)}`);
    if (site !== undefined) words.push(`at=${siteText(site)}`);
    const line = words.join(' ');
    this.#lines.push(line);
    this.#characters += line.length;
    this.#onLine?.(line);
  }

  /** Adds a finding, unless the same was said of the same place before. */
  finding(finding: Omit<Finding, 'kernel' | 'phase'> & Partial<Pick<Finding, 'kernel'>>): void {
    const { rule, site, message } = finding;
    const cause = site === undefined ? message : `${site.path}:${site.line}:${site.column}`;
    const key = `${finding.kernel ?? this.kernel} ${rule} ${cause}`;
    if (this.#said.has(key) || this.findings.length >= MAX_FINDINGS) return;
    this.#said.add(key);
    this.findings.push({ kernel: this.kernel, phase: this.phase, ...finding });
    this.event('finding', { rule, message }, site);
  }
}

/** `file.ts:12:5`, without folders: a trace must not depend on where the project is. */
export function siteText({ path, line, column }: CallSite): string {
  return `${path.slice(path.lastIndexOf('/') + 1)}:${line}:${column}`;
}

function fieldText(value: string | number | bigint | boolean): string {
  const whole = String(value);
  const isLong = whole.length > MAX_FIELD_CHARACTERS;
  const text = isLong ? `${whole.slice(0, MAX_FIELD_CHARACTERS)}…` : whole;
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}
