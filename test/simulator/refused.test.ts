// A second kernel that finds something else than what it knows boots as if there were nothing.
import assert from 'node:assert/strict';
import test from 'node:test';
import { FdtWriter, fdtTotalsize } from '../../fdt/index.ts';
import { type Release, releaseNamed } from '../../kho/index.ts';
import { Kernel } from '../../simulator/kernel/kernel.ts';
import { bootBytes } from '../../simulator/kho/boot-data.ts';
import { SeedModel } from '../../simulator/kho/seed/index.ts';
import { createMachine } from '../../simulator/machine/machine.ts';
import { Recorder } from '../../simulator/run/recorder.ts';

const MIB = 2 ** 20;
const SCRATCH = { start: 64 * MIB, end: 128 * MIB };
const FDT_AT = 120 * MIB;
const BOOT_AT = 100 * MIB;
const SEED = releaseNamed('seed') as Release;

function rootOf(compatible: string): Uint8Array {
  const writer = new FdtWriter(4096);
  const value = new Uint8Array([...new TextEncoder().encode(compatible), 0]);
  const errors = [
    writer.finishReservemap(),
    writer.beginNode(''),
    writer.property('compatible', value),
    writer.endNode(),
    writer.finish(),
  ];
  assert.deepEqual(errors, [0, 0, 0, 0, 0]);
  return writer.bytes.slice(0, fdtTotalsize(writer.bytes));
}

/** Boots a kernel to which some kernel before it left this FDT. */
function bootWith(fdt: Uint8Array, architecture: 'x86_64' | 'arm64'): [SeedModel, Kernel] {
  const ram = [{ start: 0, sizeBytes: 256 * MIB }];
  const machine = createMachine({ architecture, pageBytes: 4096, ram }, 1);
  const recorder = new Recorder(undefined);
  const options = { number: 2, release: 'seed', directMapBase: 1n << 60n, previous: undefined };
  const kernel = new Kernel(machine, recorder, options);
  const model = new SeedModel(kernel, SEED, '', undefined);
  const handoff = {
    fdt: { start: FDT_AT, end: FDT_AT + fdt.length },
    scratch: SCRATCH,
    memCache: { start: FDT_AT - MIB, end: FDT_AT - MIB },
  };
  machine.memory.write(FDT_AT, fdt);
  const boot = bootBytes(machine, SEED.bootData[architecture], BOOT_AT, handoff);
  machine.memory.write(BOOT_AT, boot);
  for (const range of machine.ram.ranges) kernel.memblock.memory.add(range);
  model.earlyBoot(BOOT_AT);
  model.afterEarlyAllocations();
  model.lateBoot();
  return [model, kernel];
}

for (const architecture of ['x86_64', 'arm64'] as const) {
  test(`${architecture}: a root that it knows is a KHO boot`, () => {
    const [model, kernel] = bootWith(rootOf('kho-v1'), architecture);
    assert.equal(model.isKhoBoot, true);
    assert.deepEqual(kernel.scratch, [SCRATCH]);
    assert.deepEqual(kernel.recorder.findings, []);
    assert.equal(model.readFile('/sys/firmware/kho/dt').kind, 'ok');
  });

  test(`${architecture}: a root that it does not know is none`, () => {
    const [model, kernel] = bootWith(rootOf('kho-v2'), architecture);
    assert.equal(model.isKhoBoot, false);
    assert.deepEqual(kernel.console, ['KHO invalid, disabling.']);
    const [finding] = kernel.recorder.findings;
    assert.equal(finding?.rule, 'handover-refused');
    assert.match(finding?.message ?? '', /not compatible with `kho-v1`/);
    assert.deepEqual(model.readFile('/sys/firmware/kho/dt'), { kind: 'error', error: 'ENOENT' });
  });

  test(`${architecture}: a damaged FDT is none`, () => {
    const [model, kernel] = bootWith(rootOf('kho-v1').fill(0, 0, 4), architecture);
    assert.equal(model.isKhoBoot, false);
    assert.equal(kernel.memblock.isScratchOnly, false);
    assert.match(kernel.recorder.findings[0]?.message ?? '', /its FDT is damaged/);
  });
}
