import type { PageRunList } from './page-runs.ts';

/** What the map of the preserved memory says, and the pages it is made of. */
export interface MapPages {
  /** Runs of blocks; the tag is their order. Ranges of one list have one order. */
  readonly lists: readonly PageRunList[];
  /** Pages that the map itself takes up. */
  readonly pages: PageRunList;
  readonly blockCount: number;
  /** False if something could not be read or believed, so that blocks may be missing. */
  readonly isWhole: boolean;
}

/** Pages of a map that are read; a tree of more would list every page of 500 TiB. */
export const MAX_MAP_PAGES: number = 4 << 20;

/** Gives the caller a zeroed page to fill in, and says where it is. */
export type PlacePage = () => { readonly address: number; readonly bytes: Uint8Array };
