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
  const blocks = [...known.blocks()].sort((a, b) => a.pfn - b.pfn);
  const ranges: (PreservedRange & { readonly by: Preservation; end: number })[] = [];
  for (const { pfn, order, by } of blocks) {
    if (by.kind === 'kho' && by.call === 'kho_init') continue;
    const isLeft = memory === undefined || memory.orderAt(pfn) !== undefined;
    const fate = !isThere ? 'no-next-kernel' : isLeft ? 'unclaimed' : 'restored';
    const last = ranges.at(-1);
    const end = pfn + 2 ** order;
    if (last !== undefined && last.end === pfn && last.by === by && last.fate === fate) {
      const sizeBytes = last.sizeBytes + BigInt(2 ** order * pageBytes);
      ranges[ranges.length - 1] = { ...last, sizeBytes, end };
      continue;
    }
    ranges.push({
      address: BigInt(pfn * pageBytes),
      sizeBytes: BigInt(2 ** order * pageBytes),
      node: inLanguageOf(by.site?.path, `${by.call}()`),
      driver: by.driver,
      fate,
      by,
      end,
    });
  }
  return ranges.map(({ by: _by, end: _end, ...range }) => range);
}
