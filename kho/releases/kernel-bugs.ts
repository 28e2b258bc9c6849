import type { Release } from '../release.ts';
import { type KernelMistake, ofDefect, ofLiveUpdate, ofRow } from './kernel-mistake.ts';
import { isInReleases } from './ranges.ts';

/** A mistake that kernels had, between releases or in some that came out. */
export interface KernelBug {
  /** As `--kernel-bug`, `--kernel-fix` and scenarios call it: a number, or D and a number. */
  readonly id: string;
  readonly what: string;
  /** The commit or message that mended it, or where it is. */
  readonly source: string;
  /** Releases that can have it: those with the code that was wrong. */
  readonly releases: readonly string[];
  readonly mistake: KernelMistake;
}

/** Ascending: what was published, then our reading of the source. */
export const KERNEL_BUGS: readonly KernelBug[] = [
  {
    id: '1',
    what: 'kho_restore_folio() leaves the tail pages of a folio as early boot left them',
    source: '<20250613125916.39272-1-pratyush@kernel.org>',
    releases: ['6.16'],
    mistake: ofDefect('folio-tails-uninitialised'),
  },
  {
    id: '2',
    what: 'what was not preserved, or was restored before, is restored all the same',
    source: '89a3ecca49ee',
    releases: ['6.16..'],
    mistake: ofRow(
      ({ restore }) => !restore.checksMagic,
      (row, has) => ({ ...row, restore: { ...row.restore, checksMagic: !has } }),
    ),
  },
  {
    id: '3',
    what: 'bitmaps come from the slab, and so from the KFENCE pool, which lies in scratch',
    source: '<20251021000852.2924827-1-pasha.tatashin@soleen.com>',
    releases: ['6.16..6.17'],
    mistake: ofDefect('map-in-kfence-pool'),
  },
  {
    id: '4',
    what: 'kho_restore_vmalloc() reads past a chunk that is full',
    source: '<20251103110159.8399-1-pratyush@kernel.org>',
    releases: ['6.18..'],
    mistake: ofDefect('full-chunk-overrun'),
  },
  {
    id: '5',
    what: 'kho_unpreserve_vmalloc() unpreserves the first page of each block alone',
    source: '<20251103180235.71409-2-pratyush@kernel.org>',
    releases: ['6.19..'],
    mistake: ofDefect('vmalloc-blocks-unpreserved-partly'),
  },
  {
    id: '6',
    what: 'kho_restore_pages() makes a folio of each block of pages',
    source: '7b71205ae112',
    releases: ['6.18..'],
    mistake: ofDefect('pages-restored-as-folio'),
  },
  {
    id: '7',
    what: 'kho_restore_vmalloc() fills in the first page of each block alone',
    source: '4bc84cd539df',
    releases: ['6.18..'],
    mistake: ofDefect('page-array-unfilled'),
  },
  {
    id: '8',
    what: 'chunks of the map come from the page allocator and are freed with kfree()',
    source: 'b15515155af7',
    releases: ['6.16..7.0'],
    mistake: ofDefect('chunks-freed-as-objects'),
  },
  {
    id: '9',
    what: 'kho_unpreserve_pages() splits ranges as if there were no NUMA nodes',
    source: '8fd2f26fa2a3',
    releases: ['7.1..'],
    mistake: ofDefect('unpreserve-ignores-nodes'),
  },
  {
    id: '10',
    what: 'kho_add_subtree() leaves a node without properties when the root FDT is full',
    source: '<20260410-kho_fix_send-v2-1-1b4debf7ee08@debian.org>',
    releases: ['6.19..'],
    mistake: ofDefect('subtree-half-made'),
  },
  {
    id: '14',
    what: 'a folio of a memfd that has no content when it is preserved never has any',
    source: '<20260223173931.2221759-2-pratyush@kernel.org>',
    releases: ['6.19..'],
    mistake: ofDefect('memfd-flag-uptodate-early'),
  },
  {
    id: '15',
    what: 'a folio of a memfd that is clean when it is preserved is clean for the next kernel',
    source: '<20260223173931.2221759-2-pratyush@kernel.org>',
    releases: ['6.19..'],
    mistake: ofDefect('memfd-flag-dirty-early'),
  },
  {
    id: '18',
    what: 'a folio for which there is no room stays in the memfd that is retrieved',
    source: 'mm/memfd_luo.c',
    releases: ['6.19..'],
    mistake: ofDefect('memfd-unaccounted-kept'),
  },
  {
    id: '19',
    what: 'a file that is preserved may be preserved again, by another session or token',
    source: '00d0b372374f',
    releases: ['6.19..'],
    mistake: ofLiveUpdate('refusesTwice'),
  },
  {
    id: '20',
    what: 'a file that could not be retrieved is retrieved again',
    source: 'f85b1c6af5bc',
    releases: ['6.19..'],
    mistake: ofLiveUpdate('keepsRetrieveErrors'),
  },
  {
    id: '21',
    what: 'what unfreeze() leaves in its arguments is what a file hands over',
    source: '011d4e52a76c',
    releases: ['6.19..'],
    mistake: ofDefect('unfreeze-written-back'),
  },
  {
    id: '23',
    what: 'LUO drops its reference to a file before the handler has done with it',
    source: '291dcd37c8c8',
    releases: ['6.19..'],
    mistake: ofDefect('file-dropped-first'),
  },
  {
    id: '25',
    what: 'sessions can be changed when their state is written',
    source: 'bb1328be35bf',
    releases: ['6.19..'],
    mistake: ofDefect('sessions-unlocked-at-reboot'),
  },
  {
    id: '26',
    what: 'the first of several files that is finished finishes their FLB',
    source: 'd8e47bd066d7',
    releases: ['7.0..'],
    mistake: ofLiveUpdate('countsIncomingFlbs'),
  },
  {
    id: '27',
    what: 'kho_preserve_vmalloc() returns 0 although there was no memory for a chunk',
    source: '412a32f0e53f',
    releases: ['6.18..'],
    mistake: ofRow(
      ({ preserve }) => preserve.losesVmallocErrors,
      (row, has) => ({ ...row, preserve: { ...row.preserve, losesVmallocErrors: has } }),
    ),
  },
  {
    id: '28',
    what: 'scratch is asked for on NUMA nodes without memory, too',
    source: '427b2535f513',
    releases: ['6.16..'],
    mistake: ofDefect('scratch-on-empty-nodes'),
  },
  {
    id: '29',
    what: 'sizes of kho_scratch= are not rounded up to what the page allocator can take whole',
    source: 'bf480c613346, 0e39380a7316',
    releases: ['6.16..'],
    mistake: ofDefect('scratch-unaligned'),
  },
  {
    id: '30',
    what: 'the size of a preserved block is computed as an int',
    source: '3a0b8fa2eb36',
    releases: ['7.1..'],
    mistake: ofRow(
      ({ memoryMap }) => memoryMap.kind === 'radix-tree' && memoryMap.sizesAreInts,
      (row, has) =>
        row.memoryMap.kind === 'radix-tree'
          ? { ...row, memoryMap: { ...row.memoryMap, sizesAreInts: has } }
          : row,
    ),
  },
  {
    id: '34',
    what: 'kho_scratch= takes no size of 0, and anything behind the last one',
    source: 'kho_parse_scratch_size()',
    releases: ['6.16..'],
    mistake: ofRow(
      ({ scratch }) => scratch.parameter.acceptsTrailing,
      (row, has) => ({
        ...row,
        scratch: { ...row.scratch, parameter: { acceptsZero: !has, acceptsTrailing: has } },
      }),
    ),
  },
  {
    id: '36',
    what: 'sessions are written, and their files frozen, for a kexec that comes back',
    source: '5eff62b051fb',
    releases: ['6.19..'],
    mistake: ofLiveUpdate('skipsReturningKexec'),
  },
  {
    id: '38',
    what: 'the file of a subtree that could not be added stays in out/sub_fdts',
    source: 'kernel/liveupdate/kexec_handover_debugfs.c',
    releases: ['6.16..'],
    mistake: ofDefect('debugfs-entry-kept'),
  },
  {
    id: '39',
    what: '__kho_unpreserve() never gets past a block of an order that nothing has',
    source: 'kernel/kexec_handover.c of 6.16',
    releases: ['6.16..7.0'],
    mistake: ofDefect('unpreserve-stands-still'),
  },
  {
    id: '40',
    what: 'giving up to finalize drops what everybody had preserved before',
    source: '99cd2ffac697',
    releases: ['6.16..6.18'],
    mistake: ofDefect('abort-drops-all'),
  },
  {
    id: '42',
    what: 'the tree keeps its pointer to a node that was freed when memory ran out',
    source: '<20260115230047.1220580-1-jasonmiu@google.com>',
    releases: ['7.1..'],
    mistake: ofDefect('tree-keeps-freed-node'),
  },
  {
    id: '44',
    what: 'the EFI memory map is read after KHO and takes the marks off scratch (arm64)',
    source: '5b86af1ded2d',
    releases: ['6.16..6.17'],
    mistake: ofDefect('efi-forgets-scratch'),
  },
  {
    id: '47',
    what: 'the tree has a level too few for its keys where pages have 16 KiB',
    source: 'd64b0372760e',
    releases: ['7.1..'],
    mistake: ofDefect('tree-too-shallow'),
  },
  {
    id: '48',
    what: 'struct pages of what is preserved are never set up with DEFERRED_STRUCT_PAGE_INIT',
    source: 'c6073743d0c7',
    releases: ['7.2..'],
    mistake: ofDefect('deferred-pages-uninitialised'),
  },
  {
    id: '49',
    what: 'a session takes what is for sessions of the other kind',
    source: 'da7f658ccc8d',
    releases: ['6.19..'],
    mistake: ofDefect('session-kind-unchecked'),
  },
  {
    id: 'D1',
    what: 'LUO keeps the room that it made for a session that it then refused',
    source: 'luo_session_insert()',
    releases: ['7.2..'],
    mistake: ofDefect('session-room-kept'),
  },
  {
    id: 'D2',
    what: 'kho_preserve_vmalloc() gives up and takes larger blocks for single pages',
    source: 'kho_preserve_vmalloc()',
    releases: ['6.18..'],
    mistake: ofDefect('vmalloc-order-unset'),
  },
  {
    id: 'D3',
    what: 'there is no out/fdt after a KHO boot, and it is cut after a cold one',
    source: 'kho_init()',
    releases: ['6.19..'],
    mistake: ofDefect('out-fdt-frozen'),
  },
  {
    id: 'D4',
    what: 'LUO frees its state, which in/sub_fdts goes on showing',
    source: 'luo_early_startup()',
    releases: ['7.2..'],
    mistake: ofDefect('luo-state-freed'),
  },
  {
    id: 'D5',
    what: 'kho_restore_pages() splits ranges as if there were no NUMA nodes',
    source: 'kho_restore_pages()',
    releases: ['7.1..'],
    mistake: ofDefect('restore-ignores-nodes'),
  },
  {
    id: 'D8',
    what: 'a session that cannot be finished when it is closed can never be',
    source: 'luo_session_release()',
    releases: ['6.19..'],
    mistake: ofDefect('session-lost-on-close'),
  },
  {
    id: 'D9',
    what: 'a bitmap is a page, which nothing says that is handed over',
    source: 'kho_mem_deserialize()',
    releases: ['6.16..7.0'],
    mistake: ofRow(
      ({ memoryMap }) => memoryMap.kind === 'bitmaps' && memoryMap.bitmapBytes === 'page',
      (row, has) =>
        row.memoryMap.kind === 'bitmaps'
          ? { ...row, memoryMap: { ...row.memoryMap, bitmapBytes: has ? 'page' : 512 } }
          : row,
    ),
  },
  {
    id: 'D13',
    what: 'how many files an FLB has is known when somebody asks for it, and not before',
    source: 'luo_flb_retrieve_one()',
    releases: ['7.2..'],
    mistake: ofDefect('flb-count-with-retrieve'),
  },
];

/** The bug of that number or name, or undefined. */
export function kernelBugOf(id: string | number): KernelBug | undefined {
  return KERNEL_BUGS.find((bug) => bug.id === String(id));
}

/** Why a kernel of that release cannot have the bug, or undefined if it can. */
export function whyNotWithBug(release: string, bug: KernelBug): string | undefined {
  if (isInReleases(release, bug.releases)) return undefined;
  return `${release} cannot have bug ${bug.id}: ${rangesText(bug.releases)} can`;
}

/** Why there is nothing to mend in a kernel of that release, or undefined if there is. */
export function whyNotMended(release: Release, bug: KernelBug): string | undefined {
  if (bug.mistake.isIn(release)) return undefined;
  return `${release.name} does not have bug ${bug.id}, and so it cannot be mended there`;
}

/** The row of a kernel with these bugs, and without those; what it cannot have changes nothing. */
export function withKernelBugs(
  release: Release,
  bugs: readonly string[],
  fixes: readonly string[] = [],
): Release {
  let row = release;
  for (const bug of KERNEL_BUGS) {
    if (bugs.includes(bug.id) && isInReleases(release.name, bug.releases))
      row = bug.mistake.set(row, true);
    if (fixes.includes(bug.id) && bug.mistake.isIn(row)) row = bug.mistake.set(row, false);
  }
  return row;
}

function rangesText(ranges: readonly string[]): string {
  return ranges
    .map((range) => {
      const [from = '', to] = range.split('..');
      if (to === undefined) return range;
      return to === '' ? `${from} and later` : `${from} to ${to}`;
    })
    .join(', ');
}
