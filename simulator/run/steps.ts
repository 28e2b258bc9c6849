// One step of user space.

import { assert } from '../../fdt/index.ts';
import { hexText, releaseNamed } from '../../kho/index.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { emptyScratch } from '../kernel/movable.ts';
import type { OpenFile } from '../kernel/open-file.ts';
import {
  failed,
  type KexecImage,
  type KhoModel,
  ok,
  type Result,
  type SessionRequest,
} from '../kho/model.ts';
import { loadCrash, loadPlain } from '../kho/segments.ts';
import type { Step } from '../scenario/scenario.ts';
import type { Drivers } from './drivers.ts';
import { runFileStep } from './file-steps.ts';
import { errorOf, expectError, reportStep, siteOfStep } from './step-findings.ts';
import type { UserFiles } from './user-files.ts';

/** Longest text of a file that a scenario compares with. */
const MAX_TEXT_BYTES = 4096;

/** Runs a step; the image, if it loaded one. What it finds wrong is a finding. */
export async function runStep(
  step: Exclude<Step, { kind: 'kexec' | 'kexec-unload' | 'panic' | 'reboot' }>,
  kernel: Kernel,
  kho: KhoModel,
  drivers: Drivers,
  files: UserFiles,
): Promise<KexecImage | undefined> {
  kernel.recorder.look();
  switch (step.kind) {
    case 'call':
      await callDriver(step, kernel, drivers);
      return undefined;
    case 'write':
      await writeFile(step, kernel, kho, drivers, files);
      return undefined;
    case 'read':
      await readFile(step, kernel, kho, drivers, files);
      return undefined;
    case 'session':
      await runSession(step, kernel, kho, drivers, files);
      return undefined;
    case 'open':
    case 'close':
    case 'memfd':
    case 'verify':
    case 'fallocate':
    case 'reclaim':
      await runFileStep(step, kernel, files);
      return undefined;
    case 'kexec-load': {
      const site = siteOfStep(step);
      const result = kernel.recorder.at(site, () => load(step, kernel, kho));
      logLoad(result, kernel);
      const isSaid = kernel.recorder.wasSaid('kexec-load-failed', site);
      if (!isSaid || step.error !== undefined)
        expectError(step, result, 'kexec_file_load()', kernel);
      if (result.kind === 'ok' && result.value.crashMemory === undefined) emptyScratch(kernel);
      return result.kind === 'ok' ? result.value : undefined;
    }
  }
}

function load(
  step: Step & { kind: 'kexec-load' },
  kernel: Kernel,
  kho: KhoModel,
): Result<KexecImage> {
  const { kernelBytes, initrdBytes, flags, syscall } = step;
  if (flags.length === 0 && syscall === 'kexec_file_load')
    return kho.load(kernelBytes, initrdBytes);
  const request = { kernelBytes, initrdBytes };
  const release = releaseNamed(kernel.release);
  assert(release !== undefined, `the scenario was checked: ${kernel.release} is a release`);
  // Without CONFIG_KEXEC_JUMP, which arm64 has not, it is no flag.
  const returns = flags.includes('KEXEC_PRESERVE_CONTEXT');
  if (returns && kernel.machine.architecture !== 'x86_64') return failed('EINVAL');
  if (flags.some((flag) => flag !== 'KEXEC_PRESERVE_CONTEXT'))
    return loadCrash(kernel, release, request);
  const loaded = loadPlain(kernel, release, request);
  if (loaded.kind === 'error') return loaded;
  return ok({ ...loaded.value, syscall: 'kexec_load', returns });
}

async function writeFile(
  step: Step & { kind: 'write' },
  kernel: Kernel,
  kho: KhoModel,
  drivers: Drivers,
  files: UserFiles,
): Promise<void> {
  const { path, data, at } = step;
  const result = await onFile(path, files, {
    open: (file) => files.write(file, data, at),
    ours: () => kho.writeFile(path, data, drivers),
    theirs: () => drivers.useFile(path, data),
  });
  logFile('write', path, { data, error: errorOf(result) }, kernel);
  expectError(step, result, `write of ${JSON.stringify(data)} to ${path}`, kernel);
}

async function readFile(
  step: Step & { kind: 'read' },
  kernel: Kernel,
  kho: KhoModel,
  drivers: Drivers,
  files: UserFiles,
): Promise<void> {
  const { path, at, expect } = step;
  const result = await onFile(path, files, {
    open: (file) => files.read(file, expect?.length ?? MAX_TEXT_BYTES, at),
    ours: async () => kho.readFile(path),
    theirs: () => drivers.useFile(path, undefined),
  });
  const bytes = result.kind === 'ok' ? result.value.length : undefined;
  logFile('read', path, { bytes, error: errorOf(result) }, kernel);
  expectError(step, result, `read of ${path}`, kernel);
  if (result.kind === 'ok' && expect !== undefined) expectText(step, expect, result.value, kernel);
}

/** A name is one of an open file; a path is KHO's, a driver's, or one that has to be opened. */
async function onFile<T>(
  path: string,
  files: UserFiles,
  how: {
    open(file: OpenFile): Promise<Result<T>>;
    ours(): Promise<Result<T>>;
    theirs(): Promise<Result<unknown> | undefined>;
  },
): Promise<Result<T>> {
  if (!path.startsWith('/')) {
    const file = files.get(path);
    return file === undefined ? failed('EBADF') : how.open(file);
  }
  const ours = await how.ours();
  if (!isAbsent(ours)) return ours;
  const theirs = (await how.theirs()) as Result<T> | undefined;
  if (theirs !== undefined) return theirs;
  const opened = await files.open(path);
  if (opened.kind === 'error') return opened;
  const result = await how.open(opened.value);
  await opened.value.put();
  return result;
}

/** A session, or as many as the step says, with numbers behind their names. */
async function runSession(
  step: Step & { kind: 'session' },
  kernel: Kernel,
  kho: KhoModel,
  drivers: Drivers,
  files: UserFiles,
): Promise<void> {
  const { action, session, count, token, as } = step;
  const names =
    count === undefined ? [session] : Array.from({ length: count }, (_, i) => `${session}${i}`);
  for (const name of names) {
    const file = step.file === undefined ? undefined : files.get(step.file);
    const result = await kho.session({ action, name, token, file } as SessionRequest, drivers);
    const isExpected = errorOf(result) === step.error;
    expectError(step, result, `${action} of the session ${JSON.stringify(name)}`, kernel);
    if (!isExpected) return;
    const value = result.kind === 'ok' ? result.value : undefined;
    if (typeof value === 'object') await files.add(as ?? `${name}/${token}`, value);
  }
}

async function callDriver(
  step: Step & { kind: 'call' },
  kernel: Kernel,
  drivers: Drivers,
): Promise<void> {
  if (!drivers.names.includes(step.driver)) return;
  if (drivers.exports(step.driver, step.function)) {
    await drivers.call(step.driver, step.function, step.args);
    return;
  }
  const help = 'export it; in C a static function that nothing calls is there with `__used`';
  reportStep(`${step.driver} exports no function ${step.function}`, step, kernel, help);
}

/** KHO has no such file; a driver may. */
function isAbsent<T>(result: Result<T>): boolean {
  return errorOf(result) === 'ENOENT';
}

function logFile(
  event: string,
  path: string,
  fields: Readonly<Record<string, string | number | undefined>>,
  { recorder }: Kernel,
): void {
  recorder.event(event, { path, ...fields });
}

function logLoad(result: Result<KexecImage>, { recorder }: Kernel): void {
  if (result.kind === 'error') recorder.event('kexec_file_load', { error: result.error });
  else
    for (const { name, range } of result.value.segments)
      recorder.event('kexec_file_load', {
        segment: name,
        addr: hexText(range.start),
        bytes: range.end - range.start,
      });
}

function expectText(
  step: Step & { readonly path: string },
  expected: string,
  bytes: Uint8Array,
  kernel: Kernel,
): void {
  const text = String.fromCharCode(...bytes.subarray(0, MAX_TEXT_BYTES));
  if (text === expected) return;
  const [holds, wanted] = [JSON.stringify(text), JSON.stringify(expected)];
  reportStep(`${step.path} holds ${holds} and not ${wanted}`, step, kernel);
}
