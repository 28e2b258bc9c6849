// mm/memfd_luo.c as it is in the kernel's sources, in place of the engine's own handler of memfds.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test, { type TestContext } from 'node:test';
import type { RunResult } from '../../simulator/index.ts';
import { kernelSource, needsCompiler } from '../support/native.ts';
import {
  driverWith,
  findingsOf,
  linesOf,
  type NativeRunOptions,
  runC,
} from './native-scenarios.ts';
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
  { read: 'm', at: '5000', expect: 'first' },
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

// Expressions in C, one after the other, and what they come to.
const CALLS: readonly (readonly [string, number])[] = [
  ['memfd_get_seals(file)', 0],
  ['memfd_get_seals(sealed)', 1],
  ['memfd_add_seals(sealed, F_SEAL_GROW)', -1],
  ['write(8190, "edge", 4)', 4],
  ['i_size_read(inode)', 8194],
  // A hole, then the edge of two pages, then the end.
  ['read(4095, 2)', 2],
  ['text[0] | text[1]', 0],
  ['read(8190, 8)', 4],
  ['memcmp(text, "edge", 4)', 0],
  ['inode->i_mapping->nrpages', 2],
  ['memfd_pin_folios(file, 0, 8194, folios, 8, &offset)', -22],
  ['memfd_pin_folios(file, 4100, 8193, folios, 8, &offset)', 2],
  ['offset', 4],
  ['folios[1]->index', 2],
  ['folio_ref_count(folios[0])', 2],
  ['memfd_add_seals(file, F_SEAL_WRITE)', -16],
  ['(unpin_folios(folios, 2), folio_ref_count(folios[0]))', 1],
  ['memfd_pin_folios(file, 0, 8193, folios, 8, &offset)', 3],
  ['(unpin_folios(folios, 3), inode->i_mapping->nrpages)', 3],
  // A folio of four pages, which is one of the file's.
  ['add(large, 4)', 0],
  ['add(large, 4)', -17],
  ['inode->i_mapping->nrpages', 7],
  ['(folio_put(large), folio_ref_count(large))', 4],
  ['(i_size_write(inode, 8 * PAGE_SIZE), read(5 * PAGE_SIZE, 1))', 1],
  ["text[0] == 'L'", 1],
  ['memfd_pin_folios(file, 5 * PAGE_SIZE, 7 * PAGE_SIZE, folios, 8, &offset)', 1],
  ['offset', 4096],
  ['(unpin_folio(large), shmem_recalc_inode(inode, 4, 0), SHMEM_I(inode)->alloced)', 7],
  ['(shmem_freeze(inode, true), write(8 * PAGE_SIZE, "x", 1))', -1],
  ['write(0, "x", 1)', 1],
  ['(shmem_freeze(inode, false), memfd_add_seals(file, F_SEAL_WRITE | F_SEAL_SEAL))', 0],
  ['memfd_add_seals(file, F_SEAL_GROW)', -1],
  ['write(0, "x", 1)', -1],
  ['file->f_op->llseek(file, -1, SEEK_END)', 32767],
  ['vfs_setpos(file, 11, 10)', -22],
  ['file->f_pos', 32767],
];

const FILES_IN_C = `#include <linux/file.h>
#include <linux/memfd.h>
#include <linux/shmem_fs.h>
#include <mm/internal.h>
#include <uapi/linux/memfd.h>

static struct file *file, *sealed;
static char text[8];

static ssize_t write(loff_t at, const char *from, size_t count)
{
	return file->f_op->write(file, from, count, &at);
}

static ssize_t read(loff_t at, size_t count)
{
	return file->f_op->read(file, text, count, &at);
}

static int add(struct folio *folio, pgoff_t index)
{
	__folio_set_locked(folio);
	__folio_set_swapbacked(folio);
	memset(folio_address(folio), 'L', folio_size(folio));
	int err = shmem_add_to_page_cache(folio, file->f_mapping, index, NULL, GFP_KERNEL);

	folio_unlock(folio);
	return err;
}
`;

test('memory files are as the kernel has them', async (t) => {
  if (!needsCompiler(t)) return;
  const body = `	struct folio *folios[8], *large = folio_alloc(GFP_KERNEL, 2);
	pgoff_t offset;

	file = memfd_alloc_file("", MFD_ALLOW_SEALING);
	sealed = memfd_alloc_file("", 0);
	struct inode *inode = file_inode(file);

${CALLS.map(([call]) => `	pr_info("%ld\\n", (long)(${call}));`).join('\n')}
	fput(file);
	fput(sealed);`;
  const drivers = { 'd.c': driverWith(body, FILES_IN_C) };
  const result = await runC(t, { drivers, releases: ['7.3'] });
  assert.deepEqual(findingsOf(result), []);
  const said = linesOf(result, 1).map((line) => Number(line.slice('d: '.length)));
  assert.deepEqual(
    CALLS.map(([call], i) => [call, said[i]]),
    CALLS,
  );
});

// Bytes, in powers of 1024 or of 1000, and how the kernel writes them.
const SIZES: readonly (readonly [number, number, string])[] = [
  [0, 1024, '0 B'],
  [5, 1024, '5.00 B'],
  [1023, 1024, '1023 B'],
  [1536, 1024, '1.50 KiB'],
  [4 << 20, 1024, '4.00 MiB'],
  [12_345_678, 1024, '11.8 MiB'],
  [12_345_678, 1000, '12.3 MB'],
  [999_999, 1000, '1000 kB'],
];

test('sizes are written as the kernel writes them', async (t) => {
  if (!needsCompiler(t)) return;
  const lines = SIZES.map(([bytes, base]) => {
    const units = base === 1024 ? 'STRING_UNITS_2' : 'STRING_UNITS_10';
    return `	string_get_size(${bytes}, 1, ${units}, text, 16);\n	pr_info("%s\\n", text);`;
  });
  const body = `	char text[16];\n\n${lines.join('\n')}`;
  const drivers = { 'd.c': driverWith(body, '#include <linux/string_helpers.h>\n') };
  const result = await runC(t, { drivers, releases: ['7.3'] });
  assert.deepEqual(
    linesOf(result, 1),
    SIZES.map(([, , size]) => `d: ${size}`),
  );
});
