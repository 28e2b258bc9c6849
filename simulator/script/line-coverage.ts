// Which lines of drivers have run, in whatever realm: V8 counts, and what it says of each realm's
// copy of a file is put together.
import { readFileSync } from 'node:fs';
import { type Profiler, Session } from 'node:inspector';
import { fileURLToPath } from 'node:url';
import { isCode, type LineCoverage, lineCoverage } from '../index.ts';

export class LineCoverageCounter {
  readonly #session = new Session();
  readonly #isCounted: (url: string) => boolean;
  /** Of each file, by URL, a byte for each character: 1 if it never ran, 2 if it did. */
  readonly #files = new Map<string, Uint8Array>();

  constructor(isCounted: (url: string) => boolean) {
    this.#isCounted = isCounted;
  }

  /** From here on what is loaded is counted. */
  start(): void {
    this.#session.connect();
    this.#session.post('Profiler.enable');
    this.#session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  }

  /** Keeps what has run up to now. Sessions in the same thread answer before post() returns. */
  take(): void {
    this.#session.post('Profiler.takePreciseCoverage', (error, { result } = { result: [] }) => {
      if (error !== null) return;
      for (const script of result)
        if (this.#isCounted(script.url)) this.#add(script.url, script.functions);
    });
  }

  stop(): void {
    this.#session.post('Profiler.stopPreciseCoverage');
    this.#session.disconnect();
  }

  /** By path. */
  files(): readonly LineCoverage[] {
    const files: LineCoverage[] = [];
    for (const [url, flags] of this.#files) {
      const path = fileURLToPath(url);
      files.push(linesOf(path, readFileSync(path, 'utf8'), flags));
    }
    return files.sort((a, b) => (a.path < b.path ? -1 : 1));
  }

  #add(url: string, functions: readonly Profiler.FunctionCoverage[]): void {
    const [whole] = functions;
    const length = whole?.ranges[0]?.endOffset ?? 0;
    let known = this.#files.get(url);
    if (known === undefined || known.length < length) {
      const longer = new Uint8Array(length);
      longer.set(known ?? []);
      known = longer;
      this.#files.set(url, known);
    }
    // Functions come before those that they contain, and ranges likewise. What is in no function
    // runs as the file is loaded.
    const flags = new Uint8Array(length);
    for (const { functionName, ranges } of functions)
      for (const { startOffset, endOffset, count } of ranges)
        if (functionName !== '' || startOffset > 0)
          flags.fill(count > 0 ? 2 : 1, startOffset, endOffset);
    for (let at = 0; at < length; at++)
      if ((flags[at] as number) > (known[at] as number)) known[at] = flags[at] as number;
  }
}

/** A line ran if all of its code did: an error path may be the end of a line. */
function linesOf(path: string, text: string, flags: Uint8Array): LineCoverage {
  const missed: number[] = [];
  let lines = 0;
  let at = 0;
  for (const [index, line] of text.split('\n').entries()) {
    const own = flags.subarray(at, at + line.length);
    at += line.length + 1;
    if (!isCode(line) || /^\s*(?:\/\/|\/?\*)/.test(line) || (own[line.search(/\S/)] ?? 0) === 0)
      continue;
    lines += 1;
    const rest = line
      .split('')
      .filter((_, column) => own[column] === 1)
      .join('');
    if (isCode(rest)) missed.push(index + 1);
  }
  return lineCoverage(path, lines, missed);
}
