// The kernel's headers that drivers in C are compiled with: simulator/native/include/.
import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';
import {
  type AnyStruct,
  isText,
  nativeHeaders,
  RELEASES,
  releaseExpression,
  releaseNamed,
  STRUCTS,
} from '../../kho/index.ts';
import { matchGolden } from '../support/golden.ts';
import {
  COMPILERS,
  compile,
  kernelSource,
  NATIVE_INCLUDE,
  needsCompiler,
  saidBy,
} from '../support/native.ts';

const HEADERS: readonly string[] = readdirSync(NATIVE_INCLUDE, { recursive: true })
  .map((name) => String(name).split(path.sep).join('/'))
  .filter((name) => name.endsWith('.h'))
  .sort();

const NEWEST = releaseExpression(RELEASES.at(-1)?.name ?? '');

/** The first release with a header, if it says so. */
function firstRelease(header: string): string | undefined {
  const text = readFileSync(path.join(NATIVE_INCLUDE, header), 'utf8');
  return /#error "this header exists from Linux ([\d.]+) on"/.exec(text)?.[1];
}

test('what differs from release to release is made of the table of releases', () => {
  for (const { path: file, text } of nativeHeaders())
    matchGolden(path.join(NATIVE_INCLUDE, file), text);
});

test('every header compiles by itself', async (t) => {
  if (!needsCompiler(t)) return;
  const failed: string[] = [];
  for (const header of HEADERS) {
    const input = `#include <${header}>\n`;
    const said = saidBy(await compile({ args: ['-fsyntax-only', ...WITHOUT_EXCUSES], input }));
    if (said !== '') failed.push(`${header}: ${said}`);
  }
  assert.deepEqual(failed, []);
});

/** What drivers may do, but not the headers. */
const WITHOUT_EXCUSES = ['-Wunused-parameter', '-Wsign-compare', '-Wmissing-field-initializers'];

for (const { name } of RELEASES) {
  test(`the headers of ${name} compile together, and those that it lacks say so`, async (t) => {
    if (!needsCompiler(t)) return;
    const release = releaseExpression(name);
    const has = (header: string) => {
      const first = firstRelease(header) ?? indirectly.get(header);
      return first === undefined || isSince(name, first);
    };
    const input = HEADERS.filter(has)
      .map((header) => `#include <${header}>\n`)
      .join('');
    const args = ['-fsyntax-only', '-iquote', NATIVE_INCLUDE];
    assert.equal(saidBy(await compile({ release, args, input })), '');
    for (const header of HEADERS.filter((each) => has(each) && asksForRelease(each))) {
      const alone = await compile({ release, args, input: `#include <${header}>\n` });
      assert.equal(saidBy(alone), '', header);
    }
    for (const header of HEADERS.filter((each) => !has(each))) {
      const { stderr } = await compile({ release, args, input: `#include <${header}>\n` });
      assert.match(stderr, /#error "this header exists from Linux/, header);
    }
  });
}

function asksForRelease(header: string): boolean {
  return readFileSync(path.join(NATIVE_INCLUDE, header), 'utf8').includes('#if KHO_LINUX');
}

/** Headers that only include what some releases lack. */
const indirectly: ReadonlyMap<string, string> = new Map([['linux/liveupdate.h', '6.19']]);

function isSince(name: string, first: string): boolean {
  const order = RELEASES.map((release) => release.name);
  return order.indexOf(name) >= order.indexOf(first);
}

/** In which header C has a struct, what it is called there, and in which release. */
const IN_C: Readonly<Record<string, { name?: string; release?: string; header: string }>> = {
  kho_mem: { header: 'linux/kexec.h', release: 'KHO_SEED' },
  kho_scratch: { header: 'linux/kexec_handover.h' },
  kho_vmalloc: { header: 'linux/kho/abi/kexec_handover.h' },
  kho_block_header_ser: { header: 'linux/kho/abi/block.h' },
  kho_kexec_metadata: { header: 'linux/kho/abi/kexec_metadata.h' },
  luo_ser: { header: 'linux/kho/abi/luo.h' },
  luo_session_header_ser: { header: 'linux/kho/abi/luo.h', release: 'KHO_RELEASE(7, 0)' },
  luo_session_ser: { header: 'linux/kho/abi/luo.h' },
  luo_file_ser: { header: 'linux/kho/abi/luo.h' },
  luo_flb_ser: { header: 'linux/kho/abi/luo.h' },
  luo_flb_header_ser: { header: 'linux/kho/abi/luo.h' },
  memfd_luo_ser: { header: 'linux/kho/abi/memfd.h', release: 'KHO_RELEASE(7, 0)' },
  memfd_luo_ser_v2: { header: 'linux/kho/abi/memfd.h', name: 'memfd_luo_ser' },
  memfd_luo_folio_ser: { header: 'linux/kho/abi/memfd.h' },
};

test('the structs of the headers are laid out as we read them', async (t) => {
  if (!needsCompiler(t)) return;
  for (const [ours, { name = ours, release = NEWEST, header }] of Object.entries(IN_C)) {
    const struct = STRUCTS.get(ours);
    assert.ok(struct, ours);
    const input = `#include <linux/build_bug.h>\n#include <${header}>\n${layoutAssertions(struct, name)}`;
    assert.equal(saidBy(await compile({ release, args: ['-fsyntax-only'], input })), '', ours);
  }
});

/** Fields that C has in a struct of their own. */
const NESTED: Readonly<Record<string, string>> = {
  'luo_session_ser.files': 'file_set_ser.files',
  'luo_session_ser.count': 'file_set_ser.count',
};

function layoutAssertions(struct: AnyStruct, name: string): string {
  const offsets = struct.fields
    .filter((field) => isText(field) || field.part === undefined)
    .map(({ name: field, offset }) => {
      const member = NESTED[`${name}.${field}`] ?? field;
      return `offsetof(struct ${name}, ${member}) == ${offset}`;
    });
  return [`sizeof(struct ${name}) == ${struct.sizeBytes}`, ...offsets]
    .map((condition) => `static_assert(${condition});\n`)
    .join('');
}

for (const name of ['7.2', '7.3'])
  test(`the structs of Linux ${name} itself are laid out as we read them`, async (t) => {
    const source = needsCompiler(t) ? kernelSource(t, name) : undefined;
    if (source === undefined) return;
    const formats = Object.entries(IN_C).filter(
      ([, { header, release }]) => header.startsWith('linux/kho/abi/') && release === undefined,
    );
    assert.ok(formats.length > 5);
    for (const [ours, { name: theirs = ours, header }] of formats) {
      const struct = STRUCTS.get(ours);
      assert.ok(struct, ours);
      const text = readFileSync(path.join(source, 'include', header), 'utf8');
      const input = `${text}\n#include <linux/build_bug.h>\n${layoutAssertions(struct, theirs)}`;
      const release = releaseExpression(name);
      const said = saidBy(await compile({ release, args: ['-fsyntax-only'], input }));
      assert.equal(said, '', ours);
    }
  });

test('the headers name the formats of the release', async (t) => {
  if (!needsCompiler(t)) return;
  const macros: readonly (readonly [string, string, string])[] = [
    ['7.3', 'linux/kho/abi/luo.h', 'LUO_ABI_COMPATIBLE'],
    ['7.0', 'linux/kho/abi/luo.h', 'LUO_FDT_COMPATIBLE'],
    ['7.3', 'linux/kho/abi/memfd.h', 'MEMFD_LUO_FH_COMPATIBLE'],
    ['7.0', 'linux/kho/abi/memfd.h', 'MEMFD_LUO_FH_COMPATIBLE'],
    ['7.3', 'linux/kho/abi/memblock.h', 'MEMBLOCK_KHO_NODE_COMPATIBLE'],
  ];
  for (const [name, header, macro] of macros) {
    const formats = releaseNamed(name)?.formats.map(({ format }) => format) ?? [];
    const input = `#include <${header}>\nvalue ${macro}\n`;
    const { stdout } = await compile({ release: releaseExpression(name), args: ['-E'], input });
    const value = /^value "(.*)"$/m.exec(stdout.toString())?.[1];
    assert.ok(formats.includes(value ?? ''), `${macro} of ${name} is ${value}`);
  }
});

describe('a driver of each era compiles without a warning', () => {
  const drivers: readonly (readonly [string, readonly string[]])[] = [
    ['seed-notifier', ['seed']],
    ['finalize-notifier', ['6.16', '6.17', '6.18']],
    ['live-state', ['6.19', '7.0', '7.1', '7.2', '7.3']],
    ['luo-handler', ['6.19', '7.0', '7.1', '7.2', '7.3']],
  ];
  for (const [driver, releases] of drivers) {
    test(driver, async (t) => {
      if (!needsCompiler(t)) return;
      for (const compiler of COMPILERS)
        for (const name of releases) {
          const args = ['-Werror', '-c', '-o', os.devNull, `test/simulator/native/${driver}.c`];
          const result = await compile({ compiler, release: releaseExpression(name), args });
          assert.equal(saidBy(result), '', `${compiler}, ${name}`);
        }
    });
  }
});

test('a function that the release lacks is an error', async (t) => {
  if (!needsCompiler(t)) return;
  const input =
    '#include <linux/kexec_handover.h>\nvoid *f(void) { return kho_alloc_preserve(8); }\n';
  const args = ['-fsyntax-only'];
  const older = await compile({ release: 'KHO_RELEASE(6, 18)', args, input });
  assert.match(older.stderr, /error: implicit declaration of function .kho_alloc_preserve/);
  assert.equal(saidBy(await compile({ release: 'KHO_RELEASE(6, 19)', args, input })), '');
});

/** What it takes to compile a file of the kernel as it is. */
const KERNEL_FILES: readonly string[] = [
  'lib/test_kho.c',
  'lib/tests/liveupdate.c',
  'kernel/liveupdate/kho_block.c',
  'kernel/liveupdate/luo_core.c',
  'kernel/liveupdate/luo_file.c',
  'kernel/liveupdate/luo_flb.c',
  'kernel/liveupdate/luo_session.c',
  'mm/memblock.c',
  'mm/memfd_luo.c',
];

for (const name of ['7.2', '7.3']) {
  describe(`files of Linux ${name} compile as they are`, () => {
    for (const file of KERNEL_FILES)
      test(`${file} of ${name}`, async (t) => {
        if (!needsCompiler(t)) return;
        const source = kernelSource(t, name);
        if (source === undefined) return;
        const folder = mkdtempSync(path.join(os.tmpdir(), 'kho-native-'));
        t.after(() => rmSync(folder, { recursive: true }));
        // Away from its neighbours, so that ours are found in place of `mm/internal.h`.
        const copy = path.join(folder, path.basename(file));
        cpSync(path.join(source, file), copy);
        const neighbours = [
          `${NATIVE_INCLUDE}/mm`,
          `${source}/kernel/liveupdate`,
          `${source}/lib/tests`,
        ];
        const args = [
          ...['-fsyntax-only', '-Werror', '-DCONFIG_LIVEUPDATE_TEST', '-DKBUILD_MODNAME="demo"'],
          ...neighbours.flatMap((each) => ['-iquote', each]),
          copy,
        ];
        const release = releaseExpression(name);
        for (const compiler of COMPILERS)
          assert.equal(saidBy(await compile({ compiler, release, args })), '', compiler);
      });
  });
}
