// What there is at one event of a run: who has which memory, and what KHO would hand over.
import { type ByteOrder, printDts, readFdt } from '../../fdt/index.ts';
import { type BindingSet, createPrintTypes, releaseNamed } from '../../kho/index.ts';
import { type Kernel, siteOf } from '../kernel/kernel.ts';
import type { KhoModel, SessionState } from '../kho/model.ts';
import type { CallSite, Finding, Phase, PreservedRange } from '../result.ts';
import { placeOf } from '../run/recorder.ts';

/** Files that are read for a state, and bytes of each. */
const MAX_FILES = 1000;
const MAX_FILE_BYTES = 4096;

export interface MachineState {
  /** Number of the event, from 1. */
  readonly event: number;
  /** Its line in the trace. */
  readonly line: string;
  /** The kernel that runs, from 1. */
  readonly kernel: number;
  readonly phase: Phase;
  /** Kernels up to that one, as far as they have booted; those before the last are gone. */
  readonly kernels: readonly KernelState[];
  readonly findings: readonly Finding[];
}

export interface KernelState {
  /** From 1. */
  readonly kernel: number;
  readonly release: string;
  readonly isRunning: boolean;
  readonly isKhoBoot: boolean;
  /** What drivers and KHO have, ascending; empty for a kernel that is gone. */
  readonly memory: readonly OwnedMemory[];
  readonly freePages: number;
  readonly scratch: readonly { readonly address: bigint; readonly sizeBytes: bigint }[];
  readonly preserved: readonly PreservedRange[];
  readonly subtrees: readonly SubtreeState[];
  /** The FDT for the next kernel as source, typed by the bindings. */
  readonly fdtSource?: string;
  readonly files: readonly FileState[];
  readonly sessions: readonly SessionState[];
  readonly console: readonly string[];
}

/** Memory next to each other that somebody took with one call. */
export interface OwnedMemory {
  /** Physical. */
  readonly address: bigint;
  readonly sizeBytes: bigint;
  readonly owner: string;
  readonly kind: string;
  readonly site?: CallSite;
}

export interface SubtreeState {
  readonly name: string;
  /** Physical, of the blob. */
  readonly address: bigint;
  readonly driver: string;
  readonly site?: CallSite;
}

export interface FileState {
  readonly path: string;
  /** Of text; of other files `sizeBytes` alone says something. */
  readonly text?: string;
  readonly sizeBytes: number;
}

/** A kernel as it is now; `next` is that of the kernel after it, if there is one. */
export function kernelStateOf(
  kernel: Kernel,
  kho: KhoModel,
  next: KhoModel | undefined,
  bindings: BindingSet,
): KernelState {
  const isRunning = next === undefined;
  const { byteOrder } = kernel.machine;
  const fdt = kho.outgoingFdt;
  return {
    kernel: kernel.number,
    release: kernel.release,
    isRunning,
    isKhoBoot: kho.isKhoBoot,
    memory: isRunning ? memoryOf(kernel) : [],
    freePages: isRunning ? kernel.freePageCount : 0,
    scratch: kernel.scratch.map(({ start, end }) => ({
      address: BigInt(start),
      sizeBytes: BigInt(end - start),
    })),
    preserved: kho.preserved(next),
    subtrees: kho.subtrees.map(({ name, address, driver, ...rest }) => ({
      name,
      address: BigInt(address),
      driver,
      ...siteOf(rest),
    })),
    ...(fdt === undefined ? {} : { fdtSource: sourceOf(fdt, byteOrder, bindings, kernel.release) }),
    files: isRunning ? filesOf(kernel, kho) : [],
    sessions: kho.sessions ?? [],
    console: [...kernel.console],
  };
}

function memoryOf(kernel: Kernel): OwnedMemory[] {
  const pieces = [...kernel.held()].sort((a, b) => a.address - b.address);
  const result: OwnedMemory[] = [];
  for (const { address, sizeBytes, owner, kind, site } of pieces) {
    const last = result.at(-1);
    const isMore =
      last !== undefined &&
      last.address + last.sizeBytes === BigInt(address) &&
      last.owner === owner &&
      last.kind === kind &&
      placeOf(last.site) === placeOf(site);
    if (isMore)
      result[result.length - 1] = { ...last, sizeBytes: last.sizeBytes + BigInt(sizeBytes) };
    else
      result.push({
        address: BigInt(address),
        sizeBytes: BigInt(sizeBytes),
        owner,
        kind,
        ...siteOf(site && { site }),
      });
  }
  return result;
}

function filesOf({ release }: Kernel, kho: KhoModel): FileState[] {
  const paths = (releaseNamed(release)?.userFiles ?? []).flatMap(({ path }) => {
    if (!path.endsWith('<name>')) return [path];
    return kho.subtrees.map(({ name }) => path.replace('<name>', name));
  });
  return paths.slice(0, MAX_FILES).flatMap((path) => {
    const result = kho.readFile(path);
    if (result.kind === 'error') return [];
    const { length } = result.value;
    const text = textOf(result.value);
    return [{ path, sizeBytes: length, ...(text === undefined ? {} : { text }) }];
  });
}

/** Bytes as ASCII; undefined if they are something else. */
function textOf(bytes: Uint8Array): string | undefined {
  const isText = bytes.every((byte) => byte === 10 || (byte >= 32 && byte < 127));
  return isText ? String.fromCharCode(...bytes.subarray(0, MAX_FILE_BYTES)) : undefined;
}

function sourceOf(
  blob: Uint8Array,
  byteOrder: ByteOrder,
  bindings: BindingSet,
  release: string,
): string {
  const { value: tree } = readFdt(blob);
  if (tree === undefined) return '';
  const typeOf = createPrintTypes(bindings.preferring(release));
  return printDts(tree, { byteOrder, typeOf });
}
