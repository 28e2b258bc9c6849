// What a run did not do, for want of a tool or of data. Tests write records into a file, since they
// run in processes of their own (test/support/tools.ts, recordLeftOut).
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import process from 'node:process';

/** Tests named for each remedy; the rest are counted. */
const NAMES_MAX = 8;

export class LeftOutList {
  #folder = mkdtempSync(path.join(os.tmpdir(), 'kho-left-out-'));
  #file = path.join(this.#folder, 'records');
  #skipped = [];

  constructor() {
    process.env.KHO_LEFT_OUT = this.#file;
    process.on('exit', () => rmSync(this.#folder, { recursive: true, force: true }));
  }

  /** Notes that `test` was skipped: one that recorded no reason is reported as such. */
  addSkipped(test) {
    this.#skipped.push(test);
  }

  /** Whether something was left out that installing a tool brings back, or without a reason. */
  get missesTools() {
    return this.#all().some(({ kind }) => kind !== 'data');
  }

  print() {
    const byRemedy = new Map();
    for (const { test, remedy } of this.#all()) {
      byRemedy.set(remedy, [...(byRemedy.get(remedy) ?? []), test]);
    }
    for (const [remedy, tests] of byRemedy) console.log(`left out: ${listOf(tests)} - ${remedy}`);
  }

  #all() {
    const records = this.#recorded();
    const explained = new Set(records.map(({ test }) => test));
    return [
      ...records.map((one) => ({ ...one, remedy: remedyOf(one) })),
      ...this.#skipped
        .filter((test) => !explained.has(test))
        .map((test) => ({ kind: 'unexplained', test, remedy: 'skipped without a reason' })),
    ];
  }

  #recorded() {
    if (!existsSync(this.#file)) return [];
    const lines = readFileSync(this.#file, 'utf8').trim().split('\n');
    return lines.map((line) => JSON.parse(line));
  }
}

function remedyOf({ kind, remedy }) {
  return kind === 'tool' ? `${remedy}, or run scripts/install-test-tools` : remedy;
}

function listOf(tests) {
  const names = [...new Set(tests)];
  const rest = names.length > NAMES_MAX ? `, and ${names.length - NAMES_MAX} more` : '';
  const count = tests.length > 1 ? ` (${tests.length} tests)` : '';
  return `${names.slice(0, NAMES_MAX).join(', ')}${rest}${count}`;
}
