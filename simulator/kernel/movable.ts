// Blocks that may move: which they are, who holds them where they are, and where they went. Models
// what mm/migrate.c and alloc_contig_range() do for whoever needs the pages of a CMA region.
import { traceAddress } from '../run/event-store.ts';
import type { Block } from './blocks.ts';
import type { Kernel } from './kernel.ts';

/** Where a block was before it moved. */
interface Move {
  readonly from: Block;
  /** First page frame of where it is since. */
  readonly to: number;
}

export class MovableBlocks {
  /** By first page frame, who is told where the block went. */
  readonly #told = new Map<number, (to: number) => void>();
  /** References besides the owner's, by first page frame. */
  readonly #references = new Map<number, number>();
  readonly #moves: Move[] = [];

  add(pfn: number, told: (to: number) => void = () => {}): void {
    this.#told.set(pfn, told);
  }

  has(pfn: number): boolean {
    return this.#told.has(pfn);
  }

  /** The block was freed, or may not move any more. */
  remove(pfn: number): void {
    this.#told.delete(pfn);
    this.#references.delete(pfn);
  }

  /** folio_get(): as long as there is a reference that nobody can find, a block stays. */
  hold(pfn: number): void {
    this.#references.set(pfn, (this.#references.get(pfn) ?? 0) + 1);
  }

  /** True if there was such a reference, which is gone. */
  release(pfn: number): boolean {
    const count = this.#references.get(pfn) ?? 0;
    if (count > 1) this.#references.set(pfn, count - 1);
    else this.#references.delete(pfn);
    return count > 0;
  }

  isHeld(pfn: number): boolean {
    return this.#references.has(pfn);
  }

  /** First page frames, ascending. */
  get all(): readonly number[] {
    return [...this.#told.keys()].sort((a, b) => a - b);
  }

  moved(from: Block, to: number): void {
    const told = this.#told.get(from.pfn);
    this.#told.delete(from.pfn);
    if (told !== undefined) this.#told.set(to, told);
    this.#moves.push({ from, to });
    told?.(to);
  }

  /** What was in a page frame before it moved, the last time. */
  movedFrom(pfn: number): Move | undefined {
    return this.#moves.findLast(({ from }) => from.pfn <= pfn && pfn < from.pfn + 2 ** from.order);
  }
}

/**
 * Moves what can move out of scratch, as far as there is other memory: what an image needs of a
 * CMA region is emptied like that. What somebody holds stays, and is lost at the jump.
 */
export function emptyScratch(kernel: Kernel): void {
  const isScratch = (address: number): boolean =>
    kernel.scratch.some(({ start, end }) => start <= address && address < end);
  for (const pfn of kernel.movable.all) {
    const block = kernel.blocks.at(pfn);
    if (block === undefined || !isScratch(kernel.addressOf(pfn))) continue;
    const isHeld = kernel.movable.isHeld(pfn);
    kernel.recorder.look();
    const to = isHeld ? undefined : kernel.migrate(block);
    const outcome =
      to === undefined
        ? { error: isHeld ? 'EBUSY' : 'ENOMEM' }
        : { to: traceAddress(kernel.addressOf(to)) };
    const from = traceAddress(kernel.addressOf(pfn));
    kernel.recorder.event('migrate_pages', { from, order: block.order, ...outcome });
  }
}
