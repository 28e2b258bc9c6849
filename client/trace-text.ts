// What an editor shows of the lines of a trace besides the text: where they lead, and how they
// belong together.
import { parseTraceLine } from '../simulator/index.ts';

/** Lines from 0, the last one included, that one kernel has, or one phase of it. */
export interface TraceSection {
  /** `kernel 1`, or the name of the phase. */
  readonly name: string;
  readonly start: number;
  end: number;
  readonly phases: TraceSection[];
}

/** Kernels of a trace, with the phases of each, in their order. */
export function traceSections(lines: readonly string[]): readonly TraceSection[] {
  const kernels: TraceSection[] = [];
  for (const [index, text] of lines.entries()) {
    const [, kernel, phase] = /^ *\d+ k(\d+) (\S+)/.exec(text) ?? [];
    if (kernel === undefined || phase === undefined) continue;
    const ofKernel = continued(kernels, `kernel ${kernel}`, index);
    continued(ofKernel.phases, phase, index);
  }
  return kernels;
}

/** The last section if it is of that name, else a new one; it goes up to `index` now. */
function continued(sections: TraceSection[], name: string, index: number): TraceSection {
  const last = sections.at(-1);
  if (last?.name === name) {
    last.end = index;
    return last;
  }
  const section: TraceSection = { name, start: index, end: index, phases: [] };
  sections.push(section);
  return section;
}

/** A call's place in a line of a trace: columns from 0, and where it leads, from 1. */
export interface TracePlace {
  readonly start: number;
  readonly end: number;
  /** Without folders. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** Where the call of an event is, if the line says. */
export function tracePlace(text: string): TracePlace | undefined {
  const site = parseTraceLine(text)?.site;
  const [, file, line, column] = /^(.+):(\d+):(\d+)$/.exec(site ?? '') ?? [];
  if (site === undefined || file === undefined) return undefined;
  const start = text.lastIndexOf(site);
  const place = { line: Number(line), column: Number(column) };
  return { start, end: start + site.length, file, ...place };
}

/** Number of the event of a line, if it is one. */
export function eventOf(text: string): number | undefined {
  return parseTraceLine(text)?.number;
}

/** Events around one: what somebody who goes through the trace looks at next. */
export function eventsAround(event: number, last: number): readonly number[] {
  const first = Math.max(1, event - EVENTS_BEFORE);
  const count = Math.min(last, event + EVENTS_BEHIND) - first + 1;
  return Array.from({ length: count }, (_, index) => first + index);
}

const EVENTS_BEFORE = 8;
const EVENTS_BEHIND = 24;
