// Steps of user space that open, close, make and compare files.
import type { Kernel } from '../kernel/kernel.ts';
import type { Memfd } from '../kernel/memfd.ts';
import { errorName } from '../kho/mainline/errors.ts';
import { failed, ok } from '../kho/model.ts';
import { bytesOf } from '../scenario/content.ts';
import type { Step } from '../scenario/scenario.ts';
import { expectError, reportStep } from './step-findings.ts';
import type { UserFiles } from './user-files.ts';

/** Bytes that are compared at once. */
const COMPARED_BYTES: number = 1 << 20;

export async function runFileStep(
  step: Step & { kind: 'open' | 'close' | 'memfd' | 'verify' },
  kernel: Kernel,
  files: UserFiles,
): Promise<void> {
  switch (step.kind) {
    case 'open': {
      const result = await files.open(step.path);
      expectError(step, result, `open of ${step.path}`, kernel);
      if (result.kind === 'ok') await files.add(step.as, result.value);
      return;
    }
    case 'close':
      expectError(step, await files.close(step.file), `close of ${step.file}`, kernel);
      return;
    case 'memfd':
      await makeMemfd(step, kernel, files);
      return;
    case 'verify':
      verify(step, kernel, files);
  }
}

async function makeMemfd(
  step: Step & { kind: 'memfd' },
  kernel: Kernel,
  files: UserFiles,
): Promise<void> {
  const { name, sizeBytes, content, seals } = step;
  const { file, memfd } = files.createMemfd(sizeBytes, 0);
  await files.add(name, file);
  kernel.recorder.event('memfd_create', { name, bytes: sizeBytes });
  for (const piece of content) {
    const count = memfd.write(piece.at, bytesOf(piece));
    const result = count < 0 ? failed(errorName(count)) : ok(undefined);
    expectError(step as Step & { error?: string }, result, `write to ${name}`, kernel);
  }
  memfd.seals = seals;
}

function verify(step: Step & { kind: 'verify' }, kernel: Kernel, files: UserFiles): void {
  const body = files.get(step.file)?.body;
  const report = (message: string): void => reportStep(`${step.file} ${message}`, step, kernel);
  if (body?.kind !== 'memfd') {
    report('is no open memfd');
    return;
  }
  const { memfd } = body;
  const { sizeBytes, seals, position } = step;
  if (sizeBytes !== undefined && memfd.size !== sizeBytes)
    report(`has ${memfd.size} bytes and not ${sizeBytes}`);
  if (seals !== undefined && memfd.seals !== seals)
    report(`has the seals 0x${memfd.seals.toString(16)} and not 0x${seals.toString(16)}`);
  if (position !== undefined && memfd.position !== position)
    report(`is at ${memfd.position} and not at ${position}`);
  const wrong = firstDifference(memfd, step);
  if (wrong !== undefined) report(wrong);
}

function firstDifference(memfd: Memfd, step: Step & { kind: 'verify' }): string | undefined {
  const pieces = step.content.map((piece) => ({ at: piece.at, bytes: bytesOf(piece) }));
  for (let at = 0; at < memfd.size; at += COMPARED_BYTES) {
    const found = memfd.read(at, COMPARED_BYTES);
    const wanted = new Uint8Array(found.length);
    for (const { at: start, bytes } of pieces) {
      const from = Math.max(start, at);
      const to = Math.min(start + bytes.length, at + wanted.length);
      if (from < to) wanted.set(bytes.subarray(from - start, to - start), from - at);
    }
    const index = found.findIndex((byte, i) => byte !== wanted[i]);
    if (index < 0) continue;
    const [is, should] = [found[index] ?? 0, wanted[index] ?? 0];
    return `holds 0x${is.toString(16)} at ${at + index} and not 0x${should.toString(16)}`;
  }
  const end = Math.max(0, ...pieces.map(({ at, bytes }) => at + bytes.length));
  return end > memfd.size ? `ends at ${memfd.size}, and ${end} bytes are wanted` : undefined;
}
