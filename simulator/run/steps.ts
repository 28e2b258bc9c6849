// One step of user space.

import { positionAt } from '../../fdt/index.ts';
import { hexText } from '../../kho/index.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { KexecImage, KhoModel, Result } from '../kho/model.ts';
import type { Step } from '../scenario/scenario.ts';
import type { Drivers } from './drivers.ts';

/** Longest text of a file that a scenario compares with. */
const MAX_TEXT_BYTES = 4096;

/** Runs a step; the image, if it loaded one. What it finds wrong is a finding. */
export async function runStep(
  step: Exclude<Step, { kind: 'kexec' }>,
  kernel: Kernel,
  kho: KhoModel,
  drivers: Drivers,
): Promise<KexecImage | undefined> {
  switch (step.kind) {
    case 'call':
      await callDriver(step, kernel, drivers);
      return undefined;
    case 'write': {
      const ours = await kho.writeFile(step.path, step.data, drivers);
      const theirs = isAbsent(ours) ? await drivers.useFile(step.path, step.data) : undefined;
      const result: Result<unknown> = theirs ?? ours;
      logFile('write', step.path, { data: step.data, error: errorOf(result) }, kernel);
      expectError(step, result, `write of ${JSON.stringify(step.data)} to ${step.path}`, kernel);
      return undefined;
    }
    case 'read': {
      const ours = kho.readFile(step.path);
      const theirs = isAbsent(ours) ? await drivers.useFile(step.path, undefined) : undefined;
      const result = theirs ?? ours;
      const bytes = result.kind === 'ok' ? result.value.length : undefined;
      logFile('read', step.path, { bytes, error: errorOf(result) }, kernel);
      expectError(step, result, `read of ${step.path}`, kernel);
      if (result.kind === 'ok' && step.expect !== undefined)
        expectText(step, step.expect, result.value, kernel);
      return undefined;
    }
    case 'session':
      runSession(step, kernel, kho);
      return undefined;
    case 'kexec-load': {
      const result = kho.load(step.kernelBytes, step.initrdBytes);
      logLoad(result, kernel);
      expectError(step, result, 'kexec_file_load()', kernel);
      return result.kind === 'ok' ? result.value : undefined;
    }
  }
}

/** A session, or as many as the step says, with numbers behind their names. */
function runSession(step: Step & { kind: 'session' }, kernel: Kernel, kho: KhoModel): void {
  const { action, session, count } = step;
  const names =
    count === undefined ? [session] : Array.from({ length: count }, (_, i) => `${session}${i}`);
  for (const name of names) {
    const result = kho.session(action, name);
    const isExpected = errorOf(result) === step.error;
    expectError(step, result, `${action} of the session ${JSON.stringify(name)}`, kernel);
    if (!isExpected) return;
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
  reportStep(`${step.driver} exports no function ${step.function}`, step, kernel);
}

/** KHO has no such file; a driver may. */
function isAbsent<T>(result: Result<T>): boolean {
  return errorOf(result) === 'ENOENT';
}

function errorOf<T>(result: Result<T>): string | undefined {
  return result.kind === 'error' ? result.error : undefined;
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

/** A step must fail exactly as the scenario says. */
function expectError<T>(
  step: Step & { readonly error?: string },
  result: Result<T>,
  what: string,
  kernel: Kernel,
): void {
  const error = errorOf(result);
  const expected = step.error;
  if (error === expected) return;
  const came = error === undefined ? 'succeeded' : `failed with ${error}`;
  const wanted = expected === undefined ? '' : ` and not with ${expected}`;
  reportStep(`${what} ${came}${wanted}`, step, kernel);
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

/** The step is the place: no driver has done anything wrong. */
function reportStep(message: string, { span }: Step, kernel: Kernel): void {
  const { line, character } = positionAt(span.source, span.start);
  kernel.recorder.finding({
    rule: 'step-failed',
    severity: 'error',
    message,
    site: { path: span.source.path, line: line + 1, column: character + 1 },
    related: [],
  });
}
