// The cells of `< … >` as rows and columns.
import { LINE_COLUMNS, PADDED_CELL_COLUMNS } from './limits.ts';
import { PIECE, type Pieces } from './pieces.ts';
import { closingColumns, columnsOf, isKeptBreak } from './spacing.ts';

interface Cell {
  readonly first: number;
  /** Past its last piece. */
  readonly end: number;
  readonly columns: number;
  readonly isNumber: boolean;
}

/** How the pieces between `<` and `>` are laid out. */
export interface CellTable {
  /** For the first piece of each cell that has one: spaces it needs more than others. */
  readonly padding: ReadonlyMap<number, number>;
  /** The first pieces of cells that start a line. */
  readonly rowStarts: ReadonlySet<number>;
}

const FLAT: CellTable = { padding: new Map(), rowStarts: new Set() };

/**
 * Rows for the cells between the pieces `open` and `close`, which start at `column`: as many cells
 * in each as a tuple has, if there are several tuples and not all in one line that is short enough;
 * else the rows that were written, with columns if all are alike; else as many as there is room
 * for. Undefined where labels, comments or breaks in expressions stand in the way of columns.
 */
export function cellTable(
  pieces: Pieces,
  open: number,
  close: number,
  column: number,
  tupleSize: () => number | undefined,
): CellTable | undefined {
  const found = readCells(pieces, open, close);
  if (found === undefined) return undefined;
  const { cells, hasComments } = found;
  const written = writtenRows(pieces, cells);
  const room = LINE_COLUMNS - column - closingColumns(pieces, close);
  const isWide = (rows: readonly Row[]): boolean =>
    !hasComments && rows.some((row) => rowColumns(row) > room);
  if (written.length < 2 && !isWide(written)) return FLAT;
  const size = hasComments ? undefined : tupleSize();
  if (size !== undefined && size > 1 && cells.length > size) return tableOf(rowsOf(cells, size));
  if (isRegular(written)) {
    const table = tableOf(written);
    if (!isWide(written) && (hasComments || !isTableWide(table, written, room))) return table;
  } else if (written.length > 1 && !isWide(written)) return tableOf(written, false);
  return tableOf(rowsOf(cells, fittingCells(cells, room)));
}

type Row = readonly Cell[];

function readCells(
  pieces: Pieces,
  open: number,
  close: number,
): { cells: Cell[]; hasComments: boolean } | undefined {
  const cells: Cell[] = [];
  let hasComments = false;
  for (let at = open + 1; at < close; ) {
    const kind = pieces.kind(at);
    if (kind === PIECE.label || kind === PIECE.lineMarker) return undefined;
    if (pieces.isComment(at)) {
      // Only at the end of a row it is in nobody's way.
      let last = at;
      while (pieces.kind(last + 1) === PIECE.commentLine) last++;
      if (last + 1 < close && pieces.breaksBefore(last + 1) === 0) return undefined;
      hasComments = true;
      at = last + 1;
      continue;
    }
    const cell = readCell(pieces, at);
    if (cell === undefined) return undefined;
    cells.push(cell);
    at = cell.end;
  }
  return { cells, hasComments };
}

/** The cell that piece `first` starts; undefined if it has comments or line ends inside. */
function readCell(pieces: Pieces, first: number): Cell | undefined {
  let depth = 0;
  let columns = 0;
  for (let at = first; ; at++) {
    const kind = pieces.kind(at);
    if (at > first && (!isToken(pieces, at) || isKeptBreak(pieces, at))) return undefined;
    columns += at === first ? pieces.length(at) : columnsOf(pieces, at);
    if (kind === PIECE.openParen || kind === PIECE.openCall) depth++;
    if (kind === PIECE.closeParen) depth--;
    if (depth > 0 || pieces.kind(at + 1) === PIECE.openCall) continue;
    const isNumber = /[\d(']/.test(pieces.text[pieces.start(first)] as string);
    return { first, end: at + 1, columns, isNumber };
  }
}

function isToken(pieces: Pieces, at: number): boolean {
  return !pieces.isComment(at) && pieces.kind(at) !== PIECE.lineMarker;
}

function writtenRows(pieces: Pieces, cells: readonly Cell[]): Row[] {
  const rows: Cell[][] = [[]];
  let last: Cell | undefined;
  for (const cell of cells) {
    let isBroken = false;
    if (last !== undefined)
      for (let at = last.end; at <= cell.first; at++)
        if (pieces.breaksBefore(at) > 0) isBroken = true;
    if (isBroken) rows.push([]);
    rows.at(-1)?.push(cell);
    last = cell;
  }
  return rows;
}

function rowsOf(cells: readonly Cell[], size: number): Row[] {
  const rows: Row[] = [];
  for (let at = 0; at < cells.length; at += size) rows.push(cells.slice(at, at + size));
  return rows;
}

/** All rows have as many cells, but for the last, which may have fewer. */
function isRegular(rows: readonly Row[]): boolean {
  const size = rows[0]?.length ?? 0;
  const last = rows.at(-1)?.length ?? 0;
  return rows.length > 1 && last <= size && rows.slice(0, -1).every((row) => row.length === size);
}

function rowColumns(row: Row): number {
  return row.reduce((sum, { columns }) => sum + columns + 1, -1);
}

/** As many cells as fit into a line, however they are arranged. */
function fittingCells(cells: readonly Cell[], room: number): number {
  const widest = cells.reduce((most, { columns }) => Math.max(most, columns), 0);
  return Math.max(1, Math.floor((room + 1) / (widest + 1)));
}

function tableOf(rows: readonly Row[], isPadded: boolean = true): CellTable {
  const rowStarts = new Set<number>();
  const padding = new Map<number, number>();
  for (const row of rows.slice(1)) rowStarts.add((row[0] as Cell).first);
  if (!isPadded) return { padding, rowStarts };
  const widths: number[] = [];
  const isRight: boolean[] = [];
  for (const row of rows)
    for (const [i, { columns, isNumber }] of row.entries()) {
      widths[i] = Math.max(widths[i] ?? 0, columns);
      isRight[i] = (isRight[i] ?? true) && isNumber;
    }
  for (const row of rows) {
    let before = 0;
    for (const [i, { first, columns }] of row.entries()) {
      const width = widths[i] as number;
      const spare = width > PADDED_CELL_COLUMNS ? 0 : width - columns;
      const own = before + (isRight[i] ? spare : 0);
      if (own > 0) padding.set(first, own);
      before = isRight[i] ? 0 : spare;
    }
  }
  return { padding, rowStarts };
}

function isTableWide({ padding }: CellTable, rows: readonly Row[], room: number): boolean {
  return rows.some((row) => {
    const spare = row.reduce((sum, { first }) => sum + (padding.get(first) ?? 0), 0);
    return rowColumns(row) + spare > room;
  });
}
