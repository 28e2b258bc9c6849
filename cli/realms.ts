// Thousands of runs in one process, with realms instead of processes for drivers where that is all
// they need.
import { spawn } from 'node:child_process';
import process from 'node:process';
import type { LineCoverage, RunOptions, Runtime } from '../simulator/index.ts';
import { canHaveRealms, createRealmRuntime } from '../simulator/script/index.ts';

const FLAGS = ['--experimental-vm-modules', '--no-warnings'];
/** As a shell says that a process was ended by a signal. */
const FIRST_SIGNAL_CODE = 128;

/**
 * The exit code of this command in a process that has realms; undefined if this is one already, or
 * if that one ended in the middle, such as for want of memory that a driver took.
 */
export async function relaunchWithRealms(): Promise<number | undefined> {
  if (canHaveRealms()) return undefined;
  const args = [...FLAGS, ...process.execArgv, ...process.argv.slice(1)];
  const child = spawn(process.execPath, args, { stdio: 'inherit' });
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGINT', pass);
  process.on('SIGTERM', pass);
  try {
    return await new Promise((resolve) => {
      child.once('error', () => resolve(undefined));
      child.once('exit', (code) => {
        const isWhole = code !== null && (code < FIRST_SIGNAL_CODE || code === STOPPED);
        resolve(isWhole ? code : undefined);
      });
    });
  } finally {
    process.off('SIGINT', pass);
    process.off('SIGTERM', pass);
  }
}

/**
 * Does something with realms if this process has them and drivers need no more, else with
 * `runtime`.
 */
export async function withRealms<T>(
  runtime: Runtime,
  action: (options: Required<Pick<RunOptions, 'runtime' | 'cancellation'>>) => Promise<T>,
  onLines?: (files: readonly LineCoverage[]) => void,
): Promise<T> {
  const plain = { runtime, cancellation: { isCancelled: false } };
  if (!canHaveRealms()) return action(plain);
  const realms = await createRealmRuntime(runtime, onLines !== undefined);
  const cancellation = {
    get isCancelled() {
      return realms.isUnfit;
    },
  };
  const result = await action({ runtime: realms, cancellation });
  if (realms.isUnfit) return action(plain);
  onLines?.(realms.lineCoverage());
  return result;
}

/** What `kho simulate` exits with when somebody ends it. */
export const STOPPED = 130;
