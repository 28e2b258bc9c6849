// Text as it is while it is typed: cut, doubled and mixed up. Nothing may throw, and what is said
// of it must hold together.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { compareLayouts, isUnknown, layoutsOf, leavesOf } from '../../c/index.ts';

const TEXT = `#ifndef DEMO_H
#define DEMO_H
#include <linux/types.h>
#define DEMO_COMPATIBLE "demo-v1"
#define LEN(n) DIV_ROUND_UP((n) * sizeof(struct hdr), 8)
#define DECLARE_KHOSER_PTR(name, type) union { u64 phys; type ptr; } name
enum demo_consts { DEMO_ONE = 1, DEMO_TWO = DEMO_ONE << 3, };
struct hdr { DECLARE_KHOSER_PTR(next, struct hdr *); u32 count:12, :0, rest:4; };
#if IS_ENABLED(CONFIG_X) || PAGE_SIZE > 4096
typedef struct { char name[LEN(DEMO_TWO)]; } demo_t;
#elif defined(CONFIG_Y)
typedef u8 demo_t;
#else
#define Z 1
#endif
static inline int f(struct hdr *h) { return h ? sizeof(*h) : (u8)-1; }
struct demo_ser {
	struct hdr hdr __aligned(8);
	union { __le32 a; struct { u16 b[2][3]; } __packed; };
	struct_group(both, int (*fn)(void); bool c;);
	u64 entries[] __counted_by(c);
} __attribute__((packed, aligned(4)));
#endif
`;

/** The text with parts taken out, doubled, or put somewhere else. */
const mangled: fc.Arbitrary<string> = fc
  .array(
    fc.record({
      at: fc.nat(TEXT.length),
      length: fc.oneof(fc.nat(3), fc.nat(60)),
      to: fc.nat(TEXT.length),
      what: fc.constantFrom('cut', 'copy', 'insert'),
      char: fc.constantFrom(
        '{',
        '}',
        '(',
        ')',
        '#',
        '"',
        "'",
        '/*',
        '\\',
        '\n',
        '##',
        ';',
        '\u{1f600}',
      ),
    }),
    { minLength: 1, maxLength: 6 },
  )
  .map((edits) =>
    edits.reduce((text, { at, length, to, what, char }) => {
      const part = text.slice(at, at + length);
      if (what === 'cut') return text.slice(0, at) + text.slice(at + length);
      const added = what === 'copy' ? part : char;
      return text.slice(0, to) + added + text.slice(to);
    }, TEXT),
  );

const PATH = 'include/linux/kho/abi/demo.h';

test('any text has layouts that hold together, and can be compared', () => {
  fc.assert(
    fc.property(mangled, (text) => {
      const source = { path: PATH, text };
      for (const record of layoutsOf(source).records) {
        const { size, at, nameAt } = record;
        assert.ok(at.start <= at.end && at.end <= text.length && nameAt.end <= text.length);
        for (const { path, bitOffset, bitWidth } of leavesOf(record)) {
          // The first element of an array without a length lies behind the struct.
          if (isUnknown(size) || isUnknown(bitOffset) || path.includes('[]')) continue;
          assert.ok(bitOffset >= 0 && bitOffset <= size * 8);
          if (!isUnknown(bitWidth)) assert.ok(bitOffset + bitWidth <= size * 8);
        }
      }
      const before = { source: { path: PATH, text: TEXT } };
      for (const { span, fixes = [] } of compareLayouts(before, { source }, { base: 'HEAD' })
        .issues)
        for (const each of [span, ...fixes.flatMap(({ edits }) => edits.map((edit) => edit.span))])
          assert.ok(each !== undefined && each.end <= text.length && each.source === source);
    }),
    { numRuns: 600, seed: Number(process.env.KHO_SEED ?? 4711) },
  );
});
