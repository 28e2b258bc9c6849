import type { Range, SelectionRange } from 'vscode-languageserver/node';
import type { DtsItem, DtsNode, DtsNodeItem, SourceFile, Span } from '../fdt/index.ts';
import type { CheckedSource } from '../kho/index.ts';
import { exactRangeOf } from './diagnostic.ts';

/** From what stands at each offset outwards to the whole file; each range holds the one before. */
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
    const holds = span.start <= offset && offset <= span.end && isInFile(span);
    if (holds) spans.push(span);
    return holds;
  };
  for (const { span, pathSpan } of checked.document.includes) if (take(span)) take(pathSpan);
  const pending: (readonly (DtsItem | DtsNodeItem)[])[] = [checked.document.items];
  for (let items = pending.pop(); items !== undefined; items = pending.pop())
    for (const item of items) {
      const holds = takeItem(item, take);
      if (item.kind === 'node' && (holds || !isInFile(item.whole) || isSplit(item)))
        pending.push(item.items);
    }
  spans.sort((a, b) => a.end - a.start - (b.end - b.start));
  // Two things may touch where the cursor is: the smaller one is meant, or else the one behind it.
  const shortest = (spans[0]?.end ?? 0) - (spans[0]?.start ?? 0);
  const inner =
    spans.find(({ start, end }) => start === offset && end - start === shortest) ?? spans[0];
  if (inner === undefined) return [];
  return spans.filter(({ start, end }) => start <= inner.start && inner.end <= end).reverse();
}

/** Takes what is in an item but for nodes in it; false if it is elsewhere. */
function takeItem(item: DtsItem | DtsNodeItem, take: (span: Span) => boolean): boolean {
  if (!take('whole' in item ? item.whole : item.span)) return false;
  if (item.kind === 'node') take(insideOf(item.body, '}'));
  if ('nameSpan' in item) take(item.nameSpan);
  if (item.kind !== 'property') return true;
  for (const value of item.values) {
    if (!take(value.span)) continue;
    if (value.kind === 'string') take(insideOf(value.span, '"'));
    if (value.kind === 'cells') for (const cell of value.items) take(cell.span);
  }
  return true;
}

/** Without what opens and closes it; what is being typed is not closed. */
function insideOf({ source, start, end }: Span, close: string): Span {
  const isClosed = end > start + 1 && source.text[end - 1] === close;
  return { source, start: start + 1, end: isClosed ? end - 1 : end };
}

/** A node that ends in another file than it starts in has no more of a place than its name. */
function isSplit({ whole, nameSpan }: DtsNode): boolean {
  return whole.end === nameSpan.end;
}

function isSame(a: Range, b: Range): boolean {
  return (
    a.start.line === b.start.line &&
    a.start.character === b.start.character &&
    a.end.line === b.end.line &&
    a.end.character === b.end.character
  );
}
