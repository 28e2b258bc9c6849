// What is said of a text: what is known, and what is not and why.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CRecord, isUnknown, layoutsOf, spellRecord, spellType } from '../../c/index.ts';

/** `struct x 8/4: a u32@0, b u8@4:3`, one line for each record with a name. */
function show(text: string, options?: Parameters<typeof layoutsOf>[1]): readonly string[] {
  const source = { path: 'demo.h', text };
  const { records } = layoutsOf(source, options);
  return records
    .filter((record) => record.at.source === source && record.name !== undefined)
    .map(showRecord);
}

function showRecord(record: CRecord): string {
  const say = (size: CRecord['size']): string => (isUnknown(size) ? '?' : `${size}`);
  const members = record.members.map(({ name, type, bitOffset, bitWidth }) => {
    const place = isUnknown(bitOffset) ? '?' : `${bitOffset / 8}`;
    const width = bitWidth === undefined ? '' : `:${bitWidth}`;
    return `${name ?? '-'} ${spellType(type)}@${place}${width}`;
  });
  const why = isUnknown(record.size) ? ` (${record.size.reason})` : '';
  const open = record.condition === undefined ? '' : ` if ${record.condition}`;
  const name = spellRecord(record);
  return `${name} ${say(record.size)}/${say(record.alignment)}${why}${open}: ${members.join(', ')}`;
}

const cases: readonly { name: string; text: string; expected: readonly string[] }[] = [
  {
    name: 'the alignment of what is not packed',
    text: 'struct a { u8 x; u64 y; __u16 z; };',
    expected: ['struct a 24/8: x u8@0, y u64@8, z u16@16'],
  },
  {
    name: 'a typedef gives a struct without a tag its name',
    text: 'typedef struct { u32 x; } __packed a_t; struct b { u8 x; a_t y; };',
    expected: ['a_t 4/1: x u32@0', 'struct b 5/1: x u8@0, y a_t@1'],
  },
  {
    name: 'what the macros of KHO declare',
    text: `#define DECLARE_KHOSER_PTR(name, type) union { u64 phys; type ptr; } name
struct hdr { DECLARE_KHOSER_PTR(next, struct chunk *); };
#define COUNT ((PAGE_SIZE - sizeof(struct hdr)) / sizeof(u64))
struct chunk { struct hdr hdr; u64 phys[COUNT]; };
static_assert(sizeof(struct chunk) == PAGE_SIZE);`,
    expected: [
      'struct hdr 8/8: next union@0',
      'struct chunk 4096/8: hdr struct hdr@0, phys u64[511]@8',
    ],
  },
  {
    name: 'constants of all kinds',
    text: `enum { A = 3, B, C = 1 << B };
#define TEXT "luo-v5"
#define LEN ALIGN(sizeof(TEXT), 8)
struct s { u8 a[B]; u8 b[C + BIT(3)]; char c[LEN]; u8 d[SZ_4K / SZ_1K]; u8 e[A > 2 ? 1 : 9];
  u8 f[(u8)257]; u8 g[offsetof(struct t, y)]; u8 h[ilog2(PAGE_SIZE)]; u8 i['a' - 96]; };`,
    expected: [
      'struct s ?/1 (`struct t` is not defined here): a u8[4]@0, b u8[24]@4, ' +
        'c char[8]@28, d u8[4]@36, e u8[1]@40, f u8[1]@41, g u8[?]@42, h u8[12]@?, i u8[1]@?',
    ],
  },
  {
    name: 'an enum in the middle of the text',
    text: `struct t { u32 x; u64 y; };
struct s { u8 a[offsetof(struct t, y)]; u8 b[sizeof_field(struct t, x)]; u8 c[~0U >> 30]; };`,
    expected: [
      'struct t 16/8: x u32@0, y u64@8',
      'struct s 15/1: a u8[8]@0, b u8[4]@8, c u8[3]@12',
    ],
  },
  {
    name: 'bit fields, and what separates them',
    text: 'struct a { u64 pfn:52; u64 flags:12; u32 x:4, :0, y:4; };',
    expected: ['struct a 16/8: pfn u64@0:52, flags u64@6.5:12, x u32@8:4, - u32@12:0, y u32@12:4'],
  },
  {
    name: 'arrays without a length',
    text: `struct a { u32 n; u64 v[] __counted_by(n); };
struct b { u8 n; DECLARE_FLEX_ARRAY(u16, v); };`,
    expected: ['struct a 8/8: n u32@0, v u64[]@8', 'struct b 2/2: n u8@0, - struct@2'],
  },
  {
    name: 'a type that nothing here defines',
    text: 'struct a { u32 x; other_t y; u32 z; };',
    expected: ['struct a ?/? (the type `other_t` is not defined here): x u32@0, y ?@?, z u32@?'],
  },
  {
    name: 'pointers to what nothing here defines',
    text: 'struct a { struct other *x; void (*f)(struct other *); other_t *y[2]; };',
    expected: ['struct a 32/8: x pointer@0, f pointer@8, y pointer[2]@16'],
  },
  {
    name: 'the value of a macro that nothing here defines',
    text: 'struct a { u8 x[LEN]; };',
    expected: ['struct a ?/1 (the value of `LEN` is not known here): x u8[?]@0'],
  },
  {
    name: 'an attribute that nothing here defines',
    text: 'struct a { u8 x; u32 y __strange(4); };',
    expected: ['struct a ?/? (`__strange` is not expected here): x u8@0, y ?@?'],
  },
  {
    name: 'a pragma that packs, and its end',
    text: `#pragma pack(push, 2)
struct a { u8 x; };
#pragma pack(pop)
struct b { u8 x; };
#pragma pack(1)
#pragma pack()
struct c { u8 x; };`,
    expected: [
      'struct a ?/? (`#pragma pack` is in force, which is not modelled): x u8@0',
      'struct b 1/1: x u8@0',
      'struct c 1/1: x u8@0',
    ],
  },
  {
    name: 'what configuration decides within a struct',
    text: 'struct a {\n u32 x;\n#ifdef CONFIG_NUMA\n u32 y;\n#endif\n};',
    expected: ['struct a ?/? (whether CONFIG_NUMA is defined is not known here): '],
  },
  {
    name: 'what configuration decides around a struct',
    text: `#if IS_ENABLED(CONFIG_NUMA)
struct a { u32 x; };
#else
struct a { u64 x; };
#endif
struct b { struct a x; };`,
    expected: [
      'struct a 4/4 if the value of `CONFIG_NUMA` is not known here: x u32@0',
      'struct a 8/8 if the value of `CONFIG_NUMA` is not known here: x u64@0',
      'struct b ?/? (`struct a` is defined in several ways): x struct a@?',
    ],
  },
  {
    name: 'a constant that configuration decides',
    text: '#ifdef CONFIG_BIG\n#define N 8\n#else\n#define N 4\n#endif\nstruct a { u8 x[N]; };',
    expected: [
      'struct a ?/1 (the value of N is open: whether CONFIG_BIG is defined is not known here): ' +
        'x u8[?]@0',
    ],
  },
  {
    name: 'conditions that are settled',
    text: `#ifndef GUARD_H
#define GUARD_H
#include <linux/types.h>
#ifdef __KERNEL__
#if PAGE_SIZE == 4096 && BITS_PER_LONG == 64 && !defined(__ASSEMBLY__)
struct a { u8 x; };
#else
struct a { u64 x; };
#endif
#endif
#endif`,
    expected: ['struct a 1/1: x u8@0'],
  },
  {
    name: 'functions, macros and broken lines between',
    text: `MODULE_LICENSE("GPL")
static int f(struct x *x) { struct inner { int y; } z; return x ? 1 : { ; }
#ifdef CONFIG_A
 if (a) {
#else
 if (b) {
#endif
 } }
EXPORT_SYMBOL_GPL(f);
int g(
struct a { u8 x; };
struct b { u8 x u8 y; };
struct c { u8 x; `,
    expected: [
      'struct a 1/1: x u8@0',
      'struct b ?/? (`u8` is not expected here): x ?@?',
      'struct c ?/? (its closing brace is missing): ',
    ],
  },
];

for (const { name, text, expected } of cases)
  test(`a layout: ${name}`, () => {
    assert.deepEqual(show(text), expected);
  });

test('included files are read where they are given', () => {
  const other = { path: 'other.h', text: '#define N 4\nstruct inner { u16 x[N]; };' };
  const readInclude = (path: string): typeof other | undefined =>
    path === 'other.h' ? other : undefined;
  const text = '#include "other.h"\n#include "missing.h"\nstruct a { struct inner x; };';
  assert.deepEqual(show(text, { readInclude }), ['struct a 8/2: x struct inner@0']);
});

test('the size of a page is a matter of the kernel', () => {
  const text = 'struct a { u64 x[PAGE_SIZE / 8]; };';
  assert.deepEqual(show(text, { pageBytes: 65536 }), ['struct a 65536/8: x u64[8192]@0']);
});

test('text of any kind comes to an end', () => {
  const deep = 'struct { '.repeat(5000);
  const texts = [
    deep,
    `struct a { u8 x[${'('.repeat(20_000)}`,
    `struct a { u8 ${'('.repeat(20_000)}`,
    `#define A B\n#define B A\nstruct a { u8 x[A]; };`,
    `${Array.from({ length: 40 }, (_, i) => `#define M${i} M${i + 1} M${i + 1}`).join('\n')}\nM0`,
    '#if 1\n'.repeat(10_000),
    '#include "demo.h"\n',
    `struct a { ${'u8 x[1 + '.repeat(5000)}`,
    'int g(\nstruct a;\n'.repeat(20_000),
    '/* never closed',
    '"never closed',
    '#define',
    '#define F(',
    '#',
    `struct a { u8 ${'*'.repeat(50_000)}x; };`,
  ];
  for (const text of texts) {
    const source = { path: 'demo.h', text };
    layoutsOf(source, { readInclude: () => source });
  }
});
