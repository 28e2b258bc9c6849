// Where a process has what the engine has at addresses that only a kernel can use. A process gets
// the lower half of the address space, so each window of the upper half has its counterpart there:
// the same difference in every kernel, so that a stale address still tells what it was.
interface Window {
  /** Of the engine. */
  readonly start: bigint;
  /** Of a process; native.h knows that of vmalloc(). */
  readonly native: bigint;
  readonly size: bigint;
}

const DIRECT_NATIVE = 0x1000_0000_0000n;
const DIRECT_SIZE = 0x3000_0000_0000n;
const VMALLOC_NATIVE = 0x4000_0000_0000n;
const VMALLOC_SIZE = 1n << 44n;

/** Of x86-64 with four levels of page tables, and of arm64 with 48 bits of addresses. */
const WINDOWS: Readonly<Record<'x86_64' | 'arm64', readonly Window[]>> = {
  x86_64: [
    { start: 0xffff_8000_0000_0000n, native: DIRECT_NATIVE, size: DIRECT_SIZE },
    { start: 0xffff_c000_0000_0000n, native: VMALLOC_NATIVE, size: VMALLOC_SIZE },
  ],
  arm64: [
    { start: 0xffff_0000_0000_0000n, native: DIRECT_NATIVE, size: DIRECT_SIZE },
    { start: 0xffff_8000_0000_0000n, native: VMALLOC_NATIVE, size: VMALLOC_SIZE },
  ],
};

/** Translates addresses of one kernel, of which only the architecture matters. */
export interface AddressSpace {
  toNative(address: bigint): bigint;
  toEngine(address: bigint): bigint;
}

/** What is in no window stays as it is: NULL, error pointers, variables. */
export function addressSpace(directMapBase: bigint): AddressSpace {
  const [first] = WINDOWS.x86_64;
  const isX86 = first !== undefined && directMapBase >= first.start;
  const windows = WINDOWS[isX86 ? 'x86_64' : 'arm64'];
  return {
    toNative: (address) => moved(address, windows, 'start', 'native'),
    toEngine: (address) => moved(address, windows, 'native', 'start'),
  };
}

function moved(
  address: bigint,
  windows: readonly Window[],
  from: 'start' | 'native',
  to: 'start' | 'native',
): bigint {
  for (const window of windows) {
    const offset = address - window[from];
    if (offset >= 0n && offset < window.size) return window[to] + offset;
  }
  return address;
}
