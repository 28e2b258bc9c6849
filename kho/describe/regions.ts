// Which memory the properties of a tree speak of, as far as bindings say that a cell is an address
// and how much is there.
import { type ByteOrder, type FdtNode, type FdtTree, getUint, nodesOf } from '../../fdt/index.ts';
import { tupleBytes } from '../bindings/binding.ts';
import { type BindingSet, propertySchema } from '../bindings/binding-set.ts';
import { cellAt, cellName } from './cells.ts';
import { addressedBytes } from './value.ts';

/** Memory that one cell of a tree is the address of. */
export interface Region {
  readonly address: bigint;
  readonly sizeBytes: bigint;
  readonly node: FdtNode;
  /** `mem[2].addr`. */
  readonly cell: string;
}

/** Regions of one tree that are looked at; where there are more nothing is said. */
const MAX_REGIONS = 20_000;

/** All of them, in document order; undefined if they are too many. */
export function regionsOf(
  tree: FdtTree,
  bindings: BindingSet,
  byteOrder: ByteOrder,
): readonly Region[] | undefined {
  const regions: Region[] = [];
  const describer = bindings.describer();
  for (const node of nodesOf(tree.root)) {
    const described = describer.describe(node);
    if (described === undefined) continue;
    for (const property of node.properties) {
      const schema = propertySchema(described.schema, property.name);
      if (schema?.type.kind !== 'cells') continue;
      if (!schema.type.elements.some(({ phys }) => phys?.size !== undefined)) continue;
      const context = { node, property, schema, byteOrder };
      const step = tupleBytes(schema.type);
      for (let row = 0; row + step <= property.value.length; row += step) {
        let at = row;
        for (const { bits, phys } of schema.type.elements) {
          const cell = phys && cellAt(property, schema, at, byteOrder);
          const sizeBytes = cell && phys && addressedBytes(context, cell, phys);
          if (cell !== undefined && sizeBytes !== undefined) {
            const address = getUint(property.value, at, bits, byteOrder);
            regions.push({ address, sizeBytes, node, cell: cellName(property, cell) });
          }
          at += bits / 8;
        }
        if (regions.length > MAX_REGIONS) return undefined;
      }
    }
  }
  return regions;
}
