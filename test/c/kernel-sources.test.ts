// The kernel's own users of KHO: what is reported of them is what is wrong in them, and no more.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import type { Issue } from '../../fdt/index.ts';
import { recordLeftOut } from '../support/tools.ts';
import { checked } from './c-parser.ts';

/** A place in a kernel: file, function and rule. */
type Known = readonly [file: string, fn: string, rule: string];

// Values of an FDT are aligned to four bytes, and these are read as eight at once. The kernel
// stopped doing so in one place (53f8f064eba3) and still does in these. On x86 and arm64 the
// processor puts up with it; the C language does not.
const KNOWN: readonly Known[] = [
  ['kernel/liveupdate/kexec_handover.c', 'kho_remove_subtree', 'unaligned-read'],
  ['kernel/liveupdate/kexec_handover.c', 'kho_retrieve_subtree', 'unaligned-read'],
  ['kernel/liveupdate/kexec_handover.c', 'kho_retrieve_subtree', 'unaligned-read'],
  ['kernel/liveupdate/kexec_handover_debugfs.c', 'kho_in_debugfs_init', 'unaligned-read'],
  ['kernel/liveupdate/kexec_handover_debugfs.c', 'kho_in_debugfs_init', 'unaligned-read'],
  ['mm/memblock.c', 'reserve_mem_kho_revive', 'unaligned-read'],
  ['mm/memblock.c', 'reserve_mem_kho_revive', 'unaligned-read'],
];

// 7.2 has one more function that reads the property so.
const KNOWN_BY_RELEASE: Readonly<Record<string, readonly Known[]>> = {
  '7.2': [...KNOWN, ['kernel/liveupdate/kexec_handover.c', 'kho_mem_retrieve', 'unaligned-read']],
  '7.3': KNOWN,
};

const USERS = [
  'lib/test_kho.c',
  'lib/tests/liveupdate.c',
  'mm/memblock.c',
  'mm/memfd_luo.c',
  'mm/mm_init.c',
  'kernel/kexec_core.c',
  'kernel/kexec_file.c',
  'drivers/of/fdt.c',
  'drivers/of/kexec.c',
  'arch/x86/kernel/setup.c',
  'arch/x86/kernel/kexec-bzimage64.c',
  'include/linux/kexec_handover.h',
  'include/linux/kho_block.h',
  'include/linux/kho_radix_tree.h',
  'include/linux/liveupdate.h',
];

/** Where scripts/fetch-kernel-sources puts them. */
function kernelSource(t: TestContext, release: string): string | undefined {
  const cache = path.join(homedir(), '.cache/kho-workbench/kernel-sources');
  const folder = path.join(process.env.KHO_KERNEL_SOURCES ?? cache, `linux-${release}`);
  if (existsSync(path.join(folder, 'MAINTAINERS'))) return folder;
  t.skip(`no source of Linux ${release}`);
  const remedy = 'run scripts/fetch-kernel-sources';
  recordLeftOut({ kind: 'data', test: t.name, needs: `linux-${release}`, remedy });
  return undefined;
}

/** The function that an issue is in: the last that begins before it, as the kernel is formatted. */
function functionOf({ span }: Issue): string {
  const before = span?.source.text.slice(0, span.start) ?? '';
  const heads = [...before.matchAll(/^(?![ \t#/*}]).*?(\w+)\([^;]*?\)\s*\n\{/gm)];
  return heads.at(-1)?.[1] ?? '';
}

for (const [release, known] of Object.entries(KNOWN_BY_RELEASE)) {
  test(`the users of KHO in Linux ${release}`, (t) => {
    const folder = kernelSource(t, release);
    if (folder === undefined) return;
    const liveupdate = readdirSync(path.join(folder, 'kernel/liveupdate'))
      .filter((name) => name.endsWith('.c'))
      .map((name) => `kernel/liveupdate/${name}`);
    const found: Known[] = [];
    const cutShort: string[] = [];
    for (const file of [...liveupdate, ...USERS]) {
      const text = readFileSync(path.join(folder, file), 'utf8');
      const result = checked(text, release, file);
      cutShort.push(...result.cutShort);
      for (const issue of result.issues) found.push([file, functionOf(issue), issue.rule]);
    }
    assert.deepEqual(found.map(String).sort(), known.map(String).sort());
    assert.deepEqual(cutShort, [], 'every way through every function was followed');
  });

  test(`users of libfdt in Linux ${release} that have nothing to do with KHO`, (t) => {
    const folder = kernelSource(t, release);
    if (folder === undefined) return;
    const files = [
      'arch/arm64',
      'arch/mips',
      'arch/powerpc',
      'arch/riscv',
      'drivers/firmware',
      'drivers/of',
      'lib',
      'scripts/dtc',
    ]
      .flatMap((each) => cFilesIn(path.join(folder, each)))
      .filter((file) => /libfdt\.h|\bfdt_getprop\b/.test(readFileSync(file, 'utf8')))
      .filter((file) => !USERS.some((user) => file.endsWith(user)));
    assert.ok(files.length > 20, `found only ${files.length}`);
    for (const file of files)
      assert.deepEqual(checked(readFileSync(file, 'utf8'), undefined, file).issues, [], file);
  });
}

function cFilesIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.c'))
    .map((name) => path.join(folder, name));
}
