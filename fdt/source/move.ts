// Moves what stands after a change of the text.

import type { Span } from '../text.ts';
import { type Move, movesSpan } from '../text-change.ts';
import { NodeSyntax, PropertySyntax } from './items.ts';
import type { DtsItem, DtsLabel, DtsReference } from './syntax.ts';

/** Moves an item that stands after the change, with all that is in it. */
export function moveItem(item: DtsItem, move: Move): void {
  const pending: DtsItem[] = [item];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next instanceof PropertySyntax) {
      if (next.source === move.source) next.move(move.delta);
      moveLabels(next.labels, move);
    } else if (next instanceof NodeSyntax) {
      if (next.source === move.source) next.move(move.delta);
      moveLabels(next.labels, move);
      moveTarget(next.target, move);
      for (const inner of next.items) pending.push(inner);
    } else moveSpans(next, move);
  }
}

function moveSpans(item: DtsItem, move: Move): void {
  switch (item.kind) {
    case 'version':
      moveSpan(item.span, move);
      return;
    case 'memreserve':
      moveSpan(item.span, move);
      moveLabels(item.labels, move);
      return;
    case 'omit':
      moveSpan(item.span, move);
      moveTarget(item.target, move);
      return;
    case 'delete-node':
    case 'delete-property':
      moveSpan(item.span, move);
      moveLabels(item.labels, move);
      // The name of a node that is referred to is the reference.
      moveSpan(item.nameSpan, move);
      return;
    default:
      return;
  }
}

function moveLabels(labels: readonly DtsLabel[], move: Move): void {
  for (const { span } of labels) moveSpan(span, move);
}

function moveTarget(target: DtsReference | undefined, move: Move): void {
  if (target !== undefined) moveSpan(target.span, move);
}

/** In place: the compiled tree has the same span. */
function moveSpan(span: Span, move: Move): void {
  if (!movesSpan(span, move)) return;
  const writable = span as { start: number; end: number };
  writable.start += move.delta;
  writable.end += move.delta;
}
