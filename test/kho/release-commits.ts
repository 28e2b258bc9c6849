// Commits that made a release what it is, for docs/releases.md.

export interface ReleaseCommit {
  readonly release: string;
  /** Abbreviated, of torvalds/linux. */
  readonly commit: string;
  readonly what: string;
}

export const COMMITS: readonly ReleaseCommit[] = [
  { release: '6.16', commit: '3dc92c311498', what: 'the root FDT is made' },
  { release: '6.16', commit: 'c609c144b0e8', what: 'the root FDT is read' },
  { release: '6.16', commit: 'fc33e4b44b27', what: 'preserved memory in bitmaps' },
  { release: '6.18', commit: 'd6d511639185', what: 'is_kho_boot()' },
  { release: '6.18', commit: '8375b76517cb', what: 'kho_preserve_pages()' },
  { release: '6.18', commit: 'a667300bd53f', what: 'vmalloc areas' },
  { release: '6.18', commit: '89a3ecca49ee', what: 'what is restored must have been preserved' },
  { release: '6.18', commit: 'b753522bed0b', what: 'the test kho_test' },
  { release: '6.19', commit: '03d3963464a4', what: 'debugfs is optional' },
  { release: '6.19', commit: '70f9133096c8', what: 'no notifiers' },
  { release: '6.19', commit: '36f8f7ef7fd2', what: 'preservation can be undone' },
  { release: '6.19', commit: '4c205677af27', what: 'kho_alloc_preserve()' },
  { release: '6.19', commit: 'e268689a5282', what: 'the root FDT is there from boot on' },
  { release: '6.19', commit: '9a4301f715c8', what: 'the map can be written again' },
  { release: '6.19', commit: '8e068a286aef', what: 'subtrees come and go at any time' },
  { release: '6.19', commit: '9e2fd062fa17', what: 'the Live Update Orchestrator' },
  { release: '6.19', commit: 'b3749f174d68', what: 'memfd' },
  { release: '7.0', commit: 'cab056f2aae7', what: 'state that files share (FLB)' },
  { release: '7.0', commit: '412a32f0e53f', what: 'running out of memory is an error' },
  { release: '7.1', commit: '3f2ad90060f6', what: 'preserved memory in a radix tree' },
  { release: '7.1', commit: '6b0dd42d7681', what: 'nothing to finalize' },
  { release: '7.1', commit: '85e41392820f', what: 'the size of a blob: kho-v3' },
  { release: '7.1', commit: '76aa46b9e404', what: 'kexec-metadata' },
  { release: '7.1', commit: '22bdab8e98b7', what: 'blocks of any order are restored' },
  { release: '7.2', commit: '0349ff288705', what: 'entries in blocks: kho-v4' },
  { release: '7.2', commit: '1d1153097f4d', what: 'luo-v5' },
  { release: '7.2', commit: '0e39380a7316', what: 'scratch aligned to the largest order' },
  { release: '7.3', commit: '64c48113b324', what: 'radix trees of keys of any meaning' },
  { release: '7.3', commit: '14773e2aa4c5', what: 'boots in free blocks of 1 GiB too' },
];
