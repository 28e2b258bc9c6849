// Values as kernels put them into the properties of an FDT and into files.
import { putUint } from '../../fdt/index.ts';
import type { Machine } from '../machine/machine.ts';

/** One byte for each letter; the texts that kernels write are ASCII. */
export function asciiBytes(text: string): Uint8Array {
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** ASCII with the NUL that ends a string, as fdt_property_string() takes it. */
export function stringBytes(text: string): Uint8Array {
  return asciiBytes(`${text}\0`);
}

/** A u64 in the byte order of the machine, as a kernel stores a variable of its own. */
export function u64Bytes({ byteOrder }: Machine, value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  putUint(bytes, 0, BigInt(value), 64, byteOrder);
  return bytes;
}
