// A line of a trace, read back from text.

/** One event, as text says it. */
export interface TraceLine {
  /** From 1. */
  readonly number: number;
  /** From 1. */
  readonly kernel: number;
  readonly phase: string;
  readonly event: string;
  /** In the order of the line, without `at`. */
  readonly fields: readonly (readonly [key: string, text: string])[];
  /** `file.ts:12:5` of the call in the driver. */
  readonly site?: string;
  /** The line itself. */
  readonly text: string;
}

const LINE = /^ *(\d+) k(\d+) (\S+) +(\S+)((?: .*)?)$/;
const FIELD = /([A-Za-z_]\w*)=("(?:[^"\\]|\\.)*"|[^\s"]+)/g;

/** Reads a line; undefined if it is none of a trace. */
export function parseTraceLine(text: string): TraceLine | undefined {
  const match = LINE.exec(text);
  if (match === null) return undefined;
  const [, number, kernel, phase = '', event = '', rest = ''] = match;
  const all = [...rest.matchAll(FIELD)].map(
    ([, key = '', value = '']) => [key, unquoted(value)] as const,
  );
  const last = all.at(-1);
  const site = last?.[0] === 'at' ? last[1] : undefined;
  return {
    number: Number(number),
    kernel: Number(kernel),
    phase,
    event,
    fields: site === undefined ? all : all.slice(0, -1),
    ...(site === undefined ? {} : { site }),
    text,
  };
}

/** What an event says of itself under a name. */
export function fieldOf({ fields }: TraceLine, key: string): string | undefined {
  return fields.find(([name]) => name === key)?.[1];
}

function unquoted(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    return JSON.parse(value) as string;
  } catch {
    return value;
  }
}
