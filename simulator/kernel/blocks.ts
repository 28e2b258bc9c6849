import { LARGEST_MAX_ORDER } from '../../kho/index.ts';
import { NumberMap } from '../machine/number-map.ts';
import type { Range } from '../machine/range-set.ts';
import type { CallSite } from '../result.ts';

/**
 * How a block was taken, and so how it must be given back: `pages` by __get_free_pages(), `folio`
 * by folio_alloc(), `kmalloc` by kmalloc() of much, `vmalloc` as part of an area, `claimed` from
 * the kernel before.
 */
export type BlockKind = 'pages' | 'folio' | 'kmalloc' | 'vmalloc' | 'slab' | 'claimed';

/** What is known of a block; blocks of one call share it. */
export interface BlockInfo {
  readonly order: number;
  /** A driver, or what the kernel uses it for. */
  readonly owner: string;
  readonly kind: BlockKind;
  /** Where it was taken. */
  readonly site?: CallSite;
  /** What is wrong with its struct pages, which whoever frees them meets: a clause. */
  readonly damage?: string;
}

/** A block of pages that somebody holds or held. */
export interface Block extends BlockInfo {
  /** First page frame. */
  readonly pfn: number;
}

/** Blocks by page, without an entry per page. */
export class Blocks {
  /** Of the first page of each block, which of the infos it has. */
  readonly #infoOf = new NumberMap();
  readonly #infos: BlockInfo[] = [];
  /** Infos that say the same are one: by place, owner and kind, then by order. */
  readonly #indexes = new Map<unknown, Map<string, number[]>>();
  #lastIndex = 0;
  /** Orders that any block has had, as bits. */
  #orders = 0;

  /** The block that begins at `pfn`. */
  add(pfn: number, info: BlockInfo): void {
    this.#orders |= 1 << info.order;
    this.#infoOf.set(pfn, this.#indexOf(info));
  }

  /** Blocks of one page each. */
  addPages({ start, end }: Range, info: BlockInfo): void {
    this.#orders |= 1 << info.order;
    const index = this.#indexOf(info);
    for (let pfn = start; pfn < end; pfn++) this.#infoOf.set(pfn, index);
  }

  /** The block that begins at `pfn`. */
  at(pfn: number): Block | undefined {
    const index = this.#infoOf.get(pfn);
    return index === undefined ? undefined : { pfn, ...(this.#infos[index] as BlockInfo) };
  }

  /** The block that `pfn` is in. */
  around(pfn: number): Block | undefined {
    for (let order = 0; order <= LARGEST_MAX_ORDER; order++) {
      if ((this.#orders & (1 << order)) === 0) continue;
      const start = pfn - (pfn % 2 ** order);
      const index = this.#infoOf.get(start);
      if (index === undefined) continue;
      const info = this.#infos[index] as BlockInfo;
      if (pfn < start + 2 ** info.order) return { pfn: start, ...info };
    }
    return undefined;
  }

  /** All blocks, ascending. */
  *all(): Generator<Block> {
    for (const pfn of this.#infoOf.sortedKeys()) yield this.at(pfn) as Block;
  }

  remove({ pfn }: Pick<Block, 'pfn'>): void {
    this.#infoOf.delete(pfn);
  }

  /** It is nearly always that of the block before. */
  #indexOf(info: BlockInfo): number {
    const last = this.#infos[this.#lastIndex];
    if (last === undefined || !isSame(last, info)) this.#lastIndex = this.#find(info);
    return this.#lastIndex;
  }

  #find({ order, owner, kind, site, damage }: BlockInfo): number {
    let ofSite = this.#indexes.get(site);
    if (ofSite === undefined) {
      ofSite = new Map();
      this.#indexes.set(site, ofSite);
    }
    let ofOwner = ofSite.get(owner);
    if (ofOwner === undefined) {
      ofOwner = [];
      ofSite.set(owner, ofOwner);
    }
    for (const index of ofOwner) {
      const known = this.#infos[index] as BlockInfo;
      if (known.order === order && known.kind === kind && known.damage === damage) return index;
    }
    const index = this.#infos.length;
    this.#infos.push({
      order,
      owner,
      kind,
      ...(site === undefined ? {} : { site }),
      ...(damage === undefined ? {} : { damage }),
    });
    ofOwner.push(index);
    return index;
  }
}

function isSame(a: BlockInfo, b: BlockInfo): boolean {
  return (
    a.site === b.site &&
    a.order === b.order &&
    a.owner === b.owner &&
    a.kind === b.kind &&
    a.damage === b.damage
  );
}
