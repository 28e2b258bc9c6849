// One step of user space.
import type { Kernel } from '../kernel/kernel.ts';
import type { KexecImage, KhoModel, Result } from '../kho/model.ts';
import type { Step } from '../scenario/scenario.ts';
import type { Drivers } from './drivers.ts';
import { hex } from './recorder.ts';

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
      const result = await kho.writeFile(step.path, step.data, drivers);
      logFile('write', step.path, { data: step.data, error: errorOf(result) }, kernel);
      expectError(step, result, `write of ${JSON.stringify(step.data)} to ${step.path}`, kernel);
      return undefined;
    }
    case 'read': {
      const result = kho.readFile(step.path);
      const bytes = result.kind === 'ok' ? result.value.length : undefined;
      logFile('read', step.path, { bytes, error: errorOf(result) }, kernel);
      expectError(step, result, `read of ${step.path}`, kernel);
      if (result.kind === 'ok' && step.expect !== undefined)
        expectText(step.path, step.expect, result.value, kernel);
      return undefined;
    }
    case 'kexec-load': {
      const result = kho.load(step.kernelBytes, step.initrdBytes);
      logLoad(result, kernel);
      expectError(step, result, 'kexec_file_load()', kernel);
      return result.kind === 'ok' ? result.value : undefined;
    }
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
  reportStep(`${step.driver} exports no function ${step.function}`, kernel);
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
        addr: hex(range.start),
        bytes: range.end - range.start,
      });
}

/** A step must fail exactly as the scenario says. */
function expectError<T>(
  { error: expected }: { readonly error?: string },
  result: Result<T>,
  what: string,
  kernel: Kernel,
): void {
  const error = errorOf(result);
  if (error === expected) return;
  if (expected === undefined) reportStep(`${what} failed with ${error}`, kernel);
  else
    reportStep(
      `${what} ${error === undefined ? 'succeeded' : `failed with ${error}`} and not with ${expected}`,
      kernel,
    );
}

function expectText(path: string, expected: string, bytes: Uint8Array, kernel: Kernel): void {
  const text = String.fromCharCode(...bytes.subarray(0, 4096));
  if (text !== expected)
    reportStep(`${path} holds ${JSON.stringify(text)} and not ${JSON.stringify(expected)}`, kernel);
}

function reportStep(message: string, kernel: Kernel): void {
  kernel.recorder.finding({ rule: 'step-failed', severity: 'error', message, related: [] });
}
