// What drivers pass to functions is checked here: the engine trusts nothing that crosses a process.
import type { Range } from '../machine/range-set.ts';
import type { ApiValue } from '../runtime.ts';

/** A call that makes no sense; becomes an answer of kind `misuse`. Never leaves the engine. */
export class Misuse extends Error {}

/** No machine has an address at or above this. */
const ADDRESS_LIMIT = 2n ** 52n;

const VIRT_LIMIT = 2n ** 64n;

interface ArgumentTypes {
  readonly fdt: number;
  readonly string: string;
  /** A whole number that may be negative, such as an offset or an error. */
  readonly number: number;
  /** A virtual address. */
  readonly virt: bigint;
}

type Values<Kinds extends readonly (keyof ArgumentTypes)[]> = {
  [Index in keyof Kinds]: ArgumentTypes[Kinds[Index]];
};

/** The first arguments, of these kinds. */
export function argumentsOf<const Kinds extends readonly (keyof ArgumentTypes)[]>(
  args: readonly ApiValue[],
  ...kinds: Kinds
): Values<Kinds> {
  for (let index = 0; index < kinds.length; index++)
    checkKind(args, index, kinds[index] as keyof ArgumentTypes);
  // Those behind them are for nobody.
  return args as unknown as Values<Kinds>;
}

function checkKind(args: readonly ApiValue[], index: number, kind: keyof ArgumentTypes): void {
  if (isOfKind(args[index], kind)) return;
  throw new Misuse(`argument ${index + 1} must be ${WORDS[kind]}, not ${shown(args[index])}`);
}

const WORDS: Readonly<Record<keyof ArgumentTypes, string>> = {
  fdt: 'an FDT',
  string: 'a string',
  number: 'a whole number',
  virt: 'an address (a bigint)',
};

function isOfKind(value: ApiValue, kind: keyof ArgumentTypes): boolean {
  switch (kind) {
    case 'fdt':
    case 'number':
      return typeof value === 'number' && Number.isSafeInteger(value);
    case 'string':
      return typeof value === 'string';
    case 'virt':
      return typeof value === 'bigint' && value >= 0n && value < VIRT_LIMIT;
  }
}

/** Bytes, or a string with the NUL that C puts at its end. */
export function bytesArgument(args: readonly ApiValue[], index: number): Uint8Array {
  const value = args[index];
  if (value instanceof Uint8Array) return value;
  if (typeof value !== 'string')
    throw new Misuse(`argument ${index + 1} must be bytes or a string, not ${shown(value)}`);
  const bytes = new Uint8Array(value.length + 1);
  for (let at = 0; at < value.length; at++) {
    const code = value.charCodeAt(at);
    if (code > 0x7f || code === 0)
      throw new Misuse(`argument ${index + 1} must be ASCII without NUL`);
    bytes[at] = code;
  }
  return bytes;
}

/** A struct kho_mem as a range of physical addresses. */
export function rangeArgument(args: readonly ApiValue[], index: number): Range {
  const { addr, len } = (args[index] ?? {}) as { addr?: ApiValue; len?: ApiValue };
  if (typeof addr !== 'bigint' || typeof len !== 'bigint')
    throw new Misuse(`argument ${index + 1} must be { addr, len } with bigint values`);
  if (addr < 0n || len <= 0n || addr + len > ADDRESS_LIMIT)
    throw new Misuse(`argument ${index + 1} is no range of physical memory`);
  return { start: Number(addr), end: Number(addr + len) };
}

/** A size in bytes or a count, from 0 to `limit`. */
export function sizeArgument(args: readonly ApiValue[], index: number, limit: number): number {
  checkKind(args, index, 'number');
  const value = args[index] as number;
  if (value < 0 || value > limit)
    throw new Misuse(`argument ${index + 1} is ${value}; it may be from 0 to ${limit}`);
  return value;
}

function shown(value: ApiValue): string {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 40));
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Uint8Array) return 'bytes';
  return typeof value === 'object' && value !== null ? 'an object' : String(value);
}
