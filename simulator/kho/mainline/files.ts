// /sys/kernel/debug/kho, with what is known to be wrong with it. Models
// kernel/liveupdate/kexec_handover_debugfs.c.
import { fdtTotalsize, nodesOf, readFdt } from '../../../fdt/index.ts';
import { hexText, type UserFile } from '../../../kho/index.ts';
import { siteOf } from '../../kernel/kernel.ts';
import { bytesContent, textContent } from '../file-content.ts';
import { type DriverCalls, failed, ok, type Result } from '../model.ts';
import { EEXIST, EINVAL, ENOENT, errorName } from './errors.ts';
import type { Incoming } from './incoming.ts';
import type { Outgoing } from './outgoing.ts';
import { type Context, hasDefect } from './state.ts';
import { blobBytes } from './subtrees.ts';

const FOLDER = '/sys/kernel/debug/kho/';
/** Blobs that are shown; what says it is larger is no blob any more. */
const MAX_BLOB_BYTES: number = 16 << 20;

export interface FileState extends Context {
  /** Undefined while KHO is off: then there are no files. */
  readonly outgoing: Outgoing | undefined;
  readonly incoming: Incoming | undefined;
}

/** read(): the whole file. */
export function readFile(path: string, state: FileState): Result<Uint8Array> {
  const { kernel, outgoing, release } = state;
  if (outgoing === undefined || !path.startsWith(FOLDER)) return failed('ENOENT');
  const name = path.slice(FOLDER.length);
  switch (name) {
    case 'out/scratch_phys':
      return textContent(kernel.scratch.map(({ start }) => `${hexText(start)}\n`).join(''));
    case 'out/scratch_len':
      return textContent(
        kernel.scratch.map(({ start, end }) => `${hexText(end - start)}\n`).join(''),
      );
    case 'out/finalize':
      if (finalizeFile(release.userFiles) === undefined) return failed('ENOENT');
      return textContent(`${outgoing.isFinalized ? 1 : 0}\n`);
    case 'out/fdt':
      return bytesContent(outgoingFdt(state, outgoing));
    case 'in/fdt':
      return bytesContent(state.incoming?.blob);
    default:
      return bytesContent(subtree(name, state, outgoing));
  }
}

/** write(): the whole text at once, as `echo` writes it. */
export async function writeFile(
  path: string,
  data: string,
  state: FileState,
  drivers: DriverCalls,
): Promise<Result<void>> {
  const { outgoing, release } = state;
  const exists = readFile(path, state);
  if (exists.kind === 'error') return exists;
  if (path !== finalizeFile(release.userFiles)?.path || outgoing === undefined)
    return failed('EACCES');
  const value = parseNumber(data);
  if (value === undefined) return failed('EINVAL');
  const error = await finalize(value !== 0n, release.serialization, outgoing, drivers);
  return error === 0 ? ok(undefined) : failed(errorName(error));
}

async function finalize(
  isWanted: boolean,
  serialization: string,
  outgoing: Outgoing,
  drivers: DriverCalls,
): Promise<number> {
  if (serialization === 'finalize-map') return isWanted ? outgoing.finalizeMap() : -EINVAL;
  if (isWanted === outgoing.isFinalized) return outgoing.isFinalized ? -EEXIST : -ENOENT;
  return isWanted ? outgoing.finalizeByNotifiers(drivers) : outgoing.abort(drivers);
}

function finalizeFile(files: readonly UserFile[]): UserFile | undefined {
  return files.find(({ path }) => path === `${FOLDER}out/finalize`);
}

/**
 * While notifiers write it, the file is there as long as it is finalized. Later it is made once, on
 * a cold boot alone, and keeps the size that the FDT had then, unless that is mended.
 */
function outgoingFdt(context: Context, outgoing: Outgoing): Uint8Array | undefined {
  const all = outgoing.root?.bytes;
  const isWritten = context.release.serialization === 'finalize-notifiers';
  if (isWritten) return outgoing.isFinalized ? all : undefined;
  if (!hasDefect(context, 'out-fdt-frozen')) return all;
  const { sizeAtInit } = outgoing;
  return sizeAtInit === undefined ? undefined : all?.subarray(0, sizeAtInit);
}

function subtree(name: string, state: FileState, outgoing: Outgoing): Uint8Array | undefined {
  const { kernel, incoming, release } = state;
  const [, side, blob] = /^(in|out)\/sub_fdts\/(.+)$/.exec(name) ?? [];
  if (side === 'out') {
    const found = outgoing.root?.subtrees.find((each) => each.name === blob);
    return found && read(state, found.address, found.sizeBytes);
  }
  const tree = incoming?.blob && readFdt(incoming.blob).value;
  const nodes = tree === undefined ? [] : [...nodesOf(tree.root)];
  if (side !== 'in' || !nodes.some(({ path }) => path === `/${blob}`)) return undefined;
  const found = incoming?.retrieve(blob ?? '');
  if (found === undefined || typeof found === 'number') return undefined;
  const isSized = release.subtrees.kind === 'by-reference' && release.subtrees.sizeProperty;
  reportIfGone(state, blob ?? '', found.phys);
  return read(state, found.phys, isSized ? (found.sizeBytes ?? 0) : blobBytes(kernel, found.phys));
}

/** The file is there as long as the kernel is; what it shows may not be. */
function reportIfGone({ kernel }: Context, name: string, address: number): void {
  const pfn = kernel.pfnOf(address);
  if (kernel.setAside.has(pfn) || kernel.blocks.around(pfn) !== undefined) return;
  const freed = kernel.freedAround(address);
  if (freed === undefined) return;
  kernel.recorder.finding({
    rule: 'use-after-free',
    severity: 'error',
    message: `in/sub_fdts/${name} shows memory at ${hexText(address)}, which was freed`,
    help: 'the file names the blob as long as the kernel runs: keep the blob, or do not read it',
    ...siteOf(freed),
    related: [],
  });
}

/** Whatever is there by now. */
function read({ kernel }: Context, address: number, sizeBytes: number): Uint8Array {
  return kernel.machine.memory.read(address, Math.min(sizeBytes, MAX_BLOB_BYTES));
}

/** simple_attr_write(): kstrtoull() with base 0, and at most one line end. */
function parseNumber(data: string): bigint | undefined {
  const digits = data.replace(/^\+/, '').replace(/\n$/, '');
  const isOctal = /^0[0-7]+$/.test(digits);
  if (!isOctal && !/^(0x[0-9a-f]+|0|[1-9]\d*)$/i.test(digits)) return undefined;
  const value = BigInt(isOctal ? `0o${digits.slice(1)}` : digits);
  return value < 2n ** 64n ? value : undefined;
}

/** How large the file of the root FDT is, from the moment it is made. */
export function sizeOfFdtFile(outgoing: Outgoing): number | undefined {
  const blob = outgoing.root?.bytes;
  return blob && fdtTotalsize(blob);
}
