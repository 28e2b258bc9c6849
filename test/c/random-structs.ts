// Random structs of all the kinds that KHO headers may have, as C text, and the paths to compare.
import fc from 'fast-check';

/** A member that can be reached by a path, and how its place can be asked for. */
export interface MemberPath {
  readonly path: string;
  readonly isBitField: boolean;
}

export interface RandomStruct {
  readonly name: string;
  readonly text: string;
  readonly paths: readonly MemberPath[];
}

type Shape =
  | { readonly kind: 'plain'; readonly type: string; readonly dims: string; readonly attrs: string }
  | { readonly kind: 'bits'; readonly type: string; readonly width: number; readonly attrs: string }
  | { readonly kind: 'skip'; readonly type: string; readonly width: number }
  | { readonly kind: 'macro'; readonly text: string; readonly inner?: string }
  | {
      readonly kind: 'earlier';
      readonly back: number;
      readonly dims: string;
      readonly attrs: string;
    }
  | {
      readonly kind: 'record';
      readonly keyword: string;
      readonly attrs: string;
      readonly members: readonly Shape[];
      readonly isNamed: boolean;
      readonly dims: string;
    }
  | { readonly kind: 'group'; readonly members: readonly Shape[] };

const INTEGERS = ['u8', 'u16', 'u32', 'u64', 's8', 's32', 'int', 'unsigned long', 'short'];
const TYPES = [
  ...INTEGERS,
  ...['bool', 'char', 'signed char', 'long long', 'void *', 'const char *const *', 'size_t'],
  ...['__le32', '__be16', '__aligned_u64', 'compat_u64', 'phys_addr_t', 'float', 'double'],
  ...['long double', '__int128', 'enum small', 'enum wide', 'enum tiny', 'aligned_t', 'pair_t'],
];
const DIMS = [
  '',
  '',
  '',
  '[1]',
  '[3]',
  '[2][3]',
  '[COUNT]',
  '[sizeof(u64) / 2]',
  '[0]',
  '[1 << 2]',
];
const ALIGNED = [
  '',
  '',
  '',
  '',
  ' __aligned(1)',
  ' __aligned(2)',
  ' __aligned(8)',
  ' __aligned(32)',
];
const RECORD_ATTRS = ['', '', ' __packed', ' __packed', ' __aligned(16)', ' __packed __aligned(4)'];

const attrs = fc.constantFrom(...ALIGNED, ' __packed', ' __attribute__((packed, aligned(4)))');
const plain: fc.Arbitrary<Shape> = fc
  .record({ type: fc.constantFrom(...TYPES), dims: fc.constantFrom(...DIMS), attrs })
  // gcc refuses arrays of what is aligned to more than its size.
  .map((each) => ({ kind: 'plain', ...each, dims: each.type === 'aligned_t' ? '' : each.dims }));
const bits: fc.Arbitrary<Shape> = fc
  .record({ type: fc.constantFrom(...INTEGERS, 'bool', 'enum small'), width: fc.nat(63), attrs })
  .map(({ type, width, attrs }) => ({
    kind: 'bits',
    type,
    width: 1 + (width % bitsOf(type)),
    attrs: width % 5 === 0 ? attrs : '',
  }));
const skip: fc.Arbitrary<Shape> = fc
  .record({ type: fc.constantFrom(...INTEGERS), width: fc.nat(8) })
  .map(({ type, width }) => ({ kind: 'skip', type, width: width < 5 ? 0 : width % bitsOf(type) }));
const macro: fc.Arbitrary<Shape> = fc.constantFrom(
  { kind: 'macro', text: 'DECLARE_BITMAP(NAME, 70);' },
  { kind: 'macro', text: 'DECLARE_BITMAP(NAME, 1 << COUNT);' },
  { kind: 'macro', text: 'DECLARE_KHOSER_PTR(NAME, struct other *);', inner: 'phys' },
  { kind: 'macro', text: 'int (*NAME)(struct other *, char);' },
  { kind: 'macro', text: 'int (*NAME[3])(void);' },
  { kind: 'macro', text: 'u16 (*NAME)[4];' },
  { kind: 'macro', text: 'typeof(u32) NAME;' },
);
const earlier: fc.Arbitrary<Shape> = fc.record({
  kind: fc.constant('earlier' as const),
  back: fc.nat(9),
  dims: fc.constantFrom('', '[2]'),
  attrs,
});

const { members } = fc.letrec<{ members: readonly Shape[]; shape: Shape; record: Shape }>(
  (tie) => ({
    shape: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      { arbitrary: plain, weight: 6 },
      { arbitrary: bits, weight: 5 },
      { arbitrary: skip, weight: 1 },
      { arbitrary: macro, weight: 2 },
      { arbitrary: earlier, weight: 1 },
      { arbitrary: tie('record'), weight: 2 },
      {
        arbitrary: tie('members').map((each): Shape => ({ kind: 'group', members: each })),
        weight: 1,
      },
    ),
    record: fc.record({
      kind: fc.constant('record' as const),
      keyword: fc.constantFrom('struct', 'struct', 'union'),
      attrs: fc.constantFrom(...RECORD_ATTRS),
      members: tie('members'),
      isNamed: fc.boolean(),
      dims: fc.constantFrom('', '', '[2]'),
    }),
    members: fc.array(tie('shape'), { minLength: 1, maxLength: 6 }),
  }),
);

/** `count` structs; each may have the ones before it as members. */
export function randomStructs(count: number, seed: number): readonly RandomStruct[] {
  const shape = fc.record({
    keyword: fc.constantFrom('struct', 'struct', 'struct', 'union'),
    attrs: fc.constantFrom(...RECORD_ATTRS),
    isAttrFirst: fc.boolean(),
    members,
    tail: fc.constantFrom('', '', '', 'u8 last; u32 NAME[];', 'DECLARE_FLEX_ARRAY(u64, NAME);'),
  });
  const structs: RandomStruct[] = [];
  for (const [index, each] of fc.sample(shape, { numRuns: count, seed }).entries()) {
    const writer = new Writer(structs);
    const body = writer.membersOf(each.members, '');
    const isStruct = each.keyword === 'struct';
    const tail = isStruct ? each.tail.replace('NAME', 'tail') : '';
    const name = `${each.keyword} s${index}`;
    const text = each.isAttrFirst
      ? `${each.keyword}${each.attrs} s${index} {\n${body}${tail}\n};`
      : `${name} {\n${body}${tail}\n}${each.attrs};`;
    structs.push({ name, text, paths: writer.paths });
  }
  return structs;
}

function bitsOf(type: string): number {
  if (type === 'bool') return 1;
  if (/64|long/.test(type)) return 64;
  return /16|short/.test(type) ? 16 : /8/.test(type) ? 8 : 32;
}

class Writer {
  readonly paths: MemberPath[] = [];
  readonly #before: readonly RandomStruct[];
  #count = 0;

  constructor(before: readonly RandomStruct[]) {
    // A struct that ends in an array of no fixed length cannot be a member in the middle.
    this.#before = before.filter(({ text }) => !/\[\];|FLEX/.test(text));
  }

  membersOf(shapes: readonly Shape[], prefix: string): string {
    return shapes.map((shape) => `  ${this.#member(shape, prefix)}\n`).join('');
  }

  #member(shape: Shape, prefix: string): string {
    const name = `m${this.#count++}`;
    const path = `${prefix}${name}`;
    switch (shape.kind) {
      case 'plain':
        this.paths.push({ path, isBitField: false });
        return `${shape.type} ${name}${shape.dims}${shape.attrs};`;
      case 'bits':
        this.paths.push({ path, isBitField: true });
        return `${shape.type} ${name}:${shape.width}${shape.attrs};`;
      case 'skip':
        return `${shape.type} :${shape.width};`;
      case 'macro':
        this.paths.push({ path, isBitField: false });
        if (shape.inner !== undefined)
          this.paths.push({ path: `${path}.${shape.inner}`, isBitField: false });
        return shape.text.replace('NAME', name);
      case 'earlier': {
        const earlier = this.#before.at(-1 - shape.back);
        if (earlier === undefined) return `u8 ${name};`;
        this.paths.push({ path, isBitField: false });
        return `${earlier.name} ${name}${shape.dims}${shape.attrs};`;
      }
      case 'record': {
        if (shape.isNamed) this.paths.push({ path, isBitField: false });
        // Members of an array's elements have no path of names alone.
        const mark = this.paths.length;
        const inner = this.membersOf(shape.members, shape.isNamed ? `${path}.` : prefix);
        if (shape.isNamed && shape.dims !== '') this.paths.length = mark;
        const declared = shape.isNamed ? ` ${name}${shape.dims}` : '';
        return `${shape.keyword} {\n${inner}}${shape.attrs}${declared};`;
      }
      case 'group':
        this.paths.push({ path, isBitField: false });
        return `struct_group(${name},\n${this.membersOf(shape.members, prefix)});`;
    }
  }
}
