import { spawn } from 'node:child_process';
import type * as vscode from 'vscode';
import { extensionPath, type Tools } from './tools.ts';

export interface KhoOutput {
  /** Null if it was ended from outside. */
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
}

/** Output of one command that is kept; a result of a million trace lines is a tenth of it. */
const MAX_OUTPUT_BYTES = 1 << 30;

/** How the editor's own program is started as a plain Node.js. */
export function nodeEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, ELECTRON_RUN_AS_NODE: '1' };
}

/** The file of the `kho` command. */
export function khoPath(tools: Pick<Tools, 'context'>): string {
  return extensionPath(tools, 'dist', 'kho.mjs');
}

/** Runs the `kho` command in a process of its own, which ends when `token` is cancelled. */
export function runKho(
  tools: Tools,
  args: readonly string[],
  token?: vscode.CancellationToken,
): Promise<KhoOutput> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [khoPath(tools), ...args], {
      env: nodeEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const cancelled = token?.onCancellationRequested(() => child.kill('SIGTERM'));
    const stdout: Buffer[] = [];
    let size = 0;
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_OUTPUT_BYTES) child.kill('SIGTERM');
      else stdout.push(chunk);
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      tools.log.info(text.trimEnd());
    });
    child.once('error', reject);
    child.once('close', (status) => {
      cancelled?.dispose();
      resolve({ status, stdout: Buffer.concat(stdout), stderr });
    });
  });
}
