// A tree as DTS source that compiles to the same tree.
import { PRINTED_UNITS_LIMIT } from './limits.ts';
import { withoutMarks } from './print-comment.ts';
import { type PrintType, printableByte, printValue } from './print-value.ts';
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
  const lines = ['/dts-v1/;', ''];
  for (const { address, sizeBytes } of tree.reservations) {
    lines.push(`/memreserve/ ${hex(address)} ${hex(sizeBytes)};`);
  }
  if (tree.reservations.length > 0) lines.push('');
  printNodes(tree.root, options, lines);
  return `${lines.join('\n')}\n`;
}

const INDENT_LIMIT = 32;

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
  const type = options.typeOf?.(node, property, options.byteOrder);
  const { text, after } = printValue(value, type, options.byteOrder, `\n${indent}\t\t`);
  return `${name} = ${text};${after === '' ? '' : ` ${after}`}`;
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
  return `/* "${withoutMarks(shown.join(''))}" */ ${printable === '' ? '_' : printable}`;
}
