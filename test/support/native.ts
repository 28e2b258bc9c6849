// Compiles C against the native headers, as drivers are compiled.
import { existsSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';
import { findTool, needs, recordLeftOut, runTool, type ToolResult } from './tools.ts';

/** Where the native headers are. */
export const NATIVE_INCLUDE = 'simulator/native/include';

const CFLAGS = '@simulator/native/cflags';

/** The compilers that drivers may be compiled with, those that are installed. */
export const COMPILERS: readonly string[] = ['gcc', 'clang'].filter(
  (name) => findTool(name) !== undefined,
);

/** Whether C can be compiled here, libfdt and its header included; if not, the test is left out. */
export function needsCompiler(t: TestContext): boolean {
  if (!needs(t, 'gcc')) return false;
  const folders = ['/usr/include', '/usr/local/include'];
  if (folders.some((folder) => existsSync(path.join(folder, 'libfdt.h')))) return true;
  t.skip('libfdt.h is not installed');
  const remedy = 'install libfdt-dev';
  recordLeftOut({ kind: 'tool', test: t.name, needs: 'libfdt.h', remedy });
  return false;
}

export interface CompileOptions {
  /** What KHO_LINUX is; the newest release by default. */
  readonly release?: string;
  readonly compiler?: string;
  readonly args?: readonly string[];
  /** C text in place of a file. */
  readonly input?: string;
}

/** Runs a compiler with the flags and the headers that drivers are compiled with. */
export function compile({
  release,
  compiler = 'gcc',
  args = [],
  input,
}: CompileOptions): Promise<ToolResult> {
  return runTool(
    compiler,
    [
      CFLAGS,
      '-I',
      NATIVE_INCLUDE,
      ...(release === undefined ? [] : [`-DKHO_LINUX=${release}`]),
      ...args,
      ...(input === undefined ? [] : ['-x', 'c', '-']),
    ],
    { timeoutMs: 60_000, ...(input === undefined ? {} : { input }) },
  );
}

/** What a compiler said, empty if nothing. */
export function saidBy({ status, stderr }: ToolResult): string {
  return status === 0 && stderr === '' ? '' : `status ${status}\n${stderr}`;
}

/** Where scripts/fetch-kernel-sources puts a release's source; undefined if it was not fetched. */
export function kernelSource(t: TestContext, release: string): string | undefined {
  const cache = path.join(os.homedir(), '.cache', 'kho-workbench', 'kernel-sources');
  const folder = path.join(process.env.KHO_KERNEL_SOURCES ?? cache, `linux-${release}`);
  if (existsSync(folder)) return folder;
  t.skip(`no source of Linux ${release}`);
  const remedy = 'run scripts/fetch-kernel-sources';
  recordLeftOut({ kind: 'data', test: t.name, needs: `linux-${release}`, remedy });
  return undefined;
}
