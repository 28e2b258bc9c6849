// Fault injection: calls that may fail do, as they would for lack of memory or room.
import { FDT_ERR_NOSPACE } from '../../fdt/index.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { CallSite, FallibleCall, FallibleSite } from '../result.ts';
import type { ApiCall, ApiValue } from '../runtime.ts';
import type { FaultSpec } from '../scenario/scenario.ts';
import { placeOf } from './recorder.ts';

/** Whose calls those are that no driver makes. */
export const KERNEL = 'kernel';
const EBUSY = 16;
const ENOMEM = 12;
const ENOSPC = 28;
const NULL = 0n;
const ERR_PTR_ENOMEM = 2n ** 64n - BigInt(ENOMEM);

/** Functions that may fail although they are called as they should be, with what they return. */
const FAILURES: Readonly<Record<string, ApiValue>> = {
  getFreePages: NULL,
  allocPagesNode: NULL,
  folioAlloc: NULL,
  folioAllocNode: NULL,
  splitFolio: -EBUSY,
  kzalloc: NULL,
  kzallocNode: NULL,
  kmalloc: NULL,
  kmallocNode: NULL,
  vmalloc: NULL,
  vmallocHuge: NULL,
  vmap: NULL,
  khoPreserveFolio: -ENOMEM,
  khoPreservePages: -ENOMEM,
  khoPreservePhys: -ENOMEM,
  khoPreserveVmalloc: -ENOMEM,
  khoAllocPreserve: ERR_PTR_ENOMEM,
  khoAddSubtree: -ENOMEM,
  khoRestoreFolio: NULL,
  khoRestorePages: NULL,
  khoRestoreVmalloc: NULL,
  khoRadixInitTree: -ENOMEM,
  khoRadixAddKey: -ENOMEM,
  khoRadixAddPage: -ENOMEM,
  shmemAllocFolios: NULL,
  shmemMoveFolios: NULL,
  shmemAddToPageCache: -ENOMEM,
  shmemInodeAcctBlocks: -ENOSPC,
  memCgroupCharge: -ENOMEM,
  memfdAllocFile: -ENOMEM,
  anonInodeGetfile: -ENOMEM,
  fdtCreate: -FDT_ERR_NOSPACE,
  fdtAddReservemapEntry: -FDT_ERR_NOSPACE,
  fdtFinishReservemap: -FDT_ERR_NOSPACE,
  fdtBeginNode: -FDT_ERR_NOSPACE,
  fdtProperty: -FDT_ERR_NOSPACE,
  fdtEndNode: -FDT_ERR_NOSPACE,
  fdtFinish: -FDT_ERR_NOSPACE,
  fdtCreateEmptyTree: -FDT_ERR_NOSPACE,
  fdtOpenInto: -FDT_ERR_NOSPACE,
  fdtAddSubnode: -FDT_ERR_NOSPACE,
  fdtSetprop: -FDT_ERR_NOSPACE,
  fdtAppendprop: -FDT_ERR_NOSPACE,
};

const FALLIBLE: ReadonlySet<string> = new Set(Object.keys(FAILURES));

/** Names of the functions that can be made to fail, as drivers call them. */
export const FALLIBLE_FUNCTIONS: readonly string[] = Object.keys(FAILURES);

/** Calls whose place is kept, the first ones of a run. */
export const MAX_FALLIBLE_CALLS = 10_000;

export interface FaultPlan {
  /** Which of the calls that may fail do, from 1. */
  readonly calls?: readonly number[];
  /** Calls by who makes them. */
  readonly specs?: readonly FaultSpec[];
}

/** Counted while calls go on. */
type CountedSite = FallibleSite & { readonly numbers: number[]; calls: number };

/** Counts the calls of a run that may fail, and makes those of the plan. */
export class Faults {
  readonly #numbers: ReadonlySet<number>;
  readonly #wanted: ReadonlySet<string>;
  readonly #sites = new Map<string, CountedSite>();
  /** The same by the object that stands for the place. */
  readonly #near = new Map<CallSite | undefined, CountedSite[]>();
  /** How often each driver of each kernel has called each function. */
  readonly #counts = new Map<string, number>();
  readonly injected: FallibleCall[] = [];
  #count = 0;

  constructor(plan: FaultPlan) {
    this.#numbers = new Set(plan.calls);
    this.#wanted = new Set(plan.specs?.map((spec) => keyOf(spec.kernel, spec, spec.nth)));
  }

  /** Calls so far, of all kernels, that may fail. */
  get count(): number {
    return this.#count;
  }

  /** Where they were made, in the order of the first call of each place. */
  get sites(): readonly FallibleSite[] {
    return [...this.#sites.values()];
  }

  /** True if a call will or may be made to fail that was not yet. */
  get isArmed(): boolean {
    return this.injected.length < this.#numbers.size + this.#wanted.size;
  }

  /** What the call of a kernel returns instead of being made; undefined if it is made. */
  inject(
    { name, driver, site }: ApiCall,
    kernel: number,
  ): { readonly value: ApiValue; readonly fault: FallibleCall } | undefined {
    if (!FALLIBLE.has(name)) return undefined;
    const fault = this.#next(kernel, driver, name, site);
    return fault && { value: FAILURES[name], fault };
  }

  /** Whether a call that the kernel makes for itself, and that may fail, is made to. */
  injectOwn(name: string, { number: kernel, recorder }: Kernel): boolean {
    const fault = this.#next(kernel, KERNEL, name, undefined);
    if (fault === undefined) return false;
    recorder.event('fault', { driver: KERNEL, name, call: fault.number });
    return true;
  }

  /** Counts a call; what is known of it, if it shall fail. */
  #next(
    kernel: number,
    driver: string,
    name: string,
    site: CallSite | undefined,
  ): FallibleCall | undefined {
    this.#count += 1;
    this.#remember(kernel, driver, name, site);
    // Who calls for which time is only counted where somebody asks.
    if (this.#wanted.size + this.#numbers.size === 0) return undefined;
    const place = { kernel, driver, function: name, ...(site === undefined ? {} : { site }) };
    const who = keyOf(place.kernel, place, 0);
    const nth = (this.#counts.get(who) ?? 0) + 1;
    this.#counts.set(who, nth);
    const wanted = keyOf(place.kernel, place, nth);
    if (!this.#numbers.has(this.#count) && !this.#wanted.has(wanted)) return undefined;
    const fault = { number: this.#count, nth, ...place };
    this.injected.push(fault);
    return fault;
  }

  #remember(kernel: number, driver: string, name: string, site: CallSite | undefined): void {
    const known = this.#known(kernel, driver, name, site);
    if (known === undefined) return;
    known.calls += 1;
    if (this.#count <= MAX_FALLIBLE_CALLS) known.numbers.push(this.#count);
  }

  /** What is known of a place; undefined if there are too many. Calls of a place share its site. */
  #known(
    kernel: number,
    driver: string,
    name: string,
    site: CallSite | undefined,
  ): CountedSite | undefined {
    const near = this.#near.get(site);
    for (const each of near ?? [])
      if (each.function === name && each.driver === driver) return each;
    const where = placeOf(site);
    const key = `${driver} ${name} ${where}`;
    let known = this.#sites.get(key);
    if (known === undefined) {
      if (this.#sites.size >= MAX_FALLIBLE_CALLS) return undefined;
      const place = { driver, function: name, ...(site === undefined ? {} : { site }) };
      known = { ...place, kernel, calls: 0, numbers: [] };
      this.#sites.set(key, known);
    }
    if (near !== undefined) near.push(known);
    else if (this.#near.size < MAX_FALLIBLE_CALLS) this.#near.set(site, [known]);
    return known;
  }
}

function keyOf(
  kernel: number,
  { driver, function: name }: Pick<FaultSpec, 'driver' | 'function'>,
  nth: number,
): string {
  return `${kernel} ${driver} ${name} ${nth}`;
}
