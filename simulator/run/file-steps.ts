// Steps of user space that open, close, make and compare files.
import type { Kernel } from '../kernel/kernel.ts';
import { SEALS } from '../kernel/memfd.ts';
import { EOPNOTSUPP, errorName } from '../kho/mainline/errors.ts';
import { failed, ok } from '../kho/model.ts';
import { bytesOf } from '../scenario/content.ts';
import type { Step } from '../scenario/scenario.ts';
import { expectError, reportStep } from './step-findings.ts';
import type { UserFiles } from './user-files.ts';
import type { UserMemfd } from './user-memfd.ts';

/** Bytes that are compared at once. */
const COMPARED_BYTES: number = 256 << 10;

export async function runFileStep(
  step: Step & { kind: 'open' | 'close' | 'memfd' | 'verify' | 'fallocate' | 'reclaim' },
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
      await verify(step, kernel, files);
      return;
    case 'fallocate': {
      const file = files.get(step.file);
      const memfd = file === undefined ? undefined : files.memfdOf(file);
      const error = memfd?.allocate?.(step.at, step.sizeBytes) ?? -EOPNOTSUPP;
      const result = error === 0 ? ok(undefined) : failed(errorName(error));
      expectError(step, result, `fallocate of ${step.file}`, kernel);
      return;
    }
    case 'reclaim':
      kernel.recorder.event('reclaim');
      files.reclaim();
  }
}

async function makeMemfd(
  step: Step & { kind: 'memfd' },
  kernel: Kernel,
  files: UserFiles,
): Promise<void> {
  const { name, sizeBytes, content, seals } = step;
  const unexpected = (value: number, what: string): void => {
    const result = value < 0 ? failed(errorName(value)) : ok(undefined);
    expectError(step as Step & { error?: string }, result, what, kernel);
  };
  const mayBeSealed = seals !== SEALS.F_SEAL_SEAL;
  const created = await files.createMemfd(name, sizeBytes, mayBeSealed);
  if (created.kind === 'error') {
    expectError(step as Step & { error?: string }, created, `memfd_create of ${name}`, kernel);
    return;
  }
  await files.add(name, created.value);
  kernel.recorder.event('memfd_create', { name, bytes: sizeBytes });
  const memfd = files.memfdOf(created.value);
  if (memfd === undefined) return;
  for (const piece of content)
    unexpected(await memfd.write(piece.at, bytesOf(piece)), `write to ${name}`);
  if (mayBeSealed) unexpected(await memfd.addSeals(seals), `F_ADD_SEALS of ${name}`);
}

async function verify(
  step: Step & { kind: 'verify' },
  kernel: Kernel,
  files: UserFiles,
): Promise<void> {
  const file = files.get(step.file);
  const memfd = file === undefined ? undefined : files.memfdOf(file);
  const state = await memfd?.state();
  const report = (message: string): void => reportStep(`${step.file} ${message}`, step, kernel);
  if (memfd === undefined || state === undefined) {
    report('is no open memfd');
    return;
  }
  const { sizeBytes, seals, position } = step;
  if (sizeBytes !== undefined && state.size !== sizeBytes)
    report(`has ${state.size} bytes and not ${sizeBytes}`);
  if (seals !== undefined && state.seals !== seals)
    report(`has the seals 0x${state.seals.toString(16)} and not 0x${seals.toString(16)}`);
  if (position !== undefined && state.position !== position)
    report(`is at ${state.position} and not at ${position}`);
  const wrong = await firstDifference(memfd, state.size, step);
  if (wrong !== undefined) report(wrong);
}

async function firstDifference(
  memfd: UserMemfd,
  size: number,
  step: Step & { kind: 'verify' },
): Promise<string | undefined> {
  const pieces = step.content.map((piece) => ({ at: piece.at, bytes: bytesOf(piece) }));
  for (let at = 0; at < size; at += COMPARED_BYTES) {
    const found = await memfd.read(at, COMPARED_BYTES);
    const wanted = new Uint8Array(Math.min(COMPARED_BYTES, size - at));
    for (const { at: start, bytes } of pieces) {
      const from = Math.max(start, at);
      const to = Math.min(start + bytes.length, at + wanted.length);
      if (from < to) wanted.set(bytes.subarray(from - start, to - start), from - at);
    }
    const index = wanted.findIndex((byte, i) => byte !== found[i]);
    if (index < 0) continue;
    if (index >= found.length) return `cannot be read at ${at + index}`;
    const [is, should] = [found[index] ?? 0, wanted[index] ?? 0];
    return `holds 0x${is.toString(16)} at ${at + index} and not 0x${should.toString(16)}`;
  }
  const end = Math.max(0, ...pieces.map(({ at, bytes }) => at + bytes.length));
  return end > size ? `ends at ${size}, and ${end} bytes are wanted` : undefined;
}
