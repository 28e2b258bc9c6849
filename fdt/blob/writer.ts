import type { FdtNode, FdtTree } from '../tree.ts';
import {
  FDT_BEGIN_NODE,
  FDT_END,
  FDT_END_NODE,
  FDT_LAST_COMPATIBLE_VERSION,
  FDT_MAGIC,
  FDT_PROP,
  FDT_RESERVE_ENTRY_SIZE,
  FDT_V17_SIZE,
  FDT_VERSION,
} from './format.ts';
import { layOutStrings } from './strings.ts';

/**
 * The blob of a tree, version 17: header, memory reservations, structure, strings, in this order
 * and without padding, as `dtc -O dtb` writes it. Values are copied as they are.
 */
export function writeFdt(tree: FdtTree): Uint8Array {
  const { structureBytes, names } = measure(tree);
  const strings = layOutStrings(names);
  const reservedBytes = (tree.reservations.length + 1) * FDT_RESERVE_ENTRY_SIZE;
  const structureOffset = FDT_V17_SIZE + reservedBytes;
  const stringsOffset = structureOffset + structureBytes;
  const blob = new Uint8Array(stringsOffset + strings.text.length);
  const view = new DataView(blob.buffer);
  const header = [
    FDT_MAGIC,
    blob.length,
    structureOffset,
    stringsOffset,
    FDT_V17_SIZE,
    FDT_VERSION,
    FDT_LAST_COMPATIBLE_VERSION,
    tree.bootCpuid,
    strings.text.length,
    structureBytes,
  ];
  for (const [i, field] of header.entries()) view.setUint32(i * 4, field);
  let at = FDT_V17_SIZE;
  for (const { address, sizeBytes } of tree.reservations) {
    view.setBigUint64(at, address);
    view.setBigUint64(at + 8, sizeBytes);
    at += FDT_RESERVE_ENTRY_SIZE;
  }
  new StructureWriter(blob, view, structureOffset, strings.offsetOf).write(tree.root);
  putText(blob, stringsOffset, strings.text);
  return blob;
}

/** Bytes of the blob that `writeFdt` makes of a tree. */
export function fdtBytes(tree: FdtTree): number {
  const { structureBytes, names } = measure(tree);
  const reservedBytes = (tree.reservations.length + 1) * FDT_RESERVE_ENTRY_SIZE;
  return FDT_V17_SIZE + reservedBytes + structureBytes + layOutStrings(names).text.length;
}

/** Bytes of the structure block, and the names of properties in the order of their first use. */
function measure({ root }: FdtTree): { structureBytes: number; names: ReadonlySet<string> } {
  const names = new Set<string>();
  let structureBytes = 4;
  const pending = [root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    structureBytes += 8 + aligned(node.name.length + 1);
    for (const property of node.properties) {
      names.add(property.name);
      structureBytes += 12 + aligned(property.valueBytes ?? property.value.length);
    }
    for (let i = node.children.length - 1; i >= 0; i--) pending.push(node.children[i] as FdtNode);
  }
  return { structureBytes, names };
}

function aligned(length: number): number {
  return (length + 3) & ~3;
}

/** The low byte of each code unit. */
function putText(target: Uint8Array, start: number, text: string): void {
  for (let i = 0; i < text.length; i++) target[start + i] = text.charCodeAt(i);
}

/** Writes the structure block into a blob that has room for it and is zero there. */
class StructureWriter {
  readonly #blob: Uint8Array;
  readonly #view: DataView;
  readonly #offsetOf: ReadonlyMap<string, number>;
  #at: number;

  constructor(
    blob: Uint8Array,
    view: DataView,
    start: number,
    offsetOf: ReadonlyMap<string, number>,
  ) {
    this.#blob = blob;
    this.#view = view;
    this.#at = start;
    this.#offsetOf = offsetOf;
  }

  write(root: FdtNode): void {
    // A stack of our own: trees may nest deeper than calls. Undefined ends a node.
    const pending: (FdtNode | undefined)[] = [root];
    while (pending.length > 0) {
      const node = pending.pop();
      if (node === undefined) {
        this.#u32(FDT_END_NODE);
        continue;
      }
      this.#begin(node);
      pending.push(undefined);
      for (let i = node.children.length - 1; i >= 0; i--) pending.push(node.children[i]);
    }
    this.#u32(FDT_END);
  }

  #begin({ name, properties }: FdtNode): void {
    this.#u32(FDT_BEGIN_NODE);
    putText(this.#blob, this.#at, name);
    this.#at += aligned(name.length + 1);
    for (const property of properties) {
      const length = property.valueBytes ?? property.value.length;
      this.#u32(FDT_PROP);
      this.#u32(length);
      this.#u32(this.#offsetOf.get(property.name) as number);
      if (property.copyValue === undefined) this.#blob.set(property.value, this.#at);
      else property.copyValue(this.#blob, this.#at);
      this.#at += aligned(length);
    }
  }

  #u32(value: number): void {
    this.#view.setUint32(this.#at, value);
    this.#at += 4;
  }
}
