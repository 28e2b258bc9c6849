// Who says that preserved memory is theirs: every decoder claims what it finds, and in the end
// the claims are laid over the map.
import { count } from '../describe/markdown.ts';
import { hexText } from '../describe/number.ts';
import type { NumaNode } from '../image/handover-image.ts';
import type { Decoding } from './decoding.ts';
import { findRun, PageRunList, type PageRuns, RunIndex } from './page-runs.ts';
import { STATE_NOT_PRESERVED, STATE_OVERLAP } from './rules.ts';
import type { VmallocArea } from './vmalloc.ts';

/** Memory that one owner has, in pages. */
export interface OwnerTotal {
  readonly name: string;
  readonly pages: number;
}

/** The subtree that an owner belongs to: the first part of its name. */
export function subsystemOf({ name }: OwnerTotal): string {
  return name.split('/')[0] ?? name;
}

/** The same totals by subsystem, most first; those without memory left out. */
export function subsystemsOf(owners: readonly OwnerTotal[]): readonly OwnerTotal[] {
  const totals = new Map<string, number>();
  for (const owner of owners) {
    const name = subsystemOf(owner);
    totals.set(name, (totals.get(name) ?? 0) + owner.pages);
  }
  return [...totals]
    .map(([name, pages]) => ({ name, pages }))
    .filter(({ pages }) => pages > 0)
    .sort((a, b) => b.pages - a.pages);
}

/** Owners that are kept apart; those beyond share one line. */
const MAX_OWNERS = 10_000;
const OTHERS = '(others)';

/** Collects claims. */
export class Claims {
  readonly #map: PageRuns;
  /** Where blocks of more than a page are: nobody has to be told how large the others are. */
  readonly #large = new PageRunList();
  readonly #index: RunIndex;
  readonly #pageBytes: number;
  readonly #ranges = new PageRunList();
  readonly #names: string[] = [];
  readonly #indexes = new Map<string, number>();
  /** The run that the last block was in: blocks come in rows. */
  #lastRun = 0;

  /** `map` has the preserved blocks, ascending, with their orders as tags. */
  constructor(map: PageRuns, pageBytes: number) {
    this.#map = map;
    for (let i = 0; i < map.length; i++)
      if (map.tag(i) > 0) this.#large.add(map.start(i), map.pages(i), map.tag(i));
    this.#index = new RunIndex(this.#large);
    this.#pageBytes = pageBytes;
  }

  /** Bytes at a physical address, and all of the preserved blocks that they are in. */
  addRange(address: number, sizeBytes: number, owner: string): void {
    if (sizeBytes <= 0) return;
    const first = Math.floor(address / this.#pageBytes);
    const end = Math.ceil((address + sizeBytes) / this.#pageBytes);
    const start = this.#blockAt(first)?.start ?? first;
    const last = this.#blockAt(end - 1);
    const pages = (last === undefined ? end : last.start + last.pages) - start;
    this.#ranges.add(start, pages, this.#indexOf(owner));
  }

  /** Pages of a known number. */
  addPages(pfn: number, pages: number, owner: string): void {
    this.#ranges.add(pfn, pages, this.#indexOf(owner));
  }

  /** The whole preserved block that begins at page `pfn`; returns how many pages it has. */
  addBlock(pfn: number, owner: string): number {
    const pages = this.#blockAt(pfn)?.pages ?? 1;
    this.#ranges.add(pfn, pages, this.#indexOf(owner));
    return pages;
  }

  /** The preserved block that page `pfn` is in, if it has more pages. */
  #blockAt(pfn: number): { readonly start: number; readonly pages: number } | undefined {
    const map = this.#large;
    const isIn = (run: number): boolean =>
      run >= 0 &&
      run < map.length &&
      map.start(run) <= pfn &&
      pfn < map.start(run) + map.pages(run);
    if (!isIn(this.#lastRun)) this.#lastRun = this.#index.find(pfn);
    const run = this.#lastRun;
    if (!isIn(run)) return undefined;
    const pages = 2 ** map.tag(run);
    return { start: pfn - ((pfn - map.start(run)) % pages), pages };
  }

  /** Lays the claims over the map, reports what does not go together, and says what is left. */
  settle(decoding: Decoding): SettledClaims {
    return settle(this.#map, this.#ranges.sort(), this.#names, decoding);
  }

  #indexOf(owner: string): number {
    const known = this.#indexes.get(owner);
    if (known !== undefined) return known;
    if (this.#names.length >= MAX_OWNERS && owner !== OTHERS) return this.#indexOf(OTHERS);
    const index = this.#names.length;
    this.#names.push(owner);
    this.#indexes.set(owner, index);
    return index;
  }
}

/** Claims the pages of an area and of the chunks that list them. */
export function claimVmalloc(area: VmallocArea, owner: string, claims: Claims): void {
  for (const pfn of area.chunks) claims.addPages(pfn, 1, owner);
  for (let i = 0; i < area.pages.length; i++)
    claims.addPages(area.pages.start(i), area.pages.pages(i), owner);
}

export interface SettledClaims {
  /** Most memory first. */
  readonly owners: readonly OwnerTotal[];
  /** Preserved memory that nobody claimed; the tag is the order of the blocks. */
  readonly unclaimed: PageRuns;
  readonly unclaimedPages: number;
}

function settle(
  map: PageRuns,
  ranges: PageRuns,
  names: readonly string[],
  decoding: Decoding,
): SettledClaims {
  const totals = new Float64Array(names.length);
  const unclaimed = new PageRunList();
  let unclaimedPages = 0;
  const leave = (start: number, end: number, order: number): void => {
    if (end <= start) return;
    unclaimed.add(start, end - start, order);
    unclaimedPages += end - start;
  };
  reportOverlaps(ranges, names, decoding);
  let run = 0;
  /** Up to here the map has been looked at. */
  let done = 0;
  for (let i = 0; i < ranges.length; i++) {
    const owner = ranges.tag(i);
    let at = ranges.start(i);
    const end = at + ranges.pages(i);
    // What an earlier claim took has been counted for it.
    at = Math.max(at, done);
    let covered = ranges.pages(i) - Math.max(0, end - at);
    while (run < map.length && map.start(run) < end) {
      const start = Math.max(map.start(run), done);
      const runEnd = map.start(run) + map.pages(run);
      leave(start, Math.min(at, runEnd), map.tag(run));
      const from = Math.max(start, at);
      const to = Math.min(runEnd, end);
      if (to > from) {
        covered += to - from;
        totals[owner] = (totals[owner] as number) + (to - from);
        at = to;
      }
      done = Math.max(done, Math.min(runEnd, end));
      if (runEnd > end) break;
      run += 1;
    }
    done = Math.max(done, end);
    if (covered < ranges.pages(i)) reportNotPreserved(ranges, i, covered, names, decoding);
  }
  for (; run < map.length; run++)
    leave(Math.max(map.start(run), done), map.start(run) + map.pages(run), map.tag(run));
  const owners = names
    .map((name, index) => ({ name, pages: totals[index] as number }))
    .sort((a, b) => b.pages - a.pages || (a.name < b.name ? -1 : 1));
  return { owners, unclaimed, unclaimedPages };
}

function reportNotPreserved(
  ranges: PageRuns,
  i: number,
  covered: number,
  names: readonly string[],
  decoding: Decoding,
): void {
  const { pageBytes } = decoding;
  const owner = names[ranges.tag(i)] ?? '';
  const address = ranges.start(i) * pageBytes;
  const pages = ranges.pages(i);
  const missing = pages - covered;
  const some = missing === pages ? '' : `${missing} of `;
  const lengthBytes = pages * pageBytes;
  decoding.report(
    STATE_NOT_PRESERVED,
    { address, lengthBytes, of: owner },
    `${owner} is at ${hexText(address)}, and ${some}its ${count(pages, 'page', 'pages')} there ` +
      `${missing === 1 ? 'is' : 'are'} not preserved`,
    { help: 'the next kernel gives that memory to whoever asks for it first' },
  );
}

function reportOverlaps(ranges: PageRuns, names: readonly string[], decoding: Decoding): void {
  let end = -1;
  let owner = -1;
  for (let i = 0; i < ranges.length; i++) {
    const start = ranges.start(i);
    if (start < end && ranges.tag(i) !== owner) {
      const address = start * decoding.pageBytes;
      const [first, second] = [names[owner] ?? '', names[ranges.tag(i)] ?? ''];
      decoding.report(
        STATE_OVERLAP,
        { address, of: second },
        `${first} and ${second} both have the page at ${hexText(address)}`,
      );
    }
    if (start + ranges.pages(i) > end) {
      end = start + ranges.pages(i);
      owner = ranges.tag(i);
    }
  }
}

/** Pages of `runs` that lie in each node, by its id. `runs` must be ascending. */
export function pagesByNode(
  runs: PageRuns,
  nodes: readonly NumaNode[],
  pageBytes: number,
): ReadonlyMap<number, number> {
  const totals = new Map<number, number>();
  for (const { id, ranges } of nodes) {
    let pages = 0;
    for (const { address, sizeBytes } of ranges) {
      // A page that is only partly in a range is nobody's.
      const start = Math.ceil(Number(address) / pageBytes);
      const end = Math.floor(Number(address + sizeBytes) / pageBytes);
      for (let i = Math.max(0, findRun(runs, start)); i < runs.length; i++) {
        if (runs.start(i) >= end) break;
        const from = Math.max(start, runs.start(i));
        const to = Math.min(end, runs.start(i) + runs.pages(i));
        if (to > from) pages += to - from;
      }
    }
    totals.set(id, (totals.get(id) ?? 0) + pages);
  }
  return totals;
}
