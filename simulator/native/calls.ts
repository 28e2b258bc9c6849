// A driver's calls: from values of a message to arguments of the engine, and back.
import { type ApiAnswer, type ApiValue, type KernelMemory, kernelName } from '../index.ts';
import type { AddressSpace } from './addresses.ts';
import {
  address,
  bytes,
  type MessageReader,
  NOTHING,
  number,
  text,
  type WireValue,
  word,
} from './wire.ts';

/** Arguments as the engine takes them: addresses and words are bigints, other numbers are not. */
export function argumentsFrom(reader: MessageReader, space: AddressSpace): ApiValue[] {
  const args: ApiValue[] = [];
  while (!reader.isAtEnd) {
    const value = reader.next();
    if (value.kind === 'address') args.push(space.toEngine(value.value));
    else if (value.kind === 'number') args.push(Number(value.value));
    else if (value.kind === 'nothing') args.push(null);
    else args.push(value.value);
  }
  return args;
}

/** What C gets for an answer: handover.c and its like know what that is for each function. */
export function answerValues(
  name: string,
  { value }: ApiAnswer & { kind: 'value' },
  space: AddressSpace,
  memory: KernelMemory,
): WireValue[] {
  // C has a folio's order in its struct page, where the engine knows it of the block.
  if (name === 'khoRestoreFolio' && typeof value === 'bigint')
    return [address(space.toNative(value)), number(memory.orderAt(value))];
  if (typeof value === 'bigint') return [address(space.toNative(value))];
  if (typeof value === 'number') return [number(value)];
  if (typeof value === 'boolean') return [number(value ? 1 : 0)];
  if (typeof value === 'string') return [text(value)];
  if (value instanceof Uint8Array) return [bytes(value)];
  if (value === null || value === undefined || Array.isArray(value)) return [NOTHING];
  const { phys, size } = value as { readonly phys?: ApiValue; readonly size?: ApiValue };
  return [word(typeof phys === 'bigint' ? phys : 0n), word(typeof size === 'number' ? size : 0)];
}

/** Functions that C has under another name, for where in a line they are called. */
const IN_C: Readonly<Record<string, string>> = {
  prInfo: 'pr_',
  prWarn: 'pr_',
  prErr: 'pr_',
  getFreePages: 'alloc_pages',
  folioAllocNode: 'folio_alloc_node',
  freePages: 'free_page',
  kzalloc: 'k',
  kzallocNode: 'k',
  kmalloc: 'k',
  kmallocNode: 'k',
  khoIncomingFdt: 'kho_get_fdt',
  vmallocHuge: 'vmalloc_huge',
  shmemAllocFolios: 'memfd_',
  shmemMoveFolios: 'memfd_',
  warn: 'WARN',
  libfdt: 'fdt_',
  libfdtFailed: 'fdt_',
};

/** `kho_preserve_folio` for khoPreserveFolio. */
export function nameInC(name: string): string {
  return IN_C[name] ?? kernelName(name);
}
