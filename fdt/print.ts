// A tree as DTS source that compiles to the same tree.
import { ByteBuffer } from './byte-buffer.ts';
import { PRINTED_UNITS_LIMIT } from './limits.ts';
import { withoutMarks } from './print-comment.ts';
import {
  guessType,
  type PrintType,
  printableByte,
  printShortValue,
  printValue,
  SHORT_BYTES,
} from './print-value.ts';
import { isNameUnit } from './source/characters.ts';
import type { ByteOrder, FdtNode, FdtProperty, FdtTree } from './tree.ts';

export type { CellsPrintType, PrintType } from './print-value.ts';

export interface PrintOptions {
  /** Of the cells of values. */
  readonly byteOrder: ByteOrder;
  /** Undefined for a guess: strings if they are readable, else cells of 32 bits, else bytes. */
  readonly typeOf?: (
    node: FdtNode,
    property: FdtProperty,
    order: ByteOrder,
  ) => PrintType | undefined;
}

/**
 * The source of `tree`. Compiled in the same byte order it gives the same values. What DTS cannot
 * say stands in a comment: names with characters that it does not allow, which are written with
 * `_` in their place.
 */
export function printDts(tree: FdtTree, options: PrintOptions): string {
  return asciiText(printDtsBytes(tree, options));
}

/** The same as ASCII bytes, which for large trees is half of the work. */
export function printDtsBytes(tree: FdtTree, options: PrintOptions): Uint8Array {
  const out = new ByteBuffer();
  out.appendText('/dts-v1/;\n\n');
  for (const { address, sizeBytes } of tree.reservations) {
    out.appendText(`/memreserve/ ${hex(address)} ${hex(sizeBytes)};\n`);
  }
  if (tree.reservations.length > 0) out.appendText('\n');
  printNodes(tree.root, options, out);
  return out.toBytes();
}

const INDENT_LIMIT = 32;

interface Frame {
  readonly node: FdtNode;
  next: number;
}

function printNodes(root: FdtNode, options: PrintOptions, out: ByteBuffer): void {
  const open: Frame[] = [];
  const isFull = (): boolean => out.length > PRINTED_UNITS_LIMIT;
  const enter = (node: FdtNode): void => {
    const indent = indentOf(open.length);
    out.appendText(indent);
    // The grammar has no place for a label of the root.
    if (open.length === 0) out.appendText('/ {\n');
    else {
      for (const label of node.labels) out.appendText(`${label}: `);
      out.appendText(printableName(node.name));
      out.appendText(' {\n');
    }
    const newLine = `\n${indent}\t\t`;
    for (const property of node.properties) {
      if (isFull()) break;
      out.appendText(indent);
      printProperty(node, property, options, newLine, out);
    }
    open.push({ node, next: 0 });
  };
  enter(root);
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const child = isFull() ? undefined : top.node.children[top.next++];
    if (child === undefined) {
      open.pop();
      out.appendText(indentOf(open.length));
      out.appendText('};\n');
      continue;
    }
    if (top.next > 1 || top.node.properties.length > 0) out.appendText('\n');
    enter(child);
  }
  if (isFull()) out.appendText('/* The rest is left out: it is too long. */\n');
}

/** Deep nodes are not indented further, so that what is printed stays in proportion. */
function indentOf(depth: number): string {
  return INDENTS[Math.min(depth, INDENT_LIMIT)] as string;
}

const INDENTS = Array.from({ length: INDENT_LIMIT + 1 }, (_, depth) => '\t'.repeat(depth));

/** Where short values are copied to: there are many, and an object for each takes longer. */
const short = new Uint8Array(SHORT_BYTES);

function printProperty(
  node: FdtNode,
  property: FdtProperty,
  options: PrintOptions,
  newLine: string,
  out: ByteBuffer,
): void {
  const { byteOrder } = options;
  const length = property.valueBytes ?? property.value.length;
  out.appendText('\t');
  out.appendText(printableName(property.name));
  let after = '';
  if (length > 0) {
    out.appendText(' = ');
    const type = options.typeOf?.(node, property, byteOrder);
    const isShort = type === undefined && length <= SHORT_BYTES && property.copyValue !== undefined;
    if (isShort) property.copyValue?.(short, 0);
    if (!isShort || !printShortValue(short, length, byteOrder, out)) {
      const { value } = property;
      const printed = printValue(value, type ?? guessType(value), byteOrder, newLine);
      out.appendText(printed.text);
      after = printed.after;
    }
  }
  out.appendText(after === '' ? ';\n' : `; ${after}\n`);
}

function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

/** The name, or one that the grammar allows with the true one in a comment. */
function printableName(name: string): string {
  if (isPrintable(name)) return name;
  let printable = '';
  for (let i = 0; i < name.length; i++) {
    printable += isNameUnit(name.charCodeAt(i)) ? name[i] : '_';
  }
  const shown = [...name].map((character) => printableByte(character.charCodeAt(0) & 0xff));
  return `/* "${withoutMarks(shown.join(''))}" */ ${printable === '' ? '_' : printable}`;
}

function isPrintable(name: string): boolean {
  for (let i = 0; i < name.length; i++) if (!isNameUnit(name.charCodeAt(i))) return false;
  return name !== '';
}

/** As many arguments as any engine takes in one call. */
const MAX_ARGUMENTS = 4096;

function asciiText(bytes: Uint8Array): string {
  const parts: string[] = [];
  for (let at = 0; at < bytes.length; at += MAX_ARGUMENTS) {
    const part = bytes.subarray(at, at + MAX_ARGUMENTS);
    parts.push(String.fromCharCode.apply(undefined, part as unknown as number[]));
  }
  return parts.join('');
}
