// The indentation of a line that somebody has just begun.
import type { SourceEdit } from '../issue.ts';
import type { SourceFile } from '../text.ts';
import { AT, PieceCursor } from './piece-cursor.ts';
import { ROLE } from './pieces.ts';
import { type FormatOptions, newlineOf, whiteSpaceFor } from './plan.ts';
import { readPieces } from './reader.ts';
import { levelsBefore } from './surroundings.ts';
import { isWhite } from './white-space.ts';

/** Indents the line that `offset`, which only white space stands before, is in. */
export function indentNewLine(
  source: SourceFile,
  offset: number,
  options: FormatOptions,
): SourceEdit[] {
  const { text } = source;
  const start = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
  if (!isWhite(text, start, offset)) return [];
  let end = start;
  while (end < text.length && text[end] !== '\n' && isWhite(text, end, end + 1)) end++;
  if (text[end] === '\n' && text[end - 1] === '\r') end--;
  // A line for the preprocessor stays where it is.
  if (new PieceCursor(source, end).lineEnd() !== undefined) return [];
  const indent = indentAt(source, start, text[end], options);
  if (indent === undefined || indent === text.slice(start, end)) return [];
  return [{ span: { source, start, end }, text: indent }];
}

/** The indentation of the line at `start` if it starts with `first`; undefined in a comment. */
function indentAt(
  source: SourceFile,
  start: number,
  first: string | undefined,
  options: FormatOptions,
): string | undefined {
  const before = { ...source, text: source.text.slice(0, start) };
  const pieces = readPieces(before);
  const white = whiteSpaceFor(newlineOf(source), options);
  const levels = Math.max(0, levelsBefore(pieces, pieces.count) - (first === '}' ? 1 : 0));
  const indent = white.toColumn(levels, white.columnOf(levels));
  const last = pieces.count - 1;
  if (last < 0 || pieces.role(last) !== ROLE.raw) return indent;
  const open = openValue(before, pieces.start(last));
  if (open === undefined) return undefined;
  if (open === 'nothing') return indent;
  const lineStart = before.text.lastIndexOf('\n', open.offset - 1) + 1;
  const column = white.after(0, before.text, lineStart, open.offset) + open.spaces;
  return white.toColumn(levels, column);
}

/** Something begins so many spaces behind an offset. */
interface Beginning {
  readonly offset: number;
  readonly spaces: number;
}

/**
 * Where the value that is not finished at the end of `source` began, in the statement at `start`:
 * behind the last bracket that is open, or behind `=`. Undefined if the source ends in a comment.
 */
function openValue(source: SourceFile, start: number): Beginning | 'nothing' | undefined {
  const cursor = new PieceCursor(source, start);
  cursor.isInStatement = true;
  let value: Beginning | undefined;
  let bracket: Beginning | undefined;
  let last = '';
  for (;;) {
    const unit = cursor.next(false);
    if (unit === AT.openComment) return undefined;
    if (unit < 0) break;
    if (last === '=') value ??= { offset: cursor.offset, spaces: 0 };
    if (last === '<' || last === '[') bracket = { offset: cursor.offset, spaces: 0 };
    last = String.fromCharCode(unit);
    if (last === '>' || last === ']') bracket = undefined;
    cursor.offset = cursor.roughTokenEnd();
    cursor.lastEnd = cursor.offset;
  }
  if (last === '<' || last === '[') return { offset: cursor.lastEnd, spaces: 0 };
  if (last === '=') return { offset: cursor.lastEnd, spaces: 1 };
  return bracket ?? (last === ',' ? value : undefined) ?? 'nothing';
}
