// Formatting of some statements of a source.
import type { SourceEdit } from '../issue.ts';
import { type Pieces, ROLE } from './pieces.ts';
import type { FormatPlan } from './plan.ts';

/** Pieces of whole statements: from `first` up to and without `end`. */
export interface PieceRange {
  readonly first: number;
  readonly end: number;
}

/** The whole lines that a range is in; a line at whose start it ends is not among them. */
export function linesOf(
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
): { readonly start: number; readonly end: number } {
  const last = end > start && text.charCodeAt(end - 1) === 0x0a ? end - 1 : end;
  const newline = text.indexOf('\n', last);
  const lineStart = start === 0 ? 0 : text.lastIndexOf('\n', start - 1) + 1;
  return { start: lineStart, end: newline < 0 ? text.length : newline };
}

/** The statements that have a part in the text from `start` to `end`. */
export function touchedStatements(
  pieces: Pieces,
  { start, end }: { readonly start: number; readonly end: number },
): PieceRange | undefined {
  let first = -1;
  let last = -1;
  let statement = 0;
  for (let at = 0; at < pieces.count && pieces.start(at) < end; at++) {
    if (pieces.role(at) !== ROLE.inside) statement = at;
    if (pieces.end(at) <= start) continue;
    if (first < 0) first = statement;
    last = statement;
  }
  return first < 0 ? undefined : { first, end: statementEnd(pieces, last) };
}

/** Past the last piece of the statement that piece `first` begins. */
export function statementEnd(pieces: Pieces, first: number): number {
  let end = first + 1;
  while (end < pieces.count && pieces.role(end) === ROLE.inside) end++;
  return end;
}

/** The edits of a plan in these statements, of their indentation, and of what ends their lines. */
export function statementEdits(plan: FormatPlan, { first, end }: PieceRange): SourceEdit[] {
  const edits: SourceEdit[] = [];
  addEdit(edits, indentEdit(plan, first));
  for (let at = first + 1; at < end; at++)
    addEdit(edits, editOf(plan, plan.pieces.gapStart(at), plan.pieces.gapEnd(at), plan.gaps[at]));
  addEdit(edits, lineEndEdit(plan, end));
  return edits;
}

/** Only the indentation of the line that piece `at` starts; undefined if it starts none. */
function indentEdit(plan: FormatPlan, at: number): SourceEdit | undefined {
  const written = plan.pieces.gap(at);
  const wanted = plan.gaps[at] ?? '';
  const breakAt = written.lastIndexOf('\n');
  if (at > 0 && (breakAt < 0 || !wanted.includes('\n'))) return undefined;
  const start = plan.pieces.gapStart(at) + breakAt + 1;
  return editOf(plan, start, plan.pieces.gapEnd(at), wanted.slice(wanted.lastIndexOf('\n') + 1));
}

/** White space at the end of the line before piece `at`. */
function lineEndEdit(plan: FormatPlan, at: number): SourceEdit | undefined {
  const { pieces, gaps } = plan;
  const written = pieces.gap(at);
  const wanted = gaps[at] ?? '';
  const start = pieces.gapStart(at);
  if (at === pieces.count && !written.includes('\n'))
    return editOf(plan, start, pieces.gapEnd(at), wanted);
  const [writtenEnd] = /^[^\n]*?(?=\r?\n)/.exec(written) ?? [];
  const [wantedEnd] = /^[^\n]*?(?=\r?\n)/.exec(wanted) ?? [];
  if (writtenEnd === undefined || wantedEnd === undefined) return undefined;
  return editOf(plan, start, start + writtenEnd.length, wantedEnd);
}

function addEdit(edits: SourceEdit[], edit: SourceEdit | undefined): void {
  if (edit !== undefined) edits.push(edit);
}

/** Undefined if the text is there already. */
function editOf(
  { source }: FormatPlan,
  start: number,
  end: number,
  text: string | undefined,
): SourceEdit | undefined {
  if (text === undefined || source.text.slice(start, end) === text) return undefined;
  return { span: { source, start, end }, text };
}
