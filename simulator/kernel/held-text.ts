// What memory is that somebody has or had, in words.
import { sizeText } from '../../kho/index.ts';
import type { Block } from './blocks.ts';
import type { Kernel } from './kernel.ts';
import type { SlabObject } from './slab.ts';
import type { VmArea } from './vmalloc.ts';

/** What somebody has or had, and who: `a folio of 8 KiB, of ring in kernel 1`. */
export function heldText(kernel: Kernel, held: Block | SlabObject | VmArea): string {
  return `${memoryText(kernel, held)}, of ${held.owner} in kernel ${kernel.number}`;
}

/** The same without whose it is. */
export function memoryText(
  { machine, vmalloc }: Kernel,
  held: Block | SlabObject | VmArea,
): string {
  if ('sizeBytes' in held) return `an object of ${held.sizeBytes} bytes`;
  if ('blocks' in held) return `a vmalloc area of ${sizeText(BigInt(vmalloc.sizeOf(held)))}`;
  const size = sizeText(BigInt(2 ** held.order * machine.pageBytes));
  switch (held.kind) {
    case 'folio':
      return `a folio of ${size}`;
    case 'vmalloc':
      return 'a page of a vmalloc area';
    case 'kmalloc':
      return `an object in pages of ${size}`;
    default:
      return held.order === 0 ? 'a page' : `pages of ${size}`;
  }
}
