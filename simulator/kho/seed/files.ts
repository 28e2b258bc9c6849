// The files of user space: /sys/kernel/kho and /sys/firmware/kho, with the errors of the series.
import { hexText, type Release } from '../../../kho/index.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import { bytesContent, textContent } from '../file-content.ts';
import { type DriverCalls, failed, ok, type Result } from '../model.ts';
import type { Outgoing } from './outgoing.ts';

const FOLDER = '/sys/kernel/kho/';

export interface FileState {
  readonly kernel: Kernel;
  readonly release: Release;
  readonly outgoing: Outgoing;
  /** The FDT of the previous kernel, if it was accepted. */
  readonly incomingFdt: Uint8Array | undefined;
}

/** read(): the whole file. */
export function readFile(path: string, state: FileState): Result<Uint8Array> {
  const { kernel, outgoing } = state;
  const [{ start, end } = { start: 0, end: 0 }] = kernel.scratch;
  switch (path) {
    case `${FOLDER}active`:
      return textContent(`${outgoing.isActive ? 1 : 0}\n`);
    case `${FOLDER}dt_max`:
      return textContent(`${hexText(outgoing.fdtMaxBytes)}\n`);
    case `${FOLDER}scratch_phys`:
      return textContent(`${hexText(start)}\n`);
    case `${FOLDER}scratch_len`:
      return textContent(`${hexText(end - start)}\n`);
    case `${FOLDER}dt`:
      return bytesContent(outgoing.serialized?.blob);
    case '/sys/firmware/kho/dt':
      return bytesContent(state.incomingFdt);
    default:
      return failed('ENOENT');
  }
}

/** write(): the whole text at once, as `echo` writes it. */
export async function writeFile(
  path: string,
  data: string,
  state: FileState,
  drivers: DriverCalls,
): Promise<Result<void>> {
  const { kernel, outgoing } = state;
  const exists = readFile(path, state);
  if (exists.kind === 'error') return exists;
  const file = state.release.userFiles.find((each) => each.path === path);
  // sysfs refuses to open a file for writing that nobody may write, root included.
  if (file === undefined || (file.mode & 0o222) === 0) return failed('EACCES');
  if (path === `${FOLDER}dt_max`) {
    const size = parseUnsigned(data);
    if (size === undefined) return failed('EINVAL');
    outgoing.fdtMaxBytes = size;
    return ok(undefined);
  }
  const wanted = parseBoolean(data);
  if (wanted === undefined) return failed('EINVAL');
  if (wanted === outgoing.isActive) return ok(undefined);
  if (kernel.scratch.length === 0) return failed('ENOMEM');
  if (!wanted) {
    await outgoing.abort(drivers);
    return ok(undefined);
  }
  return (await outgoing.serialize(drivers)) ? ok(undefined) : failed('EINVAL');
}

/** kstrtobool(): the first one or two characters decide. */
export function parseBoolean(data: string): boolean | undefined {
  if (/^([yYtT1]|[oO][nN])/.test(data)) return true;
  if (/^([nNfF0]|[oO][fF])/.test(data)) return false;
  return undefined;
}

/** kstrtoull() with base 0: decimal, 0x or octal, and at most one line end after it. */
function parseUnsigned(data: string): number | undefined {
  const digits = data.replace(/^\+/, '').replace(/\n$/, '');
  const isOctal = /^0[0-7]+$/.test(digits);
  if (!isOctal && !/^(0x[0-9a-f]+|0|[1-9]\d*)$/i.test(digits)) return undefined;
  const value = Number(isOctal ? `0o${digits.slice(1)}` : digits);
  return value < 2 ** 64 ? value : undefined;
}
