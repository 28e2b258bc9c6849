// Where a line of block-style YAML stands, by its indentation: what is being typed is seldom YAML.
import type { SourceFile } from '../fdt/index.ts';

/** A line of a YAML document and what is above it. */
export interface YamlLine {
  /** The keys that the line stands below, outermost first; items of lists have none. */
  readonly path: readonly string[];
  /** The key that the cursor is behind the colon of, on this line or, for an item, above it. */
  readonly key: string | undefined;
  /** The key that is written on the line. */
  readonly ownKey:
    | { readonly text: string; readonly start: number; readonly end: number }
    | undefined;
  /** Keys that are written beside it. */
  readonly siblings: ReadonlySet<string>;
  /** What a completion replaces. */
  readonly word: { readonly start: number; readonly end: number };
}

/** Lines above the cursor that are looked at. */
const MAX_LINES = 5000;
/** White space, dashes of lists, and a key with its colon. */
const KEY = /^((?:\s|-\s)*)(?:'([^']*)'|"([^"]*)"|([^\s:#'"[\]{}][^:#]*?))\s*:(?=\s|$)/;

/** Undefined in a comment. */
export function yamlLineAt({ text }: SourceFile, offset: number): YamlLine | undefined {
  const start = text.lastIndexOf('\n', offset - 1) + 1;
  const newLine = text.indexOf('\n', offset);
  const line = text.slice(start, newLine < 0 ? undefined : newLine);
  const before = line.slice(0, offset - start);
  if (/(^|\s)#/.test(before)) return undefined;
  const found = KEY.exec(line);
  const own = keyOf(found);
  const isBehindColon = own !== undefined && before.length >= (found?.[0].length ?? 0);
  const indent = columnOf(line);
  const above = linesAbove(text, start);
  const path = pathAbove(above, indent);
  const isItem = /^\s*-\s*[^:]*$/.test(before) && own === undefined;
  const wordBefore = /[^\s[\],'"]*$/.exec(before)?.[0].length ?? 0;
  const wordAfter = /^[^\s[\],'":]*/.exec(line.slice(before.length))?.[0].length ?? 0;
  const keyStart = start + (found?.[0].indexOf(own ?? '', found[1]?.length) ?? 0);
  return {
    path,
    key: isBehindColon ? own : isItem && path.at(-1) !== 'items' ? path.at(-1) : undefined,
    ownKey:
      own === undefined ? undefined : { text: own, start: keyStart, end: keyStart + own.length },
    siblings: siblingsOf(above, text.slice(start + line.length + 1), indent),
    word: { start: offset - wordBefore, end: offset + wordAfter },
  };
}

function keyOf(match: RegExpExecArray | null): string | undefined {
  return match?.[2] ?? match?.[3] ?? match?.[4];
}

/** Where the key of a line begins, the dash of a list item counted as white space. */
function columnOf(line: string): number {
  return /^(?:\s|-\s)*/.exec(line)?.[0].length ?? 0;
}

/** The lines before `start`, the nearest first; those that say nothing left out. */
function linesAbove(text: string, start: number): readonly string[] {
  const lines: string[] = [];
  for (let end = start - 1; end >= 0 && lines.length < MAX_LINES; ) {
    const begin = text.lastIndexOf('\n', end - 1) + 1;
    const line = text.slice(begin, end);
    if (line.trim() !== '' && !/^\s*#/.test(line)) lines.push(line);
    end = begin - 1;
  }
  return lines;
}

function pathAbove(above: readonly string[], indent: number): readonly string[] {
  const path: string[] = [];
  let column = indent;
  for (const line of above) {
    const own = columnOf(line);
    const key = keyOf(KEY.exec(line));
    if (own >= column || key === undefined) continue;
    path.unshift(key);
    column = own;
    if (column === 0) break;
  }
  return path;
}

function siblingsOf(above: readonly string[], below: string, indent: number): ReadonlySet<string> {
  const keys = new Set<string>();
  const take = (lines: Iterable<string>): void => {
    for (const line of lines) {
      if (line.trim() === '') continue;
      const column = columnOf(line);
      if (column < indent) return;
      const key = column === indent ? keyOf(KEY.exec(line)) : undefined;
      if (key !== undefined) keys.add(key);
    }
  };
  take(above);
  take(below.split('\n', MAX_LINES));
  return keys;
}
