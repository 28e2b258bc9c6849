// What was preserved and what became of it, for the summary of a run.
import { inLanguageOf } from '../../kernel-names.ts';
import type { PreservedRange } from '../../result.ts';
import type { Preservation, Preservations } from './preservations.ts';
import type { SetAside } from './set-aside.ts';
import type { Context } from './state.ts';

/** The kernel after, if there is one; `memory` is what it has not taken back. */
interface Next {
  readonly isThere: boolean;
  readonly memory?: SetAside;
}

/** Ascending; neighbours of the same call and fate are one. What KHO itself keeps is left out. */
export function preservedRanges(
  { kernel }: Context,
  known: Preservations,
  { isThere, memory }: Next,
): readonly PreservedRange[] {
  const { pageBytes } = kernel.machine;
  const ranges: PreservedRange[] = [];
  const names = new Map<Preservation, string>();
  let open: { readonly by: Preservation; readonly fate: PreservedRange['fate'] } | undefined;
  let [start, end] = [0, 0];
  const close = (): void => {
    if (open === undefined) return;
    const { by, fate } = open;
    const node = names.get(by) ?? inLanguageOf(by.site?.path, `${by.call}()`);
    names.set(by, node);
    ranges.push({
      address: BigInt(start * pageBytes),
      sizeBytes: BigInt((end - start) * pageBytes),
      node,
      driver: by.driver,
      fate,
    });
  };
  for (const { pfn, order, by } of known.blocks()) {
    if (by.kind === 'kho' && by.call === 'kho_init') continue;
    const isLeft = memory === undefined || memory.orderAt(pfn) !== undefined;
    const fate = !isThere ? 'no-next-kernel' : isLeft ? 'unclaimed' : 'restored';
    if (open === undefined || end !== pfn || open.by !== by || open.fate !== fate) {
      close();
      open = { by, fate };
      start = pfn;
    }
    end = pfn + 2 ** order;
  }
  close();
  return ranges;
}
