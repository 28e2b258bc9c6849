import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MarkupContent } from 'vscode-languageserver/node';
import { positionAt } from '../../fdt/index.ts';
import { parseMarks } from '../support/marks.ts';
import { SEED_EXAMPLE } from './seed-example.ts';
import { type TestClient, withClient } from './test-client.ts';

/** The example of the slides with the cursor before `what`. */
function seedAt(what: string): string {
  const offset = SEED_EXAMPLE.indexOf(what);
  assert.ok(offset >= 0, `the example has no ${what}`);
  return `${SEED_EXAMPLE.slice(0, offset)}$0${SEED_EXAMPLE.slice(offset)}`;
}

async function hoverText(client: TestClient, fixture: string): Promise<string> {
  const { text, cursor = 0 } = parseMarks(fixture);
  await client.open('test.kho', text);
  const hover = await client.hover('test.kho', positionAt({ path: '', text }, cursor));
  await client.close('test.kho');
  return (hover?.contents as MarkupContent | undefined)?.value ?? '(nothing)';
}

/** Links lead to this machine's folders and are tested by themselves. */
function withoutLinks(markdown: string): string {
  return markdown.replace(/\n\n\[[^\]]*\]\([^)]*\)/g, '');
}

/** A root of today with a label, references and a property that no binding has. */
const TODAY = `/dts-v1/;
/ {
    compatible = "kho-v4";
    preserved-memory-map = <0x12345000>;
    blob: memblock {
        preserved-data = <0x800000>;
        blob-size = <0x1000>;
        own = [01 02];
    };
};
&blob { more = <&blob>; };
`;

function todayAt(what: string): string {
  const offset = TODAY.indexOf(what);
  assert.ok(offset >= 0, `the example has no ${what}`);
  return `${TODAY.slice(0, offset)}$0${TODAY.slice(offset)}`;
}

const SUBTREE = `
**memblock** · Subtree

\`/memblock\`

The blob of a subsystem, as kho_add_subtree() names it`;

const cases: readonly { name: string; fixture: string; expected: string }[] = [
  {
    name: 'an address says which other memory it lies in',
    fixture: `ftrace {
  compatible = "ftrace-v1";
  global-trace {
    compatible = "ftrace,array-v1";
    cpu0 { compatible = "ftrace,cpu-v1"; cpu = <0>; mem = <0x100000 0x4000 $00x102000 0x1000>; };
    cpu1 { compatible = "ftrace,cpu-v1"; cpu = <1>; mem = <0x101000 0x1800>; };
  };
};`,
    expected: `
**mem[1].addr** · u64

\`0x102000 = 1056768\` · at ≈ 1 MiB

Physical address of a struct buffer_page or a page of events

\`0x102000 – 0x102fff\` · 4 KiB

Lies in \`mem[0].addr\`, \`0x100000 – 0x103fff\`  
Lies in \`/ftrace/global-trace/cpu1:mem[0].addr\`, \`0x101000 – 0x1027ff\`

In memory \`00 20 10 00 00 00 00 00\` (little-endian)`,
  },
  {
    name: 'a node has a title, a path and what it must have',
    fixture: seedAt('cpu0'),
    expected: `
**cpu0** · Ring buffer of one CPU

\`/ftrace/global-trace/cpu0\`

The pages of one CPU's ring buffer, each preceded by the struct buffer_page that describes it.

Required and there: \`compatible\`, \`cpu\`, \`mem\`

Releases seed · defined in \`Documentation/kho/bindings/ftrace/ftrace-cpu.yaml, <20240117144704.602-1-graf@amazon.com>\``,
  },
  {
    name: 'an array of structs is decoded',
    fixture: seedAt('mem = <'),
    expected: `
**mem** · array of struct kho_mem

Pairs of ranges: a struct buffer_page, then the page of events it describes. The reader
takes the buffer only if there are more than four ranges.

At least 2 entries, in groups of 2

| element | type | meaning |
|---|---|---|
| \`addr\` | u64 | Physical address of a struct buffer_page or a page of events |
| \`len\` | u64 | Length in bytes |

4 entries · 64 bytes · ranges of 8304 bytes (≈ 8.1 KiB) together

|  | addr | len |
|---|---|---|
| [0] | \`0x101000000\` | \`0x38\` |
| [1] | \`0x101000100\` | \`0x1000\` |
| [2] | \`0x101000038\` | \`0x38\` |
| [3] | \`0x101002000\` | \`0x1000\` |

The next kernel takes it back with \`kho_claim_mem\`

Required · Ring buffer of one CPU · releases seed`,
  },
  {
    name: 'a cell of a tuple is named, and an address has an end',
    fixture: seedAt('0x101000038'),
    expected: `
**mem[2].addr** · u64

\`0x101000038 = 4311744568\` · at ≈ 4 GiB

Physical address of a struct buffer_page or a page of events

\`0x101000038 – 0x10100006f\` · 56 bytes

In memory \`38 00 00 01 01 00 00 00\` (little-endian)`,
  },
  {
    name: 'a length has units',
    fixture: seedAt('0x1000\n'),
    expected: `
**mem[1].len** · u64

\`0x1000 = 4096 bytes (4 KiB)\`

Length in bytes

In memory \`00 10 00 00 00 00 00 00\` (little-endian)`,
  },
  {
    name: 'a compatible has its contract',
    fixture: seedAt('"ftrace,array-v1"'),
    expected: `
**ftrace,array-v1** · Trace array

One trace array of the tracer: the global one is called global-trace. It holds a node for the
ring buffer of every CPU.

If not understood: The next kernel starts with an empty trace array

Releases seed · defined in \`Documentation/kho/bindings/ftrace/ftrace-array.yaml, <20240117144704.602-1-graf@amazon.com>\``,
  },
  {
    name: 'an address is paired with the size in another property',
    fixture: todayAt('0x800000'),
    expected: `
**preserved-data** · u64

\`0x800000 = 8388608\` · at 8 MiB

Where the blob is; its memory must be preserved too

Physical address of the blob of the subsystem

\`0x800000 – 0x800fff\` · 4 KiB

In memory \`00 00 80 00 00 00 00 00\` (little-endian)`,
  },
  {
    name: 'what no binding has is shown as bytes',
    fixture: todayAt('own ='),
    expected: '**own** · 2 bytes\n\n`[01 02]`\n\n*No binding describes it.*',
  },
  { name: 'a label', fixture: todayAt('blob: '), expected: 'Label of `/memblock`' },
  { name: 'a node that is added to', fixture: todayAt('&blob {'), expected: SUBTREE },
  { name: 'a reference in a value', fixture: todayAt('&blob>'), expected: SUBTREE },
  { name: 'between things', fixture: todayAt('\n/ {'), expected: '(nothing)' },
  {
    name: 'a node that is not finished',
    fixture: 'a { $0b { c',
    expected: '**b**\n\n`/a/b`\n\nHolds 0 properties\n\n*No binding describes it.*',
  },
];

for (const { name, fixture, expected } of cases)
  test(`hover: ${name}`, () =>
    withClient({}, async (client) => {
      assert.equal(withoutLinks(await hoverText(client, fixture)), expected.trim());
    }));

test('hover: a link leads to the binding', () =>
  withClient({}, async (client) => {
    const text = await hoverText(client, seedAt('cpu0'));
    assert.match(text, /\[ftrace,cpu-v1\.kho\.yaml\]\(file:\/\/\/.*ftrace.*cpu-v1\.kho\.yaml\)$/);
  }));

test('hover: without Markdown the same text has no marks', () =>
  withClient({ hasMarkdown: false }, async (client) => {
    const text = await hoverText(client, seedAt('cpu = <'));
    assert.doesNotMatch(text, /[*`[]/);
    assert.match(text, /^cpu · u32\n/);
  }));
