// Memory for drivers that follow pointers themselves, as C does: pages that a process maps.
import { hexText } from '../../kho/index.ts';
import type { PageStore } from '../machine/memory.ts';
import type { Range } from '../machine/range-set.ts';
import type { AccessVerb, ForeignAddress, KernelMemory, MappedPages } from '../runtime.ts';
import { readVirtual, writeVirtual } from './access.ts';
import { reportUnmapped } from './bad-address.ts';
import { heldText } from './held-text.ts';
import { type Caller, type Kernel, siteOf } from './kernel.ts';

/** Pages around an address that are mapped with it, if they are the same owner's. */
const PAGES_AROUND = 64;

const known = new WeakMap<Kernel, KernelMemory>();

/** The memory of a kernel as a runtime sees it; the same whenever it is asked for. */
export function kernelMemory(kernel: Kernel): KernelMemory {
  const memory = known.get(kernel) ?? createMemory(kernel);
  known.set(kernel, memory);
  return memory;
}

function createMemory(kernel: Kernel): KernelMemory {
  const { machine, previous } = kernel;
  return {
    before: previous && kernelMemory(previous),
    endAddress: machine.ram.ranges.at(-1)?.end ?? 0,
    map(address, verb, caller, store) {
      const mapped = kernel.vmalloc.isInside(address)
        ? mapArea(kernel, address)
        : mapDirect(kernel, address, verb, caller);
      if (mapped === undefined) return undefined;
      for (const { pfn, pages } of mapped)
        machine.memory.lend({ start: pfn, end: pfn + pages }, store);
      return mapped;
    },
    refuse(address, verb, caller, foreign) {
      if (verb === 'called' || foreign !== undefined)
        reportBadAddress(kernel, address, verb, caller, foreign);
      else if (verb === 'read') readVirtual(kernel, address, 1, caller);
      else writeVirtual(kernel, address, new Uint8Array(1), caller);
      const message = `page fault at ${hexText(address)}`;
      kernel.print(`BUG: unable to handle ${message}`);
      kernel.oops = message;
      return message;
    },
    orderAt(address) {
      const physical = Number(address - kernel.directMapBase);
      return kernel.blocks.around(kernel.pfnOf(physical))?.order ?? 0;
    },
    takeBackAll: (store: PageStore) => machine.memory.takeBackAll(store),
  };
}

/** What is called is no function, whoever has it; what is foreign nobody has. */
function reportBadAddress(
  kernel: Kernel,
  address: bigint,
  verb: AccessVerb,
  caller: Caller,
  foreign: ForeignAddress | undefined,
): void {
  const isOwn =
    foreign === undefined && (kernel.isMapped(address) || kernel.vmalloc.isInside(address));
  if (!isOwn) {
    reportUnmapped(kernel, address, verb, caller, foreign);
    return;
  }
  const what = kernel.isMapped(address)
    ? kernel.heldAround(Number(address - kernel.directMapBase))
    : kernel.vmalloc.around(address);
  kernel.recorder.finding({
    rule: 'unowned-memory-read',
    severity: 'error',
    message: `memory at ${hexText(address)} is called, and no function is there`,
    driver: caller.driver,
    ...siteOf(caller),
    related:
      what === undefined
        ? []
        : [{ message: `it is this: ${heldText(kernel, what)}`, ...siteOf(what) }],
  });
}

/** The pages around an address of a vmalloc area, in runs that are contiguous in memory. */
function mapArea(kernel: Kernel, address: bigint): MappedPages[] | undefined {
  const { vmalloc, machine } = kernel;
  const area = vmalloc.around(address);
  if (area === undefined) return undefined;
  const { pageBytes } = machine;
  const page = Math.floor(Number(address - area.address) / pageBytes);
  const end = Math.min(page + PAGES_AROUND, vmalloc.sizeOf(area) / pageBytes);
  const runs: { virt: bigint; pfn: number; pages: number; isWritable: boolean }[] = [];
  for (let index = page; index < end; index++) {
    const offset = index * pageBytes;
    const pfn = kernel.pfnOf(vmalloc.physicalAt(area, offset));
    const last = runs.at(-1);
    if (last !== undefined && last.pfn + last.pages === pfn) last.pages += 1;
    else runs.push({ virt: area.address + BigInt(offset), pfn, pages: 1, isWritable: true });
  }
  return runs;
}

function mapDirect(
  kernel: Kernel,
  address: bigint,
  verb: 'read' | 'written',
  caller: Caller,
): MappedPages[] | undefined {
  const physical = Number(address - kernel.directMapBase);
  if (!kernel.machine.ram.has(physical)) return undefined;
  const pfn = kernel.pfnOf(physical);
  const held = kernel.heldAround(physical);
  if (held !== undefined) {
    // Objects share their page: who may use one may use the page, as far as a process can tell.
    const block = 'order' in held ? held : { pfn, order: 0 };
    const owned = { start: block.pfn, end: block.pfn + 2 ** block.order };
    return [mapping(kernel, pfn, owned, physical, verb, caller)];
  }
  const { setAside } = kernel;
  if (!setAside.has(pfn)) return undefined;
  // Written, too: kernel/liveupdate/kho_block.c links blocks anew before it takes them back.
  const around = windowOf(pfn);
  let end = pfn + 1;
  while (end < around.end && setAside.has(end)) end += 1;
  return [{ virt: virtOf(kernel, pfn), pfn, pages: end - pfn, isWritable: true }];
}

/** What is serialized can be read; the first write to a page of it is told of and let through. */
function mapping(
  kernel: Kernel,
  pfn: number,
  owned: Range,
  physical: number,
  verb: 'read' | 'written',
  caller: Caller,
): MappedPages {
  const bytes = { start: kernel.addressOf(pfn), end: kernel.addressOf(pfn + 1) };
  if (kernel.frozen.overlaps(bytes)) {
    const isWritable = verb === 'written';
    if (isWritable) kernel.reportIfFrozen({ start: physical, end: physical + 1 }, verb, caller);
    return { virt: virtOf(kernel, pfn), pfn, pages: 1, isWritable };
  }
  const around = windowOf(pfn);
  let start = Math.max(owned.start, around.start);
  let end = Math.min(owned.end, around.end);
  const isFrozen = (from: number, to: number): boolean =>
    kernel.frozen.overlaps({ start: kernel.addressOf(from), end: kernel.addressOf(to) });
  if (isFrozen(start, end)) {
    start = pfn;
    end = pfn + 1;
  }
  return { virt: virtOf(kernel, start), pfn: start, pages: end - start, isWritable: true };
}

function windowOf(pfn: number): Range {
  const start = pfn - (pfn % PAGES_AROUND);
  return { start, end: start + PAGES_AROUND };
}

function virtOf(kernel: Kernel, pfn: number): bigint {
  return kernel.directMapBase + BigInt(kernel.addressOf(pfn));
}
