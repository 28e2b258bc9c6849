// Where white space goes, for a whole source.
import type { SourceEdit } from '../issue.ts';
import type { SourceFile, Span } from '../text.ts';
import { layOut } from './layout.ts';
import { TAB_COLUMNS } from './limits.ts';
import type { Pieces } from './pieces.ts';
import { readPieces } from './reader.ts';
import type { StatementStyle } from './statement-layout.ts';
import { isWhite, type WhiteSpace, whiteSpaceOf } from './white-space.ts';

/** One `< … >` whose cells may be tuples. */
export interface CellList {
  /** The name of the property that it is in. */
  readonly nameSpan: Span;
  /** The width of its cells, if `/bits/` says it. */
  readonly bits: number | undefined;
}

export interface FormatOptions {
  /** Spaces that a level is indented by; a tab if absent. */
  readonly indentSpaces?: number;
  /** Columns that a tab counts for in the width of a line; 8 if absent, as in the kernel. */
  readonly tabColumns?: number;
  /** Cells of one tuple, which get a line of their own; undefined if that is not known. */
  readonly elementsPerTuple?: (list: CellList) => number | undefined;
}

/** The pieces of a source and the white space that goes before each, and at last at the end. */
export interface FormatPlan {
  readonly source: SourceFile;
  readonly pieces: Pieces;
  readonly gaps: readonly string[];
  /** The white space that is not there yet, ascending. */
  readonly edits: readonly SourceEdit[];
}

/** What must be known of the rest of a source to format a statement of it. */
export interface PlanContext {
  /** Nodes that the statement is in. */
  readonly levels: number;
  readonly newline: string;
}

/**
 * Undefined if nothing is to change, or if a change could not be trusted to change nothing else.
 * `source` is a whole one, or a statement in a `context`.
 */
export function planFormat(
  source: SourceFile,
  options: FormatOptions,
  context: PlanContext = { levels: 0, newline: newlineOf(source) },
): FormatPlan | undefined {
  const pieces = readPieces(source);
  const gaps = gapsFor(source, pieces, options, context);
  const plan = { source, pieces, gaps, edits: editsOf(source, pieces, gaps) };
  return plan.edits.length > 0 && isSameText(plan) ? plan : undefined;
}

function editsOf(source: SourceFile, pieces: Pieces, gaps: readonly string[]): SourceEdit[] {
  const edits: SourceEdit[] = [];
  for (let at = 0; at < gaps.length; at++) {
    const text = gaps[at] as string;
    const start = pieces.gapStart(at);
    const end = pieces.gapEnd(at);
    const isSame = text.length === end - start && source.text.startsWith(text, start);
    if (!isSame) edits.push({ span: { source, start, end }, text });
  }
  return edits;
}

/** `text` after edits that are about it, ascending. */
export function textAfter(text: string, edits: readonly SourceEdit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const edit of edits) {
    parts.push(text.slice(at, edit.span.start), edit.text);
    at = edit.span.end;
  }
  parts.push(text.slice(at));
  return parts.join('');
}

/** How lines end in a source: as they all do, or as those of the kernel where they differ. */
export function newlineOf({ text }: SourceFile): string {
  return text.includes('\n') && !/(?:^|[^\r])\n/.test(text) ? '\r\n' : '\n';
}

/** The white space that is written with these options. */
export function whiteSpaceFor(newline: string, options: FormatOptions): WhiteSpace {
  const { indentSpaces, tabColumns = TAB_COLUMNS } = options;
  return whiteSpaceOf(newline, indentSpaces, tabColumns);
}

function gapsFor(
  source: SourceFile,
  pieces: Pieces,
  options: FormatOptions,
  { levels, newline }: PlanContext,
): string[] {
  const { elementsPerTuple } = options;
  const style: StatementStyle = {
    white: whiteSpaceFor(newline, options),
    tupleSize: (name, bits) => {
      const nameSpan = { source, start: pieces.start(name), end: pieces.end(name) };
      return elementsPerTuple?.({ nameSpan, bits });
    },
  };
  return layOut(pieces, style, levels);
}

/** Whatever else is wrong here, no text is lost and none is read as another. */
function isSameText({ source, pieces, edits }: FormatPlan): boolean {
  const isAllWhite = edits.every(
    ({ span, text }) => isWhite(source.text, span.start, span.end) && isWhite(text, 0, text.length),
  );
  if (!isAllWhite) return false;
  const text = textAfter(source.text, edits);
  const after = readPieces({ ...source, text });
  if (after.count !== pieces.count) return false;
  for (let at = 0; at < pieces.count; at++) {
    const isSame =
      after.kind(at) === pieces.kind(at) &&
      after.role(at) === pieces.role(at) &&
      after.length(at) === pieces.length(at) &&
      source.text.startsWith(after.textOf(at), pieces.start(at));
    if (!isSame) return false;
  }
  return true;
}
