// Programs and data that a machine may lack. A test that needs one says so by name, and the test
// run lists at its end what was left out and how to get it.
import { type SpawnOptions, spawn } from 'node:child_process';
import { appendFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import type { TestContext } from 'node:test';

/**
 * Programs that tests compare with or run in, and the Debian package each comes from: every one of
 * these is among those that scripts/install-test-tools installs.
 */
export const TOOLS = {
  chromium: 'chromium',
  dtc: 'device-tree-compiler',
  fdtdump: 'device-tree-compiler',
  clang: 'clang',
  gcc: 'gcc',
  gdb: 'gdb',
  git: 'git',
  lldb: 'lldb',
} as const;

export type Tool = keyof typeof TOOLS;

/** What was left out and why: one line of JSON in the file that KHO_LEFT_OUT names. */
export interface LeftOut {
  /** Tools are to be installed, and missing ones fail a CI run; data is optional everywhere. */
  readonly kind: 'tool' | 'data';
  readonly test: string;
  /** The program or the path of the data. */
  readonly needs: string;
  /** What to do to have it. */
  readonly remedy: string;
}

/**
 * Whether `tool` is installed. Where it is not, the test is skipped and recorded as left out;
 * the caller only has to return.
 */
export function needs(t: TestContext, tool: Tool): boolean {
  if (findTool(tool) !== undefined) return true;
  t.skip(`${tool} is not installed`);
  recordLeftOut({ kind: 'tool', test: t.name, needs: tool, remedy: `install ${TOOLS[tool]}` });
  return false;
}

/**
 * The path of optional test data: `relative` in the folder that KHO_TEST_DATA names, by default
 * `../shared`. Where there is none, the test is skipped and recorded, and the result is undefined.
 */
export function testData(t: TestContext, relative: string): string | undefined {
  const folder = path.resolve(process.env.KHO_TEST_DATA ?? '../shared');
  const file = path.join(folder, relative);
  if (existsSync(file)) return file;
  t.skip(`no test data ${relative}`);
  const remedy = `name the folder that holds ${relative} in KHO_TEST_DATA`;
  recordLeftOut({ kind: 'data', test: t.name, needs: relative, remedy });
  return undefined;
}

/** Adds a line to the list that the test run prints at its end. */
export function recordLeftOut(leftOut: LeftOut): void {
  const file = process.env.KHO_LEFT_OUT;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify(leftOut)}\n`);
}

/** The first executable called `command` in the PATH. */
export function findTool(command: string): string | undefined {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, command);
    if (folder !== '' && existsSync(file)) return file;
  }
  return undefined;
}

/**
 * How a program ended. `status` is null when a signal ended it, ours after the timeout included.
 */
export interface ToolResult {
  readonly status: number | null;
  readonly stdout: Buffer;
  readonly stderr: string;
  readonly timedOut: boolean;
}

export interface ToolOptions extends Pick<SpawnOptions, 'cwd' | 'env'> {
  /** The program is killed after this long. */
  readonly timeoutMs?: number;
  /** What it reads from standard input; nothing by default. */
  readonly input?: string | Uint8Array;
}

/** Output beyond this is not kept, and the program is killed: it is running away. */
export const TOOL_OUTPUT_BYTES_MAX: number = 64 * 1024 * 1024;

/** Runs `command` to its end, or to the timeout: a tool that hangs costs one test, not the run. */
export async function runTool(
  command: string,
  args: readonly string[],
  options: ToolOptions = {},
): Promise<ToolResult> {
  const { timeoutMs = 10_000, input, ...rest } = options;
  const child = spawn(command, args, { ...rest, stdio: 'pipe' });
  const stdout = collect(child.stdout, () => child.kill('SIGKILL'));
  const stderr = collect(child.stderr, () => child.kill('SIGKILL'));
  let timedOut = false;
  const timer = setTimeout(() => {
    timedOut = true;
    child.kill('SIGKILL');
  }, timeoutMs);
  // A program that does not read its input closes the pipe, which is its right.
  child.stdin.on('error', () => {});
  child.stdin.end(input ?? '');
  try {
    const status = await new Promise<number | null>((resolve, reject) => {
      child.on('error', reject);
      child.on('close', resolve);
    });
    return { status, stdout: stdout(), stderr: stderr().toString(), timedOut };
  } finally {
    clearTimeout(timer);
  }
}

function collect(stream: NodeJS.ReadableStream, runaway: () => void): () => Buffer {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  stream.on('data', (chunk: Buffer) => {
    sizeBytes += chunk.length;
    if (sizeBytes > TOOL_OUTPUT_BYTES_MAX) runaway();
    else chunks.push(chunk);
  });
  return () => Buffer.concat(chunks);
}
