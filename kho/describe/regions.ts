// Which memory the properties of a tree speak of, as far as bindings say that a cell is an address
// and how much is there.
import {
  type ByteOrder,
  type FdtNode,
  type FdtProperty,
  type FdtTree,
  getUint64AsNumber,
  nodesOf,
  propertyOf,
} from '../../fdt/index.ts';
import { type ElementSchema, type PropertySchema, tupleBytes } from '../bindings/binding.ts';
import { type BindingSet, propertySchema } from '../bindings/binding-set.ts';
import { cellAt, cellName } from './cells.ts';

/** Memory that one cell of a tree is the address of. */
export interface Region {
  readonly address: bigint;
  readonly sizeBytes: bigint;
  readonly node: FdtNode;
  /** `mem[2].addr`. */
  readonly cell: string;
}

/** Regions that are given at most; a right tree has one for an address. */
const MAX_REGIONS = 100;

/** The regions of a tree that an address lies in, in document order. */
export function regionsAround(
  address: bigint,
  tree: FdtTree,
  bindings: BindingSet,
  byteOrder: ByteOrder,
): readonly Region[] {
  const regions: Region[] = [];
  const describer = bindings.describer();
  for (const node of nodesOf(tree.root)) {
    const described = describer.describe(node);
    if (described === undefined) continue;
    for (const property of node.properties) {
      const schema = propertySchema(described.schema, property.name);
      if (schema === undefined || regions.length >= MAX_REGIONS) continue;
      addRegions({ node, property, schema, byteOrder }, Number(address), regions);
    }
  }
  return regions;
}

interface Context {
  readonly node: FdtNode;
  readonly property: FdtProperty;
  readonly schema: PropertySchema;
  readonly byteOrder: ByteOrder;
}

/** Numbers are exact up to where no memory is. */
function addRegions(context: Context, address: number, regions: Region[]): void {
  const { node, property, schema, byteOrder } = context;
  if (schema.type.kind !== 'cells') return;
  const { elements } = schema.type;
  const step = tupleBytes(schema.type);
  let at = 0;
  for (const { bits, phys } of elements) {
    const offset = at;
    at += bits / 8;
    if (bits !== 64 || phys?.size === undefined) continue;
    const sizeAt = offsetOf(elements, phys.size);
    const shared = sizeAt === undefined ? propertyOf(node, phys.size)?.value : undefined;
    if (sizeAt === undefined && shared?.length !== 8) continue;
    for (let row = 0; row + step <= property.value.length; row += step) {
      const start = getUint64AsNumber(property.value, row + offset, byteOrder);
      if (start > address) continue;
      const size = getUint64AsNumber(
        shared ?? property.value,
        shared ? 0 : row + (sizeAt ?? 0),
        byteOrder,
      );
      if (address >= start + size) continue;
      const cell = cellAt(property, schema, row + offset, byteOrder);
      if (cell === undefined || regions.length >= MAX_REGIONS) continue;
      const name = cellName(property, cell);
      regions.push({ address: cell.value, sizeBytes: BigInt(size), node, cell: name });
    }
  }
}

/** Where the 64-bit cell called `name` is in a tuple; undefined if there is none. */
function offsetOf(elements: readonly ElementSchema[], name: string): number | undefined {
  let at = 0;
  for (const element of elements) {
    if (element.name === name) return element.bits === 64 ? at : undefined;
    at += element.bits / 8;
  }
  return undefined;
}
