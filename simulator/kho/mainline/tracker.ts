// What is preserved, in the memory where the next kernel will look for it.
import { getUint, putUint } from '../../../fdt/index.ts';
import type { Kernel } from '../../kernel/kernel.ts';

/** How removing a block that may not be there went. */
export type Removal =
  | 'removed'
  /** Its bit was clear already; the kernel does not notice. */
  | 'was-clear'
  /** Not even the page that its bit would be in exists; the kernel warns. */
  | 'no-page';

/** The set of preserved blocks; a set does not count. */
export interface Tracker {
  /** False until kho_init() where nothing can be added before it. */
  readonly isReady: boolean;
  /** 0, -ENOMEM, -EINVAL or -ERANGE. */
  add(pfn: number, order: number): number;
  remove(pfn: number, order: number): Removal;
  has(pfn: number, order: number): boolean;
  /** Page frames that hold the set itself, as the next kernel finds it. */
  pages(): Iterable<number>;
}

/** KHO's own memory: zeroed, from the page allocator; undefined if there is none. */
export type TakePage = () => number | undefined;

/** Whether `bit` of a bitmap in a page of memory is set, and setting it. */
export function bitAt(kernel: Kernel, address: number, bit: number): boolean {
  const byte = kernel.machine.memory.read(address + byteOf(kernel, bit), 1)[0] ?? 0;
  return (byte & (1 << (bit & 7))) !== 0;
}

export function putBit(kernel: Kernel, address: number, bit: number, isSet: boolean): void {
  const { memory, pageBytes } = kernel.machine;
  const at = address + byteOf(kernel, bit);
  const page = memory.edit(Math.floor(at / pageBytes));
  if (page === undefined) return;
  const offset = at % pageBytes;
  const byte = page[offset] as number;
  page[offset] = isSet ? byte | (1 << (bit & 7)) : byte & ~(1 << (bit & 7));
}

/** Bitmaps are arrays of unsigned long. */
function byteOf({ machine }: Kernel, bit: number): number {
  return machine.byteOrder === 'little' ? bit >> 3 : (bit >> 3) ^ 7;
}

export function readU64(kernel: Kernel, address: number): number {
  const { memory, byteOrder } = kernel.machine;
  return Number(getUint(memory.read(address, 8), 0, 64, byteOrder));
}

export function writeU64(kernel: Kernel, address: number, value: number): void {
  const { memory, byteOrder, pageBytes } = kernel.machine;
  const page = memory.edit(Math.floor(address / pageBytes));
  if (page !== undefined) putUint(page, address % pageBytes, BigInt(value), 64, byteOrder);
}
