// Property values as the kernel's C code sees them.
import { type ByteOrder, getUint, stringsOf } from '../fdt/index.ts';
import { type PropertyType, tupleBytes } from './bindings/binding.ts';

/** A value taken apart as its type says. */
export type DecodedValue =
  | { readonly kind: 'flag' }
  | { readonly kind: 'strings'; readonly strings: readonly string[] }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  /** One array of numbers per tuple, in the order of the type's elements. */
  | { readonly kind: 'cells'; readonly tuples: readonly (readonly bigint[])[] };

/** Takes `value` apart, or says in one sentence why it is not of that type. */
export function decodeValue(
  value: Uint8Array,
  type: PropertyType,
  order: ByteOrder,
): DecodedValue | { readonly kind: 'malformed'; readonly why: string } {
  switch (type.kind) {
    case 'flag':
      if (value.length === 0) return { kind: 'flag' };
      return malformed('is a flag and must have no value');
    case 'string':
    case 'strings': {
      const strings = stringsOf(value);
      if (strings === undefined) return malformed('must be a string');
      if (type.kind === 'string' && strings.length !== 1) return malformed('must be one string');
      return { kind: 'strings', strings };
    }
    case 'bytes':
      return { kind: 'bytes', bytes: value };
    case 'cells':
      return decodeCells(value, type, order);
  }
}

function malformed(why: string): { readonly kind: 'malformed'; readonly why: string } {
  return { kind: 'malformed', why };
}

function decodeCells(
  value: Uint8Array,
  type: PropertyType & { kind: 'cells' },
  order: ByteOrder,
): DecodedValue | { readonly kind: 'malformed'; readonly why: string } {
  const problem = cellsProblem(value.length, type);
  if (problem !== undefined) return malformed(problem);
  const tuples: bigint[][] = [];
  for (let offset = 0; offset < value.length; ) {
    const tuple: bigint[] = [];
    for (const { bits } of type.elements) {
      tuple.push(getUint(value, offset, bits, order));
      offset += bits / 8;
    }
    tuples.push(tuple);
  }
  return { kind: 'cells', tuples };
}

/** Why a value of `lengthBytes` cannot be of the type, or undefined if it can. */
export function cellsProblem(
  lengthBytes: number,
  type: PropertyType & { kind: 'cells' },
): string | undefined {
  const size = tupleBytes(type);
  if (type.isArray ? lengthBytes % size === 0 : lengthBytes === size) return undefined;
  const has = `has ${lengthBytes} ${lengthBytes === 1 ? 'byte' : 'bytes'}`;
  return type.isArray
    ? `${has}, which is not a multiple of ${size} (${typeText(type)})`
    : `${has} and must have ${size} (${typeText(type)})`;
}

/** A type as a person would write it: `u64`, `array of struct kho_mem`, `array of (crc, type)`. */
export function typeText(type: PropertyType): string {
  switch (type.kind) {
    case 'flag':
      return 'flag';
    case 'string':
      return 'string';
    case 'strings':
      return 'list of strings';
    case 'bytes':
      return 'bytes';
    case 'cells': {
      const one = type.struct === undefined ? cellsText(type) : `struct ${type.struct.name}`;
      return type.isArray ? `array of ${one}` : one;
    }
  }
}

function cellsText(type: PropertyType & { kind: 'cells' }): string {
  const [first] = type.elements;
  if (type.elements.length === 1 && first !== undefined) return `u${first.bits}`;
  return `(${type.elements.map(({ name, bits }) => `u${bits} ${name}`).join(', ')})`;
}
