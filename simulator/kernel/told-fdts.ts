// FDTs that drivers write with a libfdt that is not ours, as that of drivers in C: who wrote what.
import { type Caller, type Kernel, siteOf } from './kernel.ts';

/** What is longer is not remembered: drivers may nest nodes as they like. */
const MAX_PLACE_CHARACTERS = 4096;
/** FDTs of one kernel whose writers are remembered. */
const MAX_FDTS = 10_000;

interface ToldFdt {
  readonly sizeBytes: number;
  /** Nodes that were begun and not ended. */
  readonly path: string[];
  readonly writtenBy: Map<string, Caller>;
}

export class ToldFdts {
  readonly #kernel: Kernel;
  readonly #fdts = new Map<bigint, ToldFdt>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /**
   * A function of libfdt is about to be called. `text` is the name of what is written, or its whole
   * place (`/node:property`) where the function is given an offset.
   */
  calls(name: string, address: bigint, sizeBytes: number, text: string, caller: Caller): void {
    if (name === 'fdtCreate' || name === 'fdtCreateEmptyTree' || name === 'fdtOpenInto') {
      const isGrown = name === 'fdtOpenInto';
      this.#begin(address, sizeBytes, isGrown ? this.#fdts.get(address)?.writtenBy : undefined);
      if (name === 'fdtCreateEmptyTree') this.#remember(address, '/', caller);
      return;
    }
    const fdt = this.#fdts.get(address);
    if (fdt === undefined) return;
    // The root has no name.
    const here = (): string => `/${fdt.path.slice(1).join('/')}`;
    if (name === 'fdtBeginNode') {
      fdt.path.push(text);
      this.#remember(address, here(), caller);
    } else if (name === 'fdtEndNode') fdt.path.pop();
    else if (name === 'fdtProperty') this.#remember(address, `${here()}:${text}`, caller);
    else if (text !== '') this.#remember(address, text, caller);
  }

  /** It had no room. */
  failed(address: bigint, caller: Caller): void {
    const size = this.#fdts.get(address)?.sizeBytes;
    const limit = size === undefined ? '' : `: it may have ${size} bytes`;
    this.#kernel.recorder.finding({
      rule: 'fdt-too-small',
      severity: 'error',
      message: `the FDT has no more room${limit}`,
      help: 'give it more memory where it is created',
      driver: caller.driver,
      ...siteOf(caller),
      related: [],
    });
  }

  /** Who wrote the places of the FDT at a physical address, if anybody told. */
  writerAt(physical: number): ((place: string) => Caller | undefined) | undefined {
    const fdt = this.#fdts.get(this.#kernel.directMapBase + BigInt(physical));
    if (fdt === undefined) return undefined;
    const { writtenBy } = fdt;
    return (place) => writtenBy.get(place) ?? writtenBy.get(place.split(':')[0] ?? '');
  }

  #begin(address: bigint, sizeBytes: number, writtenBy = new Map<string, Caller>()): void {
    if (this.#fdts.size >= MAX_FDTS) this.#fdts.clear();
    this.#fdts.set(address, { sizeBytes, path: [], writtenBy });
  }

  #remember(address: bigint, place: string, caller: Caller): void {
    if (place.length <= MAX_PLACE_CHARACTERS) this.#fdts.get(address)?.writtenBy.set(place, caller);
  }
}
