import { ByteBuffer } from '../byte-buffer.ts';
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
  const nodes = preorder(tree.root);
  const names = new Set<string>();
  for (const { node } of nodes) for (const { name } of node.properties) names.add(name);
  const strings = layOutStrings(names);
  const structure = writeStructure(nodes, strings.offsetOf);

  const reservedBytes = (tree.reservations.length + 1) * FDT_RESERVE_ENTRY_SIZE;
  const structureOffset = FDT_V17_SIZE + reservedBytes;
  const stringsOffset = structureOffset + structure.length;
  const blob = new ByteBuffer();
  blob.u32(FDT_MAGIC);
  blob.u32(stringsOffset + strings.text.length);
  blob.u32(structureOffset);
  blob.u32(stringsOffset);
  blob.u32(FDT_V17_SIZE);
  blob.u32(FDT_VERSION);
  blob.u32(FDT_LAST_COMPATIBLE_VERSION);
  blob.u32(tree.bootCpuid);
  blob.u32(strings.text.length);
  blob.u32(structure.length);
  for (const { address, sizeBytes } of tree.reservations) {
    blob.cell(address, 64, 'big');
    blob.cell(sizeBytes, 64, 'big');
  }
  blob.cell(0n, 64, 'big');
  blob.cell(0n, 64, 'big');
  blob.append(structure);
  blob.appendText(strings.text);
  return blob.toBytes();
}

/** Bytes of the blob that `writeFdt` makes of a tree. */
export function fdtBytes(tree: FdtTree): number {
  const names = new Set<string>();
  let structureBytes = 4;
  const pending = [tree.root];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    structureBytes += 8 + aligned(node.name.length + 1);
    for (const { name, value } of node.properties) {
      names.add(name);
      structureBytes += 12 + aligned(value.length);
    }
    for (const child of node.children) pending.push(child);
  }
  const reservedBytes = (tree.reservations.length + 1) * FDT_RESERVE_ENTRY_SIZE;
  return FDT_V17_SIZE + reservedBytes + structureBytes + layOutStrings(names).text.length;
}

function aligned(length: number): number {
  return (length + 3) & ~3;
}

interface NodeAtDepth {
  readonly node: FdtNode;
  readonly depth: number;
}

function preorder(root: FdtNode): NodeAtDepth[] {
  const nodes: NodeAtDepth[] = [];
  const pending: NodeAtDepth[] = [{ node: root, depth: 0 }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    nodes.push(next);
    const { node, depth } = next;
    for (let i = node.children.length - 1; i >= 0; i--) {
      pending.push({ node: node.children[i] as FdtNode, depth: depth + 1 });
    }
  }
  return nodes;
}

function writeStructure(
  nodes: readonly NodeAtDepth[],
  offsetOf: ReadonlyMap<string, number>,
): Uint8Array {
  const out = new ByteBuffer();
  let open = 0;
  for (const { node, depth } of nodes) {
    for (; open > depth; open--) out.u32(FDT_END_NODE);
    open++;
    out.u32(FDT_BEGIN_NODE);
    out.appendText(node.name);
    out.byte(0);
    out.align(4);
    for (const { name, value } of node.properties) {
      out.u32(FDT_PROP);
      out.u32(value.length);
      out.u32(offsetOf.get(name) as number);
      out.append(value);
      out.align(4);
    }
  }
  for (; open > 0; open--) out.u32(FDT_END_NODE);
  out.u32(FDT_END);
  return out.toBytes();
}
