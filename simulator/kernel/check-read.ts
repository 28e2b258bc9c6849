// What is wrong with a read although the memory is there.
import { hexText } from '../../kho/index.ts';
import type { Caller, Kernel } from './kernel.ts';
import { siteOf } from './kernel.ts';

/** `isWord` if it is one number that is read at once. */
export function checkRead(
  kernel: Kernel,
  address: bigint,
  lengthBytes: number,
  isWord: boolean,
  caller: Caller,
): void {
  const base = { driver: caller.driver, ...siteOf(caller), related: [] };
  if (isWord && address % BigInt(lengthBytes) !== 0n && kernel.isMapped(address))
    kernel.recorder.finding({
      ...base,
      rule: 'unaligned-read',
      severity: 'warning',
      message:
        `${lengthBytes} bytes at ${hexText(address)} are read at once, and that is no multiple ` +
        `of ${lengthBytes}`,
      help: 'values of an FDT are aligned to 4 bytes: read() their bytes and take them apart',
    });
  const blob = blobOf(kernel, address);
  const physical = Number(address - kernel.directMapBase);
  if (blob === undefined || physical + lengthBytes <= blob.end) return;
  const size = blob.end - blob.start;
  kernel.recorder.finding({
    ...base,
    rule: 'unchecked-length',
    severity: 'error',
    message:
      `${physical + lengthBytes - blob.start} bytes of the blob of ${blob.name} are read, and it ` +
      `has ${size}`,
    help: 'look at the size that khoRetrieveSubtree() gives before you read',
  });
}

/** The blob that an address points into, while it is still the kernel's before. */
function blobOf(kernel: Kernel, address: bigint): ReturnType<NonNullable<Kernel['blobAround']>> {
  const physical = address - kernel.directMapBase;
  if (kernel.blobAround === undefined || physical < 0n || !kernel.isMapped(address))
    return undefined;
  if (!kernel.setAside.has(kernel.pfnOf(Number(physical)))) return undefined;
  return kernel.blobAround(Number(physical));
}
