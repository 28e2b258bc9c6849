#!/usr/bin/env node
// Stands in for the desktop editor's executable: takes its command line as @vscode/test-electron
// gives it, and runs the tests in a VS Code server whose workbench is open in headless Chromium.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseCommandLine } from './command-line.ts';
import { type Ending, STATUS, TestRun } from './test-run.ts';

const TIMEOUT_MS = Number(process.env.KHO_E2E_TIMEOUT_MS ?? 300_000);

process.exitCode = await main(process.argv.slice(2));

async function main(args: readonly string[]): Promise<number> {
  const commandLine = parseCommandLine(args);
  if (commandLine.target.tests === undefined) {
    console.error('This stand-in for an editor only runs tests: give --extensionTestsPath.');
    return STATUS.usage;
  }
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kho-editor-'));
  const run = new TestRun(folder, commandLine);
  try {
    const { status, why } = await Promise.race([run.toItsEnd(), interruption(), timeLimit()]);
    if (why !== undefined) console.error(`${run.logs()}\n${why}`);
    return status;
  } catch (error) {
    console.error(`${run.logs()}\n${error instanceof Error ? error.message : error}`);
    return STATUS.failed;
  } finally {
    await run.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

function interruption(): Promise<Ending> {
  return new Promise((resolve) => {
    for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => resolve({ status: STATUS.interrupted, why: signal }));
    }
  });
}

function timeLimit(): Promise<Ending> {
  return new Promise((resolve) => {
    const ending = { status: STATUS.timeout, why: `no verdict after ${TIMEOUT_MS} ms` };
    setTimeout(resolve, TIMEOUT_MS, ending).unref();
  });
}
