// Source text and places in it. A place is a span of one file's text, never a line and a column:
// those are computed when a person has to read them.
import { changeBetween } from './text-change.ts';

/** One file as it was read. Compare by identity: two reads of a path are two sources. */
export interface SourceFile {
  /** As the user or the including file named it; shown in messages, never opened from here. */
  readonly path: string;
  readonly text: string;
  /**
   * The file was not valid UTF-8 and each code unit of `text` is one byte of it. String literals
   * then emit those bytes as they are; otherwise characters above 0x7f are emitted as UTF-8.
   */
  readonly isLatin1?: true;
}

/**
 * A file while it is edited: the same source, whose text changes. What was read of it is brought up
 * to date or read again before it is used; nothing else may rely on its text.
 */
export class EditedSource implements SourceFile {
  readonly path: string;
  text: string;

  constructor(path: string, text: string) {
    this.path = path;
    this.text = text;
  }
}

/** A half-open range of UTF-16 code units in `source.text`. */
export interface Span {
  readonly source: SourceFile;
  readonly start: number;
  readonly end: number;
}

/** Zero-based, as the Language Server Protocol counts: `character` in UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

const lineStartsOf = new WeakMap<SourceFile, { readonly text: string; starts: number[] }>();

/** Offsets at which the lines of `source` start; the first is 0. Lines end in \n, \r\n or \r. */
export function lineStarts(source: SourceFile): readonly number[] {
  const { text } = source;
  const known = lineStartsOf.get(source);
  // The same string in nearly every case, which is seen without comparing what is in it.
  if (known !== undefined && known.text === text) return known.starts;
  const starts =
    known === undefined ? undefined : startsAfterChange(known.text, known.starts, text);
  const found = { text, starts: starts ?? findLineStarts(text) };
  lineStartsOf.set(source, found);
  return found.starts;
}

function findLineStarts(text: string): number[] {
  const starts = [0];
  addLineStarts(text, 0, text.length, starts);
  return starts;
}

/** Adds the starts of the lines whose ends lie in `[from, to)`. */
function addLineStarts(text: string, from: number, to: number, starts: number[]): void {
  for (let i = from; i < to; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 10) starts.push(i + 1);
    else if (unit === 13 && text.charCodeAt(i + 1) !== 10) starts.push(i + 1);
  }
}

/** Looks for lines only where the text has changed, and moves the others. */
function startsAfterChange(before: string, starts: number[], text: string): number[] | undefined {
  const change = changeBetween(before, text);
  if (change === undefined) return starts;
  // \r and \n may meet, or be parted, at the ends of the change.
  const from = Math.max(0, change.start - 1);
  const oldTo = Math.min(before.length, change.oldEnd + 1);
  const newTo = Math.min(text.length, change.newEnd + 1);
  const first = firstAfter(starts, from);
  const next = firstAfter(starts, oldTo);
  const inside: number[] = [];
  addLineStarts(text, from, newTo, inside);
  const delta = change.newEnd - change.oldEnd;
  const result = starts.slice(0, first);
  for (const start of inside) result.push(start);
  for (let i = next; i < starts.length; i++) result.push((starts[i] as number) + delta);
  return result;
}

/** The index of the first of `starts` that is greater than `offset`. */
function firstAfter(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((starts[middle] as number) <= offset) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The position of `offset` in `source`; an offset past the end is at the end. */
export function positionAt(source: SourceFile, offset: number): Position {
  const starts = lineStarts(source);
  const clamped = Math.max(0, Math.min(offset, source.text.length));
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= clamped) low = middle;
    else high = middle - 1;
  }
  return { line: low, character: clamped - (starts[low] as number) };
}

/** The offset of `position`; a line or character that does not exist is clamped to what does. */
export function offsetAt(source: SourceFile, position: Position): number {
  const starts = lineStarts(source);
  if (position.line < 0) return 0;
  const start = starts[position.line];
  if (start === undefined) return source.text.length;
  const end = starts[position.line + 1] ?? source.text.length;
  return Math.max(start, Math.min(start + position.character, end));
}

/** The text of line `line` (zero-based) without its line ending; empty if there is none. */
export function lineText(source: SourceFile, line: number): string {
  const starts = lineStarts(source);
  const start = starts[line];
  if (start === undefined) return '';
  return source.text.slice(start, starts[line + 1] ?? source.text.length).replace(/[\r\n]+$/, '');
}
