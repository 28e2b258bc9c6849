// The second kernel's half: find what was handed over, keep it, give it to drivers. Models
// kernel/kexec_kho_in.c of the patch series v3, <20240117144704.602-1-graf@amazon.com>.
import {
  type FdtTree,
  fdtCheckHeader,
  fdtNodeCheckCompatible,
  fdtTotalsize,
  readFdt,
} from '../../../fdt/index.ts';
import { hexText, KHO_MEM, type Release, readStruct } from '../../../kho/index.ts';
import { type Caller, type Kernel, siteOf } from '../../kernel/kernel.ts';
import { type Range, RangeSet } from '../../machine/range-set.ts';
import type { PreservedRange } from '../../result.ts';
import type { Handoff } from '../boot-data.ts';
import { type Reference, referencesIn } from './references.ts';

/** The handle by which drivers name the FDT of the previous kernel. */
export const INCOMING_FDT = 1;
/** Largest FDT and mem cache that are read; what says it is larger is not one. */
const MAX_INCOMING_BYTES = 2 ** 30;

const NO_RANGE: Range = { start: 0, end: 0 };

type Fate = 'open' | 'claimed' | 'returned';

interface Tracked extends Reference {
  fate: Fate;
  /** Where it was claimed or returned. */
  closedBy?: Caller;
}

export class Incoming {
  readonly #kernel: Kernel;
  readonly #release: Release;
  readonly #handoff: Handoff;
  /** What the previous kernel's drivers wrote, for findings only. */
  readonly #origins: readonly Reference[];
  /** The FDT, once it was accepted. */
  blob: Uint8Array | undefined;
  /** Why the kernel cannot go on. */
  panic: string | undefined;
  #reserved = new RangeSet();
  #references: Tracked[] = [];
  /** The same by where they are listed, and by what they are. */
  readonly #byPlace = new Map<string, Tracked>();
  readonly #byRange = new Map<string, Tracked[]>();
  readonly #pageCounts = new Map<number, number>();

  constructor(kernel: Kernel, release: Release, handoff: Handoff, origins: readonly Reference[]) {
    this.#kernel = kernel;
    this.#release = release;
    this.#handoff = handoff;
    this.#origins = origins;
  }

  /** Physical; means something once the FDT was accepted. */
  get fdtAddress(): number {
    return this.#handoff.fdt.start;
  }

  /** kho_populate(): true if there is an FDT, and then only scratch may be allocated from. */
  populate(): boolean {
    const { machine, memblock, recorder } = this.#kernel;
    const { fdt, scratch, memCache = NO_RANGE } = this.#handoff;
    const header = machine.memory.read(fdt.start, 40);
    const size = fdtTotalsize(header);
    const blob = size <= MAX_INCOMING_BYTES ? machine.memory.read(fdt.start, size) : header;
    if (size > MAX_INCOMING_BYTES || fdtCheckHeader(blob) !== 0) {
      this.#refuse('its FDT is damaged');
      return false;
    }
    const isOurs = this.#kernel.isRam(scratch) && this.#kernel.isRam(memCache);
    if (!isOurs || memCache.end - memCache.start > MAX_INCOMING_BYTES) {
      this.#crash();
      return false;
    }
    this.blob = blob;
    memblock.reserved.add({ start: fdt.start, end: fdt.start + size });
    memblock.reserved.add(memCache);
    memblock.scratch.add(scratch);
    memblock.isScratchOnly = true;
    this.#kernel.scratch = [scratch];
    recorder.event('kho_populate', {
      fdt: hexText(fdt.start),
      scratch: hexText(scratch.start),
      scratch_bytes: scratch.end - scratch.start,
      mem_cache: hexText(memCache.start),
    });
    return true;
  }

  /** kho_reserve_previous_mem(): from here on memory outside scratch may be allocated again. */
  reservePreviousMemory(): void {
    const { machine, memblock, recorder } = this.#kernel;
    const { memCache = NO_RANGE } = this.#handoff;
    memblock.isScratchOnly = false;
    const { rootCompatible } = this.#release;
    if (this.blob === undefined || fdtNodeCheckCompatible(this.blob, 0, rootCompatible) !== 0) {
      this.#kernel.print('KHO invalid, disabling.');
      this.#refuse(`its root is not compatible with \`${rootCompatible}\``);
      this.blob = undefined;
      return;
    }
    const bytes = machine.memory.read(memCache.start, memCache.end - memCache.start);
    for (let offset = 0; offset + KHO_MEM.sizeBytes <= bytes.length; offset += KHO_MEM.sizeBytes) {
      const { addr = 0n, len = 0n } = readStruct(KHO_MEM, bytes, offset, machine.byteOrder);
      const range = { start: Number(addr), end: Number(addr + len) };
      memblock.reserved.add(range);
      this.#reserved.add(this.#kernel.pagesOf(range));
    }
    memblock.reserved.remove(memCache);
    recorder.event('kho_reserve_previous_mem', {
      ranges: this.#reserved.ranges.length,
      pages: this.#reserved.size,
    });
  }

  /** kho_populate_refcount(): one reference to a page for every `mem` entry that touches it. */
  populateReferenceCounts(): void {
    const { memoryMap } = this.#release;
    if (this.blob === undefined) return;
    const { value: tree } = readFdt(this.blob);
    if (tree === undefined) return;
    for (const reference of this.#referencesOf(tree, memoryMap.property)) {
      this.#track({ ...reference, fate: 'open' });
      // Nothing was reserved for a range that is not memory as a whole.
      if (!this.#kernel.isRam(reference.range)) continue;
      const { start, end } = this.#kernel.pagesOf(reference.range);
      for (let pfn = start; pfn < end; pfn++)
        this.#pageCounts.set(pfn, (this.#pageCounts.get(pfn) ?? 0) + 1);
    }
    const { start } = this.#handoff.fdt;
    const readable = new RangeSet(this.#reserved.ranges);
    // Reserved for good: drivers read it at any time.
    readable.add(this.#kernel.pagesOf({ start, end: start + this.blob.length }));
    this.#kernel.setAside = readable;
    this.#kernel.recorder.event('kho_populate_refcount', {
      references: this.#references.length,
      pages: this.#pageCounts.size,
    });
  }

  /** kho_claim_mem(): the pages become the driver's; the kernel warns if others hold them too. */
  claim(range: Range, caller: Caller): void {
    this.#log('kho_claim_mem', range, caller);
    if (!this.#close(range, 'claimed', caller)) return;
    for (const pfn of this.#pagesHandedOver(range, 'claim', caller)) {
      const count = this.#pageCounts.get(pfn) ?? 0;
      if (count !== 1) this.#warnShared(pfn, count, caller);
      this.#kernel.takeOver({ start: pfn, end: pfn + 1 }, caller);
    }
  }

  /** kho_return_mem(): drops one reference to each page; the last one frees it. */
  giveBack(range: Range, caller: Caller): void {
    this.#log('kho_return_mem', range, caller);
    if (!this.#close(range, 'returned', caller)) return;
    for (const pfn of this.#pagesHandedOver(range, 'return', caller)) {
      const count = (this.#pageCounts.get(pfn) ?? 0) - 1;
      this.#pageCounts.set(pfn, count);
      if (count === 0) this.#kernel.freePage(pfn, caller);
    }
  }

  /** Says which ranges nobody wanted; once per node. */
  finish(): void {
    const byNode = new Map<string, Tracked[]>();
    for (const reference of this.#references.filter(({ fate }) => fate === 'open'))
      byNode.set(reference.node, [...(byNode.get(reference.node) ?? []), reference]);
    for (const [node, open] of byNode) {
      const bytes = new RangeSet(open.map(({ range }) => range)).size;
      const [first] = open;
      this.#kernel.recorder.finding({
        rule: 'never-claimed',
        severity: 'warning',
        message:
          `${open.length} of the ranges of ${node} (${bytes} bytes) were handed over and never ` +
          `claimed or returned by kernel ${this.#kernel.number}`,
        help: 'claim or return every range, or its pages are lost until the machine is reset',
        ...(first?.driver === undefined ? {} : { driver: first.driver }),
        ...siteOf(first),
        related: [],
      });
    }
  }

  /** What became of a range of the previous kernel. */
  fateOf(reference: Reference): PreservedRange['fate'] {
    const found = this.#byPlace.get(placeOf(reference));
    return found === undefined || found.fate === 'open' ? 'unclaimed' : found.fate;
  }

  #referencesOf(tree: FdtTree, property: string): Reference[] {
    const known = new Map(this.#origins.map((each) => [placeOf(each), each]));
    const { machine } = this.#kernel;
    return referencesIn(tree, property, machine, () => ({})).map((each) => {
      const origin = known.get(placeOf(each));
      const { driver, site } = origin ?? {};
      return {
        ...each,
        ...(driver === undefined ? {} : { driver }),
        ...(site === undefined ? {} : { site }),
      };
    });
  }

  #log(event: string, { start, end }: Range, caller: Caller): void {
    const fields = { driver: caller.driver, addr: hexText(start), len: hexText(end - start) };
    this.#kernel.recorder.event(event, fields, caller.site);
  }

  /** Takes note of who has a range now; false, with a finding, if it is not to be had. */
  #close(range: Range, fate: 'claimed' | 'returned', caller: Caller): boolean {
    const same = this.#byRange.get(rangeKey(range));
    const candidates =
      same ??
      this.#references.filter(
        (each) => each.range.start < range.end && range.start < each.range.end,
      );
    const open = candidates.filter((each) => each.fate === 'open');
    // Of several equal entries each call takes one.
    const taken = same === undefined ? open : open.slice(0, 1);
    for (const each of taken) {
      each.fate = fate;
      each.closedBy = caller;
    }
    if (taken.length > 0) return true;
    const what = fate === 'claimed' ? 'claim' : 'return';
    const base = { severity: 'error', driver: caller.driver, ...siteOf(caller) } as const;
    const [before] = candidates;
    if (before === undefined) {
      this.#reportNotPreserved(range.start, what, caller);
      return false;
    }
    this.#kernel.recorder.finding({
      ...base,
      rule: 'claimed-twice',
      message: `${what} of ${hexText(range.start)}, which was ${before.fate} before`,
      help: 'claim or return every range of `mem` exactly once',
      related: [
        { message: `it was ${before.fate} here`, ...siteOf(before.closedBy) },
        {
          message: `it was handed over here, by kernel ${this.#kernel.number - 1}`,
          ...siteOf(before),
        },
      ],
    });
    return false;
  }

  #track(reference: Tracked): void {
    this.#references.push(reference);
    this.#byPlace.set(placeOf(reference), reference);
    const key = rangeKey(reference.range);
    const same = this.#byRange.get(key);
    if (same === undefined) this.#byRange.set(key, [reference]);
    else same.push(reference);
  }

  /** The pages of a range that was handed over; those that were not are a finding. */
  *#pagesHandedOver(range: Range, what: 'claim' | 'return', caller: Caller): Generator<number> {
    for (const { start, end } of this.#kernel.ramPagesOf(range))
      for (let pfn = start; pfn < end; pfn++) {
        if ((this.#pageCounts.get(pfn) ?? 0) > 0) yield pfn;
        else if (this.#kernel.isRam(range)) {
          this.#reportNotPreserved(this.#kernel.addressOf(pfn), what, caller);
          return;
        }
      }
  }

  #reportNotPreserved(address: number, what: 'claim' | 'return', caller: Caller): void {
    this.#kernel.print(`Claimed non kho pfn: ${hexText(this.#kernel.pfnOf(address))}`);
    this.#kernel.recorder.finding({
      rule: 'claimed-not-preserved',
      severity: 'error',
      message: `${what} of ${hexText(address)}, which nobody handed over`,
      help: 'take addresses and lengths from the `mem` property of the FDT',
      driver: caller.driver,
      ...siteOf(caller),
      related: [],
    });
  }

  #warnShared(pfn: number, count: number, caller: Caller): void {
    this.#kernel.print(`Claimed non kho pfn: ${hexText(pfn)}`);
    this.#kernel.recorder.finding({
      rule: 'claimed-shared-page',
      severity: 'warning',
      message:
        `the page at ${hexText(this.#kernel.addressOf(pfn))} has ${count} references ` +
        'and is claimed as a whole',
      help: 'return ranges that share a page when you have read them; the kernel warns otherwise',
      driver: caller.driver,
      ...siteOf(caller),
      related: [],
    });
  }

  /** Boot data that a later kernel wrote has other values at the same places. */
  #crash(): void {
    this.panic = 'takes other boot data for its own: there is no scratch memory where it says';
    this.#kernel.print('Kernel panic - not syncing: what was handed over makes no sense');
    this.#kernel.recorder.finding({
      rule: 'handover-misread',
      severity: 'error',
      message: `kernel ${this.#kernel.number} ${this.panic}`,
      help: 'kho compat says which kernels understand each other',
      related: [],
    });
  }

  #refuse(why: string): void {
    this.#kernel.recorder.finding({
      rule: 'handover-refused',
      severity: 'error',
      message: `kernel ${this.#kernel.number} does not take what was handed over: ${why}`,
      help: 'it boots as if nothing had been handed over; all preserved memory is lost',
      related: [],
    });
  }
}

/** Where a reference is listed. */
function placeOf({ node, index }: Reference): string {
  return `${node}#${index}`;
}

function rangeKey({ start, end }: Range): string {
  return `${start}-${end}`;
}
