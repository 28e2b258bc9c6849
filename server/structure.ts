// The shape of a source: what folds, and what a selection grows to.
import {
  type FoldingRange,
  FoldingRangeKind,
  type Range,
  type SelectionRange,
} from 'vscode-languageserver/node';
import {
  type DtsItem,
  type DtsNodeItem,
  positionAt,
  type SourceFile,
  type Span,
} from '../fdt/index.ts';
import type { CheckedSource } from '../kho/index.ts';
import { exactRangeOf } from './diagnostic.ts';

/** Folds of one answer; clients draw no more. */
const MAX_FOLDS = 50_000;

/** Nodes and values of several lines, block comments, and runs of line comments. */
export function foldingRangesOf(
  checked: CheckedSource,
  source: SourceFile,
  isInFile: (span: Span) => boolean,
): FoldingRange[] {
  const folds: FoldingRange[] = [];
  const add = (start: number, end: number, kind?: FoldingRangeKind): void => {
    const startLine = positionAt(source, start).line;
    const endLine = positionAt(source, end).line;
    if (endLine > startLine && folds.length < MAX_FOLDS)
      folds.push({ startLine, endLine, ...(kind === undefined ? {} : { kind }) });
  };
  for (const item of itemsOf(checked)) {
    if (item.kind !== 'node' && item.kind !== 'property') continue;
    const { whole } = item;
    if (!isInFile(whole)) continue;
    // The line of the closing brace stays in sight.
    if (item.kind === 'node') add(whole.start, lineBefore(source, whole.end));
    else add(whole.start, whole.end);
  }
  for (const { start, end } of commentsOf(source.text)) add(start, end, FoldingRangeKind.Comment);
  return folds;
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

/** Comments, those of whole lines that follow each other as one. */
function* commentsOf(text: string): Generator<{ readonly start: number; readonly end: number }> {
  const token = /"(?:[^"\\\n]|\\.)*"|\/\*[\s\S]*?\*\/|\/\/[^\n]*(?:\n[ \t]*\/\/[^\n]*)*/g;
  for (const { 0: found, index } of text.matchAll(token))
    if (!found.startsWith('"')) yield { start: index, end: index + found.length };
}

/** From what stands at each offset outwards to the whole file. */
export function selectionRangesAt(
  checked: CheckedSource,
  source: SourceFile,
  offsets: readonly number[],
  isInFile: (span: Span) => boolean,
): SelectionRange[] {
  const whole = { source, start: 0, end: source.text.length };
  return offsets.map((offset) => {
    let selection: SelectionRange = { range: exactRangeOf(whole) };
    for (const span of spansAround(checked, offset, isInFile)) {
      const range = exactRangeOf(span);
      if (!isSame(range, selection.range)) selection = { range, parent: selection };
    }
    return selection;
  });
}

/** What holds `offset`, the largest first. */
function spansAround(
  checked: CheckedSource,
  offset: number,
  isInFile: (span: Span) => boolean,
): readonly Span[] {
  const spans: Span[] = [];
  const take = (span: Span): boolean => {
    const holds = isInFile(span) && span.start <= offset && offset <= span.end;
    if (holds) spans.push(span);
    return holds;
  };
  for (const item of itemsOf(checked)) {
    const whole = 'whole' in item ? item.whole : item.span;
    if (!take(whole)) continue;
    if (item.kind === 'node')
      take({ ...item.body, start: item.body.start + 1, end: item.body.end - 1 });
    if ('nameSpan' in item) take(item.nameSpan);
    if (item.kind !== 'property') continue;
    for (const value of item.values) {
      if (!take(value.span) || value.kind !== 'cells') continue;
      for (const cell of value.items) take(cell.span);
    }
  }
  return spans.sort((a, b) => b.end - b.start - (a.end - a.start));
}

function isSame(a: Range, b: Range): boolean {
  return (
    a.start.line === b.start.line &&
    a.start.character === b.start.character &&
    a.end.line === b.end.line &&
    a.end.character === b.end.character
  );
}
