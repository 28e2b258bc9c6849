import type { KernelDefect, Release } from '../release.ts';
import { isInReleases } from './ranges.ts';

/** A mistake that the kernel had between releases. */
export interface KernelBug {
  /** As `--kernel-bug` and scenarios call it. */
  readonly number: number;
  readonly defect: KernelDefect;
  readonly what: string;
  /** The commit or message that mended it. */
  readonly source: string;
  /** Releases that have the code that was wrong. */
  readonly releases: readonly string[];
}

/** Ascending by number. */
export const KERNEL_BUGS: readonly KernelBug[] = [
  {
    number: 1,
    defect: 'folio-tails-uninitialised',
    what: 'kho_restore_folio() leaves the tail pages of a folio as early boot left them',
    source: '<20250613125916.39272-1-pratyush@kernel.org>',
    releases: ['6.16'],
  },
  {
    number: 3,
    defect: 'map-in-kfence-pool',
    what: 'bitmaps come from the slab, and so from the KFENCE pool, which lies in scratch',
    source: '<20251021000852.2924827-1-pasha.tatashin@soleen.com>',
    releases: ['6.16..6.17'],
  },
  {
    number: 4,
    defect: 'full-chunk-overrun',
    what: 'kho_restore_vmalloc() reads past a chunk that is full',
    source: '<20251103110159.8399-1-pratyush@kernel.org>',
    releases: ['6.18..'],
  },
  {
    number: 5,
    defect: 'vmalloc-blocks-unpreserved-partly',
    what: 'kho_unpreserve_vmalloc() unpreserves the first page of each block alone',
    source: '<20251103180235.71409-2-pratyush@kernel.org>',
    releases: ['6.19..'],
  },
  {
    number: 6,
    defect: 'pages-restored-as-folio',
    what: 'kho_restore_pages() makes a folio of each block of pages',
    source: '7b71205ae112',
    releases: ['6.18..'],
  },
  {
    number: 7,
    defect: 'page-array-unfilled',
    what: 'kho_restore_vmalloc() fills in the first page of each block alone',
    source: '4bc84cd539df',
    releases: ['6.18..'],
  },
  {
    number: 8,
    defect: 'chunks-freed-as-objects',
    what: 'chunks of the map come from the page allocator and are freed with kfree()',
    source: 'b15515155af7',
    releases: ['6.16..7.0'],
  },
  {
    number: 9,
    defect: 'unpreserve-ignores-nodes',
    what: 'kho_unpreserve_pages() splits ranges as if there were no NUMA nodes',
    source: '8fd2f26fa2a3',
    releases: ['7.1..'],
  },
  {
    number: 29,
    defect: 'scratch-unaligned',
    what: 'sizes of kho_scratch= are not rounded up to what the page allocator can take whole',
    source: 'bf480c613346, 0e39380a7316',
    releases: ['6.16..'],
  },
  {
    number: 38,
    defect: 'debugfs-entry-kept',
    what: 'the file of a subtree that could not be added stays in out/sub_fdts',
    source: 'kernel/liveupdate/kexec_handover_debugfs.c',
    releases: ['6.16..'],
  },
  {
    number: 39,
    defect: 'unpreserve-stands-still',
    what: '__kho_unpreserve() never gets past a block of an order that nothing has',
    source: 'kernel/kexec_handover.c of 6.16',
    releases: ['6.16..7.0'],
  },
  {
    number: 42,
    defect: 'tree-keeps-freed-node',
    what: 'the tree keeps its pointer to a node that was freed when memory ran out',
    source: '<20260115230047.1220580-1-jasonmiu@google.com>',
    releases: ['7.1..'],
  },
  {
    number: 44,
    defect: 'efi-forgets-scratch',
    what: 'the EFI memory map is read after KHO and takes the marks off scratch (arm64)',
    source: '5b86af1ded2d',
    releases: ['6.16..6.17'],
  },
  {
    number: 47,
    defect: 'tree-too-shallow',
    what: 'the tree has a level too few for its keys where pages have 16 KiB',
    source: 'd64b0372760e',
    releases: ['7.1..'],
  },
];

/** The bug of that number, or undefined. */
export function kernelBugNumbered(number: number): KernelBug | undefined {
  return KERNEL_BUGS.find((bug) => bug.number === number);
}

/** The row of a kernel that has these bugs; those that it cannot have change nothing. */
export function withKernelBugs(release: Release, numbers: readonly number[]): Release {
  const bugs = KERNEL_BUGS.filter(({ number }) => numbers.includes(number));
  const defects = bugs
    .filter(({ releases }) => isInReleases(release.name, releases))
    .map(({ defect }) => defect);
  if (defects.length === 0) return release;
  return { ...release, defects: [...(release.defects ?? []), ...defects] };
}
