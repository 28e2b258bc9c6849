// Memory that is reserved for a kernel to start when this one panics. Models
// parse_crashkernel() and reserve_crashkernel_generic() of kernel/crash_reserve.c.
import { hexText } from '../../kho/index.ts';
import type { Range } from '../machine/range-set.ts';
import { parseSize } from '../scenario/sizes.ts';
import type { Kernel } from './kernel.ts';

interface CrashRequest {
  readonly sizeBytes: number;
  /** Where it must begin, if it was said. */
  readonly start?: number;
}

/** CRASH_ALIGN of the architectures. */
const ALIGN_BYTES = { x86_64: 16 << 20, arm64: 2 << 20 } as const;
/** CRASH_ADDR_LOW_MAX. */
const LOW_LIMIT = 2 ** 32;
const NUMBER = '(?:0x[0-9a-f]+|\\d+)[KMGT]?';
const SIZE = new RegExp(`^(${NUMBER})(?:@(${NUMBER}))?$`, 'i');
const BY_RAM = new RegExp(`^${NUMBER}-(?:${NUMBER})?:${NUMBER}`, 'i');

/** `size[@start]`, or sizes by how much memory there is; undefined where that is malformed. */
function parseCrashKernel(text: string, ramBytes: number): CrashRequest | undefined {
  const simple = SIZE.exec(text);
  if (simple !== null) return requestOf(simple[1], simple[2]);
  if (!BY_RAM.test(text)) return undefined;
  const [ranges = '', start] = text.split('@');
  for (const each of ranges.split(',')) {
    const [range = '', size] = each.split(':');
    const [from = '', to = ''] = range.split('-');
    const [least, most] = [parseSize(from), to === '' ? Number.POSITIVE_INFINITY : parseSize(to)];
    if (least === undefined || most === undefined || size === undefined) return undefined;
    if (least <= ramBytes && ramBytes < most) return requestOf(size, start);
  }
  return { sizeBytes: 0 };
}

function requestOf(size: string | undefined, start: string | undefined): CrashRequest | undefined {
  const sizeBytes = parseSize(size ?? '');
  const at = start === undefined ? undefined : parseSize(start);
  if (sizeBytes === undefined || (start !== undefined && at === undefined)) return undefined;
  return at === undefined ? { sizeBytes } : { sizeBytes, start: at };
}

/**
 * Reserves what `crashkernel=` asks for. Early boot of a kernel that was handed something has
 * nothing but scratch, so there it comes from scratch.
 */
export function reserveCrashKernel(kernel: Kernel, cmdline: string): Range | undefined {
  const text = /(?:^|\s)crashkernel=(\S*)/.exec(cmdline)?.[1];
  if (text === undefined) return undefined;
  const { machine, memblock } = kernel;
  const request = parseCrashKernel(text, memblock.memory.size);
  if (request === undefined) {
    kernel.print('crashkernel: Memory value expected');
    report(kernel, `crashkernel=${text} is malformed, and nothing is reserved`);
    return undefined;
  }
  const { sizeBytes, start } = request;
  if (sizeBytes === 0) return undefined;
  const align = start === undefined ? ALIGN_BYTES[machine.architecture] : machine.pageBytes;
  const size = Math.ceil(sizeBytes / machine.pageBytes) * machine.pageBytes;
  const within = start === undefined ? { start: 0, end: LOW_LIMIT } : { start, end: start + size };
  const region =
    memblock.allocate(size, align, [within]) ??
    (start === undefined ? memblock.allocate(size, align) : undefined);
  if (region === undefined) {
    kernel.print('crashkernel reservation failed - No suitable area found.');
    report(kernel, `crashkernel=${text} asks for memory that is not to be had`);
    return undefined;
  }
  kernel.recorder.event('reserve_crashkernel', { addr: hexText(region.start), bytes: size });
  return region;
}

function report(kernel: Kernel, message: string): void {
  kernel.recorder.finding({
    rule: 'kernel-parameter',
    severity: 'warning',
    message,
    help: 'crashkernel= takes a size, such as 64M or 64M@256M',
    related: [],
  });
}
