// Source text and places in it. A place is a span of one file's text, never a line and a column:
// those are computed when a person has to read them.

/** One file as it was read. Compare by identity: two reads of a path are two sources. */
export interface SourceFile {
  /** As the user or the including file named it; shown in messages, never opened from here. */
  readonly path: string;
  readonly text: string;
  /**
   * The file was not valid UTF-8 and each code unit of `text` is one byte of it. String literals
   * then emit those bytes as they are; otherwise characters above 0x7f are emitted as UTF-8.
   */
  readonly isLatin1?: true;
}

/** A half-open range of UTF-16 code units in `source.text`. */
export interface Span {
  readonly source: SourceFile;
  readonly start: number;
  readonly end: number;
}

/** Zero-based, as the Language Server Protocol counts: `character` in UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly character: number;
}

const lineStartsOf = new WeakMap<SourceFile, readonly number[]>();

/** Offsets at which the lines of `source` start; the first is 0. Lines end in \n, \r\n or \r. */
export function lineStarts(source: SourceFile): readonly number[] {
  const known = lineStartsOf.get(source);
  if (known !== undefined) return known;
  const starts = [0];
  const { text } = source;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === 10) starts.push(i + 1);
    else if (unit === 13 && text.charCodeAt(i + 1) !== 10) starts.push(i + 1);
  }
  lineStartsOf.set(source, starts);
  return starts;
}

/** The position of `offset` in `source`; an offset past the end is at the end. */
export function positionAt(source: SourceFile, offset: number): Position {
  const starts = lineStarts(source);
  const clamped = Math.max(0, Math.min(offset, source.text.length));
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] as number) <= clamped) low = middle;
    else high = middle - 1;
  }
  return { line: low, character: clamped - (starts[low] as number) };
}

/** The offset of `position`; a line or character that does not exist is clamped to what does. */
export function offsetAt(source: SourceFile, position: Position): number {
  const starts = lineStarts(source);
  if (position.line < 0) return 0;
  const start = starts[position.line];
  if (start === undefined) return source.text.length;
  const end = starts[position.line + 1] ?? source.text.length;
  return Math.max(start, Math.min(start + position.character, end));
}

/** The text of line `line` (zero-based) without its line ending; empty if there is none. */
export function lineText(source: SourceFile, line: number): string {
  const starts = lineStarts(source);
  const start = starts[line];
  if (start === undefined) return '';
  return source.text.slice(start, starts[line + 1] ?? source.text.length).replace(/[\r\n]+$/, '');
}
