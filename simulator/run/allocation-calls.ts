// Drivers' calls that allocate and free pages, folios and objects. What they may say with flags is
// in ../kernel/gfp.ts.
import { LARGEST_MAX_ORDER } from '../../kho/index.ts';
import { reportNullUse } from '../kernel/bad-address.ts';
import { type GfpRequest, parseGfp } from '../kernel/gfp.ts';
import { type Caller, type Kernel, siteOf } from '../kernel/kernel.ts';
import { kernelName } from '../kernel-names.ts';
import { nodeAt } from '../machine/machine.ts';
import type { ApiValue } from '../runtime.ts';
import { argumentsOf, Misuse, sizeArgument } from './arguments.ts';

/** What answers a call of a driver; throws Misuse for what makes no sense. */
export type Answerer = (args: readonly ApiValue[], caller: Caller, kernel: Kernel) => ApiValue;

/** KMALLOC_MAX_SIZE with 4 KiB pages. */
const MAX_KMALLOC_BYTES: number = 4 << 20;
/** Orders above MAX_PAGE_ORDER have no memory; still larger ones are no orders. */
const MAX_ORDER: number = LARGEST_MAX_ORDER + 1;
/** Nodes have numbers below MAX_NUMNODES. */
const MAX_NODE = 1023;
/** NUMA_NO_NODE: any. */
const NO_NODE = -1;
const EINVAL = 22;

export const ALLOCATION_CALLS: Readonly<Record<string, Answerer>> = {
  getFreePages: (args, caller, kernel) =>
    allocatePages('alloc_pages', args, undefined, { caller, kernel }),
  allocPagesNode: (args, caller, kernel) =>
    allocatePages('alloc_pages_node', args.slice(1), nodeArgument(args, 0, kernel), {
      caller,
      kernel,
    }),
  // For drivers in C: page_to_nid() of the page at an address of the direct map.
  pageToNid(args, _caller, kernel) {
    const [virt] = argumentsOf(args, 'virt');
    return nodeAt(kernel.machine, Number(virt - kernel.directMapBase)) ?? NO_NODE;
  },
  freePages(args, caller, kernel) {
    const [virt] = argumentsOf(args, 'virt');
    const order = sizeArgument(args, 1, MAX_ORDER);
    const address = Number(virt - kernel.directMapBase);
    kernel.freePages(address, order, caller);
    logAllocation('free_pages', address, { order }, caller, kernel);
    return undefined;
  },
  folioAlloc: (args, caller, kernel) =>
    allocatePages('folio_alloc', args, undefined, { caller, kernel }),
  folioAllocNode: (args, caller, kernel) =>
    allocatePages('folio_alloc_node', args, nodeArgument(args, 2, kernel), { caller, kernel }),
  folioGet(args, caller, kernel) {
    const [virt] = argumentsOf(args, 'virt');
    if (virt === 0n) {
      reportNullUse(kernel, 'folio_get() of a NULL pointer', caller);
      return undefined;
    }
    const address = Number(virt - kernel.directMapBase);
    kernel.getFolio(address, caller);
    logAllocation('folio_get', address, {}, caller, kernel);
    return undefined;
  },
  folioPut(args, caller, kernel) {
    const [virt] = argumentsOf(args, 'virt');
    if (virt === 0n) {
      reportNullUse(kernel, 'folio_put() of a NULL pointer', caller);
      return undefined;
    }
    const address = Number(virt - kernel.directMapBase);
    kernel.putFolio(address, caller);
    logAllocation('folio_put', address, {}, caller, kernel);
    return undefined;
  },
  splitFolio(args, caller, kernel) {
    const [virt] = argumentsOf(args, 'virt');
    const address = Number(virt - kernel.directMapBase);
    const isSplit = kernel.splitFolio(address, caller);
    logAllocation('split_folio', address, {}, caller, kernel);
    return isSplit ? 0 : -EINVAL;
  },
  kzalloc: (args, caller, kernel) => allocateBytes('kzalloc', args, undefined, { caller, kernel }),
  kzallocNode: (args, caller, kernel) =>
    allocateBytes('kzalloc_node', args, nodeArgument(args, 2, kernel), { caller, kernel }),
  // What differs from the above is C's: what it finds in them.
  kmalloc: (args, caller, kernel) => allocateBytes('kmalloc', args, undefined, { caller, kernel }),
  kmallocNode: (args, caller, kernel) =>
    allocateBytes('kmalloc_node', args, nodeArgument(args, 2, kernel), { caller, kernel }),
  kfree(args, caller, kernel) {
    const [virt] = argumentsOf(args, 'virt');
    if (virt === 0n) return undefined;
    const address = Number(virt - kernel.directMapBase);
    kernel.freeBytes(address, caller);
    logAllocation('kfree', address, {}, caller, kernel);
    return undefined;
  },
};

/** Who calls, and whom. */
interface Ends {
  readonly caller: Caller;
  readonly kernel: Kernel;
}

/** Pages or a folio: `args` are the flags and the order. */
function allocatePages(
  event: string,
  args: readonly ApiValue[],
  node: number | undefined,
  { caller, kernel }: Ends,
): bigint {
  const gfp = gfpArgument(args, 0, event, { caller, kernel });
  const order = sizeArgument(args, 1, MAX_ORDER);
  const kind = gfp.isCompound || event.startsWith('folio') ? 'folio' : 'pages';
  const address = kernel.allocatePages(order, gfp, caller, kind, node);
  if (address !== undefined && gfp.isZeroed)
    kernel.machine.memory.fill(address, 2 ** order * kernel.machine.pageBytes, 0);
  logAllocation(event, address, { ...placeFields(gfp, node), order }, caller, kernel);
  return virtualOf(address, kernel);
}

function allocateBytes(
  event: string,
  args: readonly ApiValue[],
  node: number | undefined,
  { caller, kernel }: Ends,
): bigint {
  const size = sizeArgument(args, 0, MAX_KMALLOC_BYTES);
  const gfp = gfpArgument(args, 1, event, { caller, kernel });
  // kmalloc_fix_flags() warns and leaves the flag out.
  if (gfp.isHigh)
    reportFlags(event, gfp, 'an object needs an address, and so is not __GFP_HIGHMEM', {
      caller,
      kernel,
    });
  const address = kernel.allocateBytes(Math.max(size, 1), caller, gfp, node);
  logAllocation(event, address, { ...placeFields(gfp, node), bytes: size }, caller, kernel);
  return virtualOf(address, kernel);
}

function gfpArgument(
  args: readonly ApiValue[],
  index: number,
  event: string,
  { caller, kernel }: Ends,
): GfpRequest {
  const text = args[index];
  const gfp =
    typeof text === 'string'
      ? parseGfp(text)
      : "it must be flags, such as 'GFP_KERNEL | __GFP_ZERO'";
  if (typeof gfp === 'string') throw new Misuse(`the flags: ${gfp}`);
  if (gfp.mayBlock) kernel.locks.maySleep(event, caller);
  if (gfp.problem !== undefined) reportFlags(event, gfp, gfp.problem, { caller, kernel });
  return gfp;
}

function reportFlags(event: string, gfp: GfpRequest, why: string, { caller, kernel }: Ends): void {
  kernel.warn(kernelName(event));
  kernel.recorder.finding({
    rule: 'gfp-flags',
    severity: 'warning',
    message: `${event}() with ${gfp.text}: ${why}`,
    help: 'begin with GFP_KERNEL, or GFP_NOWAIT where nothing may sleep, and add what is needed',
    driver: caller.driver,
    ...siteOf(caller),
    related: [],
  });
}

/** A node of this machine, with memory or without, or undefined for any. */
function nodeArgument(
  args: readonly ApiValue[],
  index: number,
  { machine }: Kernel,
): number | undefined {
  if (args[index] === NO_NODE) return undefined;
  const node = sizeArgument(args, index, MAX_NODE);
  const ids = [...machine.nodes.map(({ id }) => id), ...machine.emptyNodes];
  if (ids.includes(node)) return node;
  throw new Misuse(`argument ${index + 1} is ${node}; nodes are ${ids.join(', ')}`);
}

function placeFields(
  { text }: GfpRequest,
  node: number | undefined,
): Readonly<Record<string, string | number>> {
  return {
    ...(node === undefined ? {} : { nid: node }),
    ...(text === 'GFP_KERNEL' ? {} : { gfp: text }),
  };
}

function virtualOf(address: number | undefined, kernel: Kernel): bigint {
  return address === undefined ? 0n : kernel.directMapBase + BigInt(address);
}

function logAllocation(
  name: string,
  address: number | undefined,
  fields: Readonly<Record<string, string | number>>,
  { driver, site }: Caller,
  { recorder }: Kernel,
): void {
  const event = recorder.beginCall(name, driver);
  if (address === undefined) event.text('addr', 'none');
  else event.address('addr', address);
  for (const key in fields) {
    const value = fields[key];
    if (typeof value === 'number') event.number(key, value);
    else if (value !== undefined) event.text(key, value);
  }
  recorder.endCall(event, site);
}
