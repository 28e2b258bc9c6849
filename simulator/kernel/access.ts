// Reads and writes of drivers, checked as a sanitizer would check them.
import { hexText } from '../../kho/index.ts';
import { POISON_BYTE } from '../machine/memory.ts';
import { reportUnmapped, reportUnowned } from './bad-address.ts';
import { heldText } from './held-text.ts';
import { type Caller, type Kernel, siteOf } from './kernel.ts';
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
  // A page that is never mapped follows every area.
  const before = kernel.vmalloc.around(address - BigInt(kernel.machine.pageBytes));
  const base = { severity: 'error', driver: caller.driver, ...siteOf(caller) } as const;
  const place = area ?? gone ?? before;
  const how = area === undefined && gone !== undefined ? 'freed' : 'allocated';
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
          : before !== undefined
            ? `memory at ${hexText(address)} is ${verb}, behind the end of a vmalloc area`
            : `${hexText(address)} is not mapped: no vmalloc area is there`,
    related:
      place === undefined
        ? []
        : [{ message: `${how} here: ${heldText(kernel, place)}`, ...siteOf(place) }],
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
  const isNull = address < BigInt(kernel.machine.pageBytes);
  const isMapped = offset >= 0n && kernel.machine.ram.has(physical);
  if (isNull || !isMapped) {
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
    related: [{ message: `it was allocated here: ${heldText(kernel, object)}`, ...siteOf(object) }],
  });
}
