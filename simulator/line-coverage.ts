// Which lines of drivers have run. Runtimes count; what they count is told in the same way.

/** Lines of one file, from 1. */
export interface LineCoverage {
  /** Absolute. */
  readonly path: string;
  /** Lines with code in functions. */
  readonly lines: number;
  /** Those of them that never ran, as ranges; the end is the last line. */
  readonly missed: readonly { readonly start: number; readonly end: number }[];
}

/** Whether a line, or a part of one, is more than brackets, `else` and the like. */
export function isCode(text: string): boolean {
  return !/^[\s{}()[\];,]*(?:else[\s{]*)?$/.test(text);
}

/** `missed` are lines, ascending; lines next to each other become one range. */
export function lineCoverage(path: string, lines: number, missed: readonly number[]): LineCoverage {
  const ranges: { start: number; end: number }[] = [];
  for (const line of missed) {
    const last = ranges.at(-1);
    if (last?.end === line - 1) last.end = line;
    else ranges.push({ start: line, end: line });
  }
  return { path, lines, missed: ranges };
}
