import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { TestContext } from 'node:test';

const KHO = path.resolve('dist/kho.mjs');
/** No command of these tests takes anything like as long. */
const TIMEOUT_MS = 60_000;

export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly bytes: Buffer;
}

/** Runs the built `kho` command in `cwd`, as a user would, with `input` as its standard input. */
export function kho(args: readonly string[], cwd: string, input: string | Buffer = ''): Run {
  const run = spawnSync(process.execPath, [KHO, ...args], { cwd, input, timeout: TIMEOUT_MS });
  const { status, stdout, stderr } = run;
  return { status, stdout: stdout.toString(), stderr: stderr.toString(), bytes: stdout };
}

/** A folder that is gone after the test, with `files` in it. */
export function folderWith(
  t: TestContext,
  files: Readonly<Record<string, string | Buffer>>,
): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'kho-cli-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files))
    writeFileSync(path.join(folder, name), content);
  return folder;
}
