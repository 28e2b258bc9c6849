import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareLayouts } from '../../c/index.ts';
import { applyEdits } from '../../fdt/index.ts';

const PATH = 'include/linux/kho/abi/demo.h';

interface Case {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  /** For each report the struct, and what of it changed. */
  readonly expected: readonly string[];
  readonly path?: string;
  readonly companions?: readonly [string, string];
  readonly wireStructs?: readonly string[];
}

function lines(...each: readonly string[]): string {
  return `${each.join('\n')}\n`;
}

/** A header with a version and one struct. */
function demo(version: string, body: string, attributes = ' __packed'): string {
  return `#define DEMO_COMPATIBLE "${version}"\nstruct demo_ser {\n${body}\n}${attributes};\n`;
}

const V1 = demo('demo-v1', 'u32 flags; u64 len;');

const cases: readonly Case[] = [
  {
    name: 'a field that moves by another',
    before: V1,
    after: demo('demo-v1', 'u32 flags; u32 more; u64 len;'),
    expected: [
      'demo_ser:',
      '`len` moved from byte 4 to byte 8',
      '`more` is new at byte 4',
      'it had 12 bytes and has 16 bytes',
    ],
  },
  {
    name: 'the same with another version',
    before: V1,
    after: demo('demo-v2', 'u32 flags; u32 more; u64 len;'),
    expected: [],
  },
  {
    name: 'fields that trade places',
    before: demo('demo-v1', 'u64 a; u64 b;'),
    after: demo('demo-v1', 'u64 b; u64 a;'),
    expected: ['demo_ser:', '`b` moved from byte 8 to byte 0', '`a` moved from byte 0 to byte 8'],
  },
  {
    name: 'another name, a comment, another spelling of a type',
    before: V1,
    after: demo('demo-v1', '__u32 flag_bits; /* in bytes */ uint64_t len;'),
    expected: [],
  },
  {
    name: 'another sign',
    before: V1,
    after: demo('demo-v1', 's32 flags; u64 len;'),
    expected: [],
  },
  {
    name: 'another byte order',
    before: V1,
    after: demo('demo-v1', '__be32 flags; u64 len;'),
    expected: ['demo_ser:', '`flags` was u32 and is be32'],
  },
  {
    name: 'fields put into a struct of their own',
    before: demo('demo-v1', 'u64 a; u64 b;'),
    after: `struct pair { u64 b; };\n${demo('demo-v1', 'u64 a; struct pair inner;')}`,
    expected: [],
  },
  {
    name: 'a field put into a union',
    before: demo('demo-v1', 'u64 a; u64 b;'),
    after: demo('demo-v1', 'u64 a; union { u64 b; void *ptr; };'),
    expected: [],
  },
  {
    name: 'packed taken away where it pads',
    before: V1,
    after: demo('demo-v1', 'u32 flags; u64 len;', ''),
    expected: [
      'demo_ser:',
      '`len` moved from byte 4 to byte 8',
      'it had 12 bytes and has 16 bytes',
    ],
  },
  {
    name: 'packed taken away where nothing pads',
    before: demo('demo-v1', 'u64 a; u64 b;'),
    after: demo('demo-v1', 'u64 a; u64 b;', ''),
    expected: [],
  },
  {
    name: 'a constant that is the length of an array',
    before: `#define LEN 8\n${demo('demo-v1', 'char name[LEN]; u64 x;')}`,
    after: `#define LEN (8 * 2)\n${demo('demo-v1', 'char name[LEN]; u64 x;')}`,
    expected: [
      'demo_ser:',
      '`name` was char[8] and is char[16]',
      '`x` moved from byte 8 to byte 16',
      'it had 16 bytes and has 24 bytes',
    ],
  },
  {
    name: 'bits of a bit field',
    before: demo('demo-v1', 'u64 pfn:52; u64 flags:12;'),
    after: demo('demo-v1', 'u64 pfn:51; u64 flags:13;'),
    expected: [
      'demo_ser:',
      '`pfn` was u64:52 and is u64:51',
      '`flags` moved from bit 4 of byte 6 to bit 3 of byte 6',
      '`flags` was u64:12 and is u64:13',
    ],
  },
  {
    name: 'a field that is gone and leaves a hole',
    before: demo('demo-v1', 'u32 a; u32 b; u64 c;', ''),
    after: demo('demo-v1', 'u32 a; u64 c;', ''),
    expected: ['demo_ser:', '`b`, which was at byte 4, is gone'],
  },
  {
    name: 'a struct within another is reported once',
    before: `struct demo_item { u32 a; };\n${demo('demo-v1', 'struct demo_item items[4];')}`,
    after: `struct demo_item { u64 a; };\n${demo('demo-v1', 'struct demo_item items[4];')}`,
    expected: ['demo_item:', '`a` was u32 and is u64', 'it had 4 bytes and has 8 bytes'],
  },
  {
    name: 'a struct of no known layout, changed around what is not known',
    before: demo('demo-v1', 'u32 a; struct other x; u32 c;'),
    after: demo('demo-v1', 'u64 a; struct other x; u32 c;'),
    expected: ['demo_ser:', '`a` was u32 and is u64', '`x` moved from byte 4 to byte 8'],
  },
  {
    name: 'a field more behind what is not known',
    before: demo('demo-v1', 'struct other x; u32 c;'),
    after: demo('demo-v1', 'struct other x; u32 c; u32 d;'),
    expected: ['demo_ser:', '`d` is new'],
  },
  {
    name: 'a name more behind what is not known',
    before: demo('demo-v1', 'struct other x; u32 c;'),
    after: demo('demo-v1', 'struct other x; u32 d;'),
    expected: [],
  },
  {
    name: 'a body under a condition that is open',
    before: demo('demo-v1', 'u32 a;\n#ifdef CONFIG_X\nu32 b;\n#endif\n'),
    after: demo('demo-v1', 'u32 a; u32 c;\n#ifdef CONFIG_X\nu32 b;\n#endif\n'),
    expected: [],
  },
  {
    name: 'a struct of each of two configurations',
    before: `#ifdef CONFIG_X\n${V1}#else\nstruct demo_ser { u32 y; };\n#endif\n`,
    after: `#ifdef CONFIG_X\n${V1}#else\nstruct demo_ser { u64 y; };\n#endif\n`,
    expected: ['demo_ser:', '`y` was u32 and is u64', 'it had 4 bytes and has 8 bytes'],
  },
  {
    name: 'a number as a version',
    before: '#define DEMO_VERSION 1\nstruct demo { u32 a; };\n',
    after: '#define DEMO_VERSION (2)\nstruct demo { u64 a; };\n',
    expected: [],
  },
  {
    name: 'a version whose macro got another name is the same version',
    before: V1,
    after: demo('demo-v1', 'u64 len;').replace('DEMO_COMPATIBLE', 'DEMO_ABI_COMPATIBLE'),
    expected: [
      'demo_ser:',
      '`len` moved from byte 4 to byte 0',
      '`flags`, which was at byte 0, is gone',
      'it had 12 bytes and has 8 bytes',
    ],
  },
  {
    name: 'of several versions the one of that name',
    before: lines(
      '#define A_ONE_COMPATIBLE "a-one-v1"',
      '#define A_TWO_COMPATIBLE "a-two-v1"',
      'struct a_two_ser { u32 a; };',
      'struct a_ser { u32 a; };',
    ),
    after: lines(
      '#define A_ONE_COMPATIBLE "a-one-v2"',
      '#define A_TWO_COMPATIBLE "a-two-v1"',
      'struct a_two_ser { u64 a; };',
      'struct a_ser { u64 a; };',
    ),
    expected: ['a_two_ser:', '`a` was u32 and is u64', 'it had 4 bytes and has 8 bytes'],
  },
  {
    name: 'the version that the comment of the struct names',
    before: lines(
      '#define A_COMPATIBLE "a-v1"',
      '#define B_COMPATIBLE "b-v1"',
      '/* Goes by B_COMPATIBLE. */',
      'struct a_ser { u32 a; };',
    ),
    after: lines(
      '#define A_COMPATIBLE "a-v2"',
      '#define B_COMPATIBLE "b-v1"',
      '/* Goes by B_COMPATIBLE. */',
      'struct a_ser { u64 a; };',
    ),
    expected: ['a_ser:', '`a` was u32 and is u64', 'it had 4 bytes and has 8 bytes'],
  },
  {
    name: 'the version of another header that this one names',
    before: lines('/* Raise ROOT_COMPATIBLE for any change. */', 'struct block { u32 a; };'),
    after: lines('/* Raise ROOT_COMPATIBLE for any change. */', 'struct block { u64 a; };'),
    companions: [
      '#define ROOT_COMPATIBLE\t"root-v1" /* x */\n',
      ' # define ROOT_COMPATIBLE ("root-v1")',
    ],
    expected: ['block:', '`a` was u32 and is u64', 'it had 4 bytes and has 8 bytes'],
  },
  {
    name: 'the same, raised there',
    before: lines('/* Raise ROOT_COMPATIBLE for any change. */', 'struct block { u32 a; };'),
    after: lines('/* Raise ROOT_COMPATIBLE for any change. */', 'struct block { u64 a; };'),
    companions: ['#define ROOT_COMPATIBLE "root-v1"', '#define ROOT_COMPATIBLE "root-v2"'],
    expected: [],
  },
  {
    name: 'a header without any version',
    before: 'struct block { u32 a; };\n',
    after: 'struct block { u64 a; };\n',
    expected: [],
  },
  {
    name: 'a driver whose struct is named as serialized',
    before: V1,
    after: demo('demo-v1', 'u64 flags; u64 len;'),
    path: 'drivers/demo.c',
    expected: [
      'demo_ser:',
      '`flags` was u32 and is u64',
      '`len` moved from byte 4 to byte 8',
      'it had 12 bytes and has 16 bytes',
    ],
  },
  {
    name: 'a driver whose struct is its own affair',
    before: V1.replace('demo_ser', 'demo_state'),
    after: demo('demo-v1', 'u64 flags; u64 len;').replace('demo_ser', 'demo_state'),
    path: 'drivers/demo.c',
    expected: [],
  },
  {
    name: 'a driver whose struct is marked',
    before: lines('#define V "x-v1"', '/* kho-abi: V */', 'struct state { u32 a; };'),
    after: lines('#define V "x-v1"', '/* kho-abi: V */', 'struct state { u64 a; };'),
    path: 'drivers/demo.c',
    expected: ['state:', '`a` was u32 and is u64', 'it had 4 bytes and has 8 bytes'],
  },
  {
    name: 'a struct that a binding names',
    before: '#define V_COMPATIBLE "x-v1"\nstruct state { u32 a; };\n',
    after: '#define V_COMPATIBLE "x-v1"\nstruct state { u64 a; };\n',
    path: 'drivers/demo.c',
    wireStructs: ['state'],
    expected: ['state:', '`a` was u32 and is u64', 'it had 4 bytes and has 8 bytes'],
  },
  {
    name: 'a struct that is new, and one that is gone',
    before: `${V1}struct demo_old { u32 a; };\n`,
    after: `${V1}struct demo_new { u64 a; };\n`,
    expected: [],
  },
];

for (const { name, before, after, expected, path = PATH, companions, wireStructs } of cases) {
  test(`layouts: ${name}`, () => {
    const state = (text: string, index: 0 | 1): Parameters<typeof compareLayouts>[0] => ({
      source: { path, text },
      companions: companions === undefined ? [] : [{ path: 'other.h', text: companions[index] }],
    });
    const options = { base: 'HEAD', wireStructs: new Set(wireStructs) };
    const { issues } = compareLayouts(state(before, 0), state(after, 1), options);
    const shown = issues.flatMap(({ span, message }) => {
      const struct = span?.source.text.slice(span.start, span.end);
      const changes = message.replace(/^.*? is still "?[\w-]+"?(?: and .*?)?: /, '');
      return [`${struct}:`, ...changes.split(/, (?=`|it had|and \d)/)];
    });
    assert.deepEqual(shown, expected);
  });
}

test('the repair raises the version, and then there is nothing to report', () => {
  const [before, after] = [V1, demo('demo-v1', 'u64 flags; u64 len;')];
  const compare = (text: string): ReturnType<typeof compareLayouts> =>
    compareLayouts(
      { source: { path: PATH, text: before } },
      { source: { path: PATH, text } },
      { base: 'HEAD' },
    );
  const [issue] = compare(after).issues;
  assert.match(
    issue?.message ?? '',
    /^The layout of `struct demo_ser` is not that of HEAD, but `DEMO_COMPATIBLE` is still "demo-/,
  );
  const [fix] = issue?.fixes ?? [];
  assert.equal(fix?.title, 'Raise DEMO_COMPATIBLE to "demo-v2"');
  const repaired = applyEdits(issue?.span?.source ?? assert.fail(), fix.edits);
  const { issues, changed } = compare(repaired);
  assert.deepEqual(issues, []);
  assert.deepEqual(
    changed.map(({ isVersionChanged, changes }) => [isVersionChanged, changes.length]),
    [[true, 3]],
  );
});
