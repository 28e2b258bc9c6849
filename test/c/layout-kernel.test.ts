// The ABI headers of real kernels: against our own description of their structs, and against each
// other.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  type CRecord,
  compareLayouts,
  isUnknown,
  layoutsOf,
  leavesOf,
  type ReadInclude,
  spellRecord,
} from '../../c/index.ts';
import type { SourceFile } from '../../fdt/index.ts';
import { type AnyStruct, isText, STRUCTS } from '../../kho/index.ts';
import { recordLeftOut } from '../support/tools.ts';

const ABI = 'include/linux/kho/abi';

/** The folder of a kernel source, if scripts/fetch-kernel-sources has brought it here. */
function kernelSource(t: TestContext, release: string): string | undefined {
  const sources =
    process.env.KHO_KERNEL_SOURCES ??
    path.join(os.homedir(), '.cache/kho-workbench/kernel-sources');
  const folder = path.join(sources, `linux-${release}`);
  if (existsSync(path.join(folder, 'MAINTAINERS'))) return folder;
  t.skip(`no source of Linux ${release}`);
  const remedy = `scripts/fetch-kernel-sources ${release}`;
  recordLeftOut({ kind: 'data', test: t.name, needs: folder, remedy });
  return undefined;
}

/** Reads files of a kernel, each once. */
function reader(folder: string): (file: string) => SourceFile | undefined {
  const known = new Map<string, SourceFile>();
  return (file) => {
    const whole = path.join(folder, file);
    if (!known.has(file) && existsSync(whole))
      known.set(file, { path: file, text: readFileSync(whole, 'utf8') });
    return known.get(file);
  };
}

function includesOf(read: (file: string) => SourceFile | undefined): ReadInclude {
  return (file) => (/kho\/abi\/|^uapi\//.test(file) ? read(`include/${file}`) : undefined);
}

/** Structs that go by another name with us, where an older version has the plain one. */
const NEWEST: ReadonlyMap<string, string> = new Map([['memfd_luo_ser', 'memfd_luo_ser_v2']]);

/** `compatible@0 8` and so on: fields with their places in bits, the tail of a page left out. */
function placesIn(struct: AnyStruct): readonly string[] {
  return struct.fields.map((field) =>
    isText(field)
      ? `${field.offset * 8} ${field.chars * 8}`
      : `${field.offset * 8 + (field.part?.shift ?? 0)} ${field.part?.width ?? field.bits}`,
  );
}

function placesOf(record: CRecord, endBits: number): readonly string[] {
  const places = leavesOf(record).map(({ bitOffset, bitWidth }) => {
    assert.ok(!isUnknown(bitOffset) && !isUnknown(bitWidth));
    return { bitOffset, text: `${bitOffset} ${bitWidth}` };
  });
  // The two views of a union are one place.
  const inside = places.filter(({ bitOffset }) => bitOffset < endBits);
  return [...new Set(inside.map(({ text }) => text))];
}

test('structs of Linux 7.3 are laid out as we describe them', (t) => {
  const folder = kernelSource(t, '7.3');
  if (folder === undefined) return;
  const read = reader(folder);
  const compared: string[] = [];
  const files = readdirSync(path.join(folder, ABI)).map((name) => `${ABI}/${name}`);
  for (const file of [...files, 'include/asm-generic/kexec_handover.h']) {
    const source = read(file);
    if (source === undefined) continue;
    for (const record of layoutsOf(source, { readInclude: includesOf(read) }).records) {
      if (record.at.source !== source || record.name === undefined) continue;
      assert.ok(!isUnknown(record.size), `${file}: ${spellRecord(record)}`);
      const struct = STRUCTS.get(NEWEST.get(record.name) ?? record.name);
      if (struct === undefined) continue;
      // What fills the rest of a page is a member here and none there.
      const sizes = struct.tail === undefined ? [struct.sizeBytes] : [struct.sizeBytes, 4096];
      assert.ok(sizes.includes(record.size), `${record.name} has ${record.size} bytes`);
      assert.deepEqual(placesOf(record, struct.sizeBytes * 8), placesIn(struct), record.name);
      compared.push(record.name);
    }
  }
  assert.ok(compared.length >= 12, `only ${compared.join(', ')}`);
});

test('from Linux 7.2 to 7.3 no layout changed, nor does any report say so', (t) => {
  const [old, now] = [kernelSource(t, '7.2'), kernelSource(t, '7.3')];
  if (old === undefined || now === undefined) return;
  const [readOld, readNow] = [reader(old), reader(now)];
  const all = (folder: string, read: ReturnType<typeof reader>): readonly SourceFile[] =>
    readdirSync(path.join(folder, ABI)).flatMap((name) => read(`${ABI}/${name}`) ?? []);
  const companions = { old: all(old, readOld), now: all(now, readNow) };
  const readInclude = includesOf(readNow);
  for (const source of companions.now) {
    const before = readOld(source.path);
    if (before === undefined) continue;
    const comparison = compareLayouts(
      { source: before, companions: companions.old, readInclude },
      { source, companions: companions.now, readInclude },
      { base: 'v7.2' },
    );
    assert.deepEqual(comparison, { changed: [], issues: [] }, source.path);
  }
});

/** Structs as releases had them, and what of their changes a version told. */
const history: readonly {
  readonly what: string;
  readonly before: string;
  readonly after: string;
  readonly isReported: boolean;
}[] = [
  {
    what: 'memfd gets seals and a version (6.19 to 7.1)',
    before: `#define MEMFD_LUO_FH_COMPATIBLE "memfd-v1"
struct memfd_luo_ser { u64 pos; u64 size; u64 nr_folios; struct kho_vmalloc folios; } __packed;`,
    after: `#define MEMFD_LUO_FH_COMPATIBLE "memfd-v2"
struct memfd_luo_ser { u64 pos; u64 size; u32 seals; u32 flags; u64 nr_folios;
  struct kho_vmalloc folios; } __packed;`,
    isReported: false,
  },
  {
    what: 'the same without the version',
    before: `#define MEMFD_LUO_FH_COMPATIBLE "memfd-v2"
struct memfd_luo_ser { u64 pos; u64 size; u64 nr_folios; struct kho_vmalloc folios; } __packed;`,
    after: `#define MEMFD_LUO_FH_COMPATIBLE "memfd-v2"
struct memfd_luo_ser { u64 pos; u64 size; u32 seals; u32 flags; u64 nr_folios;
  struct kho_vmalloc folios; } __packed;`,
    isReported: true,
  },
  {
    what: 'sessions get files while 6.19 was made (after commit 0153094d03df)',
    before: `#define LUO_FDT_COMPATIBLE "luo-v1"
#define LUO_FDT_SESSION_COMPATIBLE "luo-session-v1"
struct luo_session_ser { char name[64]; } __packed;`,
    after: `#define LUO_FDT_COMPATIBLE "luo-v1"
#define LUO_FDT_SESSION_COMPATIBLE "luo-session-v1"
struct luo_session_ser { char name[64]; u64 files; u64 count; } __packed;`,
    isReported: true,
  },
  {
    what: 'bitmaps of the memory map grow to a page (6.17 to 6.18), where they are marked',
    before: `#define KHO_FDT_COMPATIBLE "kho-v1"
#define PRESERVE_BITS (512 * 8)
/* kho-abi: KHO_FDT_COMPATIBLE */
struct kho_mem_phys_bits { DECLARE_BITMAP(preserve, PRESERVE_BITS); };`,
    after: `#define KHO_FDT_COMPATIBLE "kho-v1"
#define PRESERVE_BITS (PAGE_SIZE * 8)
/* kho-abi: KHO_FDT_COMPATIBLE */
struct kho_mem_phys_bits { DECLARE_BITMAP(preserve, PRESERVE_BITS); };`,
    isReported: true,
  },
  {
    what: 'a pointer for handover is u64 and no phys_addr_t any more (7.0)',
    before: `#define KHO_FDT_COMPATIBLE "kho-v1"
#define DECLARE_KHOSER_PTR(name, type) union { phys_addr_t phys; type ptr; } name
struct kho_vmalloc { DECLARE_KHOSER_PTR(first, struct chunk *); unsigned int total_pages; };`,
    after: `#define KHO_FDT_COMPATIBLE "kho-v1"
#define DECLARE_KHOSER_PTR(name, type) union { u64 phys; type ptr; } name
struct kho_vmalloc { DECLARE_KHOSER_PTR(first, struct chunk *); unsigned int total_pages; };`,
    isReported: false,
  },
  {
    what: 'a session keeps its files in a struct of their own (7.2)',
    before: `#define LUO_ABI_COMPATIBLE "luo-v5"
struct luo_session_ser { char name[64]; u64 files; u64 count; } __packed;`,
    after: `#define LUO_ABI_COMPATIBLE "luo-v5"
struct luo_file_set_ser { u64 files; u64 count; } __packed;
struct luo_session_ser { char name[64]; struct luo_file_set_ser file_set_ser; } __packed;`,
    isReported: false,
  },
  {
    what: 'features in place of a version string (under review after 7.3)',
    before: `#define LUO_ABI_COMPATIBLE "luo-v5"
struct luo_ser { char compatible[8]; u64 liveupdate_num; u64 sessions_pa; } __packed;`,
    after: `#define LUO_ABI_COMPATIBLE "luo-v5"
struct luo_feature_hdr { u64 supp; u64 active; u64 req; } __packed;
struct luo_ser { struct luo_feature_hdr features; u64 liveupdate_num; u64 sessions_pa; } __packed;`,
    isReported: true,
  },
];

for (const { what, before, after, isReported } of history)
  test(`history: ${what}`, () => {
    const file = `${ABI}/demo.h`;
    const { issues } = compareLayouts(
      { source: { path: file, text: before } },
      { source: { path: file, text: after } },
      { base: 'HEAD' },
    );
    assert.equal(issues.length, isReported ? 1 : 0, issues[0]?.message);
  });
