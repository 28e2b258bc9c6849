import { spawn } from 'node:child_process';

/** How a program ended; what it could not be started for is in `stderr`, with status null. */
export interface ToolOutcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A compiler that takes longer will not end. */
const TIMEOUT_MS = 60_000;
/** What a program prints beyond this is of no use, and it is stopped. */
const MAX_OUTPUT_BYTES = 64 << 20;

/** Runs a program to its end, or to the time limit. Never rejects. */
export function runTool(command: string, args: readonly string[]): Promise<ToolOutcome> {
  return new Promise((resolve) => {
    const env = { ...process.env, LC_ALL: 'C' };
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
    const chunks: { stdout: Buffer[]; stderr: Buffer[] } = { stdout: [], stderr: [] };
    let size = 0;
    const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
    for (const name of ['stdout', 'stderr'] as const)
      child[name].on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_OUTPUT_BYTES) child.kill('SIGKILL');
        else chunks[name].push(chunk);
      });
    const done = (status: number | null, error = ''): void => {
      clearTimeout(timer);
      const stderr = Buffer.concat(chunks.stderr).toString('utf8') + error;
      resolve({ status, stdout: Buffer.concat(chunks.stdout).toString('utf8'), stderr });
    };
    child.once('error', (error) => done(null, error.message));
    child.once('close', (status) => done(status));
  });
}
