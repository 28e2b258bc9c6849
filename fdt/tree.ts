// The tree that a blob holds: what both the source compiler and the blob reader produce, and what
// the blob writer, the printer, the bindings and the rules consume.
import type { Place } from './issue.ts';
import type { Span } from './text.ts';

/** Byte order of property values. The container's own fields are big-endian always. */
export type ByteOrder = 'little' | 'big';

/** Width of one cell of a `< … >` array, in bits. */
export type CellBits = 8 | 16 | 32 | 64;

/** A whole flattened devicetree. */
export interface FdtTree {
  /** The root; its name is the empty string. */
  readonly root: FdtNode;
  readonly reservations: readonly FdtReservation[];
  /** Physical id of the boot CPU, from the header; `dtc` derives it from /cpus. */
  readonly bootCpuid: number;
}

/** An entry of the memory reservation block (`/memreserve/`), in bytes. */
export interface FdtReservation extends Place {
  readonly address: bigint;
  readonly sizeBytes: bigint;
}

export interface FdtNode extends Place {
  /** With its unit address: `cpu@0`. */
  readonly name: string;
  /** Absolute: `/`, `/ftrace/global-trace`. */
  readonly path: string;
  readonly parent: FdtNode | undefined;
  readonly properties: readonly FdtProperty[];
  readonly children: readonly FdtNode[];
  /** `span`/`blob` of `Place` is the name; this is the node from its name to its closing brace. */
  readonly whole?: Span | undefined;
  /** Labels in source order; a blob has none. */
  readonly labels: readonly string[];
}

export interface FdtProperty extends Place {
  readonly name: string;
  readonly value: Uint8Array;
  /** The length of `value`, where it can be told without making it. */
  readonly valueBytes?: number;
  /** Copies `value`, where that can be done without making it. */
  copyValue?(target: Uint8Array, at: number): void;
  /** From the name to the semicolon; absent when it came from a blob. */
  readonly whole?: Span | undefined;
  /** Where each piece of the value was written, ascending by offset; empty for a blob. */
  readonly pieces: readonly ValuePiece[];
  /** The kinds of arrays of cells that the value was written as; absent when from a blob. */
  readonly cellArrays?: readonly CellArray[] | undefined;
}

/** `< … >` in the source: known without looking at each cell of it. */
export interface CellArray {
  /** Of its /bits/; undefined without one. */
  readonly bits: CellBits | undefined;
  /** References without /bits/ take 32 bits, whatever the layout says. */
  readonly hasReferences: boolean;
}

/** One cell, string, byte or reference of a value as the source wrote it. */
export interface ValuePiece {
  readonly kind: 'cell' | 'string' | 'bytes' | 'path' | 'file';
  readonly offset: number;
  readonly lengthBytes: number;
  readonly span: Span;
  /** The cell's width came from a `/bits/` of the source and not from a binding or the default. */
  readonly isExplicitWidth: boolean;
}

/** The child called `name`, or undefined. */
export function childOf(node: FdtNode, name: string): FdtNode | undefined {
  return node.children.find((child) => child.name === name);
}

/** The property called `name`, or undefined. */
export function propertyOf(node: FdtNode, name: string): FdtProperty | undefined {
  return node.properties.find((property) => property.name === name);
}

/** The node itself and all below it, parents first, in document order. */
export function* nodesOf(node: FdtNode): Generator<FdtNode> {
  const pending = [node];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    yield next;
    for (let i = next.children.length - 1; i >= 0; i--) pending.push(next.children[i] as FdtNode);
  }
}

/**
 * The strings of a string-list value, or undefined if it is not one: not NUL-terminated, or with
 * bytes that are not printable ASCII.
 */
export function stringsOf(value: Uint8Array): readonly string[] | undefined {
  if (value.length === 0 || value[value.length - 1] !== 0) return undefined;
  if (value.length > MAX_REMEMBERED_BYTES) return readStrings(value);
  let hash = 0;
  for (let i = 0; i < value.length; i++) hash = (Math.imul(hash, 31) + (value[i] as number)) | 0;
  const slot = hash & (REMEMBERED - 1);
  const known = remembered[slot];
  if (known !== undefined && isSame(known.value, value)) return known.strings;
  const strings = readStrings(value);
  remembered[slot] = { value: value.slice(), strings };
  return strings;
}

/**
 * A tree has thousands of nodes and a handful of compatibles, and making strings of bytes is slow.
 * What was read last of each hash is kept: no more than this.
 */
const REMEMBERED = 1024;
const MAX_REMEMBERED_BYTES = 128;
const remembered: ({ value: Uint8Array; strings: readonly string[] | undefined } | undefined)[] =
  new Array(REMEMBERED).fill(undefined);

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

function readStrings(value: Uint8Array): string[] | undefined {
  const strings: string[] = [];
  let text = '';
  for (const byte of value) {
    if (byte === 0) {
      strings.push(text);
      text = '';
    } else if (byte < 0x20 || byte > 0x7e) return undefined;
    else text += String.fromCharCode(byte);
  }
  return strings;
}
