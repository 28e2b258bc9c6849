// Where two versions of a text differ, and where what stood in the one stands in the other.
import type { SourceFile, Span } from './text.ts';

/** `[start, oldEnd)` of the old text was replaced by `[start, newEnd)` of the new one. */
export interface TextChange {
  readonly start: number;
  readonly oldEnd: number;
  readonly newEnd: number;
}

/** Characters compared at once: comparing strings is many times faster than a loop. */
const BLOCK = 1 << 14;

/** The smallest range outside of which both texts are the same; undefined if they are equal. */
export function changeBetween(before: string, after: string): TextChange | undefined {
  if (before === after) return undefined;
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (
    start + BLOCK <= shorter &&
    before.slice(start, start + BLOCK) === after.slice(start, start + BLOCK)
  ) {
    start += BLOCK;
  }
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  const most = shorter - start;
  let same = 0;
  const oldLength = before.length;
  const newLength = after.length;
  while (
    same + BLOCK <= most &&
    before.slice(oldLength - same - BLOCK, oldLength - same) ===
      after.slice(newLength - same - BLOCK, newLength - same)
  ) {
    same += BLOCK;
  }
  while (
    same < most &&
    before.charCodeAt(oldLength - same - 1) === after.charCodeAt(newLength - same - 1)
  ) {
    same++;
  }
  return { start, oldEnd: oldLength - same, newEnd: newLength - same };
}

/** What stood at `from` or after it in the old text stands `delta` further in the new one. */
export interface Move {
  readonly source: SourceFile;
  readonly from: number;
  readonly delta: number;
}

/** True if all of `span` is moved. */
export function movesSpan({ source, start }: Span, move: Move): boolean {
  return source === move.source && start >= move.from;
}

/** Where `span` stands after the move; what contains the change grows or shrinks with it. */
export function movedSpan(span: Span, { source, from, delta }: Move): Span {
  if (span.source !== source) return span;
  const moved = (offset: number): number => (offset >= from ? offset + delta : offset);
  return { source, start: moved(span.start), end: moved(span.end) };
}
