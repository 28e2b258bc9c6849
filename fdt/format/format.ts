// Formatting of DTS sources. Nothing but white space is ever changed.
import type { SourceEdit } from '../issue.ts';
import type { SourceFile, Span } from '../text.ts';
import { linesOf, statementEdits, touchedStatements } from './part.ts';
import { PIECE } from './pieces.ts';
import { type FormatOptions, planFormat, textAfter } from './plan.ts';
import { readPieces } from './reader.ts';

/** UTF-16 code units, half open. */
export interface OffsetRange {
  readonly start: number;
  readonly end: number;
}

/**
 * What to change so that `source` is written in the style of the kernel's devicetree sources
 * (Documentation/devicetree/bindings/dts-coding-style.rst): ascending edits that do not touch each
 * other, each of white space only. Any text can be formatted; a statement that is not understood
 * stays as it is, and so does what stands between the comments `kho-format off` and
 * `kho-format on`. Formatting twice is the same as formatting once.
 */
export function formatDts(source: SourceFile, options: FormatOptions = {}): readonly SourceEdit[] {
  return planFormat(source, options)?.edits ?? [];
}

/** The same for the lines of `range` only, with the whole of the statements that they touch. */
export function formatDtsRange(
  source: SourceFile,
  range: OffsetRange,
  options: FormatOptions = {},
): readonly SourceEdit[] {
  const plan = planFormat(source, options);
  if (plan === undefined) return [];
  const touched = touchedStatements(plan.pieces, linesOf(source.text, range));
  return touched === undefined ? [] : statementEdits(plan, touched);
}

/** The text of `source` as `formatDts` has it. */
export function formattedText(source: SourceFile, options: FormatOptions = {}): string {
  return textAfter(source.text, formatDts(source, options));
}

/** The statements of `source` that are not understood, and so stay as they are. */
export function unformattedSpans(source: SourceFile): readonly Span[] {
  const pieces = readPieces(source);
  const spans: Span[] = [];
  for (let at = 0; at < pieces.count; at++)
    if (pieces.kind(at) === PIECE.raw)
      spans.push({ source, start: pieces.start(at), end: pieces.end(at) });
  return spans;
}
