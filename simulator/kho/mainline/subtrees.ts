// The root FDT for the next kernel, and what drivers add to it: kho_add_subtree(),
// kho_remove_subtree(), kho_finalize() of kernel/liveupdate/kexec_handover.c.
import {
  FDT_ERR_BADMAGIC,
  FDT_ERR_EXISTS,
  FdtWriter,
  fdtCheckHeader,
  fdtTotalsize,
  getUint,
  putUint,
} from '../../../fdt/index.ts';
import type { Release, SubtreeEncoding } from '../../../kho/index.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { stringBytes, u64Bytes } from '../values.ts';
import { EEXIST, ENOMEM } from './errors.ts';
import { LiveFdt } from './live-fdt.ts';
import { type CalledBy, type Context, hasDefect } from './state.ts';

/** A blob that the root FDT names. */
export interface Subtree {
  readonly name: string;
  /** Physical. */
  readonly address: number;
  readonly sizeBytes: number;
  readonly by: CalledBy;
}

type ByReference = SubtreeEncoding & { readonly kind: 'by-reference' };

/** The root FDT of one kernel. */
export interface RootFdt {
  /** Subtrees that could not be added, of which a node is left. */
  readonly halfMade: readonly Subtree[];
  /** Newest first where the FDT is edited, in the order of the calls where it is written. */
  readonly subtrees: readonly Subtree[];
  /** 0 or a negated error, which is one of libfdt's where the release returns those. */
  add(subtree: Subtree): number;
  /** Whether there was one at that address. */
  remove(address: number): boolean;
  /** Its bytes, or undefined while it is none. */
  readonly bytes: Uint8Array | undefined;
}

/** Where a subtree without a size of its own ends: what the header of its FDT says. */
export function blobBytes({ machine }: Kernel, address: number): number {
  return fdtTotalsize(machine.memory.read(address, 8));
}

/** An FDT that is there from the start and follows every change (6.19 and later). */
export class LiveRoot implements RootFdt {
  readonly #context: Context;
  readonly #address: number;
  readonly #fdt: LiveFdt;
  #subtrees: Subtree[] = [];
  /** Those of which a node without its properties is left. */
  readonly halfMade: Subtree[] = [];

  /** In the page at `address`; `map` is where the memory map is, 0 while there is none. */
  constructor(context: Context, address: number, map: number) {
    this.#context = context;
    this.#address = address;
    const { release, kernel } = context;
    this.#fdt = new LiveFdt(kernel.machine.pageBytes, [
      ['compatible', stringBytes(release.rootCompatible)],
      [release.memoryMap.property, u64Bytes(kernel.machine, map)],
    ]);
    this.#write();
  }

  get subtrees(): readonly Subtree[] {
    return this.#subtrees;
  }

  get bytes(): Uint8Array {
    return this.#fdt.bytes;
  }

  setMap(address: number): void {
    const { release, kernel } = this.#context;
    this.#fdt.setRootProperty(release.memoryMap.property, u64Bytes(kernel.machine, address));
    this.#write();
  }

  add(subtree: Subtree): number {
    const error = this.#add(subtree);
    if (error === 0) this.#subtrees.unshift(subtree);
    this.#write();
    return error;
  }

  remove(address: number): boolean {
    // By address: of several blobs at one address the first goes.
    const found = this.#subtrees.find((each) => each.address === address);
    if (found === undefined) return false;
    this.#subtrees = this.#subtrees.filter((each) => each !== found);
    this.#fdt.removeSubnode(found.name);
    this.#write();
    return true;
  }

  #add(subtree: Subtree): number {
    const { name, address, sizeBytes } = subtree;
    const { kernel, release } = this.#context;
    const encoding = byReference(release);
    const added = this.#fdt.addSubnode(name);
    if (added !== 0) return added === -FDT_ERR_EXISTS ? -EEXIST : -ENOMEM;
    const properties: [string, number][] = [[encoding.addressProperty, address]];
    if (encoding.sizeProperty !== undefined) properties.push([encoding.sizeProperty, sizeBytes]);
    for (const [property, value] of properties) {
      const error = this.#fdt.addProperty(name, property, u64Bytes(kernel.machine, value));
      if (error === 0) continue;
      // To 7.0 the node was left as it was and the error of libfdt returned.
      if (hasDefect(this.#context, 'subtree-half-made')) {
        this.halfMade.push(subtree);
        return error;
      }
      this.#fdt.removeSubnode(name);
      return -ENOMEM;
    }
    return 0;
  }

  #write(): void {
    this.#context.kernel.machine.memory.write(this.#address, this.#fdt.bytes);
  }
}

/** An FDT that is written in sequence while notifiers run (6.16 to 6.18). */
export class WrittenRoot implements RootFdt {
  readonly #context: Context;
  readonly #address: number;
  #writer: FdtWriter | undefined;
  #isComplete = false;
  readonly halfMade: readonly Subtree[] = [];
  #subtrees: Subtree[] = [];

  constructor(context: Context, address: number) {
    this.#context = context;
    this.#address = address;
  }

  get subtrees(): readonly Subtree[] {
    return this.#subtrees;
  }

  get bytes(): Uint8Array | undefined {
    const writer = this.#writer;
    if (writer === undefined || !this.#isComplete) return undefined;
    return writer.bytes.slice(0, fdtTotalsize(writer.bytes));
  }

  /** Up to the placeholder for the memory map; 0 or an error of libfdt. */
  begin(): number {
    const { kernel, release } = this.#context;
    const writer = new FdtWriter(kernel.machine.pageBytes);
    this.#writer = writer;
    this.#isComplete = false;
    this.#subtrees = [];
    const error =
      writer.finishReservemap() ||
      writer.beginNode('') ||
      writer.property('compatible', stringBytes(release.rootCompatible)) ||
      writer.property(release.memoryMap.property, u64Bytes(kernel.machine, 0));
    // The FDT that was there is none from here on, also if this one is never finished.
    kernel.machine.memory.write(this.#address, writer.bytes);
    return error;
  }

  add(subtree: Subtree): number {
    const writer = this.#writer;
    // fdt_begin_node() of a page that no fdt_create() has seen.
    if (writer === undefined) return -FDT_ERR_BADMAGIC;
    const { kernel, release } = this.#context;
    const { addressProperty } = byReference(release);
    // Codes are put together with `|`, and so may be no code at all; one alone stays itself.
    const error =
      writer.beginNode(subtree.name) |
      writer.property(addressProperty, u64Bytes(kernel.machine, subtree.address)) |
      writer.endNode();
    if (error === 0) this.#subtrees.push(subtree);
    return error;
  }

  remove(): boolean {
    return false;
  }

  /** Puts the address of the map into its placeholder; 0 or an error of libfdt. */
  finish(map: number): number {
    const { kernel, release } = this.#context;
    const writer = this.#writer as FdtWriter;
    const error = writer.endNode() || writer.finish();
    if (error !== 0) return error;
    this.#isComplete = true;
    const at = propertyOffset(writer.bytes, release.rootCompatible);
    putUint(writer.bytes, at, BigInt(map), 64, kernel.machine.byteOrder);
    kernel.machine.memory.write(this.#address, writer.bytes);
    return 0;
  }

  /** kho_abort(): the page keeps its bytes. */
  forget(): void {
    this.#writer = undefined;
    this.#isComplete = false;
    this.#subtrees = [];
  }
}

/** Of the value behind the compatible, the first property of the root. */
function propertyOffset(blob: Uint8Array, compatible: string): number {
  const structure = Number(getUint(blob, 8, 32, 'big'));
  const compatibleBytes = Math.ceil((compatible.length + 1) / 4) * 4;
  return structure + 8 + 12 + compatibleBytes + 12;
}

/** True for the bytes of an FDT. */
export function isFdt(blob: Uint8Array): boolean {
  return blob.length >= 40 && fdtCheckHeader(blob) === 0;
}

function byReference({ subtrees }: Release): ByReference {
  return subtrees as ByReference;
}
