// How kernels end besides a jump with KHO: panics, crash kernels, reboots, kexecs that come back,
// and images that are loaded and never used.
import assert from 'node:assert/strict';
import test from 'node:test';
import {
  type InlineDriver,
  type Kernel,
  parseScenario,
  type Scenario,
} from '../../simulator/index.ts';
import { CMDLINE, scenarioOfKernels } from './mainline-scenarios.ts';
import { JUMP, LOAD, rulesOf, runInline } from './scenarios.ts';

const CRASH_LOAD = { kexecLoad: { kernel: '8M', initrd: '4M', flags: ['KEXEC_FILE_ON_CRASH'] } };
const PANIC = { panic: {} };
const REBOOT = { reboot: {} };
const plainLoad = (...flags: string[]): object => ({ kexecLoad: { syscall: 'kexec_load', flags } });
const RETURNING = plainLoad('KEXEC_PRESERVE_CONTEXT');

interface KernelParts {
  readonly release?: string;
  readonly cmdline?: string;
  readonly steps?: readonly object[];
  readonly kernelBugs?: readonly number[];
}

function scenario(kernels: readonly KernelParts[], machine?: object): Scenario {
  const full = kernels.map(({ cmdline = '', ...rest }) => ({
    ...rest,
    cmdline: `${CMDLINE} ${cmdline}`,
  }));
  return scenarioOfKernels(full, machine);
}

/** Hands over a page in the first kernel and tells what each kernel finds of it. */
function pageDriver(found: unknown[]): () => InlineDriver {
  return () => ({
    init(k: Kernel) {
      const before = k.khoRetrieveSubtree('page');
      found.push(
        typeof before === 'number' ? before : k.read(k.khoRestoreFolio(before.phys), 1)[0],
      );
      if (k.number > 1 || !k.khoIsEnabled()) return;
      const page = k.khoAllocPreserve(4096);
      k.write(page, Uint8Array.of(42));
      k.khoAddSubtree('page', page, 4096);
    },
  });
}

async function run(kernels: readonly KernelParts[], machine?: object) {
  const found: unknown[] = [];
  const result = await runInline(scenario(kernels, machine), { d: pageDriver(found) });
  return { result, found, rules: rulesOf(result) };
}

test('a panic starts the crash kernel in its own memory, and hands it nothing', async () => {
  const { result, found, rules } = await run([
    { cmdline: 'crashkernel=64M', steps: [LOAD, CRASH_LOAD, PANIC] },
    {},
  ]);
  assert.deepEqual(rules, ['handover-lost']);
  const [{ message = '', driver } = {}] = result.findings;
  assert.equal(driver, 'd');
  assert.match(
    message,
    /^4096 bytes that khoAllocPreserve\(\) preserved are lost: a kernel that p/,
  );
  assert.deepEqual(found, [-2, -2]);
  assert.equal(result.kernels[1]?.isKhoBoot, false);
  assert.ok(result.kernels[1]?.console.includes('KHO: disabled in the kdump kernel'));
  const [, start = '', bytes = ''] =
    /reserve_crashkernel addr=0x(\w+) bytes=(\d+)/.exec(result.trace) ?? [];
  const region = { start: Number.parseInt(start, 16), end: Number.parseInt(start, 16) + +bytes };
  const addresses = [...result.trace.matchAll(/ k2 \S+ +memblock_alloc .*addr=0x(\w+)/g)];
  assert.equal(addresses.length, 2);
  for (const [, address = ''] of addresses) {
    const at = Number.parseInt(address, 16);
    assert.ok(region.start <= at && at < region.end, address);
  }
});

test('a crash kernel cannot read what was there, and 7.2 reserves scratch in it', async () => {
  let lost = 0n;
  const make = (): InlineDriver => ({
    init(k: Kernel) {
      if (k.number === 1) lost = k.pa(k.folioAlloc('GFP_KERNEL', 0));
      else k.read(k.va(lost), 8);
    },
  });
  const kernels = [
    { cmdline: 'crashkernel=160M', steps: [CRASH_LOAD, PANIC] },
    { release: '7.2', cmdline: 'kho_scratch=16M,16M,16M' },
  ];
  const result = await runInline(scenario(kernels), { d: make });
  assert.deepEqual(rulesOf(result), ['memory-not-preserved']);
  assert.match(result.trace, / k2 .* kho_reserve_scratch what=lowmem/);
});

test('without a crash kernel a panic is a reset, as a reboot is, after which all is as at first', async () => {
  for (const steps of [
    [LOAD, PANIC],
    [LOAD, REBOOT],
  ]) {
    const { found, rules, result } = await run([{ steps }, {}]);
    assert.deepEqual(rules, ['handover-lost']);
    assert.match(result.findings[0]?.message ?? '', /are lost: the machine starts afresh$/);
    assert.deepEqual(found, [-2, -2]);
    assert.equal(result.outcome, 'completed');
  }
});

test('after a crash kernel and a reboot the next kernels hand over again', async () => {
  const found: unknown[] = [];
  const make = (): InlineDriver => ({
    init(k: Kernel) {
      const before = k.khoRetrieveSubtree('page');
      found.push(
        typeof before === 'number' ? before : k.read(k.khoRestoreFolio(before.phys), 1)[0],
      );
      if (k.number !== 3) return;
      const page = k.khoAllocPreserve(4096);
      k.write(page, Uint8Array.of(42));
      k.khoAddSubtree('page', page, 4096);
    },
  });
  const kernels = [
    { cmdline: 'crashkernel=64M', steps: [CRASH_LOAD, PANIC] },
    { steps: [REBOOT] },
    { steps: [LOAD, JUMP] },
    {},
  ];
  const result = await runInline(scenario(kernels), { d: make });
  assert.deepEqual(rulesOf(result), []);
  assert.deepEqual(found, [-2, -2, -2, 42]);
});

const refused = (load: object): object => ({ ...load, error: 'EADDRNOTAVAIL' });

const LOADS: readonly (readonly [string, string, readonly object[], readonly string[]])[] = [
  ['nothing was reserved', '', [refused(CRASH_LOAD), REBOOT], ['kexec-load-failed']],
  [
    'too little was reserved',
    'crashkernel=8M',
    [refused(CRASH_LOAD), REBOOT],
    ['kexec-load-failed'],
  ],
  [
    'more is asked for than there is',
    'crashkernel=1G',
    [refused(CRASH_LOAD), REBOOT],
    ['kernel-parameter', 'kexec-load-failed'],
  ],
  [
    'what is malformed',
    'crashkernel=many',
    [refused(CRASH_LOAD), REBOOT],
    ['kernel-parameter', 'kexec-load-failed'],
  ],
  ['where it was said', 'crashkernel=32M@128M', [CRASH_LOAD, REBOOT], []],
  ['by how much memory there is', 'crashkernel=256M-1G:32M,1G-:64M', [CRASH_LOAD, REBOOT], []],
  [
    'too little memory for any',
    'crashkernel=1G-:64M',
    [refused(CRASH_LOAD), REBOOT],
    ['kexec-load-failed'],
  ],
  ['kexec -p without -s', 'crashkernel=32M', [plainLoad('KEXEC_ON_CRASH'), REBOOT], []],
];

for (const [name, cmdline, steps, expected] of LOADS)
  test(`a crash kernel is loaded: ${name}`, async () => {
    const { rules } = await run([{ cmdline, steps }, {}]);
    assert.deepEqual(rules, [...expected, 'handover-lost']);
  });

test('a crash kernel that was unloaded does not start, and a jump has its own image', async () => {
  const unload = { kexecUnload: { flags: ['KEXEC_FILE_ON_CRASH'] } };
  const cmdline = 'crashkernel=64M';
  const panicked = await run([{ cmdline, steps: [CRASH_LOAD, unload, PANIC] }, {}]);
  assert.match(panicked.result.findings[0]?.message ?? '', /the machine starts afresh$/);
  const jumped = await run([{ cmdline, steps: [LOAD, CRASH_LOAD, unload, JUMP] }, {}]);
  assert.deepEqual([jumped.rules, jumped.found], [[], [-2, 42]]);
});

test('on a KHO boot memory for a crash kernel comes from scratch', async () => {
  const { rules, result } = await run([
    { steps: [LOAD, JUMP] },
    { release: '7.2', cmdline: 'crashkernel=16M' },
  ]);
  assert.deepEqual(rules, []);
  const line = result.trace.split('\n').find((each) => each.includes('reserve_crashkernel'));
  const at = Number.parseInt(/addr=0x(\w+)/.exec(line ?? '')?.[1] ?? '', 16);
  const regions = [...result.trace.matchAll(/kho_reserve_scratch .*addr=0x(\w+) bytes=(\d+)/g)];
  const isIn = ([, start = '', bytes = '']: RegExpExecArray): boolean =>
    Number.parseInt(start, 16) <= at && at < Number.parseInt(start, 16) + Number(bytes);
  assert.ok(regions.some(isIn), line);
});

test('kexec_load() knows nothing of KHO', async () => {
  const { rules, found, result } = await run([{ steps: [plainLoad(), JUMP] }, {}]);
  assert.deepEqual(rules, ['handover-lost']);
  assert.match(result.findings[0]?.message ?? '', /: kexec_load\(\) loads without KHO/);
  assert.deepEqual(found, [-2, -2]);
});

test('an image that is loaded and unloaded, or never jumped to, hands over nothing', async () => {
  const steps = [LOAD, { kexecUnload: {} }, { kexec: {}, error: 'EINVAL' }, LOAD, JUMP];
  assert.deepEqual((await run([{ steps }, {}])).rules, []);
  const never = await run([{ steps: [LOAD] }, {}]);
  assert.equal(never.result.reason, 'kernel 1 never jumped to the next');
});

// --- Kexecs that come back.

test('a kexec that comes back leaves all as it was, and another one hands over', async () => {
  const { rules, found, result } = await run([{ steps: [RETURNING, JUMP, LOAD, JUMP] }, {}]);
  assert.deepEqual([rules, found], [[], [-2, 42]]);
  assert.match(result.trace, /kexec_jump_back/);
});

test('a kexec that comes back is none on arm64', async () => {
  const steps = [{ ...RETURNING, error: 'EINVAL' }, LOAD, JUMP];
  const { rules, found } = await run([{ steps }, {}], { arch: 'arm64' });
  assert.deepEqual([rules, found], [[], [-2, 42]]);
});

const FROZEN: readonly (readonly [string, readonly number[], number])[] = [
  ['6.19', [], 2],
  ['7.0', [], 2],
  ['7.1', [], 2],
  ['7.2', [], 1],
  ['7.3', [], 1],
  ['7.3', [36], 2],
];

for (const [release, kernelBugs, times] of FROZEN)
  test(`${release}${kernelBugs.length > 0 ? ' with bug 36' : ''}: files are frozen ${times} times`, async () => {
    let frozen = 0;
    const make = (): InlineDriver => ({
      init(k: Kernel) {
        const fops = { open: () => 0 };
        k.miscRegister({ name: 'vault', fops });
        k.liveupdateRegisterFileHandler({
          compatible: 'vault-v1',
          ops: {
            canPreserve: () => true,
            preserve: () => 0,
            unpreserve: () => {},
            freeze() {
              frozen += 1;
              return 0;
            },
            retrieve: () => -22,
            finish: () => {},
          },
        });
      },
    });
    const steps = [
      { open: '/dev/vault', as: 'f' },
      { session: 's', do: 'create' },
      { session: 's', do: 'preserve-fd', file: 'f', token: 1 },
      RETURNING,
      JUMP,
      LOAD,
      JUMP,
    ];
    const kernels = [
      { release, kernelBugs, cmdline: 'liveupdate=on', steps },
      { release, cmdline: 'liveupdate=on' },
    ];
    const result = await runInline(scenario(kernels), { d: make });
    assert.equal(frozen, times);
    const bugs = result.findings.filter(({ rule }) => rule === 'kernel-bug');
    assert.equal(bugs.length, times - 1, JSON.stringify(result.findings));
    if (times === 2)
      assert.match(
        bugs[0]?.message ?? '',
        /^the session s was frozen for a kexec that comes back, /,
      );
  });

const WRONG: readonly (readonly [object, RegExp])[] = [
  [{ kexecLoad: { flags: ['KEXEC_PRESERVE_CONTEXT'] } }, /kexec_file_load\(\) has no flag KEXEC_P/],
  [plainLoad('KEXEC_FILE_ON_CRASH'), /kexec_load\(\) has no flag KEXEC_FILE_ON_CRASH, only/],
  [{ kexecLoad: { syscall: 'kexec' } }, /^a step is one of /],
  [{ panic: { now: true } }, /^a step is one of /],
];

for (const [step, message] of WRONG)
  test(`a scenario that makes no sense: ${JSON.stringify(step)}`, () => {
    const kernel = { release: '7.3', drivers: [], steps: [step, LOAD, JUMP] };
    const text = JSON.stringify({ title: 't', kernels: [kernel, { release: '7.3' }] });
    const { issues } = parseScenario({ path: '/s/test.kho.json', text });
    assert.match(issues.map((each) => each.message).join('\n'), message);
  });

test('a kernel that ends has no further steps, and the last one does not end', () => {
  for (const steps of [
    [PANIC, LOAD, JUMP],
    [REBOOT, LOAD, JUMP],
  ]) {
    const kernels = [{ release: '7.3', steps }, { release: '7.3' }];
    const text = JSON.stringify({ title: 't', kernels });
    assert.equal(parseScenario({ path: '/s/test.kho.json', text }).issues.length, 1);
  }
});
