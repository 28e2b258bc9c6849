// Fault injection: one call that may fail does, as it would for lack of memory or room.
import { FDT_ERR_NOSPACE } from '../../fdt/index.ts';
import type { ApiCall, ApiValue } from '../runtime.ts';

const ENOMEM = 12;
const NULL = 0n;
const ERR_PTR_ENOMEM = 2n ** 64n - BigInt(ENOMEM);

/** Functions that may fail although they are called as they should be, with what they return. */
const FAILURES: Readonly<Record<string, ApiValue>> = {
  getFreePages: NULL,
  folioAlloc: NULL,
  kzalloc: NULL,
  vmalloc: NULL,
  vmallocHuge: NULL,
  khoPreserveFolio: -ENOMEM,
  khoPreservePages: -ENOMEM,
  khoPreservePhys: -ENOMEM,
  khoPreserveVmalloc: -ENOMEM,
  khoAllocPreserve: ERR_PTR_ENOMEM,
  khoAddSubtree: -ENOMEM,
  fdtCreate: -FDT_ERR_NOSPACE,
  fdtBeginNode: -FDT_ERR_NOSPACE,
  fdtProperty: -FDT_ERR_NOSPACE,
  fdtEndNode: -FDT_ERR_NOSPACE,
  fdtFinish: -FDT_ERR_NOSPACE,
};

/** Counts the calls of a run that may fail, and makes one of them. */
export class Faults {
  /** Which one, from 1; none if absent. */
  readonly #failing: number | undefined;
  #count = 0;

  constructor(failing: number | undefined) {
    this.#failing = failing;
  }

  /** Calls so far, of all kernels, that may fail. */
  get count(): number {
    return this.#count;
  }

  /** What the call returns instead of being made; undefined if it is made. */
  inject({ name }: ApiCall): { readonly value: ApiValue } | undefined {
    if (!Object.hasOwn(FAILURES, name)) return undefined;
    this.#count += 1;
    return this.#count === this.#failing ? { value: FAILURES[name] } : undefined;
  }
}
