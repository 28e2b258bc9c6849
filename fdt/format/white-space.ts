// How columns are made of tabs and spaces, and how wide text is.
import { isSpaceUnit } from '../source/characters.ts';
import { INDENT_LEVEL_LIMIT } from './limits.ts';

/** White space of one file: how it indents and how it ends lines. */
export interface WhiteSpace {
  readonly newline: string;
  /**
   * White space of `column` columns, of which at most `levels` tabs. What goes beyond the levels is
   * aligned with something, and spaces stay aligned however wide a tab is shown.
   */
  toColumn(levels: number, column: number): string;
  /** The same at the start of a line; behind an empty one, if `isBlank`. */
  lineTo(levels: number, column: number, isBlank: boolean): string;
  /** Columns of an indentation of `levels`. */
  columnOf(levels: number): number;
  /** The column after `text` that begins at `column`. */
  after(column: number, text: string, start: number, end: number): number;
}

const CACHED_COLUMNS = 1000;

/** `indentSpaces` is undefined for tabs, which count as `tabWidth` columns. */
export function whiteSpaceOf(
  newline: string,
  indentSpaces: number | undefined,
  tabWidth: number,
): WhiteSpace {
  const levelColumns = indentSpaces ?? tabWidth;
  const cached = new Map<number, string>();
  const spaces = (levels: number, column: number): string => {
    const most = Math.floor(column / levelColumns);
    const tabs = indentSpaces === undefined ? Math.min(levels, most) : 0;
    return '\t'.repeat(tabs) + ' '.repeat(column - tabs * levelColumns);
  };
  /** Nearly all white space of a file is one of a few, which are made once. */
  const text = (newlines: number, levels: number, column: number): string => {
    const key = (column * (INDENT_LEVEL_LIMIT + 2) + levels) * 3 + newlines;
    let known = column > CACHED_COLUMNS ? undefined : cached.get(key);
    if (known === undefined) {
      known = newline.repeat(newlines) + spaces(levels, column);
      if (column <= CACHED_COLUMNS) cached.set(key, known);
    }
    return known;
  };
  return {
    newline,
    toColumn: (levels, column) => text(0, levels, column),
    lineTo: (levels, column, isBlank) => text(isBlank ? 2 : 1, levels, column),
    columnOf: (levels) => levels * levelColumns,
    after(column, text, start, end) {
      let at = column;
      for (let i = start; i < end; i++) {
        const unit = text.charCodeAt(i);
        if (unit === 0x0a) at = 0;
        else if (unit === 0x09) at += tabWidth - (at % tabWidth);
        else at++;
      }
      return at;
    },
  };
}

/** True if `text` is white space and nothing else between `start` and `end`. */
export function isWhite(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (!isSpaceUnit(text.charCodeAt(at))) return false;
  return true;
}
