// Answers the calls of drivers: memory and printk here, KHO by the model of the release.
import { MAX_ACCESS_BYTES, readVirtual, writeVirtual } from '../kernel/access.ts';
import { recordCall } from '../kernel/call-event.ts';
import { checkRead } from '../kernel/check-read.ts';
import { type Caller, type Kernel, siteOf } from '../kernel/kernel.ts';
import { MemoryFdts } from '../kernel/memory-fdts.ts';
import { ToldFdts } from '../kernel/told-fdts.ts';
import type { KhoModel } from '../kho/model.ts';
import type { CallSite } from '../result.ts';
import type { ApiAnswer, ApiCall, ApiValue, CallHandler } from '../runtime.ts';
import { ALLOCATION_CALLS, type Answerer } from './allocation-calls.ts';
import { argumentsOf, bytesArgument, Misuse, sizeArgument } from './arguments.ts';
import { DRIVER_REPORTS, MAX_MESSAGE_CHARACTERS } from './driver-reports.ts';
import type { Faults } from './faults.ts';
import { FDT_CALLS } from './fdt-calls.ts';
import { LOCK_CALLS } from './lock-calls.ts';
import { MEMBLOCK_CALLS } from './memblock-calls.ts';
import { SHMEM_CALLS } from './shmem-calls.ts';

/** A list of a million pages; the kernel itself has no limit but memory. */
const MAX_VMALLOC_BYTES: number = 2 ** 32;
const EEXIST = 17;

const CALLS: Readonly<Record<string, Answerer>> = {
  ...DRIVER_REPORTS,
  prInfo: print(''),
  prWarn: print('warning: '),
  prErr: print('error: '),
  miscRegister(args, { driver, site }, kernel) {
    const [name, handle] = argumentsOf(args, 'string', 'virt');
    const path = `/dev/${name}`;
    if (kernel.devices.has(path)) return -EEXIST;
    kernel.devices.set(path, { driver, handle });
    kernel.recorder.event('misc_register', { driver, path }, site);
    return 0;
  },
  miscDeregister(args, _caller, kernel) {
    const [name] = argumentsOf(args, 'string');
    kernel.devices.delete(`/dev/${name}`);
    return undefined;
  },
  /** The file itself is the driver's process's. */
  anonInodeGetfile(args, { driver, site }, kernel) {
    const [name] = argumentsOf(args, 'string');
    kernel.recorder.event('anon_inode_getfile', { driver, name }, site);
    return 0;
  },
  /** What a callback says besides what it returns. */
  callbackResult(args, _caller, kernel) {
    kernel.reported = args;
    return undefined;
  },
  ...LOCK_CALLS,
  ...ALLOCATION_CALLS,
  vmalloc: (args, caller, kernel) => allocateArea('vmalloc', args, caller, kernel),
  vmallocHuge: (args, caller, kernel) => allocateArea('vmalloc_huge', args, caller, kernel),
  vfree(args, caller, kernel) {
    const [address] = argumentsOf(args, 'virt');
    if (address !== 0n) kernel.freeArea(address, 'vfree', caller);
    kernel.recorder.event('vfree', { driver: caller.driver }, caller.site);
    return undefined;
  },
  vmap(args, caller, kernel) {
    const pages = Array.isArray(args[0]) ? args[0] : [];
    const blocks = pages.map((_page, index) => {
      const [virt] = argumentsOf(pages.slice(index), 'virt');
      return kernel.pfnOf(Number(virt - kernel.directMapBase));
    });
    if (blocks.length === 0) throw new Misuse('argument 1 must be an array of addresses of pages');
    const owner = caller.driver;
    const area = { kind: 'map', order: 0, blocks, owner, ...siteOf(caller) } as const;
    return kernel.vmalloc.add(area).address;
  },
  // For drivers in C, which do with a page of an area what they like: its direct map address.
  vmallocToPage(args, _caller, kernel) {
    const [address] = argumentsOf(args, 'virt');
    const area = kernel.vmalloc.around(address);
    if (area === undefined) return 0n;
    const offset = Number(address - area.address);
    return kernel.directMapBase + BigInt(kernel.vmalloc.physicalAt(area, offset));
  },
  khoScratchOverlap(args, _caller, kernel) {
    const [phys] = argumentsOf(args, 'virt');
    const start = Number(phys);
    const end = start + sizeArgument(args, 1, Number.MAX_SAFE_INTEGER);
    return kernel.scratch.some((region) => region.start < end && start < region.end);
  },
  vunmap(args, caller, kernel) {
    const [address] = argumentsOf(args, 'virt');
    kernel.freeArea(address, 'vunmap', caller);
    return undefined;
  },
  read(args, caller, kernel) {
    const [virt] = argumentsOf(args, 'virt');
    const size = sizeArgument(args, 1, MAX_ACCESS_BYTES);
    checkRead(kernel, virt, size, args[2] === true, caller);
    return readVirtual(kernel, virt, size, caller);
  },
  write(args, caller, kernel) {
    const [virt] = argumentsOf(args, 'virt');
    const bytes = bytesArgument(args, 1);
    if (bytes.length > MAX_ACCESS_BYTES)
      throw new Misuse(`one write may have ${MAX_ACCESS_BYTES} bytes at most`);
    writeVirtual(kernel, virt, bytes, caller);
    return undefined;
  },
};

/** Those that take a mutex, or memory with GFP_KERNEL; others say with flags whether they may. */
const MAY_SLEEP: ReadonlySet<string> = new Set([
  ...['mutexLock', 'downRead', 'downWrite', 'splitFolio'],
  ...['vmalloc', 'vmallocHuge', 'vfree', 'vmap', 'vunmap'],
  ...['khoPreserveFolio', 'khoUnpreserveFolio', 'khoPreservePages', 'khoUnpreservePages'],
  ...['khoPreservePhys', 'khoPreserveVmalloc', 'khoUnpreserveVmalloc', 'khoAllocPreserve'],
  ...['khoUnpreserveFree', 'khoRestoreVmalloc', 'khoAddSubtree', 'khoRemoveSubtree'],
  ...['registerKhoNotifier', 'unregisterKhoNotifier'],
]);

/** The handler through which all drivers of a kernel call. */
export function createCallHandler(kernel: Kernel, kho: KhoModel, faults: Faults): CallHandler {
  const fdts = new MemoryFdts(kernel);
  const told = new ToldFdts(kernel);
  kernel.fdtWriterAt = (physical) => fdts.writerAt(physical) ?? told.writerAt(physical);
  const places = new Places();
  let caller: Caller = { driver: '' };
  return (made) => {
    // Before anything of this call is done: its event comes when all of it is.
    kernel.recorder.look();
    const own = places.sameFor(made);
    const call = toldCall(own);
    const fault = faults.inject(call, kernel.number);
    if (fault !== undefined) {
      const { driver, name, site } = call;
      const { number, nth } = fault.fault;
      kernel.recorder.event('fault', { driver, name, nth, call: number }, site);
      if (fault.value === 0n) kernel.lastNull = site === undefined ? { driver } : { driver, site };
      return { kind: 'value', value: fault.value };
    }
    const { callCount } = kernel.recorder;
    caller = callerOf(call, caller);
    if (MAY_SLEEP.has(call.name)) kernel.locks.maySleep(call.name, caller);
    try {
      if (own.name.startsWith('libfdt')) return hear(call, own, caller, told, kernel);
      const result = kho.answer(call) ?? answer(call, caller, kernel, fdts);
      if (kernel.recorder.callCount === callCount && result.kind === 'value')
        recordCall(call.name, call.args, result.value, caller, kernel);
      return result;
    } catch (error) {
      if (!(error instanceof Misuse)) throw error;
      const message = `${call.name}(): ${error.message}`;
      const { driver, site } = call;
      kernel.recorder.finding({
        rule: 'api-misuse',
        severity: 'error',
        message,
        driver,
        ...(site === undefined ? {} : { site }),
        related: [],
      });
      return { kind: 'misuse', message };
    }
  };
}

/** Places that more calls than this are made from are not made one. */
const MAX_PLACES = 100_000;

/** One object for each place that calls are made from: what is kept of a call is kept by place. */
class Places {
  readonly #sites = new Map<string, Map<number, CallSite>>();
  #count = 0;

  sameFor(call: ApiCall): ApiCall {
    const { site } = call;
    if (site === undefined) return call;
    let ofFile = this.#sites.get(site.path);
    if (ofFile === undefined) {
      ofFile = new Map();
      this.#sites.set(site.path, ofFile);
    }
    const key = site.line * 2 ** 20 + site.column;
    const known = ofFile.get(key);
    if (known !== undefined && known.functionName === site.functionName)
      return known === site ? call : { ...call, site: known };
    if (this.#count < MAX_PLACES) {
      ofFile.set(key, site);
      this.#count += 1;
    }
    return call;
  }
}

const ANSWERERS: ReadonlyMap<string, Answerer> = new Map(
  [CALLS, SHMEM_CALLS, MEMBLOCK_CALLS].flatMap((calls) => Object.entries(calls)),
);
const FDT_ANSWERERS: ReadonlyMap<string, (typeof FDT_CALLS)[string]> = new Map(
  Object.entries(FDT_CALLS),
);

function answer(call: ApiCall, caller: Caller, kernel: Kernel, fdts: MemoryFdts): ApiAnswer {
  const own = ANSWERERS.get(call.name);
  if (own !== undefined) return { kind: 'value', value: own(call.args, caller, kernel) };
  const libfdt = FDT_ANSWERERS.get(call.name);
  if (libfdt !== undefined) return { kind: 'value', value: libfdt(call.args, caller, fdts) };
  throw new Misuse(`${kernel.release} has no such function`);
}

/** What a driver calls in a libfdt of its own, where it only tells of it. */
function toldCall(call: ApiCall): ApiCall {
  if (call.name !== 'libfdt') return call;
  const [name, ...args] = call.args;
  return typeof name === 'string' ? { ...call, name, args } : call;
}

/** Such a call is made when this is answered, or it was and failed. */
function hear(
  call: ApiCall,
  { name }: ApiCall,
  caller: Caller,
  told: ToldFdts,
  kernel: Kernel,
): ApiAnswer {
  if (name === 'libfdtFailed') told.failed(argumentsOf(call.args, 'string', 'virt')[1], caller);
  else {
    const [fdt, sizeBytes, text] = argumentsOf(call.args, 'virt', 'number', 'string');
    told.calls(call.name, fdt, sizeBytes, text, caller);
    recordCall(call.name, sizeBytes === 0 ? [fdt, text] : [fdt, sizeBytes], 0, caller, kernel);
  }
  return { kind: 'value', value: 0 };
}

/** Who calls: the one before, if it is the same. */
function callerOf({ driver, site }: ApiCall, before: Caller): Caller {
  if (before.driver === driver && before.site === site) return before;
  return site === undefined ? { driver } : { driver, site };
}

/** A 0n for no memory, as the kernel returns NULL. */
function allocateArea(
  event: string,
  args: readonly ApiValue[],
  caller: Caller,
  kernel: Kernel,
): bigint {
  const size = sizeArgument(args, 0, MAX_VMALLOC_BYTES);
  const isHuge = event === 'vmalloc_huge';
  const area = size === 0 ? undefined : kernel.allocateArea(size, isHuge, caller);
  const pages = area === undefined ? 0 : area.blocks.length * 2 ** area.order;
  kernel.recorder.event(event, { driver: caller.driver, bytes: size, pages }, caller.site);
  return area?.address ?? 0n;
}

function print(prefix: string): Answerer {
  return (args, caller, kernel) => {
    const [message] = argumentsOf(args, 'string');
    const text = message.slice(0, MAX_MESSAGE_CHARACTERS);
    kernel.print(`${caller.driver}: ${prefix}${text}`, caller);
    return undefined;
  };
}
