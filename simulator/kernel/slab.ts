import type { CallSite } from '../result.ts';

/** Objects of up to half a page share pages, one size class a page. Models mm/slub.c. */
const SMALLEST_BYTES = 8;

interface SlabPage {
  readonly address: number;
  readonly objectBytes: number;
  /** Of which kind of memory it is: objects of different kinds share no page. */
  readonly place: string;
  readonly free: number[];
}

export interface SlabObject {
  readonly address: number;
  readonly sizeBytes: number;
  readonly owner: string;
  readonly site?: CallSite;
}

/** Small allocations out of pages that `allocatePage` gives and `freePage` takes back. */
export class Slab {
  readonly #pageBytes: number;
  #pages: SlabPage[] = [];
  #objects = new Map<number, SlabObject & { readonly page: SlabPage }>();

  constructor(pageBytes: number) {
    this.#pageBytes = pageBytes;
  }

  /** Largest object that shares a page. */
  get largestBytes(): number {
    return this.#pageBytes / 2;
  }

  /** The address of a new object, or undefined if there is no page for it. */
  allocate(
    object: Omit<SlabObject, 'address'>,
    place: string,
    allocatePage: () => number | undefined,
  ): number | undefined {
    let objectBytes = SMALLEST_BYTES;
    while (objectBytes < object.sizeBytes) objectBytes *= 2;
    const page =
      this.#pages.find(
        (each) => each.objectBytes === objectBytes && each.free.length > 0 && each.place === place,
      ) ?? this.#newPage(objectBytes, place, allocatePage());
    const address = page?.free.shift();
    if (page === undefined || address === undefined) return undefined;
    this.#objects.set(address, { ...object, address, page });
    return address;
  }

  /** The object that was freed, or undefined if there is none at that address. */
  free(address: number, freePage: (address: number) => void): SlabObject | undefined {
    const object = this.#objects.get(address);
    if (object === undefined) return undefined;
    const { page } = object;
    this.#objects.delete(address);
    page.free.push(address);
    if (page.free.length * page.objectBytes === this.#pageBytes) {
      this.#pages = this.#pages.filter((each) => each !== page);
      freePage(page.address);
    }
    return object;
  }

  /** All objects, in the order in which they were allocated. */
  objects(): Iterable<SlabObject> {
    return this.#objects.values();
  }

  /** The object that `address` is in. */
  around(address: number): SlabObject | undefined {
    const base = address - (address % this.#pageBytes);
    const page = this.#pages.find((each) => each.address === base);
    if (page === undefined) return undefined;
    return this.#objects.get(address - ((address - base) % page.objectBytes));
  }

  #newPage(objectBytes: number, place: string, address: number | undefined): SlabPage | undefined {
    if (address === undefined) return undefined;
    const count = this.#pageBytes / objectBytes;
    const free = Array.from({ length: count }, (_, index) => address + index * objectBytes);
    const page = { address, objectBytes, place, free };
    this.#pages.push(page);
    return page;
  }
}
