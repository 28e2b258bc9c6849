import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { CompletionItem } from 'vscode-languageserver/node';
import { offsetAt, positionAt } from '../../fdt/index.ts';
import { type BindingSet, checkSource, createBindingSet, loadBinding } from '../../kho/index.ts';
import { type CompletionOptions, completionsAt } from '../../server/completion.ts';
import { MAX_COMPLETIONS } from '../../server/completion-draft.ts';
import { SHIPPED } from '../kho/shipped-bindings.ts';
import { parseMarks } from '../support/marks.ts';
import { checkTexts, placeAt, type Texts } from './marked-source.ts';
import { SEED_EXAMPLE } from './seed-example.ts';
import { withClient } from './test-client.ts';

/** A binding with what the shipped ones have none of. */
const OWN: BindingSet = createBindingSet([
  ...SHIPPED.bindings,
  ...[
    loadBinding({
      path: 'own.kho.yaml',
      text: `$id: own-v1
title: Own
kho-releases: [seed, 6.16..]
$nodename:
  const: own
properties:
  compatible:
    const: own-v1
  mode:
    enum: [fast, "slow, safe"]
  level:
    $ref: /schemas/types.yaml#/definitions/uint32
    enum: [1, 16]
  quiet:
    $ref: /schemas/types.yaml#/definitions/flag
  blob: true
  loop:
    type: object
    $ref: own-v1
required: [compatible, loop]
patternProperties:
  ^slot-[0-9]+$:
    $ref: /schemas/types.yaml#/definitions/uint64
  ^(left|right)$:
    type: object
    title: Side
    properties:
      at:
        $ref: /schemas/types.yaml#/definitions/uint64
        minimum: 16
    required: [at]
additionalProperties: false
`,
    }).value,
  ].filter((each) => each !== undefined),
]);

const FILES = ['a.dtsi', 'ab/', 'b.bin'];
const SNIPPETS: CompletionOptions = { takesSnippets: true, showsMarkdown: true };
const PLAIN: CompletionOptions = {
  takesSnippets: false,
  includeFiles: (prefix) => FILES.filter((each) => each.startsWith(prefix)),
};

function itemsAt(fixture: string, options: CompletionOptions = PLAIN): CompletionItem[] {
  const { text, cursor = 0 } = parseMarks(fixture);
  const source = { path: 'a.kho', text };
  const checked = checkSource(source, { bindings: OWN });
  return completionsAt(checked, source, { offset: cursor, isInFile: () => true }, options);
}

function labelsAt(fixture: string): string[] {
  return itemsAt(fixture).map(({ label }) => label);
}

/** The text of the fixture when the item called `label` has been taken. */
function taken(fixture: string, label: string, options: CompletionOptions = SNIPPETS): string {
  const { text } = parseMarks(fixture);
  const item = itemsAt(fixture, options).find((each) => each.label === label);
  const edit = item?.textEdit;
  assert.ok(edit !== undefined && 'range' in edit, `${label} is not in ${labelsAt(fixture)}`);
  const source = { path: '', text };
  const { start, end } = edit.range;
  assert.equal(start.line, end.line);
  return text.slice(0, offsetAt(source, start)) + edit.newText + text.slice(offsetAt(source, end));
}

/** The seed's tree up to the body of a CPU's node. */
const IN_ARRAY = `ftrace {
  compatible = "ftrace-v1";
  events = <1 1>;
  global: global-trace {
    compatible = "ftrace,array-v1";
    trace-flags = <1>;
    `;
const IN_CPU = `${IN_ARRAY}cpu0 { compatible = "ftrace,cpu-v1"; `;
const END = '}; }; };';
const OWN_NODE = 'own { compatible = "own-v1"; ';
const TEST_ROOT = '/dts-v1/;\n/ { compatible = "kho-test-v1"; ';

// What is typed up to the cursor, what is offered, and what is not.
const CASES: readonly [string, readonly string[], readonly string[]][] = [
  // Members of a node.
  [`${IN_CPU}$0 ${END}`, ['cpu', 'mem', '/delete-property/'], ['compatible', 'events']],
  [`${IN_CPU}cpu = <0>; $0 ${END}`, ['mem'], ['cpu']],
  [`${IN_CPU}cpu$0 = <0>; ${END}`, ['mem', 'cpu'], []],
  [`${IN_CPU}me$0`, ['mem'], ['events']],
  [`${IN_CPU}l: $0 ${END}`, ['mem'], []],
  [`${IN_CPU}x $0 ${END}`, [], ['mem']],
  [`${IN_ARRAY}cpu0 { $0 }; }; };`, ['compatible', 'cpu', 'mem'], []],
  [`${IN_ARRAY}$0 }; };`, ['cpu0', '/include/'], ['mem', 'trace-flags', '/dts-v1/']],
  [`${IN_ARRAY}cpu0 { }; $0 }; };`, ['cpu1'], ['cpu0']],
  [`${OWN_NODE}$0 };`, ['loop', 'left', 'right', 'slot-0', 'quiet'], ['name { … }']],
  [`${OWN_NODE}left { }; slot-0 = <1>; $0 };`, ['right', 'slot-1'], ['left', 'slot-0']],
  [`${OWN_NODE}left { }; $0 };`, ['right', 'quiet'], []],
  ['/dts-v1/;\n/ { compatible = "kho-v4"; $0 };', ['preserved-memory-map', 'name { … }'], []],
  [
    '/dts-v1/;\n/ { compatible = "kho-v4"; a { $0 }; };',
    ['preserved-data', 'blob-size'],
    ['compatible'],
  ],
  ['/dts-v1/;\n/ { compatible = "kho-v1"; $0 };', ['ftrace', 'guestmemfs'], ['luo-session']],
  ['what { $0 };', ['compatible'], []],
  ['l: ftrace { compatible = "ftrace-v1"; };\n&l { $0 };', ['events'], ['compatible']],
  [`${IN_CPU}cpu = <0>; /delete-property/ $0`, ['cpu', 'compatible'], ['mem']],
  [`${IN_ARRAY}cpu0 { }; /delete-node/ c$0 }; };`, ['cpu0'], ['trace-flags']],
  // Comments.
  [`${IN_CPU}/* $0 */ ${END}`, [], ['mem']],
  [`${IN_CPU}// $0\n ${END}`, [], ['mem']],
  [`${IN_CPU}// x\n$0 ${END}`, ['mem'], []],
  ['/* $0', [], ['ftrace', '/dts-v1/']],
  [`${IN_CPU}x = "/* "; $0 ${END}`, ['mem'], []],
  // Values.
  [`${IN_CPU}mem = <$0`, [], ['mem', 'cpu', '&global']],
  [`${IN_CPU}mem = $0; ${END}`, ['<0x0 0x0 0x0 0x0>', '/bits/', '/incbin/'], ['mem']],
  [`${IN_CPU}mem = <1>$0; ${END}`, [], ['/bits/']],
  [`${IN_CPU}mem = [$0`, [], ['mem']],
  [`${IN_CPU}mem = /bits/ $0`, ['8', '16', '32', '64'], ['mem']],
  [`${TEST_ROOT}magic = <$0>; };`, ['0x4b484f21'], []],
  [`${TEST_ROOT}magic = <(1 + $0) >; };`, [], ['0x4b484f21']],
  [`${OWN_NODE}level = <$0>; };`, ['0x1', '0x10'], []],
  [`${OWN_NODE}mode = "$0"; };`, ['fast', 'slow, safe'], ['own-v1']],
  [`${OWN_NODE}mode = $0; };`, ['"fast"', '"slow, safe"'], ['fast']],
  // Compatibles.
  ['ftrace { compatible = "$0', ['ftrace-v1'], ['events', 'kho-v4', 'guestmemfs-v1']],
  ['ftrace { compatible = "ft$0"; };', ['ftrace-v1', 'ftrace,array-v1'], ['memblock-v1']],
  ['ftrace { compatible = "ftrace-v1", "$0"; };', ['reserve-mem-v1'], ['ftrace-v1']],
  ['/dts-v1/;\n/ { compatible = "$0"; };', ['kho-v4', 'kho-v1', 'memblock-v1'], ['ftrace-v1']],
  [`${IN_ARRAY}cpu0 { compatible = "$0`, ['ftrace,cpu-v1'], ['ftrace-v1']],
  // References.
  [`${IN_CPU}mem = <&$0`, ['global'], ['mem']],
  [`${IN_CPU}$0 ${END}`, [], ['global', '&global']],
  [`${IN_CPU}&$0 ${END}`, [], ['global']],
  ['l: a { x = <$0>; };', ['&l'], []],
  [`${IN_CPU}mem = <&{$0`, ['/ftrace', 'global'], []],
  [`${IN_CPU}mem = <&{/$0`, ['ftrace'], ['global-trace']],
  [`${IN_CPU}mem = <&{/ftrace/$0`, ['global-trace'], ['ftrace', '/ftrace']],
  [`${IN_CPU}mem = <&{/ftrace/glo$0}>; ${END}`, ['global-trace'], []],
  [`${IN_CPU}mem = <&{global/$0}>; ${END}`, ['cpu0'], ['global-trace']],
  [`${IN_CPU}mem = <&{/nothing/$0}>; ${END}`, [], ['ftrace']],
  ['b: a { x = <1>; };\n&$0', ['b'], ['a']],
  ['b: a { x = <1>; };\n/delete-node/ &$0', ['b'], []],
  ['b: a { x = <1>; };\n/omit-if-no-ref/ &$0', ['b'], []],
  // The top.
  ['$0', ['/dts-v1/', '/memreserve/', '/ { … }', 'ftrace', 'guestmemfs'], ['mem', '/plugin/']],
  ['/dts-v1/;\n$0', ['/plugin/', '/memreserve/', '/ { … }'], ['/dts-v1/', 'ftrace']],
  ['/dts-v1/;\n/plugin/;\n$0', ['/ { … }'], ['/plugin/', '/dts-v1/']],
  ['/dts-v1/;\n/memreserve/ 1 2;\n$0', ['/memreserve/'], ['/plugin/']],
  ['/dts-v1/;\n/$0', ['/plugin/', '/memreserve/', '/ { … }'], ['&label { … }']],
  [`${IN_CPU}/$0 ${END}`, ['/delete-node/', '/include/'], ['mem']],
  ['/dts-v1/;\n/ { };\n$0', ['&label { … }', '/delete-node/'], ['/memreserve/', 'ftrace']],
  ['ftrace { compatible = "ftrace-v1"; }; $0', ['guestmemfs'], ['ftrace', '/ { … }']],
  ['ftr$0', ['ftrace'], []],
  // Files.
  ['/include/ "$0"', FILES, ['ftrace']],
  ['/include/ "a$0', ['a.dtsi', 'ab/'], ['b.bin']],
  [`${IN_CPU}mem = /incbin/("b$0"); ${END}`, ['b.bin'], ['a.dtsi']],
  // Broken text.
  [`${IN_CPU}cpu = <0>\n  m$0`, ['mem'], []],
  [`${IN_CPU}cpu = <0\n  m$0\n${END}`, [], ['cpu']],
  [`${IN_CPU}cpu\n  m$0\n${END}`, ['mem'], []],
  [`${IN_CPU}mem = "a\n  c$0\n${END}`, ['cpu'], []],
  [`${IN_CPU}cpu = ;\n $0 ${END}`, ['mem'], []],
  [`${IN_CPU}$0\n  x = <1>;\n${END}`, ['cpu', 'mem'], []],
  [`${IN_ARRAY}cpu0 {\n compatible = "ftrace,cpu-v1"\n $0\n${END}`, ['mem'], []],
  [`}; }; ${IN_CPU}$0`, ['mem'], []],
];

for (const [fixture, offered, others] of CASES)
  test(`completion at ${JSON.stringify(fixture.slice(-60))}`, () => {
    const labels = labelsAt(fixture);
    for (const each of offered) assert.ok(labels.includes(each), `${each} is not in ${labels}`);
    for (const each of others) assert.ok(!labels.includes(each), `${each} is in ${labels}`);
    assert.equal(new Set(labels).size, labels.length, `${labels} has repeats`);
  });

// What is typed, which item is taken, and what the text is from the line of the cursor on; the
// dollar signs of places to fill in are left out.
const TAKEN: readonly [string, string, string][] = [
  ['own { $0 };', 'compatible', 'own { compatible = "own-v1"; };'],
  [`${OWN_NODE}\nqu$0 };`, 'quiet', 'quiet; };'],
  [`${OWN_NODE}\n$0 };`, 'mode', 'mode = "{1|fast,slow\\, safe|}"; };'],
  [`${OWN_NODE}\n$0 };`, 'level', 'level = <{1|0x1,0x10|}>; };'],
  [`${OWN_NODE}\n$0 };`, 'blob', 'blob = [{1:00}]; };'],
  [`${OWN_NODE}\nslot-$0 };`, 'slot-0', 'slot-{1:0} = <{2:0x0}>; };'],
  [`${OWN_NODE}\n$0 };`, 'left', 'left {\n\tat = <{1:0x10}>;\n}; };'],
  [`${IN_CPU}\n$0`, 'mem', 'mem = <{1:addr} {2:len} {3:addr} {4:len}>;'],
  [`${IN_CPU}\nm$0 = <1>;`, 'mem', 'mem = <1>;'],
  [`${IN_CPU}\nm$0;`, 'mem', 'mem = <{1:addr} {2:len} {3:addr} {4:len}>;'],
  [`${IN_CPU}\nm$0em = <1>;`, 'cpu', 'cpu = <1>;'],
  [`${IN_ARRAY}\nc$0 { };`, 'cpu0', 'cpu{1:0} { };'],
  [`${TEST_ROOT}\nmagic = $0;`, '<0x4b484f21>', 'magic = <0x4b484f21>;'],
  [
    '/dts-v1/;\n/ { compatible = "kho-v4";\npreserved-m$0emory };',
    'preserved-memory-map',
    'preserved-memory-map = <{1:0x0}>; };',
  ],
  ['ftrace { compatible =\n"ftr$0ace,cpu"; };', 'ftrace-v1', '"ftrace-v1"; };'],
  ['ftrace { compatible =\n"ftr$0', 'ftrace-v1', '"ftrace-v1"'],
  ['own { compatible = "own-v1";\n/del$0ete-node/ };', '/include/', '/include/ "1" };'],
  ['b: a { x = <1>; };\n&$0', 'b', '&b {\n\t1\n};'],
  ['b: a { x = <1>; };\n&$0 { };', 'b', '&b { };'],
  ['b: a { x = <1>;\ny = <&$0>; };', 'b', 'y = <&b>; };'],
  ['b: a { x = <1>;\ny = <&{/$0xyz}>; };', 'a', 'y = <&{/a}>; };'],
];

for (const [fixture, label, expected] of TAKEN)
  test(`taking ${label} at ${JSON.stringify(fixture.slice(-40))}`, () => {
    const { text, cursor = 0 } = parseMarks(fixture);
    const lineStart = text.lastIndexOf('\n', cursor - 1) + 1;
    assert.equal(
      taken(fixture, label)
        .slice(lineStart)
        .replace(/\$(?=[{\d])/g, ''),
      expected,
    );
  });

test('a node comes with what it must have, in the nodes that it must have too', () => {
  const text = taken('$0', 'guestmemfs', PLAIN);
  assert.match(text, /^guestmemfs \{\n\tcompatible = "guestmemfs-v1";\n\tfs_mem \{\n\t\tmem = </);
  const { issues } = checkSource({ path: 'a.kho', text }, { bindings: SHIPPED });
  assert.deepEqual(
    issues.filter(({ rule }) => rule === 'required-property' || rule === 'syntax-error'),
    [],
  );
  const circular = taken('$0', 'own', PLAIN);
  assert.ok(circular.length < 1000, 'bindings that demand each other come to an end');
});

test('what must be there comes first, then what the release has', () => {
  const sorted = (fixture: string): string[] =>
    itemsAt(fixture)
      .sort((a, b) => ((a.sortText ?? '') < (b.sortText ?? '') ? -1 : 1))
      .map(({ label }) => label);
  assert.deepEqual(sorted(`${IN_CPU}$0 ${END}`).slice(0, 2), ['cpu', 'mem']);
  assert.equal(sorted('/dts-v1/;\n/ { compatible = "$0"; };')[0], 'kho-v4');
  assert.equal(sorted('ftrace { compatible = "$0"; };')[0], 'ftrace-v1');
  assert.equal(sorted(`${IN_ARRAY}cpu0 { compatible = "$0"; }; }; };`)[0], 'ftrace,cpu-v1');
  assert.equal(sorted(`${OWN_NODE}left { }; $0 };`)[0], 'loop');
  const behindNode = sorted(`${OWN_NODE}left { }; $0 };`);
  assert.ok(behindNode.indexOf('right') < behindNode.indexOf('quiet'), 'properties come too late');
});

test('documentation is as the client can show it', () => {
  const documentation = (options: CompletionOptions): unknown =>
    itemsAt(`${IN_CPU}$0 ${END}`, options).find(({ label }) => label === 'mem')?.documentation;
  const markdown = documentation(SNIPPETS) as { kind: string; value: string };
  assert.equal(markdown.kind, 'markdown');
  assert.match(markdown.value, /- `len` u64: Length in bytes/);
  assert.match(String(documentation(PLAIN)), /- len u64: Length in bytes/);
});

/** Labels at the `$0` of one of the files; the first is the source. */
function labelsIn(fixtures: Texts): string[] {
  const texts: Record<string, string> = {};
  let at: { path: string; offset: number } | undefined;
  for (const [path, fixture] of Object.entries(fixtures)) {
    const { text, cursor } = parseMarks(fixture);
    texts[path] = text;
    if (cursor !== undefined) at = { path, offset: cursor };
  }
  assert.ok(at !== undefined);
  const checked = checkTexts(texts);
  const source = checked.document.sources.find(({ path }) => path === at.path);
  assert.ok(source !== undefined);
  return completionsAt(checked, source, placeAt(at.path, at.offset), PLAIN).map((i) => i.label);
}

const INCLUDES: readonly [string, Texts, string][] = [
  ['inside a node', { a: `${IN_CPU}/include/ "b" ${END}`, b: '$0' }, 'mem'],
  ['in a node of its own', { a: `${IN_ARRAY}/include/ "b" }; };`, b: 'cpu3 { $0 };' }, 'mem'],
  ['in an open node', { a: `${IN_ARRAY}/include/ "b" }; };`, b: 'cpu3 { $0' }, 'mem'],
  ['twice over', { a: `${IN_CPU}/include/ "b" ${END}`, b: '/include/ "c"', c: 'c$0' }, 'cpu'],
  ['at the top', { a: '/dts-v1/;\n/include/ "b"', b: '$0' }, '/ { … }'],
  ['behind the directive', { a: `${IN_CPU}/include/ "b" $0 ${END}`, b: 'cpu = <1>;' }, 'mem'],
];

for (const [name, texts, expected] of INCLUDES)
  test(`completion in a file that is included ${name}`, () => {
    const labels = labelsIn(texts);
    assert.ok(labels.includes(expected), `${expected} is not in ${labels}`);
  });

test('whatever the example says is offered where it says it, with and without what follows', () => {
  // Names of properties and compatibles up to their end, as they are when they have been typed.
  const known = /\b(compatible|events|trace-flags|cpu|mem)(?= = )|(?<=")[^"\n]+(?=";)/g;
  const found = [...SEED_EXAMPLE.matchAll(known)];
  assert.equal(found.length, 10);
  for (const { 0: name, index } of found)
    for (const typed of [0, 1, name.length]) {
      const start = SEED_EXAMPLE.slice(0, index + typed);
      const end = SEED_EXAMPLE.slice(index + name.length);
      // Whole, as the last that was typed, and on a line that goes on with the next one.
      for (const rest of [end, '', end.slice(end.indexOf('\n'))]) {
        const labels = labelsAt(`${start}$0${rest}`);
        assert.ok(labels.includes(name), `${name} is not in ${labels} at ${start.slice(-30)}`);
      }
    }
});

test('every completion of a statement makes a source that is no worse', () => {
  const errors = (text: string): number =>
    checkSource({ path: 'a.kho', text }, { bindings: OWN }).issues.filter(
      ({ rule }) => rule === 'syntax-error' || rule === 'bad-literal',
    ).length;
  for (const fixture of [`${IN_CPU}$0 ${END}`, `${IN_ARRAY}$0 }; };`, `${OWN_NODE}$0 };`, '$0']) {
    const { text } = parseMarks(fixture);
    for (const { label } of itemsAt(fixture))
      assert.ok(errors(taken(fixture, label, PLAIN)) <= errors(text), `${label} in ${fixture}`);
  }
});

test('any place of any text gets items that replace a part of its line around it', () => {
  const piece = fc.constantFrom(
    ...['{', '}', '<', '>', '"', ';', ' = ', '/', '&', '&{/', '/*', '*/', '//', '\n', '(', ','],
    ...['compatible', '"ftrace-v1"', '/bits/ 64 ', '/delete-node/ ', '𝒳', "'", '/include/ "a'],
  );
  const edits = fc.array(fc.tuple(fc.nat(), piece), { maxLength: 6 });
  fc.assert(
    fc.property(edits, fc.nat(), fc.nat(), (inserted, cut, at) => {
      let text = SEED_EXAMPLE;
      for (const [where, what] of inserted) {
        const offset = where % (text.length + 1);
        text = text.slice(0, offset) + what + text.slice(offset);
      }
      text = text.slice(0, text.length - (cut % 200));
      const source = { path: 'a.kho', text };
      const offset = at % (text.length + 1);
      const checked = checkSource(source, { bindings: OWN });
      for (const { textEdit } of completionsAt(
        checked,
        source,
        { offset, isInFile: () => true },
        SNIPPETS,
      )) {
        assert.ok(textEdit !== undefined && 'range' in textEdit);
        const { start, end } = textEdit.range;
        assert.equal(start.line, end.line);
        assert.ok(offsetAt(source, start) <= offset && offset <= offsetAt(source, end));
      }
    }),
    { numRuns: 300, seed: 20_240_117 },
  );
});

test('a source of 100,000 lines is answered at once, of many labels the fitting ones', () => {
  const lines = Array.from({ length: 100_000 }, (_, i) => `l${99_999 - i}: n${i} { x = <${i}>; };`);
  const text = `/dts-v1/;\n/ {\n${lines.join('\n')}\nlast { y = <&l9`;
  const source = { path: 'a.kho', text };
  const checked = checkSource(source, { bindings: SHIPPED });
  const startMs = performance.now();
  const place = { offset: text.length, isInFile: () => true };
  const labels = completionsAt(checked, source, place, PLAIN).map(({ label }) => label);
  assert.ok(performance.now() - startMs < 2000);
  // The best match comes last in the source.
  assert.equal(labels.length, MAX_COMPLETIONS);
  assert.equal(labels[0], 'l9');
});

test('the server completes sources', () =>
  withClient({}, async (client) => {
    const { text, cursor = 0 } = parseMarks(`${IN_CPU}$0`);
    await client.open('a.kho', text);
    const position = positionAt({ path: '', text }, cursor);
    const { items } = await client.connection.sendRequest<{ items: CompletionItem[] }>(
      'textDocument/completion',
      {
        textDocument: { uri: client.uri('a.kho') },
        position,
      },
    );
    assert.ok(items.some(({ label }) => label === 'mem'));
  }));
