// Formatting while somebody types: of what was just finished, and of nothing else.
import type { SourceEdit } from '../issue.ts';
import type { SourceFile } from '../text.ts';
import { indentNewLine } from './line-indent.ts';
import { statementEnd } from './part.ts';
import { PIECE, type Pieces, ROLE } from './pieces.ts';
import { type FormatOptions, newlineOf, planFormat, whiteSpaceFor } from './plan.ts';
import { readPieces } from './reader.ts';
import { isSwitchedOff, levelsBefore } from './surroundings.ts';

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
  if (typed === '\n') return indentNewLine(source, offset, options);
  const pieces = readPieces(source);
  const kind = typed === ';' ? PIECE.semicolon : PIECE.closeBrace;
  const at = pieceEnding(pieces, offset);
  if (at === undefined || pieces.kind(at) !== kind) return [];
  const first = firstOf(pieces, at);
  if (pieces.role(first) !== ROLE.closing) return statementEdits(source, pieces, first, options);
  const header = typed === '}' ? headerOf(pieces, first) : undefined;
  const edits = header === undefined ? [] : statementEdits(source, pieces, header, options);
  return [...edits, ...closingEdits(source, pieces, first, options)];
}

/** The piece that ends at `offset`. */
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

/** The piece that begins the statement of piece `at`. */
function firstOf(pieces: Pieces, at: number): number {
  let first = at;
  while (first > 0 && pieces.role(first) === ROLE.inside) first--;
  return first;
}

/** The first piece of the node that piece `closing` closes; undefined if that is broken. */
function headerOf(pieces: Pieces, closing: number): number | undefined {
  let depth = 0;
  for (let at = closing - 1; at >= 0; at--) {
    const role = pieces.role(at);
    if (role === ROLE.closing) depth++;
    else if (role === ROLE.header && depth-- === 0) return at;
    else if (role === ROLE.rawHeader && depth-- === 0) return undefined;
  }
  return undefined;
}

/** Formats one statement, as if it were all there is, and indents it if it starts a line. */
function statementEdits(
  source: SourceFile,
  pieces: Pieces,
  first: number,
  options: FormatOptions,
): SourceEdit[] {
  if (isSwitchedOff(pieces, first)) return [];
  const lineStart = pieces.gapStart(first) + pieces.gap(first).lastIndexOf('\n') + 1;
  const startsLine = first === 0 || pieces.breaksBefore(first) > 0;
  const base = startsLine ? lineStart : pieces.start(first);
  const end = pieces.end(statementEnd(pieces, first) - 1);
  const statement = { ...source, text: source.text.slice(base, end) };
  const moved = (start: number, to: number) => ({ source, start: start + base, end: to + base });
  const { elementsPerTuple } = options;
  const plan = planFormat(
    statement,
    {
      ...options,
      elementsPerTuple: ({ nameSpan, bits }) =>
        elementsPerTuple?.({ nameSpan: moved(nameSpan.start, nameSpan.end), bits }),
    },
    { levels: levelsBefore(pieces, first), newline: newlineOf(source) },
  );
  if (plan === undefined) return [];
  return plan.edits
    .filter(({ span }) => span.start < statement.text.length && (startsLine || span.start > 0))
    .map(({ span, text }) => ({ span: moved(span.start, span.end), text }));
}

/** Indents the brace that closes a node if it starts a line. */
function closingEdits(
  source: SourceFile,
  pieces: Pieces,
  closing: number,
  options: FormatOptions,
): SourceEdit[] {
  if (isSwitchedOff(pieces, closing) || pieces.breaksBefore(closing) === 0) return [];
  const white = whiteSpaceFor(newlineOf(source), options);
  const levels = levelsBefore(pieces, closing + 1);
  const text = white.toColumn(levels, white.columnOf(levels));
  const end = pieces.start(closing);
  const start = pieces.gapStart(closing) + pieces.gap(closing).lastIndexOf('\n') + 1;
  return source.text.slice(start, end) === text ? [] : [{ span: { source, start, end }, text }];
}
