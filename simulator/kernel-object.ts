// The object that drivers call: remote functions go to the engine, the rest is arithmetic.
import { getUint, putUint } from '../fdt/index.ts';
import { KHO_MEM, readStruct, writeStruct } from '../kho/index.ts';
import type {
  Fdt,
  Gfp,
  Kernel,
  KhoMem,
  KhoNotifier,
  Phys,
  RetrievedSubtree,
  Virt,
} from './driver-api.ts';
import type { DriverObjects } from './driver-objects.ts';
import { liveUpdateFunctions } from './live-update-object.ts';
import { radixFunctions } from './radix-object.ts';
import type { ApiValue, KernelBoot } from './runtime.ts';

/** Calls a function of the engine; throws a TypeError if the call makes no sense. */
export type RemoteCall = (name: string, ...args: readonly ApiValue[]) => ApiValue;

type Facts = Pick<KernelBoot, 'kernel' | 'directMapBase' | 'pageBytes' | 'byteOrder'>;

/** The kernel as one of its drivers sees it; `objects` are those of all drivers of a process. */
export function createKernelObject(
  boot: Facts,
  remote: RemoteCall,
  objects: DriverObjects,
): Kernel {
  const kernel: Kernel = {
    ...liveUpdateFunctions(remote, objects, () => kernel),
    ...remoteFunctions(remote),
    ...handoverFunctions(remote),
    ...radixFunctions(boot, remote),
    ...fdtFunctions(remote),
    ...memoryFunctions(boot, remote),
    ...localFunctions(boot),
  };
  return kernel;
}

function remoteFunctions(remote: RemoteCall) {
  return {
    prInfo: (message: string) => void remote('prInfo', message),
    prWarn: (message: string) => void remote('prWarn', message),
    prErr: (message: string) => void remote('prErr', message),
    mutexLock: (name: string) => void remote('mutexLock', name),
    mutexUnlock: (name: string) => void remote('mutexUnlock', name),
    spinLock: (name: string) => void remote('spinLock', name),
    spinUnlock: (name: string) => void remote('spinUnlock', name),
    getFreePages: (gfp: Gfp, order: number) => remote('getFreePages', gfp, order) as bigint,
    allocPagesNode: (node: number, gfp: Gfp, order: number) =>
      remote('allocPagesNode', node, gfp, order) as bigint,
    folioAllocNode: (gfp: Gfp, order: number, node: number) =>
      remote('folioAllocNode', gfp, order, node) as bigint,
    kzallocNode: (sizeBytes: number, gfp: Gfp, node: number) =>
      remote('kzallocNode', sizeBytes, gfp, node) as bigint,
    freePages: (address: bigint, order: number) => void remote('freePages', address, order),
    kzalloc: (sizeBytes: number, gfp: Gfp) => remote('kzalloc', sizeBytes, gfp) as bigint,
    kfree: (address: bigint) => void remote('kfree', address),
    folioAlloc: (gfp: Gfp, order: number) => remote('folioAlloc', gfp, order) as bigint,
    folioGet: (folio: bigint) => void remote('folioGet', folio),
    folioPut: (folio: bigint) => void remote('folioPut', folio),
    splitFolio: (folio: bigint) => remote('splitFolio', folio) as number,
    vmalloc: (sizeBytes: number) => remote('vmalloc', sizeBytes) as bigint,
    vmallocHuge: (sizeBytes: number) => remote('vmallocHuge', sizeBytes) as bigint,
    vfree: (address: bigint) => void remote('vfree', address),
    vmap: (pages: readonly bigint[]) => remote('vmap', pages) as bigint,
    vunmap: (address: bigint) => void remote('vunmap', address),
    isKhoBoot: () => remote('isKhoBoot') as boolean,
    khoIsActive: () => remote('khoIsActive') as boolean,
    khoGetFdt: () => remote('khoGetFdt') as Fdt | null,
    khoClaimMem: (mem: KhoMem) => remote('khoClaimMem', plain(mem)) as bigint,
    khoReturnMem: (mem: KhoMem) => void remote('khoReturnMem', plain(mem)),
  } satisfies Partial<Kernel>;
}

function handoverFunctions(remote: RemoteCall) {
  return {
    khoIsEnabled: () => remote('khoIsEnabled') as boolean,
    khoPreserveFolio: (folio: Virt) => remote('khoPreserveFolio', folio) as number,
    khoUnpreserveFolio: (folio: Virt) => void remote('khoUnpreserveFolio', folio),
    khoPreservePages: (page: Virt, nrPages: number) =>
      remote('khoPreservePages', page, nrPages) as number,
    khoUnpreservePages: (page: Virt, nrPages: number) =>
      void remote('khoUnpreservePages', page, nrPages),
    khoPreservePhys: (phys: Phys, sizeBytes: number) =>
      remote('khoPreservePhys', phys, sizeBytes) as number,
    khoPreserveVmalloc: (area: Virt) => remote('khoPreserveVmalloc', area) as Uint8Array | number,
    khoUnpreserveVmalloc: (preservation: Uint8Array) =>
      void remote('khoUnpreserveVmalloc', preservation),
    khoAllocPreserve: (sizeBytes: number) => remote('khoAllocPreserve', sizeBytes) as bigint,
    khoUnpreserveFree: (mem: Virt) => void remote('khoUnpreserveFree', mem),
    khoRestoreFolio: (phys: Phys) => remote('khoRestoreFolio', phys) as bigint,
    khoRestorePages: (phys: Phys, nrPages: number) =>
      remote('khoRestorePages', phys, nrPages) as bigint,
    khoRestoreVmalloc: (preservation: Uint8Array) =>
      remote('khoRestoreVmalloc', preservation) as bigint,
    khoRestoreFree: (mem: Virt) => void remote('khoRestoreFree', mem),
    khoAddSubtree: (...args: readonly (number | string | bigint)[]) =>
      remote('khoAddSubtree', ...args) as number,
    khoRemoveSubtree: (blob: Virt) => void remote('khoRemoveSubtree', blob),
    khoRetrieveSubtree: (name: string) =>
      remote('khoRetrieveSubtree', name) as unknown as RetrievedSubtree | number,
    // A function does not cross to the engine; the name under which it is exported does.
    registerKhoNotifier: (notifier: KhoNotifier) =>
      remote('registerKhoNotifier', nameOf(notifier)) as number,
    unregisterKhoNotifier: (notifier: KhoNotifier) =>
      remote('unregisterKhoNotifier', nameOf(notifier)) as number,
  } satisfies Partial<Kernel>;
}

function nameOf(notifier: KhoNotifier): string {
  if (typeof notifier === 'function' && notifier.name !== '') return notifier.name;
  throw new TypeError('a notifier is a function that the driver exports under its own name');
}

function fdtFunctions(remote: RemoteCall) {
  return {
    fdtCreate: (buffer: Virt, sizeBytes: number) =>
      remote('fdtCreate', buffer, sizeBytes) as number,
    fdtFinish: (fdt: Virt) => remote('fdtFinish', fdt) as number,
    fdtTotalsize: (fdt: Virt) => remote('fdtTotalsize', fdt) as number,
    fdtCheckHeader: (fdt: Virt) => remote('fdtCheckHeader', fdt) as number,
    fdtBeginNode: (fdt: Fdt | Virt, name: string) => remote('fdtBeginNode', fdt, name) as number,
    fdtProperty: (fdt: Fdt | Virt, name: string, value: Uint8Array | string) =>
      remote('fdtProperty', fdt, name, value) as number,
    fdtEndNode: (fdt: Fdt | Virt) => remote('fdtEndNode', fdt) as number,
    fdtPathOffset: (fdt: Fdt | Virt, path: string) => remote('fdtPathOffset', fdt, path) as number,
    fdtSubnodeOffset: (fdt: Fdt | Virt, parentOffset: number, name: string) =>
      remote('fdtSubnodeOffset', fdt, parentOffset, name) as number,
    fdtNodeCheckCompatible: (fdt: Fdt | Virt, offset: number, compatible: string) =>
      remote('fdtNodeCheckCompatible', fdt, offset, compatible) as number,
    fdtGetprop: (fdt: Fdt | Virt, offset: number, name: string) =>
      remote('fdtGetprop', fdt, offset, name) as Uint8Array | null,
  } satisfies Partial<Kernel>;
}

/** IS_ERR(): MAX_ERRNO is 4095. */
const FIRST_ERROR = 2n ** 64n - 4095n;

/** A driver may pass any object with these two; only they cross to the engine. */
function plain({ addr, len }: KhoMem): ApiValue {
  return { addr, len };
}

function memoryFunctions({ byteOrder }: Facts, remote: RemoteCall) {
  const read = (address: bigint, lengthBytes: number): Uint8Array =>
    remote('read', address, lengthBytes) as Uint8Array;
  const readWord = (address: bigint, lengthBytes: number): Uint8Array =>
    remote('read', address, lengthBytes, true) as Uint8Array;
  const write = (address: bigint, bytes: Uint8Array): void => void remote('write', address, bytes);
  const writeUint = (address: bigint, value: bigint, bits: 32 | 64): void => {
    const bytes = new Uint8Array(bits / 8);
    putUint(bytes, 0, BigInt.asUintN(bits, value), bits, byteOrder);
    write(address, bytes);
  };
  return {
    read,
    write,
    readU32: (address: bigint) => Number(getUint(readWord(address, 4), 0, 32, byteOrder)),
    writeU32: (address: bigint, value: number) => writeUint(address, BigInt(value), 32),
    readU64: (address: bigint) => getUint(readWord(address, 8), 0, 64, byteOrder),
    writeU64: (address: bigint, value: bigint) => writeUint(address, value, 64),
  } satisfies Partial<Kernel>;
}

function localFunctions({ kernel, directMapBase, pageBytes, byteOrder }: Facts) {
  const cells = (values: readonly (number | bigint)[], bits: 32 | 64): Uint8Array => {
    const bytes = new Uint8Array((values.length * bits) / 8);
    for (const [index, value] of values.entries()) {
      const number = BigInt.asUintN(bits, BigInt(value));
      putUint(bytes, (index * bits) / 8, number, bits, byteOrder);
    }
    return bytes;
  };
  const numbers = (value: Uint8Array, bits: 32 | 64): bigint[] =>
    Array.from({ length: Math.floor((value.length * 8) / bits) }, (_, index) =>
      getUint(value, (index * bits) / 8, bits, byteOrder),
    );
  return {
    number: kernel,
    pageSize: pageBytes,
    pa: (address: bigint) => BigInt.asUintN(64, address - directMapBase),
    va: (address: bigint) => BigInt.asUintN(64, address + directMapBase),
    isErr: (pointer: bigint) => pointer >= FIRST_ERROR,
    ptrErr: (pointer: bigint) => Number(BigInt.asIntN(64, pointer)),
    u32: (...values: readonly number[]) => cells(values, 32),
    u64: (...values: readonly bigint[]) => cells(values, 64),
    khoMem(ranges: readonly KhoMem[]) {
      const bytes = new Uint8Array(ranges.length * KHO_MEM.sizeBytes);
      for (const [index, mem] of ranges.entries())
        bytes.set(writeStruct(KHO_MEM, { ...mem }, byteOrder), index * KHO_MEM.sizeBytes);
      return bytes;
    },
    toU32: (value: Uint8Array) => numbers(value, 32).map(Number),
    toU64: (value: Uint8Array) => numbers(value, 64),
    toKhoMem: (value: Uint8Array) =>
      Array.from({ length: Math.floor(value.length / KHO_MEM.sizeBytes) }, (_, index) => {
        const { addr = 0n, len = 0n } = readStruct(
          KHO_MEM,
          value,
          index * KHO_MEM.sizeBytes,
          byteOrder,
        );
        return { addr, len };
      }),
  } satisfies Partial<Kernel>;
}
