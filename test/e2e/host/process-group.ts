// A process together with everything it starts: the editor's server has extension hosts, terminals
// and file watchers, none of which may outlive a test run.
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';

/** How long a group has to end by itself before it is killed. */
const GRACE_MS = 5_000;

export interface ProcessGroup {
  readonly leader: ChildProcess;
  /** Resolves with what happened once the leader has ended, for whatever reason. */
  readonly ended: Promise<string>;
  /** Ends all processes of the group and resolves once the leader is gone. */
  end(): Promise<void>;
}

/** Starts `command` as the leader of a process group of its own. */
export function startGroup(
  command: string,
  args: readonly string[],
  options: SpawnOptions,
): ProcessGroup {
  const leader = spawn(command, args, { ...options, detached: true });
  const ended = new Promise<string>((resolve) => {
    leader.on('error', (error) => resolve(error.message));
    leader.on('exit', (code, signal) => resolve(`ended with ${signal ?? `code ${code}`}`));
  });
  return {
    leader,
    ended,
    async end() {
      signalGroup(leader, 'SIGTERM');
      const patience = new AbortController();
      await Promise.race([ended, delay(GRACE_MS, patience.signal)]);
      patience.abort();
      // Also after a leader that went quietly: what it started may have stayed.
      signalGroup(leader, 'SIGKILL');
      await ended;
    },
  };
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // No process of the group is left.
  }
}

function delay(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
