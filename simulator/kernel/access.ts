// Reads and writes of drivers, checked as a sanitizer would check them.
import { hexText } from '../../kho/index.ts';
import { POISON_BYTE } from '../machine/memory.ts';
import { type Caller, type Kernel, siteOf } from './kernel.ts';
import { lostMemory } from './lost-memory.ts';
import type { SlabObject } from './slab.ts';
import type { VmArea } from './vmalloc.ts';

/** One access of a driver: bytes that a single read() or write() may touch. */
export const MAX_ACCESS_BYTES: number = 16 << 20;

type Verb = 'read' | 'written';

/** What `lengthBytes` at a virtual address hold; poison where they are not the kernel's. */
export function readVirtual(
  kernel: Kernel,
  address: bigint,
  lengthBytes: number,
  caller: Caller,
): Uint8Array {
  if (kernel.vmalloc.isInside(address)) {
    const bytes = new Uint8Array(lengthBytes).fill(POISON_BYTE);
    const area = areaOf(kernel, address, lengthBytes, 'read', caller);
    for (const { physical, at, count } of area === undefined
      ? []
      : piecesOf(kernel, area, address, lengthBytes))
      bytes.set(kernel.machine.memory.read(physical, count), at);
    return bytes;
  }
  const physical = translate(kernel, address, lengthBytes, 'read', caller);
  if (physical === undefined) return new Uint8Array(lengthBytes).fill(POISON_BYTE);
  return kernel.machine.memory.read(physical, lengthBytes);
}

/** Writes, unless the memory is not the kernel's. */
export function writeVirtual(
  kernel: Kernel,
  address: bigint,
  bytes: Uint8Array,
  caller: Caller,
): void {
  if (kernel.vmalloc.isInside(address)) {
    const area = areaOf(kernel, address, bytes.length, 'written', caller);
    if (area === undefined) return;
    for (const { physical, at, count } of piecesOf(kernel, area, address, bytes.length))
      kernel.machine.memory.write(physical, bytes.subarray(at, at + count));
    return;
  }
  const physical = translate(kernel, address, bytes.length, 'written', caller);
  if (physical === undefined) return;
  kernel.reportIfFrozen({ start: physical, end: physical + bytes.length }, 'written', caller);
  kernel.machine.memory.write(physical, bytes);
}

/** The area that an access lies in as a whole; otherwise there is a finding. */
function areaOf(
  kernel: Kernel,
  address: bigint,
  lengthBytes: number,
  verb: Verb,
  caller: Caller,
): VmArea | undefined {
  const area = kernel.vmalloc.around(address);
  const end = area && area.address + BigInt(kernel.vmalloc.sizeOf(area));
  if (area !== undefined && end !== undefined && address + BigInt(lengthBytes) <= end) return area;
  const gone = kernel.vmalloc.goneAround(address);
  const base = { severity: 'error', driver: caller.driver, ...siteOf(caller) } as const;
  const place = area ?? gone;
  kernel.recorder.finding({
    ...base,
    rule:
      area === undefined && gone !== undefined
        ? 'use-after-free'
        : verb === 'read'
          ? 'unowned-memory-read'
          : 'unowned-memory-written',
    message:
      area !== undefined
        ? `memory at ${hexText(end ?? address)} is ${verb}, past the end of a vmalloc area`
        : gone !== undefined
          ? `memory at ${hexText(address)} is ${verb} after its vmalloc area was freed`
          : `${hexText(address)} is not mapped: no vmalloc area is there`,
    related:
      place === undefined
        ? []
        : [{ message: `${area === undefined ? 'freed' : 'allocated'} here`, ...siteOf(place) }],
  });
  return undefined;
}

/** Bytes of an access that are together in physical memory. */
function* piecesOf(
  { vmalloc, machine }: Kernel,
  area: VmArea,
  address: bigint,
  lengthBytes: number,
): Generator<{ readonly physical: number; readonly at: number; readonly count: number }> {
  const first = Number(address - area.address);
  for (let at = 0; at < lengthBytes; ) {
    const offset = first + at;
    const left = machine.pageBytes - (offset % machine.pageBytes);
    const count = Math.min(left, lengthBytes - at);
    yield { physical: vmalloc.physicalAt(area, offset), at, count };
    at += count;
  }
}

/** The physical address, or undefined, with a finding, if the access is not allowed. */
function translate(
  kernel: Kernel,
  address: bigint,
  lengthBytes: number,
  verb: Verb,
  caller: Caller,
): number | undefined {
  const offset = address - kernel.directMapBase;
  const physical = Number(offset);
  if (address < BigInt(kernel.machine.pageBytes)) {
    reportNull(kernel, address, verb, caller);
    return undefined;
  }
  const isMapped = offset >= 0n && kernel.machine.ram.has(physical);
  if (!isMapped) {
    reportUnmapped(kernel, address, verb, caller);
    return undefined;
  }
  const accessEnd = physical + lengthBytes;
  const { start, end } = kernel.pagesOf({ start: physical, end: accessEnd });
  for (let pfn = start; pfn < end; pfn++) {
    const first = Math.max(physical, kernel.addressOf(pfn));
    const held = kernel.heldAround(first);
    if (held !== undefined && 'sizeBytes' in held && held.address + held.sizeBytes < accessEnd) {
      reportPastEnd(kernel, held, verb, caller);
      return undefined;
    }
    if (held !== undefined || (verb === 'read' && kernel.setAside.has(pfn))) continue;
    reportUnowned(kernel, first, verb, caller);
    return undefined;
  }
  return physical;
}

/** An access that begins in an object ends in it: what is behind it belongs to somebody else. */
function reportPastEnd(kernel: Kernel, object: SlabObject, verb: Verb, caller: Caller): void {
  const { address, sizeBytes } = object;
  kernel.recorder.finding({
    rule: verb === 'read' ? 'unowned-memory-read' : 'unowned-memory-written',
    severity: 'error',
    message: `memory at ${hexText(address + sizeBytes)} is ${verb}, past the end of an object`,
    help: `the object at ${hexText(address)} has ${sizeBytes} bytes`,
    driver: caller.driver,
    ...siteOf(caller),
    related: [{ message: 'it was allocated here', ...siteOf(object) }],
  });
}

function reportNull(kernel: Kernel, address: bigint, verb: Verb, caller: Caller): void {
  reportNullUse(kernel, `${hexText(address)} is ${verb}: a NULL pointer`, caller);
}

/** A NULL pointer is used, as `message` says. */
export function reportNullUse(kernel: Kernel, message: string, caller: Caller): void {
  const { lastNull } = kernel;
  kernel.recorder.finding({
    rule: 'null-pointer',
    severity: 'error',
    message,
    help: 'whoever returns a pointer may return NULL: look before you use it',
    driver: caller.driver,
    ...siteOf(caller),
    related:
      lastNull?.driver === caller.driver
        ? [{ message: 'this returned NULL', ...siteOf(lastNull) }]
        : [],
  });
}

function reportUnmapped(kernel: Kernel, address: bigint, verb: Verb, caller: Caller): void {
  const { previous } = kernel;
  const wasPhysical = previous === undefined ? -1n : address - previous.directMapBase;
  const isStale = wasPhysical >= 0n && kernel.machine.ram.has(Number(wasPhysical));
  const isPhysical = kernel.machine.ram.has(Number(address));
  const held = isStale ? previous?.heldAround(Number(wasPhysical)) : undefined;
  kernel.recorder.finding({
    rule: isStale
      ? 'stale-pointer'
      : verb === 'read'
        ? 'unowned-memory-read'
        : 'unowned-memory-written',
    severity: 'error',
    message: isStale
      ? `${hexText(address)} is a virtual address of kernel ${previous?.number}, not of this one`
      : `${hexText(address)} is not mapped${isPhysical ? ': it is a physical address' : ''}`,
    help: isStale
      ? 'hand over physical addresses, and use va() on them in the next kernel'
      : 'drivers use virtual addresses: va() of the physical one',
    driver: caller.driver,
    ...siteOf(caller),
    related: held === undefined ? [] : [{ message: 'it pointed to this', ...siteOf(held) }],
  });
}

function reportUnowned(kernel: Kernel, address: number, verb: Verb, caller: Caller): void {
  const freed = kernel.freedAround(address);
  const lost = lostMemory(kernel, address);
  const base = { severity: 'error', driver: caller.driver, ...siteOf(caller) } as const;
  if (freed !== undefined)
    kernel.recorder.finding({
      ...base,
      rule: 'use-after-free',
      message: `memory at ${hexText(address)} is ${verb} after it was freed`,
      related: [{ message: 'it was freed here', ...siteOf(freed) }],
    });
  else if (kernel.setAside.has(kernel.pfnOf(address)))
    kernel.recorder.finding({
      ...base,
      rule: 'unowned-memory-written',
      message: `memory at ${hexText(address)} was handed over and is written before it is claimed`,
      help: kernel.words.takeOver,
      related: [],
    });
  else if (lost !== undefined)
    kernel.recorder.finding({
      ...base,
      rule: 'memory-not-preserved',
      message:
        `memory at ${hexText(address)} is ${verb}, but kernel ${kernel.previous?.number} did not ` +
        'hand it over: it is gone',
      help: kernel.words.handOver,
      related: [lost.note],
    });
  else
    kernel.recorder.finding({
      ...base,
      rule: verb === 'read' ? 'unowned-memory-read' : 'unowned-memory-written',
      message: `memory at ${hexText(address)} is ${verb}, and nobody allocated it in this kernel`,
      related: [],
    });
}
