// mm/memfd_luo.c as it is in the kernel's sources, in place of the engine's own handler of memfds.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import type { RunResult } from '../../simulator/index.ts';
import { kernelSource, needsCompiler } from '../support/native.ts';
import { findingsOf, type NativeRunOptions, runC } from './native-scenarios.ts';
import { luoStructs } from './recorded-handover.ts';

const CMDLINE = 'kho=on liveupdate=on kho_scratch=32M,32M,32M';
const JUMP = [{ kexecLoad: {} }, { kexec: {} }];

const vmm = (action: string, more: object = {}): object => ({
  session: 'vmm',
  do: action,
  ...more,
});

/** The text of mm/memfd_luo.c; undefined, and the test is left out, where it is absent. */
function handler(t: TestContext, release: string): string | undefined {
  if (!needsCompiler(t)) return undefined;
  const source = kernelSource(t, release);
  return source && readFileSync(path.join(source, 'mm/memfd_luo.c'), 'utf8');
}

function run(
  t: TestContext,
  text: string,
  steps: readonly (readonly object[])[],
  release = '7.3',
  options: NativeRunOptions = {},
): Promise<RunResult> {
  const releases = steps.map(() => release);
  const drivers = { 'memfd_luo.c': text };
  return runC(t, { drivers, releases, steps, cmdline: CMDLINE }, options);
}

const CONTENT = [
  { at: '5000', text: 'first' },
  { at: '70000', pattern: 7, size: '300000' },
];
const MAKE = [
  { memfd: 'm', size: '1M', content: CONTENT, seals: ['F_SEAL_GROW', 'F_SEAL_SHRINK'] },
  { write: 'm', data: 'begin' },
  vmm('create'),
  vmm('preserve-fd', { file: 'm', token: 1 }),
];
const CONTENT_AFTER = [{ at: 0, text: 'begin' }, ...CONTENT];
const FIND = [
  vmm('retrieve'),
  vmm('retrieve-fd', { token: 1, as: 'm' }),
  {
    verify: 'm',
    size: '1M',
    content: CONTENT_AFTER,
    seals: ['F_SEAL_GROW', 'F_SEAL_SHRINK'],
    position: 5,
  },
  vmm('finish'),
];

for (const release of ['7.2', '7.3'])
  test(`Linux ${release}: a memfd is there after the jump`, async (t) => {
    const text = handler(t, release);
    if (text === undefined) return;
    const result = await run(t, text, [[...MAKE, ...JUMP], FIND], release);
    assert.deepEqual(findingsOf(result), []);
    assert.equal(result.kernels.length, 2);
  });

/** Files of several sizes, of which each has a list of one page at most. */
const FILES: readonly (readonly [string, string, readonly object[]])[] = [
  ['empty', '0', []],
  ['odd', '5000', [{ at: '4999', text: '!' }]],
  ['holes', '1M', CONTENT],
];

for (const release of ['7.2', '7.3'])
  test(`Linux ${release}: it writes what the handler of the engine writes`, async (t) => {
    const text = handler(t, release);
    if (text === undefined) return;
    const make = FILES.flatMap(([name, size, content], token) => [
      { memfd: name, size, content },
      vmm('preserve-fd', { file: name, token }),
    ]);
    const steps = [[vmm('create'), ...make, ...JUMP], []];
    const ofKernel = await run(t, text, steps, release);
    const ofEngine = await runC(t, { releases: [release, release], steps, cmdline: CMDLINE });
    const [kernel, engine] = [ofKernel.images[0], ofEngine.images[0]];
    assert.ok(kernel !== undefined && engine !== undefined);
    assert.deepEqual(luoStructs(kernel), luoStructs(engine));
  });

test('files that nobody asked for are freed, and those of a session that is closed stay', async (t) => {
  const text = handler(t, '7.3');
  if (text === undefined) return;
  const closed = [...MAKE, vmm('close'), { write: 'm', data: 's' }];
  const again = [...MAKE.slice(2), ...JUMP];
  const unasked = [vmm('retrieve'), vmm('finish')];
  const result = await run(t, text, [[...closed, ...again], unasked]);
  assert.deepEqual(findingsOf(result), []);
  assert.equal(result.kernels.length, 2);
});

test('a file that is preserved keeps its size', async (t) => {
  const text = handler(t, '7.3');
  if (text === undefined) return;
  const grow = { write: 'm', data: 'x', at: '1M', error: 'EPERM' };
  const make = [{ memfd: 'm', size: '1M' }, ...MAKE.slice(2)];
  assert.deepEqual(findingsOf(await run(t, text, [[...make, grow]])), []);
  const twice = vmm('preserve-fd', { file: 'm', token: 2, error: 'EBUSY' });
  assert.deepEqual(findingsOf(await run(t, text, [[...make, twice]])), []);
});

// What goes wrong in the second kernel, what user space is told, and what preserved the memory that
// the handler then leaves for ever: retrieve() gives up before it looks at the folios, and finish()
// believes that it has dealt with them.
const FAULTS: readonly (readonly [string, number, string, readonly string[]])[] = [
  ['memfdAllocFile', 1, 'ENOMEM', ['kho_preserve_folio(', 'kho_preserve_vmalloc(']],
  ['memCgroupCharge', 2, 'ENOMEM', []],
  ['shmemAddToPageCache', 1, 'ENOMEM', []],
  ['shmemInodeAcctBlocks', 2, 'ENOSPC', []],
  ['khoRestoreVmalloc', 1, 'EINVAL', ['kho_preserve_folio(', 'kho_preserve_vmalloc(']],
  ['khoRestoreFolio', 2, 'EIO', ['kho_preserve_folio(']],
];

for (const [name, nth, error, left] of FAULTS)
  test(`a memfd is lost where ${name}() fails`, async (t) => {
    const text = handler(t, '7.3');
    if (text === undefined) return;
    // Of some of it there is another after 64 pages.
    const make = [{ memfd: 'm', size: '300K' }, ...MAKE.slice(2), ...JUMP];
    const again = vmm('retrieve-fd', { token: 1, as: 'm', error });
    const find = [vmm('retrieve'), again, again, vmm('finish')];
    const faults = [{ kernel: 2, driver: 'memfd_luo', function: name, nth }];
    const drivers = { 'memfd_luo.c': text };
    const result = await runC(t, { drivers, steps: [make, find], cmdline: CMDLINE, faults });
    assert.equal(result.faults.length, 1);
    const lines = text.split('\n');
    assert.deepEqual(
      findingsOf(result),
      left.map((call) => {
        const line = lines.findIndex((each) => each.includes(`= ${call}`));
        return `never-restored memfd_luo.c:${line + 1}`;
      }),
    );
  });
