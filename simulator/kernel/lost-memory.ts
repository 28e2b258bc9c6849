// Memory that an earlier kernel had and that did not come to this one: where it was seen last.
import type { Finding } from '../result.ts';
import { heldText } from './held-text.ts';
import { type Kernel, siteOf } from './kernel.ts';

type Note = Finding['related'][number];

export interface LostMemory {
  /** The kernel that had it last. */
  readonly kernel: number;
  /** Where it was unpreserved, preserved for the last time, or taken. */
  readonly note: Note;
}

/**
 * Asks the kernels before, from the last on, what they know of the memory at an address; undefined
 * if none of them ever had it.
 */
export function lostMemory(kernel: Kernel, address: number): LostMemory | undefined {
  for (let each = kernel.previous; each !== undefined; each = each.previous) {
    const pfn = each.pfnOf(address);
    const isNear = each.number === kernel.number - 1;
    const whose = isNear ? '' : `, by kernel ${each.number}`;
    const unpreserved = each.unpreservedAt?.(pfn);
    if (unpreserved !== undefined) {
      const note = { message: `it was unpreserved here${whose}`, ...siteOf(unpreserved) };
      return { kernel: each.number, note };
    }
    // What the kernel before preserved is there; what an earlier one did ended with the next.
    const preserved = isNear ? undefined : each.preservedAt?.(pfn);
    if (preserved !== undefined) {
      const message = `it was preserved here${whose}, and not again by kernel ${each.number + 1}`;
      return { kernel: each.number, note: { message, ...siteOf(preserved) } };
    }
    const held = each.heldAround(address);
    const freed = held === undefined ? each.freedAround(address) : undefined;
    const last = held ?? freed;
    if (last === undefined) continue;
    const how = freed === undefined ? 'allocated' : 'freed';
    const then = freed === undefined ? ` and ${kernel.words.forgotten}` : '';
    const message = `it was ${how} here${whose}${then}: ${heldText(each, last)}`;
    return { kernel: each.number, note: { message, ...siteOf(last) } };
  }
  return undefined;
}
