import type { SourceEdit } from './issue.ts';
import type { SourceFile } from './text.ts';

/**
 * The text of `source` with the edits that are about it; they may come in any order. Of edits that
 * overlap, or insert at one place, the first that is given is applied and the others are not.
 */
export function applyEdits(source: SourceFile, edits: readonly SourceEdit[]): string {
  const own = disjointEdits(edits.filter(({ span }) => span.source === source));
  let text = '';
  let at = 0;
  for (const edit of own) {
    text += source.text.slice(at, edit.span.start) + edit.text;
    at = edit.span.end;
  }
  return text + source.text.slice(at);
}

/** The edits of one file that do not stand in each other's way, ascending; the first given wins. */
export function disjointEdits(edits: readonly SourceEdit[]): readonly SourceEdit[] {
  const kept: SourceEdit[] = [];
  for (const edit of edits) {
    const { start, end } = edit.span;
    const isInTheWay = kept.some(
      ({ span }) => span.start === start || (span.start < end && start < span.end),
    );
    if (!isInTheWay) kept.push(edit);
  }
  return kept.sort((a, b) => a.span.start - b.span.start);
}
