// How the bindings would have a tree printed: the widths of cells, and in comments what they mean.
import {
  type ByteOrder,
  type FdtNode,
  type FdtProperty,
  getUint,
  type PrintType,
} from '../fdt/index.ts';
import { type ElementSchema, type PropertyType, tupleBytes } from './bindings/binding.ts';
import { type BindingSet, type Described, propertySchema } from './bindings/binding-set.ts';
import { rangeText, sizeText } from './describe/number.ts';

/** From here on a number of bytes is easier to read with a unit. */
const LARGE_BYTES = 1024n;

type CellsType = PropertyType & { readonly kind: 'cells' };

/** A node whose properties are being printed, with what each of them would ask for again. */
interface PrintedNode {
  readonly node: FdtNode;
  readonly described: Described | undefined;
  /** Made when it is first needed. */
  byName?: ReadonlyMap<string, FdtProperty>;
}

/**
 * How the bindings would have the values of a tree printed, for printDts(). Physical addresses are
 * annotated with what is there, sizes with a unit, the fields of a struct with their names.
 */
export function createPrintTypes(
  bindings: BindingSet,
): (node: FdtNode, property: FdtProperty, order: ByteOrder) => PrintType | undefined {
  const describer = bindings.describer();
  let printed: PrintedNode | undefined;
  return (node, property, order) => {
    if (printed?.node !== node) printed = { node, described: describer.describe(node) };
    const { described } = printed;
    const schema = described && propertySchema(described.schema, property.name);
    switch (schema?.type.kind) {
      case undefined:
        return undefined;
      case 'flag':
        return { kind: 'flag' };
      case 'string':
      case 'strings':
        return { kind: 'strings' };
      case 'bytes':
        return { kind: 'bytes' };
      case 'cells':
        return cellsPrintType({ type: schema.type, value: property.value, order, printed });
    }
  };
}

/** A value with what is needed to explain it. */
interface TypedValue {
  readonly type: CellsType;
  readonly value: Uint8Array;
  readonly order: ByteOrder;
  readonly printed: PrintedNode;
}

function cellsPrintType(typed: TypedValue): PrintType {
  const { elements, struct, isArray } = typed.type;
  const bits = elements.map((element) => element.bits);
  const isTuple = bits.length > 1;
  const plain = { kind: 'cells', bits, ...(isTuple ? { perLine: bits.length } : {}) } as const;
  const size = tupleBytes(typed.type);
  const count = typed.value.length / size;
  // Names would be wrong for what is not of the type.
  if (!Number.isInteger(count) || (!isArray && count !== 1)) return plain;
  if (struct !== undefined && !isArray)
    return { ...plain, head: `struct ${struct.name}`, cellNotes: fieldNotes(typed) };
  const head = isTuple ? { head: elements.map(({ name }) => name).join(' ') } : {};
  const note = count === 1 ? addressNote(typed) : arrayNote(typed, count);
  return { ...plain, ...head, ...(note === undefined ? {} : { note }) };
}

/** For each field of a struct its name and what it holds. */
function fieldNotes(typed: TypedValue): readonly string[] {
  return typed.type.elements.map((element, index) => {
    const note = cellNote(typed, index);
    // What an address points to is said better than that it is one.
    const description = element.phys === undefined ? lowerFirst(element.description) : '';
    const parts = [description, note ?? ''].filter((part) => part !== '');
    return parts.length === 0 ? element.name : `${element.name}: ${parts.join(', ')}`;
  });
}

/** What is said of a value with one tuple: of its address, or of its only cell. */
function addressNote(typed: TypedValue): string | undefined {
  const index = typed.type.elements.findIndex(({ phys }) => phys !== undefined);
  if (index < 0 && typed.type.elements.length > 1) return undefined;
  return cellNote(typed, Math.max(index, 0));
}

/** What an address points to and where that ends, a large size with a unit, or the unit. */
function cellNote(typed: TypedValue, index: number): string | undefined {
  const element = typed.type.elements[index];
  if (element === undefined) return undefined;
  const value = cellOf(typed, index);
  const { phys, unit } = element;
  if (phys !== undefined) {
    const size = phys.size === undefined ? undefined : sizeOf(typed, phys.size);
    if (size === undefined) return phys.of;
    if (size === 0n) return `${phys.of}, empty`;
    return ascii(`${phys.of}, ${rangeText(value, size)}, ${sizeText(size)}`);
  }
  if (unit !== 'bytes' && !isSize(element, typed.type)) return unit;
  return value < LARGE_BYTES ? undefined : ascii(sizeText(value));
}

/** What is said of a whole array, whose items may be too many for a word on each. */
function arrayNote(typed: TypedValue, count: number): string | undefined {
  const { elements } = typed.type;
  const phys = elements.find((element) => element.phys !== undefined)?.phys;
  if (phys === undefined) return elements.length === 1 ? elements[0]?.unit : undefined;
  const sizeIndex = elements.findIndex(({ name }) => name !== '' && name === phys.size);
  if (sizeIndex < 0) return phys.of;
  let total = 0n;
  for (let row = 0; row < count; row++) total += cellOf(typed, sizeIndex, row);
  return ascii(`${phys.of}: ${count} ranges, ${sizeText(total)} together`);
}

/** The size that goes with an address: in the same tuple, else in a property of the same node. */
function sizeOf(typed: TypedValue, name: string): bigint | undefined {
  const index = typed.type.elements.findIndex((element) => element.name === name);
  if (index >= 0) return cellOf(typed, index);
  const { printed, order } = typed;
  printed.byName ??= firstByName(printed.node.properties);
  const value = printed.byName.get(name)?.value;
  if (value?.length === 8) return getUint(value, 0, 64, order);
  return value?.length === 4 ? getUint(value, 0, 32, order) : undefined;
}

/** Of properties with the same name readers find the first. */
function firstByName(properties: readonly FdtProperty[]): ReadonlyMap<string, FdtProperty> {
  return new Map(properties.map((each) => [each.name, each] as const).reverse());
}

/** True if an address of the same tuple names this element as its size. */
function isSize({ name }: ElementSchema, { elements }: CellsType): boolean {
  return name !== '' && elements.some(({ phys }) => phys?.size === name);
}

/** The cell of the element at `index`, in the tuple at `row`. */
function cellOf({ type, value, order }: TypedValue, index: number, row = 0): bigint {
  let offset = row * tupleBytes(type);
  for (let i = 0; i < index; i++) offset += (type.elements[i]?.bits ?? 0) / 8;
  return getUint(value, offset, type.elements[index]?.bits ?? 8, order);
}

/** The numbers of hover texts, in the characters that every terminal and pager has. */
function ascii(text: string): string {
  return text.replaceAll('\u2013', '-').replaceAll('\u2248 ', '~');
}

/** Names in capitals stay as they are. */
function lowerFirst(text: string): string {
  return /^[A-Z][a-z ]/.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
