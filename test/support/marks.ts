// Fixtures that show where they mean: `$0` stands at the cursor, and a line of carets under a line
// of text labels that part of it (counted without a `$0` in that line).
//
//   compatible = "x";
//   ^^^^^^^^^^ warning: no binding

/** A part of one line and what is said of it; `line` and columns count from 0, `end` is past it. */
export interface Label {
  readonly line: number;
  readonly start: number;
  readonly end: number;
  readonly message: string;
}

export interface Marked {
  /** The fixture without its marks. */
  readonly text: string;
  /** Offset of `$0` in `text`. */
  readonly cursor?: number;
  /** In the order of the text they label. */
  readonly labels: readonly Label[];
}

const CURSOR = '$0';

/**
 * A label line: spaces (or a comment sign, so that the marked text stays valid), carets, a message.
 * Several may follow one line; each labels the last line that is not a label itself.
 */
const LABEL_LINE = /^(\s*(?:\/\/|#)?\s*)(\^+)(?: (.*))?$/;

/** Takes the marks out of `fixture`. */
export function parseMarks(fixture: string): Marked {
  const cursorInFixture = fixture.indexOf(CURSOR);
  const lines: string[] = [];
  const labels: Label[] = [];
  for (const line of fixture.replace(CURSOR, '').split('\n')) {
    const match = LABEL_LINE.exec(line);
    if (match === null || lines.length === 0) {
      lines.push(line);
      continue;
    }
    const start = (match[1] as string).length;
    const end = start + (match[2] as string).length;
    labels.push({ line: lines.length - 1, start, end, message: match[3] ?? '' });
  }
  labels.sort((a, b) => a.line - b.line || a.start - b.start);
  const text = lines.join('\n');
  if (cursorInFixture < 0) return { text, labels };
  const before = fixture.slice(0, cursorInFixture).split('\n');
  const kept = before.filter((line, index) => index === 0 || !LABEL_LINE.test(line));
  return { text, cursor: kept.join('\n').length, labels };
}

/** Puts `labels` under the lines of `text`: the inverse, so that a failure shows as a fixture. */
export function renderMarks(text: string, labels: readonly Label[]): string {
  const sorted = [...labels].sort((a, b) => a.start - b.start);
  return text
    .split('\n')
    .flatMap((line, index) => [
      line,
      ...sorted.filter((label) => label.line === index).map((label) => labelLine(label)),
    ])
    .join('\n');
}

function labelLine({ start, end, message }: Label): string {
  const carets = '^'.repeat(Math.max(1, end - start));
  return `${' '.repeat(start)}${carets} ${message}`.trimEnd();
}
