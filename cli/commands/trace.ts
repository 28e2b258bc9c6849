// `kho trace`: what `kho simulate --trace` wrote, read again.
import { closeSync, openSync, readSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import {
  diffTraces,
  matchesFilter,
  parseTraceLine,
  type TraceFilter,
  type TraceLine,
} from '../../simulator/index.ts';
import { reason, UnusableInput } from '../input.ts';
import { EXIT, type Output } from '../options.ts';

/** Read at once: a trace may be longer than any text. */
const PIECE_BYTES: number = 1 << 20;
/** A line is written with values of at most 1024 characters, of which there are few. */
const MAX_LINE_CHARACTERS: number = 1 << 20;

export interface TraceShowOptions {
  readonly kernel: readonly number[];
  readonly phase: readonly string[];
  readonly driver: readonly string[];
  readonly event: readonly string[];
  /** Rules; `true` for all. */
  readonly finding?: true | readonly string[];
  readonly site: readonly string[];
  readonly json: boolean;
}

/** `kho trace show`: the events that fit; 0 if there are any, else 1. */
export function traceShowCommand(path: string, options: TraceShowOptions, output: Output): number {
  const filter = filterOf(options);
  let shown = 0;
  for (const line of eventsIn(path)) {
    if (!matchesFilter(line, filter)) continue;
    shown += 1;
    output.out(`${options.json ? jsonText(line) : line.text}\n`);
  }
  return shown > 0 ? EXIT.clean : EXIT.issues;
}

export interface TraceDiffCommandOptions {
  readonly ignoreAddresses: boolean;
  readonly context: number;
  readonly json: boolean;
}

/** `kho trace diff`: the first difference; 0 if there is none, else 1. */
export function traceDiffCommand(
  a: string,
  b: string,
  { json, ...options }: TraceDiffCommandOptions,
  output: Output,
): number {
  const difference = diffTraces(linesIn(a), linesIn(b), options);
  if (json) output.out(`${JSON.stringify(difference ?? null, null, 2)}\n`);
  else if (difference !== undefined) {
    const { index, before } = difference;
    const marked = (mark: string, lines: readonly string[]): string[] =>
      lines.length === 0 ? [`${mark} (ends here)`] : lines.map((line) => `${mark} ${line}`);
    const lines = [
      `--- ${a}`,
      `+++ ${b}`,
      `@@ line ${index + 1} @@`,
      ...before.map((line) => `  ${line}`),
      ...marked('-', difference.a),
      ...marked('+', difference.b),
    ];
    output.out(`${lines.join('\n')}\n`);
  }
  return difference === undefined ? EXIT.clean : EXIT.issues;
}

function filterOf(options: TraceShowOptions): TraceFilter {
  const { kernel, phase, driver, event, site, finding } = options;
  return {
    ...(kernel.length > 0 && { kernels: kernel }),
    ...(phase.length > 0 && { phases: phase }),
    ...(driver.length > 0 && { drivers: driver }),
    ...(event.length > 0 && { events: event }),
    ...(site.length > 0 && { sites: site }),
    ...(finding !== undefined && { findings: finding }),
  };
}

function jsonText({ number, kernel, phase, event, fields, site }: TraceLine): string {
  return JSON.stringify({
    number,
    kernel,
    phase,
    event,
    fields: Object.fromEntries(fields),
    ...(site === undefined ? {} : { site }),
  });
}

function* eventsIn(path: string): Generator<TraceLine> {
  let number = 0;
  for (const text of linesIn(path)) {
    number += 1;
    const line = parseTraceLine(text);
    // The last line may say how many events were not kept.
    if (line !== undefined) yield line;
    else if (!text.startsWith('…'))
      throw new UnusableInput(`${path}:${number}: this is no line of a trace`);
  }
}

/** The lines of a file, without having all of it. */
function* linesIn(path: string): Generator<string> {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw new UnusableInput(`${path}: ${reason(error)}`);
  }
  try {
    const decoder = new StringDecoder('utf8');
    const piece = Buffer.alloc(PIECE_BYTES);
    let rest = '';
    for (;;) {
      const count = readPiece(path, file, piece);
      if (count === 0) break;
      const lines = (rest + decoder.write(piece.subarray(0, count))).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE_CHARACTERS)
        throw new UnusableInput(`${path}: this is no trace: it has a line above 1 MiB`);
      yield* lines;
    }
    if (rest !== '') yield rest;
  } finally {
    closeSync(file);
  }
}

function readPiece(path: string, file: number, piece: Buffer): number {
  try {
    return readSync(file, piece);
  } catch (error) {
    throw new UnusableInput(`${path}: ${reason(error)}`);
  }
}
