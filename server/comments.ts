/** A comment, from its first slash to its end; one of a line goes to the end of the line. */
export interface Comment {
  readonly kind: 'block' | 'line';
  readonly start: number;
  readonly end: number;
}

/** Characters of the longest literal: `'\x41'`. */
const MAX_CHARACTER = 6;

/**
 * The comments of a source, in order. What looks like one in a string is none. Ends at a string or
 * a block comment that is not closed: nothing behind it is known to be anything.
 */
export function* commentsOf(text: string): Generator<Comment> {
  const mark = /["']|\/[/*]/g;
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    const start = found.index;
    if (found[0] === '"') {
      const end = endOfString(text, start + 1);
      if (end === undefined) return;
      mark.lastIndex = end;
    } else if (found[0] === "'") {
      const literal = /^'(?:[^'\\\n]|\\[^\n][^'\n]*)'/.exec(
        text.slice(start, start + MAX_CHARACTER),
      );
      mark.lastIndex = start + (literal?.[0].length ?? 1);
    } else if (found[0] === '//') {
      const end = endOfLine(text, start);
      yield { kind: 'line', start, end };
      mark.lastIndex = end;
    } else {
      const close = text.indexOf('*/', start + 2);
      if (close < 0) return;
      yield { kind: 'block', start, end: close + 2 };
      mark.lastIndex = close + 2;
    }
  }
}

function endOfString(text: string, start: number): number | undefined {
  const mark = /["\\]/g;
  mark.lastIndex = start;
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    if (found[0] === '"') return found.index + 1;
    mark.lastIndex = found.index + 2;
  }
  return undefined;
}

function endOfLine(text: string, start: number): number {
  const end = text.indexOf('\n', start);
  if (end < 0) return text.length;
  return text[end - 1] === '\r' ? end - 1 : end;
}
