// /sys/kernel/kho and /sys/firmware/kho: modes, formats and errors of the series v3,
// Documentation/ABI/testing/sysfs-kernel-kho in <20240117144704.602-1-graf@amazon.com>.
import assert from 'node:assert/strict';
import test from 'node:test';
import { pageDriver } from './page-driver.ts';
import { ACTIVATE, rulesOf, runInline, scenarioOf } from './scenarios.ts';

const DRIVERS = { d: pageDriver(3) };
const K = '/sys/kernel/kho';

const read = (path: string, expect?: string): object =>
  expect === undefined ? { read: path } : { read: path, expect };
const readError = (path: string, error: string): object => ({ read: path, error });
const write = (path: string, data: string): object => ({ write: path, data });
const writeError = (path: string, data: string, error: string): object => ({
  write: path,
  data,
  error,
});

const STEPS: readonly [string, readonly object[]][] = [
  [
    'active is 0, then 1, then 0',
    [
      read(`${K}/active`, '0\n'),
      ACTIVATE,
      read(`${K}/active`, '1\n'),
      write(`${K}/active`, '0\n'),
      read(`${K}/active`, '0\n'),
    ],
  ],
  [
    'active takes what kstrtobool() takes',
    [
      write(`${K}/active`, 'y'),
      write(`${K}/active`, 'off'),
      write(`${K}/active`, 'On\n'),
      write(`${K}/active`, 'N'),
    ],
  ],
  [
    'active refuses what is no boolean',
    [
      writeError(`${K}/active`, '2', 'EINVAL'),
      writeError(`${K}/active`, '', 'EINVAL'),
      writeError(`${K}/active`, 'maybe', 'EINVAL'),
    ],
  ],
  [
    'dt_max is 10 MiB and can be set in any base',
    [
      read(`${K}/dt_max`, '0xa00000\n'),
      write(`${K}/dt_max`, '4096\n'),
      read(`${K}/dt_max`, '0x1000\n'),
      write(`${K}/dt_max`, '0x2000'),
      read(`${K}/dt_max`, '0x2000\n'),
      write(`${K}/dt_max`, '010'),
      read(`${K}/dt_max`, '0x8\n'),
    ],
  ],
  [
    'dt_max refuses what is no number',
    [
      writeError(`${K}/dt_max`, 'much', 'EINVAL'),
      writeError(`${K}/dt_max`, '1 2', 'EINVAL'),
      writeError(`${K}/dt_max`, '-1', 'EINVAL'),
      writeError(`${K}/dt_max`, '08', 'EINVAL'),
    ],
  ],
  ['scratch_len is the size of the parameter', [read(`${K}/scratch_len`, '0x4000000\n')]],
  [
    'files that may only be read cannot be written',
    [writeError(`${K}/scratch_phys`, '0', 'EACCES'), writeError(`${K}/scratch_len`, '0', 'EACCES')],
  ],
  [
    'dt exists while active',
    [
      readError(`${K}/dt`, 'ENOENT'),
      writeError(`${K}/dt`, 'x', 'ENOENT'),
      ACTIVATE,
      read(`${K}/dt`),
      writeError(`${K}/dt`, 'x', 'EACCES'),
      write(`${K}/active`, '0'),
      readError(`${K}/dt`, 'ENOENT'),
    ],
  ],
  ['a first kernel was handed nothing', [readError('/sys/firmware/kho/dt', 'ENOENT')]],
  ['other files do not exist', [readError('/sys/kernel/kho/none', 'ENOENT')]],
];

for (const [name, steps] of STEPS)
  test(name, async () => {
    const result = await runInline(scenarioOf({ drivers: ['d.ts'], kernels: 1, steps }), DRIVERS);
    assert.deepEqual(result.findings, []);
  });

test('without kho_scratch= there is no scratch and no handover', async () => {
  const steps = [
    read(`${K}/scratch_phys`, '0x0\n'),
    read(`${K}/scratch_len`, '0x0\n'),
    writeError(`${K}/active`, '1', 'ENOMEM'),
    writeError(`${K}/active`, 'x', 'EINVAL'),
    write(`${K}/active`, '0'),
  ];
  const scenario = scenarioOf({ drivers: ['d.ts'], cmdline: '', kernels: 1, steps });
  assert.deepEqual((await runInline(scenario, DRIVERS)).findings, []);
});

test('a dt_max that is too small fails the serialization', async () => {
  const steps = [
    write(`${K}/dt_max`, '0x80'),
    writeError(`${K}/active`, '1', 'EINVAL'),
    read(`${K}/active`, '0\n'),
  ];
  const scenario = scenarioOf({ drivers: ['d.ts'], kernels: 1, steps });
  const result = await runInline(scenario, DRIVERS);
  assert.deepEqual(rulesOf(result), ['fdt-too-small', 'serialize-failed']);
  assert.ok(result.kernels[0]?.console.includes('kho failed to serialize state: -22'));
});

test('what a scenario expects and does not get is a finding at its step', async () => {
  const steps = [
    read(`${K}/active`, '1\n'),
    write(`${K}/active`, 'x'),
    readError(`${K}/dt_max`, 'EIO'),
  ];
  const scenario = scenarioOf({ drivers: ['d.ts'], kernels: 1, steps });
  const { findings } = await runInline(scenario, DRIVERS);
  assert.deepEqual(
    findings.map(({ message }) => message),
    [
      '/sys/kernel/kho/active holds "0\\n" and not "1\\n"',
      'write of "x" to /sys/kernel/kho/active failed with EINVAL',
      'read of /sys/kernel/kho/dt_max succeeded and not with EIO',
    ],
  );
  assert.ok(findings.every(({ site }) => site?.path === '/s/test.kho.json'));
});
