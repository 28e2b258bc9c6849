import { type FoldingRange, FoldingRangeKind } from 'vscode-languageserver/node';
import {
  type DtsItem,
  type DtsNodeItem,
  positionAt,
  type SourceFile,
  type Span,
} from '../fdt/index.ts';
import type { CheckedSource } from '../kho/index.ts';
import { type Comment, commentsOf } from './comments.ts';

/** Folds of one answer; clients draw no more. */
export const MAX_FOLDS = 50_000;

/**
 * Nodes and values of several lines, block comments, runs of line comments and of includes, and
 * what stands between `// #region` and `// #endregion`.
 */
export function foldingRangesOf(
  checked: CheckedSource,
  source: SourceFile,
  isInFile: (span: Span) => boolean,
): FoldingRange[] {
  const folds = new Folds(source);
  for (const item of itemsOf(checked)) {
    if (item.kind !== 'node' && item.kind !== 'property') continue;
    const { whole } = item;
    if (!isInFile(whole)) continue;
    // The line of the closing brace stays in sight.
    const isClosed = item.kind === 'node' && source.text[whole.end - 1] === '}';
    folds.add(whole.start, isClosed ? lineBefore(source, whole.end) : whole.end);
  }
  addComments(folds, source);
  addIncludes(folds, source, checked.document.includes.map(({ span }) => span).filter(isInFile));
  return folds.all;
}

class Folds {
  readonly all: FoldingRange[] = [];
  readonly #source: SourceFile;
  /** A file that is included again says the same again. */
  readonly #known = new Set<string>();

  constructor(source: SourceFile) {
    this.#source = source;
  }

  add(start: number, end: number, kind?: FoldingRangeKind): void {
    if (this.all.length >= MAX_FOLDS) return;
    const startLine = positionAt(this.#source, start).line;
    const endLine = positionAt(this.#source, end).line;
    const key = `${startLine} ${endLine}`;
    if (endLine <= startLine || this.#known.has(key)) return;
    this.#known.add(key);
    this.all.push({ startLine, endLine, ...(kind === undefined ? {} : { kind }) });
  }
}

function lineBefore({ text }: SourceFile, offset: number): number {
  const lineStart = text.lastIndexOf('\n', offset - 1);
  return lineStart < 0 ? offset : lineStart;
}

/** Items of all depths, outer ones first, without calls as deep as the source. */
function* itemsOf({ document }: CheckedSource): Generator<DtsItem | DtsNodeItem> {
  const pending: (DtsItem | DtsNodeItem)[] = [...document.items].reverse();
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    yield item;
    if (item.kind === 'node')
      for (let i = item.items.length - 1; i >= 0; i--) pending.push(item.items[i] as DtsNodeItem);
  }
}

const REGION = /^\/[/*]\s*#(end)?region\b/;

function addComments(folds: Folds, source: SourceFile): void {
  const { text } = source;
  const regions: number[] = [];
  let run: Comment | undefined;
  for (const comment of commentsOf(text)) {
    const region = REGION.exec(text.slice(comment.start, comment.start + 100));
    const isInRun = comment.kind === 'line' && region === null && isAlone(text, comment.start);
    const followsRun = run !== undefined && isGap(text, run.end, comment.start);
    if (run !== undefined && !(isInRun && followsRun))
      folds.add(run.start, run.end, FoldingRangeKind.Comment);
    if (!isInRun) run = undefined;
    else run = followsRun && run !== undefined ? { ...run, end: comment.end } : comment;
    if (comment.kind === 'block') folds.add(comment.start, comment.end, FoldingRangeKind.Comment);
    if (region === null) continue;
    if (region[1] === undefined) regions.push(comment.start);
    else {
      const start = regions.pop();
      if (start !== undefined) folds.add(start, comment.end, FoldingRangeKind.Region);
    }
  }
  if (run !== undefined) folds.add(run.start, run.end, FoldingRangeKind.Comment);
}

function addIncludes(folds: Folds, { text }: SourceFile, spans: readonly Span[]): void {
  const sorted = [...spans].sort((a, b) => a.start - b.start);
  let run: { readonly start: number; readonly end: number } | undefined;
  for (const { start, end } of sorted) {
    if (run !== undefined && start < run.end) continue;
    if (run !== undefined && isGap(text, run.end, start)) run = { start: run.start, end };
    else {
      if (run !== undefined) folds.add(run.start, run.end, FoldingRangeKind.Imports);
      run = { start, end };
    }
  }
  if (run !== undefined) folds.add(run.start, run.end, FoldingRangeKind.Imports);
}

/** Nothing but space before it in its line. */
function isAlone(text: string, start: number): boolean {
  let at = start;
  while (at > 0 && (text[at - 1] === ' ' || text[at - 1] === '\t')) at--;
  return at === 0 || text[at - 1] === '\n' || text[at - 1] === '\r';
}

/** One line ends between the two, and there is only space otherwise. */
function isGap(text: string, end: number, start: number): boolean {
  return /^[ \t]*(?:\r\n|\r|\n)[ \t]*$/.test(text.slice(end, start));
}
