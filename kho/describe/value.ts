import {
  type ByteOrder,
  type FdtNode,
  type FdtProperty,
  getUint,
  propertyOf,
} from '../../fdt/index.ts';
import type { PhysicalAddress, PropertySchema } from '../bindings/binding.ts';
import { cellAt, cellName, siblingCell, type ValueCell } from './cells.ts';
import { elementMeaning } from './element.ts';
import { code, paragraphs } from './markdown.ts';
import { byteCountText, integerText, rangeText, roundSizeText, sizeText } from './number.ts';
import type { Region } from './regions.ts';

/** A property where it stands: what it belongs to and what is known of it. */
export interface PropertyInContext {
  readonly node: FdtNode;
  readonly property: FdtProperty;
  /** Undefined if no binding names it. */
  readonly schema: PropertySchema | undefined;
  readonly byteOrder: ByteOrder;
}

/**
 * Markdown about the cell at byte `offset` of a value: its name, type and number, and for a
 * physical address what is there, where it ends, and which regions, as `regionsAround` has
 * them, it lies in besides its own. Undefined if there is no cell.
 */
export function describeValueAt(
  context: PropertyInContext,
  offset: number,
  regionsAround: (address: bigint) => readonly Region[] = () => [],
): string | undefined {
  const { property, schema, byteOrder } = context;
  const cell = cellAt(property, schema, offset, byteOrder);
  if (cell === undefined) return undefined;
  const { element } = cell;
  const unit = element?.unit;
  const isSize = unit === 'bytes' || isSizeCell(context, cell);
  const number = code(isSize ? byteCountText(cell.value) : integerText(cell.value));
  const unitText = isSize || unit === undefined ? '' : ` ${unit}`;
  const place = element?.phys === undefined ? '' : placeText(cell.value);
  return paragraphs(
    `**${cellName(property, cell)}** · u${cell.bits}`,
    `${number}${unitText}${place}`,
    // What the binding says of a property with one cell it says of the cell.
    element?.name === '' ? schema?.description : undefined,
    element && elementMeaning(element),
    element?.phys && addressRange(context, cell, element.phys),
    element?.phys && regionsText(regionsAround(cell.value), context, cell),
    `In memory ${code(bytesText(property.value, cell))} (${byteOrder}-endian)`,
  );
}

/** The range that an address begins; undefined if its size is not known. */
function addressRange(
  context: PropertyInContext,
  cell: ValueCell,
  phys: PhysicalAddress,
): string | undefined {
  const size = phys.size === undefined ? undefined : sizeOf(context, cell, phys.size);
  if (size === undefined) return undefined;
  return `${code(rangeText(cell.value, size))} · ${sizeText(size)}`;
}

/** Where in memory an address is, as people speak of it. */
function placeText(address: bigint): string {
  if (address < MIN_ROUNDED) return '';
  const isExact = !sizeText(address).includes('≈');
  return ` · at ${isExact ? '' : '≈ '}${roundSizeText(address)}`;
}

const MIN_ROUNDED = 1n << 20n;
/** Regions that are listed; in a right tree there is one at most. */
const MAX_LISTED = 3;

function regionsText(
  regions: readonly Region[],
  { node, property }: PropertyInContext,
  cell: ValueCell,
): string | undefined {
  const own = cellName(property, cell);
  const hit = regions.filter((region) => region.node !== node || region.cell !== own);
  if (hit.length === 0) return undefined;
  const lines = hit.slice(0, MAX_LISTED).map(({ address, sizeBytes, ...region }) => {
    const path = region.node === node ? '' : `${region.node.path}:`;
    return `Lies in ${code(`${path}${region.cell}`)}, ${code(rangeText(address, sizeBytes))}`;
  });
  if (hit.length > MAX_LISTED) lines.push(`and in ${hit.length - MAX_LISTED} more`);
  return lines.join('  \n');
}

/** The size that goes with an address: in the same tuple, else in a property of the same node. */
function sizeOf(context: PropertyInContext, cell: ValueCell, name: string): bigint | undefined {
  const { node, property, schema, byteOrder } = context;
  const sibling = siblingCell(property, schema, cell, name, byteOrder);
  if (sibling !== undefined) return sibling.value;
  const other = propertyOf(node, name)?.value;
  if (other?.length === 8) return getUint(other, 0, 64, byteOrder);
  return other?.length === 4 ? getUint(other, 0, 32, byteOrder) : undefined;
}

/** True if another element of the tuple names this one as its size. */
function isSizeCell({ schema }: PropertyInContext, cell: ValueCell): boolean {
  const name = cell.element?.name ?? '';
  if (schema?.type.kind !== 'cells' || name === '') return false;
  return schema.type.elements.some((element) => element.phys?.size === name);
}

/** The bytes of a cell as a memory dump shows them. */
function bytesText(value: Uint8Array, cell: ValueCell): string {
  const bytes = value.subarray(cell.offset, cell.offset + cell.bits / 8);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join(' ');
}
