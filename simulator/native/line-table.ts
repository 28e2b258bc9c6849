// Where in the sources the code of a program is: asks addr2line of binutils, which stays around.
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { normalize } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { CallSite } from '../index.ts';

/** Without an answer after this, places are not known. */
const TIMEOUT_MS = 10_000;

export class LineTable {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #known = new Map<number, Promise<CallSite | undefined>>();
  readonly #waiting: ((lines: readonly string[]) => void)[] = [];
  readonly #isOwn: (path: string) => boolean;
  readonly #texts = new Map<string, readonly string[]>();
  #lines: string[] = [];
  #isGone = false;

  /** `isOwn` tells files that are not a driver's. */
  constructor(executable: string, isOwn: (path: string) => boolean) {
    this.#isOwn = isOwn;
    this.#process = spawn('addr2line', ['-f', '-e', executable], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    this.#process.once('error', () => this.#end());
    this.#process.once('close', () => this.#end());
    this.#process.stdin.on('error', () => {});
    let partial = '';
    this.#process.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (partial + chunk).split('\n');
      partial = lines.pop() ?? '';
      for (const line of lines) this.#onLine(line);
    });
  }

  /**
   * The innermost place of a driver among offsets in the program. Its column is that of `word`, if
   * the line has it.
   */
  async site(offsets: readonly number[], word?: string): Promise<CallSite | undefined> {
    for (const offset of offsets) {
      const found = await this.#lookUp(offset);
      if (found === undefined || this.#isOwn(found.path)) continue;
      return { ...found, column: this.#columnOf(found, word) };
    }
    return undefined;
  }

  close(): void {
    this.#process.kill('SIGKILL');
  }

  #lookUp(offset: number): Promise<CallSite | undefined> {
    const known = this.#known.get(offset);
    if (known !== undefined) return known;
    const asked = this.#ask(offset);
    this.#known.set(offset, asked);
    return asked;
  }

  async #ask(offset: number): Promise<CallSite | undefined> {
    if (this.#isGone) return undefined;
    const answer = new Promise<readonly string[]>((resolve) => this.#waiting.push(resolve));
    this.#process.stdin.write(`0x${offset.toString(16)}\n`);
    const timer = setTimeout(() => this.close(), TIMEOUT_MS);
    const [functionName = '??', place = ''] = await answer;
    clearTimeout(timer);
    const match = /^(.+):(\d+)(?: \(discriminator \d+\))?$/.exec(place);
    if (match === null || match[1] === '??' || match[2] === '0') return undefined;
    const [, path = '', line = '1'] = match;
    return {
      path: normalize(path),
      line: Number(line),
      column: 1,
      ...(functionName === '??' ? {} : { functionName }),
    };
  }

  #onLine(line: string): void {
    this.#lines.push(line);
    if (this.#lines.length < 2) return;
    this.#waiting.shift()?.(this.#lines);
    this.#lines = [];
  }

  #end(): void {
    this.#isGone = true;
    for (const waiting of this.#waiting.splice(0)) waiting([]);
  }

  /** Line tables have lines only: the column is where the word is, or else the line begins. */
  #columnOf({ path, line }: CallSite, word: string | undefined): number {
    const text = this.#textOf(path)[line - 1] ?? '';
    const at = word === undefined ? -1 : text.indexOf(word);
    return at >= 0 ? at + 1 : Math.max(text.search(/\S/), 0) + 1;
  }

  #textOf(path: string): readonly string[] {
    const known = this.#texts.get(path);
    if (known !== undefined) return known;
    let lines: string[] = [];
    try {
      lines = readFileSync(path, 'utf8').split('\n');
    } catch {
      // The source is gone since it was compiled: its lines are known, its columns are not.
    }
    this.#texts.set(path, lines);
    return lines;
  }
}
