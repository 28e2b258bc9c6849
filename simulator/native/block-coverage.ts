// Which lines of drivers in C have run. The compiler puts a call at the beginning of every basic
// block (-fsanitize-coverage=trace-pc); runtime/coverage.c notes where it was called from, in a
// file that all processes of a program share, and which thereby outlives each of them.
import { closeSync, ftruncateSync, readFileSync, readSync, statSync } from 'node:fs';
import { normalize } from 'node:path';
import { isCode, type LineCoverage, lineCoverage } from '../index.ts';
import { runTool } from './run-tool.ts';
import { openUnnamed } from './unnamed-file.ts';

/** What the compiler calls at the beginning of a block. */
const CALLED = '__sanitizer_cov_trace_pc';

/** What gcc adds for sanitizers, with a line of the driver: it runs before anything is noted. */
const CONSTRUCTOR = /^_sub_[ID]_/;

/** One file for each program: a byte for each of its own, 1 where a block that ran begins. */
export class BlockCoverage {
  readonly #programs = new Map<string, number>();
  readonly #isOwn: (path: string) => boolean;

  /** `isOwn` tells files that are not a driver's. */
  constructor(isOwn: (path: string) => boolean) {
    this.#isOwn = isOwn;
  }

  /** The file for the processes of a program. */
  fdFor(executable: string): number {
    const known = this.#programs.get(executable);
    if (known !== undefined) return known;
    const fd = openUnnamed('kho-coverage-');
    ftruncateSync(fd, statSync(executable).size);
    this.#programs.set(executable, fd);
    return fd;
  }

  /** Of all programs together, by path. A line ran if any block of it did, in any of them. */
  async files(): Promise<readonly LineCoverage[]> {
    const all = new Map<string, Map<number, boolean>>();
    for (const [executable, fd] of this.#programs) {
      const ran = new Uint8Array(statSync(executable).size);
      readSync(fd, ran, 0, ran.length, 0);
      const { stdout } = await runTool('objdump', ['-dl', '--no-show-raw-insn', executable]);
      for (const { path, line, hasRun } of linesOfListing(stdout, ran)) {
        if (this.#isOwn(path)) continue;
        const lines = all.get(path) ?? new Map<number, boolean>();
        all.set(path, lines.set(line, hasRun || lines.get(line) === true));
      }
    }
    return [...all]
      .map(([path, lines]) => {
        const texts = linesOfFile(path);
        const code = [...lines].filter(([line]) => isCode(texts[line - 1] ?? ''));
        const missed = code.filter(([, hasRun]) => !hasRun).map(([line]) => line);
        missed.sort((a, b) => a - b);
        return lineCoverage(path, code.length, missed);
      })
      .sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  close(): void {
    for (const fd of this.#programs.values()) closeSync(fd);
    this.#programs.clear();
  }
}

/** None if the source is gone since it was compiled. */
function linesOfFile(path: string): readonly string[] {
  try {
    return readFileSync(path, 'utf8').split('\n');
  } catch {
    return [];
  }
}

interface RunLine {
  readonly path: string;
  readonly line: number;
  readonly hasRun: boolean;
}

/**
 * The lines of each instruction of a listing by `objdump -dl`, as often as they come. The code
 * before the first block of a function, which saves registers, is part of that block.
 */
function* linesOfListing(listing: string, ran: Uint8Array): Generator<RunLine> {
  let place: { path: string; line: number } | undefined;
  let hasRun: boolean | undefined;
  let pending: { path: string; line: number }[] = [];
  let isBlockStart = false;
  let isConstructor = false;
  for (const text of listing.split('\n')) {
    const [, name] = /^[0-9a-f]+ <(.*)>:$/.exec(text) ?? [];
    if (name !== undefined) {
      isConstructor = CONSTRUCTOR.test(name);
      place = undefined;
      hasRun = undefined;
      pending = [];
      isBlockStart = false;
      continue;
    }
    const [, path, line] = /^(\/.*):(\d+)(?: \(discriminator \d+\))?$/.exec(text) ?? [];
    if (isConstructor) continue;
    if (path !== undefined) {
      place = { path: normalize(path), line: Number(line) };
      continue;
    }
    const [, address, code = ''] = /^\s*([0-9a-f]+):\t(.*)$/.exec(text) ?? [];
    if (address === undefined) continue;
    if (isBlockStart) {
      // The call returns to here, which is what it was noted by.
      hasRun = ran[Number.parseInt(address, 16)] === 1;
      for (const each of pending.splice(0)) yield { ...each, hasRun };
      isBlockStart = false;
    }
    if (code.includes(`<${CALLED}>`)) {
      isBlockStart = true;
      if (place !== undefined) pending.push(place);
    } else if (place !== undefined && hasRun === undefined) pending.push(place);
    else if (place !== undefined && hasRun !== undefined) yield { ...place, hasRun };
  }
}
