// KHO's functions as drivers call them. Which there are, and what they take, is in the release's
// row.

import { hexText, KHO_VMALLOC, pageGeometry, type Release } from '../../../kho/index.ts';
import { recordCall } from '../../kernel/call-event.ts';
import { GFP_KERNEL } from '../../kernel/gfp.ts';
import type { Caller, Kernel } from '../../kernel/kernel.ts';
import { RESERVE_MEM_OWNER } from '../../kernel/memblock.ts';
import { kernelName } from '../../kernel-names.ts';
import type { Finding } from '../../result.ts';
import { argumentsOf, bytesArgument, Misuse, sizeArgument } from '../../run/arguments.ts';
import type { ApiAnswer, ApiCall, ApiValue } from '../../runtime.ts';
import { E2BIG, EINVAL, ENOMEM, errorPointer, isErrorPointer } from './errors.ts';
import type { Incoming } from './incoming.ts';
import { type Outgoing, SERIALIZATION } from './outgoing.ts';
import { answerWalk, RADIX_CALLS, type RadixWalks } from './radix/calls.ts';
import { folioOf, type Restorer } from './restore.ts';
import {
  type CalledBy,
  type Context,
  directMapPage,
  findingAt,
  kernelBugAt,
  Oops,
} from './state.ts';
import { blobBytes } from './subtrees.ts';

export interface MainlineCalls extends Context {
  readonly isEnabled: boolean;
  readonly incoming: Incoming | undefined;
  /** There from the start; its root FDT comes with kho_init(). */
  readonly outgoing: Outgoing;
  readonly restorer: Restorer;
  readonly radixWalks: RadixWalks;
}

type Answerer = (args: readonly ApiValue[], calls: MainlineCalls, by: CalledBy) => ApiValue;

/** More pages than any machine has. */
const MAX_PAGES = 2 ** 40;
const NULL = 0n;

const CALLS: Readonly<Record<string, Answerer>> = {
  ...RADIX_CALLS,
  khoIsEnabled: (_args, { isEnabled }) => isEnabled,
  isKhoBoot: (_args, { incoming }) => incoming?.blob !== undefined,

  khoPreserveFolio(args, { kernel, outgoing }, by) {
    const folio = folioArgument(args, kernel, by);
    if (folio === undefined) return -EINVAL;
    return outgoing.preserver.preserveBlock(folio.pfn, folio.order, 'folio', by);
  },
  khoUnpreserveFolio(args, { kernel, outgoing }, by) {
    const folio = folioArgument(args, kernel, by);
    if (folio !== undefined) outgoing.preserver.unpreserveBlock(folio.pfn, folio.order, by);
    return undefined;
  },
  khoPreservePages(args, { kernel, outgoing }, by) {
    const range = pagesArgument(args, kernel, by);
    if (range === undefined) return -EINVAL;
    return outgoing.preserver.preserveRange(range.start, range.end, 'pages', by);
  },
  khoUnpreservePages(args, { kernel, outgoing }, by) {
    const range = pagesArgument(args, kernel, by);
    if (range !== undefined) outgoing.preserver.unpreserveRange(range.start, range.end, by);
    return undefined;
  },
  khoPreservePhys(args, { kernel, outgoing }, by) {
    const [phys] = argumentsOf(args, 'virt');
    const size = sizeArgument(args, 1, MAX_PAGES);
    const { pageBytes } = kernel.machine;
    const start = Number(phys);
    // Being finalized is looked at first.
    if (!outgoing.preserver.isClosed && (start % pageBytes !== 0 || size % pageBytes !== 0))
      return -EINVAL;
    const pages = kernel.pagesOf({ start, end: start + size });
    if (!isMemory(kernel, pages, by)) return -EINVAL;
    checkOwned(kernel, pages.start, by);
    return outgoing.preserver.preserveRange(pages.start, pages.end, 'pages', by);
  },
  khoPreserveVmalloc(args, { outgoing }, by) {
    const [area] = argumentsOf(args, 'virt');
    return outgoing.vmalloc.preserve(area, by);
  },
  khoUnpreserveVmalloc(args, { outgoing }, by) {
    outgoing.vmalloc.unpreserve(preservationArgument(args), by);
    return undefined;
  },

  khoAllocPreserve(args, { kernel, outgoing }, by) {
    const size = sizeArgument(args, 0, Number.MAX_SAFE_INTEGER);
    if (size === 0) return errorPointer(-EINVAL);
    const order = Math.max(0, Math.ceil(Math.log2(size / kernel.machine.pageBytes)));
    if (order > pageGeometry(kernel.machine.pageBytes).maxOrder) return errorPointer(-E2BIG);
    const address = kernel.allocatePages(order, GFP_KERNEL, by.caller, 'folio');
    if (address === undefined) return errorPointer(-ENOMEM);
    kernel.machine.memory.fill(address, 2 ** order * kernel.machine.pageBytes, 0);
    const error = outgoing.preserver.preserveBlock(kernel.pfnOf(address), order, 'alloc', by);
    if (error === 0) return virtualOf(kernel, address);
    kernel.putFolio(address, by.caller);
    return errorPointer(error);
  },
  khoUnpreserveFree(args, { kernel, outgoing }, by) {
    const [mem] = argumentsOf(args, 'virt');
    if (mem === NULL) return undefined;
    refuseErrorPointer(mem, kernel, by);
    const folio = folioArgument(args, kernel, by);
    if (folio === undefined) return undefined;
    if (outgoing.preserver.isOfKernelBefore(folio.pfn, by)) return undefined;
    outgoing.preserver.unpreserveBlock(folio.pfn, folio.order, by);
    kernel.putFolio(kernel.addressOf(folio.pfn), by.caller);
    return undefined;
  },

  khoRestoreFolio(args, { kernel, restorer }, by) {
    const [phys] = argumentsOf(args, 'virt');
    return pointerOf(restorer.folio(Number(phys), by), kernel, by);
  },
  khoRestorePages(args, { kernel, restorer }, by) {
    const [phys] = argumentsOf(args, 'virt');
    const count = sizeArgument(args, 1, MAX_PAGES);
    return pointerOf(restorer.pages(Number(phys), count, by), kernel, by);
  },
  khoRestoreVmalloc(args, { kernel, restorer }, by) {
    const address = restorer.vmalloc(preservationArgument(args), by);
    if (address === undefined) kernel.lastNull = by.caller;
    return address ?? NULL;
  },
  khoRestoreFree(args, { kernel, restorer }, by) {
    const [mem] = argumentsOf(args, 'virt');
    if (mem === NULL) return undefined;
    if (isErrorPointer(mem)) {
      // There is no such page: nothing is restored, and the kernel warns.
      reportErrorPointer(mem, 'the kernel warns', kernel, by);
      kernel.warn('kho_restore_free', true);
      return undefined;
    }
    restorer.free(Number(mem - kernel.directMapBase), by);
    return undefined;
  },

  khoAddSubtree(args, calls, by) {
    const { kernel, release, outgoing } = calls;
    const { name, blob, sizeBytes } = subtreeArguments(args, calls);
    if (sizeBytes === undefined) refuseErrorPointer(blob, kernel, by);
    if (release.serialization !== 'finalize-notifiers') refuseDisabled(calls, by);
    if (isErrorPointer(blob))
      reportErrorPointer(blob, 'the next kernel is told of memory that is not there', kernel, by);
    else if (pageArgument([blob], kernel, by) === undefined) return -EINVAL;
    const address = Number(blob - kernel.directMapBase);
    const size = sizeBytes ?? blobBytes(kernel, address);
    return outgoing.addSubtree({ name, address, sizeBytes: size, by });
  },
  khoRemoveSubtree(args, calls, by) {
    const [blob] = argumentsOf(args, 'virt');
    refuseDisabled(calls, by);
    if (isErrorPointer(blob)) {
      reportErrorPointer(blob, 'no subtree is there', calls.kernel, by);
      return undefined;
    }
    calls.outgoing.removeSubtree(Number(blob - calls.kernel.directMapBase), by);
    return undefined;
  },
  khoRetrieveSubtree(args, { incoming }) {
    const [name] = argumentsOf(args, 'string');
    const found = incoming?.retrieve(name) ?? -2;
    if (typeof found === 'number') return found;
    const { phys, sizeBytes } = found;
    return { phys: BigInt(phys), ...(sizeBytes === undefined ? {} : { size: sizeBytes }) };
  },

  registerKhoNotifier(args, { outgoing }, { caller }) {
    const [callback] = argumentsOf(args, 'string');
    return outgoing.register(caller, callback) ? 0 : -17;
  },
  unregisterKhoNotifier(args, { outgoing }, { caller }) {
    const [callback] = argumentsOf(args, 'string');
    return outgoing.unregister(caller.driver, callback) ? 0 : -2;
  },
};

const ANSWERERS: ReadonlyMap<string, Answerer> = new Map(Object.entries(CALLS));

/** Answers a call; undefined if the release has no such function. */
export function answerMainlineCall(call: ApiCall, calls: MainlineCalls): ApiAnswer | undefined {
  const walk = answerWalk(call.name, call.args, calls.radixWalks);
  if (walk !== undefined) return { kind: 'value', ...walk };
  if (call.name === 'memblockRevive') return revive(call.args, calls);
  const answerer = ANSWERERS.get(call.name);
  const row = answerer && functionOf(calls.release, call.name);
  if (answerer === undefined || row === undefined) return undefined;
  const { driver, site } = call;
  const caller: Caller = site === undefined ? { driver } : { driver, site };
  try {
    const value = answerer(call.args, calls, { call: call.name, caller });
    recordCall(call.name, call.args, value, caller, calls.kernel);
    return { kind: 'value', value };
  } catch (error) {
    if (error instanceof Oops) {
      if (error.bug !== undefined) kernelBugAt(calls.kernel, caller, error.bug);
      calls.kernel.print(`BUG: ${error.message}`);
      calls.kernel.oops = error.message;
      return { kind: 'misuse', message: error.message };
    }
    if (error instanceof Misuse) error.message += `; it is ${row.signature}`;
    throw error;
  }
}

/**
 * A region of reserve_mem= that mm/memblock.c, as a driver, found again: it stays reserved and is
 * never restored, and is that kernel's all the same.
 */
function revive(args: readonly ApiValue[], { kernel, restorer }: MainlineCalls): ApiAnswer {
  const [phys] = argumentsOf(args, 'virt');
  const count = Math.ceil(
    sizeArgument(args, 1, Number.MAX_SAFE_INTEGER) / kernel.machine.pageBytes,
  );
  restorer.pages(Number(phys), count, { call: 'reserve_mem', caller: RESERVE_MEM_OWNER });
  return { kind: 'value', value: undefined };
}

const FUNCTIONS = new WeakMap<Release, ReadonlyMap<string, Release['api'][number]>>();

/** The row of a function that a release has, by its name in drivers or in the kernel. */
function functionOf(release: Release, call: string): Release['api'][number] | undefined {
  let rows = FUNCTIONS.get(release);
  if (rows === undefined) {
    rows = new Map(release.api.map((row) => [row.name, row]));
    FUNCTIONS.set(release, rows);
  }
  return rows.get(kernelName(call));
}

function virtualOf(kernel: Kernel, address: number): bigint {
  return kernel.directMapBase + BigInt(address);
}

function pointerOf(address: number | undefined, kernel: Kernel, { caller }: CalledBy): bigint {
  if (address !== undefined) return virtualOf(kernel, address);
  kernel.lastNull = caller;
  return NULL;
}

/** page_folio() of an address: with its order as it is now. */
function folioArgument(
  args: readonly ApiValue[],
  kernel: Kernel,
  by: CalledBy,
): { readonly pfn: number; readonly order: number } | undefined {
  const pfn = pageArgument(args, kernel, by);
  if (pfn === undefined) return undefined;
  const block = kernel.blocks.around(pfn);
  const folio = folioOf(block, pfn);
  const isPreserve = by.call === 'khoPreserveFolio';
  if (isPreserve && block === undefined) checkOwned(kernel, pfn, by);
  if (isPreserve && block?.kind === 'slab') reportSlab(kernel, args, by);
  else if (isPreserve && block !== undefined && block.order > folio.order)
    findingAt(kernel, by.caller, {
      rule: 'preserve-kind',
      severity: 'error',
      message:
        `${by.call}() of one of ${2 ** block.order} pages that are no folio: only that page ` +
        'is preserved',
      help: 'preserve folios as folios, and the pages of getFreePages() with khoPreservePages()',
      related: allocatedHere(kernel, args),
    });
  return folio;
}

/** Where what is at an address was allocated. */
function allocatedHere(kernel: Kernel, [address]: readonly ApiValue[]): Finding['related'] {
  const site = kernel.heldAround(Number((address as bigint) - kernel.directMapBase))?.site;
  return site === undefined ? [] : [{ message: 'allocated here', site }];
}

function pagesArgument(
  args: readonly ApiValue[],
  kernel: Kernel,
  by: CalledBy,
): { readonly start: number; readonly end: number } | undefined {
  const start = pageArgument(args, kernel, by);
  const count = sizeArgument(args, 1, MAX_PAGES);
  if (start === undefined) return undefined;
  const range = { start, end: start + count };
  if (!isMemory(kernel, range, by)) return undefined;
  if (by.call === 'khoPreservePages') {
    checkOwned(kernel, start, by);
    if (kernel.blocks.around(start)?.kind === 'slab') reportSlab(kernel, args, by);
  }
  return range;
}

/** The next kernel gets a page in which whoever has the other objects goes on as before. */
function reportSlab(kernel: Kernel, args: readonly ApiValue[], by: CalledBy): void {
  findingAt(kernel, by.caller, {
    rule: 'preserve-kind',
    severity: 'error',
    message: `${by.call}() of an object that shares its page with others`,
    help: 'preserve pages that are allocated as such, by getFreePages() or folioAlloc()',
    related: allocatedHere(kernel, args),
  });
}

/** Whether all of a range of pages is memory; there is no struct page for what is not. */
function isMemory(
  kernel: Kernel,
  { start, end }: { readonly start: number; readonly end: number },
  { call, caller }: CalledBy,
): boolean {
  const range = { start: kernel.addressOf(start), end: kernel.addressOf(end) };
  if (start === end || kernel.isRam(range)) return true;
  findingAt(kernel, caller, {
    rule: 'preserve-kind',
    severity: 'error',
    message: `${call}() of ${end - start} pages at ${hexText(range.start)}: not all are memory`,
    help: 'pass the number of pages that were allocated',
  });
  return false;
}

/** virt_to_page(): only addresses of the direct map have one. */
function pageArgument(
  args: readonly ApiValue[],
  kernel: Kernel,
  { call, caller }: CalledBy,
): number | undefined {
  const [address] = argumentsOf(args, 'virt');
  const pfn = directMapPage(kernel, address);
  if (pfn === undefined)
    findingAt(kernel, caller, {
      rule: 'preserve-kind',
      severity: 'error',
      message: `${call}() of ${hexText(address)}, which is no address of the direct map`,
      help: 'pass what folioAlloc() or getFreePages() gave in this kernel',
    });
  return pfn;
}

function checkOwned(kernel: Kernel, pfn: number, { call, caller }: CalledBy): void {
  const address = kernel.addressOf(pfn);
  if (kernel.blocks.around(pfn) !== undefined || isReserved(kernel, address)) return;
  const isOurs = kernel.setAside.has(pfn);
  findingAt(kernel, caller, {
    rule: 'preserve-kind',
    severity: 'error',
    message: isOurs
      ? `${call}() of ${hexText(address)}, which the kernel before preserved and nobody restored`
      : `${call}() of ${hexText(address)}, which nobody allocated`,
    help: isOurs ? 'restore it first' : 'preserve memory that is yours',
    related: isOurs ? (kernel.handedOverAt?.(pfn) ?? []) : [],
  });
}

/** Memory of early boot belongs to the kernel itself. */
function isReserved(kernel: Kernel, address: number): boolean {
  return kernel.memblock.reserved.has(address) && !kernel.setAside.has(kernel.pfnOf(address));
}

function preservationArgument(args: readonly ApiValue[]): Uint8Array {
  const bytes = bytesArgument(args, 0);
  if (bytes.length === KHO_VMALLOC.sizeBytes) return bytes;
  throw new Misuse(`argument 1 must be the ${KHO_VMALLOC.sizeBytes} bytes of a struct kho_vmalloc`);
}

/** What kho_add_subtree() takes has changed twice; the row says what it is. */
function subtreeArguments(
  args: readonly ApiValue[],
  { release }: Context,
): { readonly name: string; readonly blob: bigint; readonly sizeBytes?: number } {
  if (release.serialization === 'finalize-notifiers') {
    const [handle, name, blob] = argumentsOf(args, 'number', 'string', 'virt');
    if (handle === SERIALIZATION) return { name, blob };
    throw new Misuse('argument 1 must be what the notifier was called with');
  }
  const [name, blob] = argumentsOf(args, 'string', 'virt');
  const isSized = release.subtrees.kind === 'by-reference' && release.subtrees.sizeProperty;
  if (!isSized) return { name, blob };
  return { name, blob, sizeBytes: sizeArgument(args, 2, Number.MAX_SAFE_INTEGER) };
}

function refuseErrorPointer(pointer: bigint, kernel: Kernel, by: CalledBy): void {
  if (!isErrorPointer(pointer)) return;
  reportErrorPointer(pointer, 'the kernel follows it', kernel, by);
  throw new Oops(`${by.call}() followed an ERR_PTR`);
}

function reportErrorPointer(
  pointer: bigint,
  consequence: string,
  kernel: Kernel,
  { call, caller }: CalledBy,
): void {
  findingAt(kernel, caller, {
    rule: 'error-pointer',
    severity: 'error',
    message: `${call}() of an ERR_PTR (${BigInt.asIntN(64, pointer)}): ${consequence}`,
    help: 'look with isErr() at what khoAllocPreserve() returns before you use it',
  });
}

/** The root FDT is NULL until kho_init(), and for good where KHO is off. */
function refuseDisabled({ kernel, outgoing, isEnabled }: MainlineCalls, by: CalledBy): void {
  if (outgoing.root !== undefined) return;
  const when = isEnabled ? 'before kho_init()' : 'while KHO is disabled';
  findingAt(kernel, by.caller, {
    rule: isEnabled ? 'preserved-too-early' : 'kho-disabled',
    severity: 'error',
    message: `${by.call}() ${when}: the kernel dereferences NULL`,
    help: isEnabled
      ? 'earlyInit() may take back what was preserved, and preserve nothing'
      : 'ask khoIsEnabled() first; kho=on enables it, if scratch can be reserved',
  });
  throw new Oops(`${by.call}() dereferenced NULL`);
}
