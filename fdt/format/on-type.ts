// Formatting while somebody types: of what was just finished, and of nothing else.
import type { SourceEdit } from '../issue.ts';
import type { SourceFile } from '../text.ts';
import { INDENT_LEVEL_LIMIT } from './limits.ts';
import { indentEdit, statementEdits, statementEnd } from './part.ts';
import { AT, PieceCursor } from './piece-cursor.ts';
import { PIECE, type Pieces, ROLE } from './pieces.ts';
import { type FormatOptions, type FormatPlan, planFormat, whiteSpaceFor } from './plan.ts';
import { readPieces } from './reader.ts';
import { isWhite } from './white-space.ts';

/** What was typed, just before the place that is asked for. */
export type TypedCharacter = '}' | ';' | '\n';

/**
 * What to change once a character was typed that ends at `offset`: a `;` formats the statement that
 * it ends, a `}` the first line of the node that it closes and its own, a line end indents the line
 * that it starts. No other line is touched, and nothing moves to another line.
 */
export function formatDtsTyped(
  source: SourceFile,
  offset: number,
  typed: TypedCharacter,
  options: FormatOptions = {},
): readonly SourceEdit[] {
  if (typed === '\n') return indentLine(source, offset, options);
  const plan = planFormat(source, options);
  if (plan === undefined) return [];
  const kind = typed === ';' ? PIECE.semicolon : PIECE.closeBrace;
  const at = pieceEnding(plan.pieces, offset);
  if (at === undefined || plan.pieces.kind(at) !== kind) return [];
  return typed === ';' ? inStatement(plan, firstOf(plan.pieces, at)) : onClosing(plan, at);
}

function pieceEnding(pieces: Pieces, offset: number): number | undefined {
  let low = 0;
  let high = pieces.count - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const end = pieces.end(middle);
    if (end === offset) return middle;
    if (end < offset) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
}

function firstOf(pieces: Pieces, at: number): number {
  let first = at;
  while (first > 0 && pieces.role(first) === ROLE.inside) first--;
  return first;
}

/** Edits from the indentation of a statement to its end, and none of what follows it. */
function inStatement(plan: FormatPlan, first: number): SourceEdit[] {
  const end = statementEnd(plan.pieces, first);
  const last = plan.pieces.end(end - 1);
  return statementEdits(plan, { first, end }).filter(({ span }) => span.start < last);
}

function onClosing(plan: FormatPlan, closing: number): SourceEdit[] {
  const { pieces } = plan;
  let depth = 0;
  let header = closing;
  for (let at = closing - 1; at >= 0 && header === closing; at--) {
    const role = pieces.role(at);
    if (role === ROLE.closing) depth++;
    else if ((role === ROLE.header || role === ROLE.rawHeader) && depth-- === 0) header = at;
  }
  const edits = header < closing ? inStatement(plan, header) : [];
  const indent = indentEdit(plan, closing);
  return indent === undefined ? edits : [...edits, indent];
}

function indentLine(source: SourceFile, offset: number, options: FormatOptions): SourceEdit[] {
  const { text } = source;
  const start = offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1;
  if (!isWhite(text, start, offset)) return [];
  let end = start;
  while (end < text.length && text[end] !== '\n' && isWhite(text, end, end + 1)) end++;
  if (text[end] === '\n' && text[end - 1] === '\r') end--;
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
  let depth = 0;
  for (let at = 0; at < pieces.count; at++) {
    const role = pieces.role(at);
    if (role === ROLE.header || role === ROLE.rawHeader) depth++;
    if (role === ROLE.closing) depth--;
  }
  const white = whiteSpaceFor(source, options);
  const levels = Math.min(first === '}' ? depth - 1 : depth, INDENT_LEVEL_LIMIT);
  const indent = white.toColumn(Math.max(0, levels), white.columnOf(Math.max(0, levels)));
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
  const cursor = new PieceCursor(source);
  cursor.offset = start;
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
