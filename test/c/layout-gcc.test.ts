// The layout of random structs, compared with what gcc makes of the same text.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import {
  type CRecord,
  isUnknown,
  layoutsOf,
  memberOf,
  sizeOf,
  spellRecord,
} from '../../c/index.ts';
import { needs, runTool } from '../support/tools.ts';
import { type RandomStruct, randomStructs } from './random-structs.ts';

const STRUCTS = 400;

/** Types and constants that the structs use; ours have them built in or read them here. */
const SHARED = `
#define COUNT 7
#define DECLARE_KHOSER_PTR(name, type) union { u64 phys; type ptr; } name
enum small { SMALL_A, SMALL_B = COUNT };
enum wide { WIDE_A = -1, WIDE_B = 1LL << 40 };
enum tiny { TINY_A, TINY_B = 200 } __packed;
typedef u32 aligned_t __aligned(16);
typedef struct { u8 one; u32 two; } pair_t;
`;

/** The kernel's names, for gcc alone. */
const FOR_GCC = `
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <stdbool.h>
typedef unsigned char u8; typedef unsigned short u16; typedef unsigned int u32;
typedef unsigned long long u64; typedef signed char s8; typedef int s32;
typedef u32 __le32; typedef u16 __be16; typedef u64 phys_addr_t;
typedef u64 __attribute__((aligned(8))) __aligned_u64;
typedef u64 __attribute__((aligned(4))) compat_u64;
#define __packed __attribute__((packed))
#define __aligned(n) __attribute__((aligned(n)))
#define DECLARE_BITMAP(name, bits) unsigned long name[((bits) + 63) / 64]
#define DECLARE_FLEX_ARRAY(type, name) struct { struct { } empty_##name; type name[]; }
#define struct_group(name, ...) union { struct { __VA_ARGS__ }; struct { __VA_ARGS__ } name; }
static long first_bit(const void *bytes, unsigned long size, long *count) {
  const u8 *each = bytes; long first = -1; *count = 0;
  for (unsigned long i = 0; i < size * 8; i++)
    if (each[i / 8] >> (i % 8) & 1) { if (first < 0) first = i; ++*count; }
  return first;
}
#define PLACE(type, path) \\
  printf("%zu %zu\\n", offsetof(type, path) * 8, sizeof(((type *)0)->path));
#define BITS(type, path) { \\
  static type it; long count; memset(&it, 0, sizeof it); it.path = -1; \\
  long first = first_bit(&it, sizeof it, &count); printf("%ld :%ld\\n", first, count); }
#define SIZE(type) printf("%zu %zu\\n", sizeof(type), _Alignof(type));
`;

async function askGcc(structs: readonly RandomStruct[]): Promise<readonly string[]> {
  const asked = structs.flatMap(({ name, paths }) => [
    `SIZE(${name})`,
    ...paths.map((each) => `${each.isBitField ? 'BITS' : 'PLACE'}(${name}, ${each.path})`),
  ]);
  const texts = structs.map(({ text }) => text).join('\n');
  const program = `${FOR_GCC}${SHARED}${texts}\nint main(void) {\n${asked.join('\n')}\n}\n`;
  const folder = mkdtempSync(path.join(tmpdir(), 'kho-layout-'));
  try {
    writeFileSync(path.join(folder, 'all.c'), program);
    const compiled = await runTool('gcc', ['-w', '-O0', '-o', 'all', 'all.c'], {
      cwd: folder,
      timeoutMs: 120_000,
    });
    assert.equal(compiled.status, 0, compiled.stderr.slice(0, 2000));
    const ran = await runTool(path.join(folder, 'all'), []);
    return ran.stdout.toString().trim().split('\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function ours(record: CRecord | undefined, struct: RandomStruct): readonly string[] {
  if (record === undefined) return ['missing'];
  const { size, alignment } = record;
  const text = (value: unknown): string => (isUnknown(value) ? `?${value.reason}` : `${value}`);
  return [
    `${text(size)} ${text(alignment)}`,
    ...struct.paths.map((each) => {
      let type: ReturnType<typeof memberOf>;
      let bits = 0;
      for (const name of each.path.split('.')) {
        const inside = type?.type;
        type = memberOf(inside?.kind === 'record' ? inside.record : record, name);
        if (type === undefined || isUnknown(type.bitOffset)) return 'missing';
        bits += type.bitOffset;
      }
      const found = type as NonNullable<typeof type>;
      if (each.isBitField) return `${bits} :${found.bitWidth}`;
      return `${bits} ${text(sizeOf(found.type, record.at))}`;
    }),
  ];
}

test('random structs are laid out as gcc lays them out', async (t) => {
  if (!needs(t, 'gcc')) return;
  const seed = Number(process.env.KHO_SEED ?? 4711);
  const structs = randomStructs(STRUCTS, seed);
  const answers = [...(await askGcc(structs))];
  const source = { path: 'all.h', text: SHARED + structs.map(({ text }) => text).join('\n') };
  const records = new Map(layoutsOf(source).records.map((each) => [spellRecord(each), each]));
  let members = 0;
  for (const struct of structs) {
    const expected = answers.splice(0, 1 + struct.paths.length);
    const lines = ours(records.get(struct.name), struct);
    members += struct.paths.length;
    const labels = ['size and alignment', ...struct.paths.map((each) => each.path)];
    const shown = (list: readonly string[]): string[] =>
      list.map((each, i) => `${labels[i]}: ${each}`);
    assert.deepEqual(shown(lines), shown(expected), `seed ${seed}\n${struct.text}`);
  }
  assert.ok(members > STRUCTS, `${members} members`);
});
