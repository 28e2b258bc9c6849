/** How large the blocks are that a kernel's page allocator deals in, as orders. */
export interface PageGeometry {
  /** MAX_PAGE_ORDER. */
  readonly maxOrder: number;
  /** pageblock_order: pages that have one migrate type, and what CMA memory is a multiple of. */
  readonly pageblockOrder: number;
}

const GEOMETRY: Readonly<Record<number, PageGeometry>> = {
  4096: { maxOrder: 10, pageblockOrder: 9 },
  16384: { maxOrder: 11, pageblockOrder: 11 },
  65536: { maxOrder: 13, pageblockOrder: 13 },
};

/** MAX_PAGE_ORDER of the size of pages that has the largest. */
export const LARGEST_MAX_ORDER = 13;

/**
 * What arm64 and x86_64 have by default with pages of `pageBytes`: ARCH_FORCE_MAX_ORDER of
 * arch/arm64/Kconfig, and the order of a huge page that a page table maps, if that is smaller.
 */
export function pageGeometry(pageBytes: number): PageGeometry {
  return GEOMETRY[pageBytes] ?? (GEOMETRY[4096] as PageGeometry);
}
