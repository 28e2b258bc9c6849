// A tree as DTS source that compiles to the same tree.
import { getUint } from './cells.ts';
import { PRINTED_UNITS_LIMIT } from './limits.ts';
import { isNameUnit } from './source/characters.ts';
import type { ByteOrder, CellBits, FdtNode, FdtProperty, FdtTree } from './tree.ts';
import { stringsOf } from './tree.ts';

/**
 * How a value is to be written. `bits` are the widths of successive cells, repeated; `perLine` is
 * how many cells stand on a line. A value that does not fit is written as bytes.
 */
export type PrintType =
  | { readonly kind: 'strings' | 'bytes' | 'flag' }
  | { readonly kind: 'cells'; readonly bits: readonly CellBits[]; readonly perLine?: number };

export interface PrintOptions {
  /** Of the cells of values. */
  readonly byteOrder: ByteOrder;
  /** Undefined for a guess: strings if they are readable, else cells of 32 bits, else bytes. */
  readonly typeOf?: (node: FdtNode, property: FdtProperty) => PrintType | undefined;
}

/**
 * The source of `tree`. Compiled in the same byte order it gives the same values. What DTS cannot
 * say stands in a comment: names with characters that it does not allow, which are written with
 * `_` in their place.
 */
export function printDts(tree: FdtTree, options: PrintOptions): string {
  const lines = ['/dts-v1/;', ''];
  for (const { address, sizeBytes } of tree.reservations) {
    lines.push(`/memreserve/ ${hex(address)} ${hex(sizeBytes)};`);
  }
  if (tree.reservations.length > 0) lines.push('');
  printNodes(tree.root, options, lines);
  return `${lines.join('\n')}\n`;
}

/** The longest line of cells or bytes that is written by default, in bytes of the value. */
const LINE_BYTES = 32;
const INDENT_LIMIT = 32;
const CELL_BITS: readonly CellBits[] = [32];

interface Frame {
  readonly node: FdtNode;
  next: number;
}

function printNodes(root: FdtNode, options: PrintOptions, lines: string[]): void {
  const open: Frame[] = [];
  let units = 0;
  const push = (line: string): void => {
    units += line.length + 1;
    if (units <= PRINTED_UNITS_LIMIT) lines.push(line);
  };
  const enter = (node: FdtNode): void => {
    const indent = indentOf(open.length);
    const labels = node.labels.map((label) => `${label}: `).join('');
    const name = open.length === 0 ? '/' : printableName(node.name);
    // The grammar has no place for a label of the root.
    push(`${indent}${open.length === 0 ? '' : labels}${name} {`);
    for (const property of node.properties) {
      if (units > PRINTED_UNITS_LIMIT) break;
      push(`${indent}\t${printProperty(node, property, options, indent)}`);
    }
    open.push({ node, next: 0 });
  };
  enter(root);
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const child = units > PRINTED_UNITS_LIMIT ? undefined : top.node.children[top.next++];
    if (child === undefined) {
      open.pop();
      lines.push(`${indentOf(open.length)}};`);
      continue;
    }
    if (top.next > 1 || top.node.properties.length > 0) push('');
    enter(child);
  }
  if (units > PRINTED_UNITS_LIMIT) lines.push('/* The rest is left out: it is too long. */');
}

/** Deep nodes are not indented further, so that what is printed stays in proportion. */
function indentOf(depth: number): string {
  return '\t'.repeat(Math.min(depth, INDENT_LIMIT));
}

function printProperty(
  node: FdtNode,
  property: FdtProperty,
  options: PrintOptions,
  indent: string,
): string {
  const name = printableName(property.name);
  const { value } = property;
  if (value.length === 0) return `${name};`;
  const type = options.typeOf?.(node, property) ?? guess(value);
  const printed = printValue(value, type, options.byteOrder, `\n${indent}\t\t`);
  return `${name} = ${printed ?? printBytes(value, `\n${indent}\t\t`)};`;
}

/** Undefined if the value does not fit the type. */
function printValue(
  value: Uint8Array,
  type: PrintType,
  order: ByteOrder,
  newLine: string,
): string | undefined {
  switch (type.kind) {
    case 'strings':
      return value.at(-1) === 0 ? printStrings(value) : undefined;
    case 'cells':
      return printCells(value, type.bits, type.perLine, order, newLine);
    case 'bytes':
    case 'flag':
      return undefined;
  }
}

function guess(value: Uint8Array): PrintType {
  // Zeros would be empty strings too; they are more likely a number.
  const strings = stringsOf(value);
  if (strings !== undefined && !strings.includes('')) return { kind: 'strings' };
  return value.length % 4 === 0 ? { kind: 'cells', bits: CELL_BITS } : { kind: 'bytes' };
}

function printStrings(value: Uint8Array): string {
  const strings: string[] = [];
  let text = '';
  for (const byte of value) {
    if (byte === 0) {
      strings.push(`"${text}"`);
      text = '';
    } else text += printableByte(byte);
  }
  return strings.join(', ');
}

const ESCAPES: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  34: '\\"',
  92: '\\\\',
};

function printableByte(byte: number): string {
  const known = ESCAPES[byte];
  if (known !== undefined) return known;
  if (byte >= 0x20 && byte <= 0x7e) return String.fromCharCode(byte);
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}

/** Runs of cells of one width, each in its own brackets. */
function printCells(
  value: Uint8Array,
  bits: readonly CellBits[],
  perLine: number | undefined,
  order: ByteOrder,
  newLine: string,
): string | undefined {
  const arrays: string[] = [];
  let cells: string[] = [];
  let width: CellBits | undefined;
  const flush = (): void => {
    if (width === undefined) return;
    const lineCells = Math.max(1, perLine ?? (LINE_BYTES * 8) / width);
    const isExplicit = bits.some((each) => each !== 32);
    arrays.push(`${isExplicit ? `/bits/ ${width} ` : ''}<${wrap(cells, lineCells, newLine)}>`);
    cells = [];
  };
  for (let offset = 0, i = 0; offset < value.length; i++) {
    const next = bits[i % bits.length];
    if (next === undefined || offset + next / 8 > value.length) return undefined;
    if (next !== width) flush();
    width = next;
    cells.push(hex(getUint(value, offset, next, order)));
    offset += next / 8;
  }
  flush();
  return arrays.join(', ');
}

function printBytes(value: Uint8Array, newLine: string): string {
  const bytes: string[] = [];
  for (const byte of value) bytes.push(byte.toString(16).padStart(2, '0'));
  return `[${wrap(bytes, LINE_BYTES, newLine)}]`;
}

function wrap(words: readonly string[], perLine: number, newLine: string): string {
  if (words.length <= perLine) return words.join(' ');
  const rows: string[] = [];
  for (let i = 0; i < words.length; i += perLine) rows.push(words.slice(i, i + perLine).join(' '));
  return rows.join(newLine);
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

/** The name, or one that the grammar allows with the true one in a comment. */
function printableName(name: string): string {
  let printable = '';
  for (let i = 0; i < name.length; i++) {
    printable += isNameUnit(name.charCodeAt(i)) ? name[i] : '_';
  }
  if (printable === name && name !== '') return name;
  const shown = [...name].map((character) => printableByte(character.charCodeAt(0) & 0xff));
  const comment = shown.join('').replaceAll('*/', '*\\/');
  return `/* "${comment}" */ ${printable === '' ? '_' : printable}`;
}
