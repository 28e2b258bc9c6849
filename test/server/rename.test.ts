import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type FdtProperty, nodesOf, stringsOf } from '../../fdt/index.ts';
import type { CheckedSource } from '../../kho/index.ts';
import { type Occurrence, occurrencesOf } from '../../server/occurrences.ts';
import { prepareRenameAt, renameAt } from '../../server/rename.ts';
import {
  checkTexts,
  edited,
  markedSource,
  placeAt,
  show,
  type Texts,
  uriOf,
} from './marked-source.ts';

/** The texts after renaming what is at `$0`, or why it is refused. */
function renamed(fixture: string | Texts, newName: string): string | Texts {
  const { checked, place, texts } = markedSource(fixture);
  const result = renameAt(checked, place, newName, uriOf);
  if ('refused' in result) return result.refused;
  const after = edited(texts, result.changes ?? {});
  return typeof fixture === 'string' ? (after['a.kho'] ?? '') : after;
}

function check(
  name: string,
  fixture: string | Texts,
  newName: string,
  after: string | Texts,
): void {
  test(name, () => assert.deepEqual(renamed(fixture, newName), after));
}

check(
  'a label',
  '/dts-v1/;\n/ { $0a: b { }; };\n&a { x = <&a>, &a, &{a/a}; a: a { }; };\n',
  'n_1',
  '/dts-v1/;\n/ { n_1: b { }; };\n&n_1 { x = <&n_1>, &n_1, &{n_1/a}; n_1: a { }; };\n',
);
check(
  'a node',
  `/dts-v1/;
/ { l: b { b { }; }; };
/ { b { }; x = &{/b/b}, &{l/b}; };
/delete-node/ &{/$0b/b};
`,
  'n@0',
  `/dts-v1/;
/ { l: n@0 { b { }; }; };
/ { n@0 { }; x = &{/n@0/b}, &{l/b}; };
/delete-node/ &{/n@0/b};
`,
);
check(
  'a node below a label',
  'l: b { c { }; };\n&l { c { }; x = &{l/$0c}; /delete-node/ c; };\n',
  'd',
  'l: b { d { }; };\n&l { d { }; x = &{l/d}; /delete-node/ d; };\n',
);
check(
  'in every file',
  { 'a.kho': '/include/ "b.dtsi"\n&$0l { };\n', 'b.dtsi': 'l: n { };\n' },
  'm',
  { 'a.kho': '/include/ "b.dtsi"\n&m { };\n', 'b.dtsi': 'm: n { };\n' },
);
check(
  'two nodes that one included file names',
  {
    'a.kho':
      'p { /include/ "b.dtsi"\n};\nq { /include/ "b.dtsi"\n};\nr { x = &{/p/$0n}, &{/q/n}; };',
    'b.dtsi': 'n { };\n',
  },
  'm',
  {
    'a.kho': 'p { /include/ "b.dtsi"\n};\nq { /include/ "b.dtsi"\n};\nr { x = &{/p/m}, &{/q/m}; };',
    'b.dtsi': 'm { };\n',
  },
);
check('to the same name', '$0a { };', 'a', 'a { };');
check('before an open value', '$0l: n { x = <&l\n};\n', 'm', 'm: n { x = <&m\n};\n');
check('to a name that the binding is for', '$0trace { };', 'ftrace', 'ftrace { };');

const REFUSALS: readonly [fixture: string | Texts, newName: string, refused: RegExp][] = [
  ['a { $0 };', 'b', /no label and no node here/],
  ['a { $0x = <1>; };', 'b', /no label and no node here/],
  ['/dts-v1/;\n$0/ { };', 'b', /root has no name/],
  ['a { compatible = "$0x"; };', 'b', /'x' is what kernels look for/],
  ['a { x = <&$0nix>; };', 'b', /label 'nix' is not defined/],
  ['a { x = &{/a/$0nix}; };', 'b', /node 'nix' is not defined/],
  ['/dts-v1/;\n/plugin/;\n&$0base { };', 'b', /label 'base' is not defined/],
  ['$0a { };', '', /a node needs a name/i],
  ['$0a { };', 'b c', /' ' cannot be in/],
  ['$0a { };', 'b/c', /'\/' cannot be in/],
  ['$0a { };', '😀', /'😀' cannot be in/],
  ['$0a { };', '@1', /before its '@'/],
  ['$0a { };', 'b@1@2', /one '@' at most/],
  ['$0l: a { };', '1a', /made of letters/],
  ['$0l: a { };', 'a-b', /made of letters/],
  ['$0a { };\nb { };', 'b', /There is a node 'b' in \/ already/],
  ['p { $0a { }; b { }; };', 'b', /There is a node 'b' in \/p already/],
  ['p { $0a { }; };\nq { x = &{/p/b}; };', 'b', /'b' in \/p is referred to/],
  ['$0a: n { b: x = <1>; };', 'b', /label 'b' already/],
  ['$0a: n { x = <&b>; };', 'b', /'b' is referred to already/],
  ['/dts-v1/;\n/plugin/;\n/ { $0a { }; };', '__symbols__', /compiling an overlay/],
  ['$0ftrace { compatible = "ftrace-v1"; };', 'trace', /ftrace-v1 is for nodes called 'ftrace'/],
  [
    'ftrace { compatible = "ftrace-v1"; a { compatible = "ftrace,array-v1"; $0cpu0 { }; }; };',
    'core0',
    /In \/ftrace\/a, the binding ftrace,array-v1 allows no node 'core0'/,
  ],
  [
    '/dts-v1/;\n/ { $0a: n { }; }; ! { &a };',
    'b',
    /Line 2 of a.kho names 'a' but is not understood/,
  ],
  [
    '/dts-v1/;\n/plugin/;\n/ { x = <&l>; $0l: a { }; };\n/ { /delete-node/ a; };',
    'm',
    /one of the base/,
  ],
  ['l: $0a { }; l: b { };', 'c', /The label 'l' is given to two nodes/],
  ['$0a { }; ! { /delete-node/ a; };', 'b', /not understood/],
];

for (const [fixture, newName, refused] of REFUSALS)
  test(`refused: ${JSON.stringify(fixture)} to '${newName}'`, () => {
    assert.match(String(renamed(fixture, newName)), refused);
  });

test('a file that the editor cannot open is not left behind', () => {
  const { checked, place } = markedSource({
    'a.kho': '/include/ "b.dtsi"\n&$0l { };\n',
    'b.dtsi': 'l: n { };\n',
  });
  const known = (span: Parameters<typeof uriOf>[0]): string | undefined =>
    span.source.path === 'a.kho' ? uriOf(span) : undefined;
  assert.deepEqual(renameAt(checked, place, 'm', known), {
    refused: 'It is also named in b.dtsi, which cannot be edited',
  });
});

for (const [fixture, expected] of [
  ['a$0b: n { };', '0:0 ab'],
  ['ab$0: n { };', '0:0 ab'],
  ['n { x = &{/n/m$0m}; mm { }; };', '0:13 mm'],
  ['l: n { x = <$0&l>; };', '0:13 l'],
  ['/dts-v1/;\n$0/ { };', undefined],
  ['n { $0x; };', undefined],
  ['n { compatible = "$0x"; };', undefined],
  ['n { x = <&$0nix>; };', undefined],
] as const)
  test(`what is renamed at ${JSON.stringify(fixture)}`, () => {
    const { checked, place, texts } = markedSource(fixture);
    const prepared = prepareRenameAt(checked, place);
    assert.deepEqual(prepared && show(texts, [prepared])[0], expected);
    if (prepared !== undefined) assert.equal(prepared.placeholder, expected?.split(' ')[1]);
  });

test('a document of 100,000 lines is renamed in', () => {
  const text = `$0l: n { };\n${'&l { x = <&l>; };\n'.repeat(40_000)}`;
  const { checked, place } = markedSource(text);
  const result = renameAt(checked, place, 'm', uriOf);
  assert.ok(!('refused' in result));
  assert.equal(result.changes?.['file:///a.kho']?.length, 80_001);
});

// Whatever is renamed, wherever: the tree is the same but for that name.

const NAME = fc.constantFrom('a', 'b', 'c@1', 'l');
const LABEL = fc.constantFrom('l', 'm', 'a');
const PATH = fc.array(NAME, { minLength: 1, maxLength: 3 }).map((names) => names.join('/'));
const REFERENCE = fc.oneof(
  LABEL.map((label) => `&${label}`),
  PATH.map((path) => `&{/${path}}`),
  fc.tuple(LABEL, PATH).map(([label, path]) => `&{${label}/${path}}`),
);
const PROPERTY = fc
  .tuple(fc.constantFrom('x', 'y', 'a'), REFERENCE, fc.boolean())
  .map(([name, reference, isPath]) => `${name} = ${isPath ? reference : `<1 ${reference}>`};`);

const { body: BODY } = fc.letrec<{ node: string; body: string }>((tie) => ({
  node: fc
    .tuple(fc.option(LABEL), NAME, tie('body'))
    .map(([label, name, body]) => `${label === null ? '' : `${label}: `}${name} ${body};`),
  body: fc
    .tuple(
      fc.array(PROPERTY, { maxLength: 2 }),
      fc.array(fc.oneof({ depthSize: 'small' }, inner(), tie('node')), { maxLength: 3 }),
    )
    .map(([properties, nodes]) => `{ ${[...properties, ...nodes].join(' ')} }`),
}));

/** What may stand among the nodes of a node. */
function inner(): fc.Arbitrary<string> {
  const deletion = NAME.map((name) => `/delete-node/ ${name};`);
  return fc.oneof(deletion, fc.constant('/include/ "b.dtsi"'));
}

const ITEM = fc.oneof(
  { arbitrary: BODY.map((body) => `/ ${body};`), weight: 3 },
  { arbitrary: fc.tuple(REFERENCE, BODY).map((parts) => `${parts.join(' ')};`), weight: 2 },
  REFERENCE.map((reference) => `/delete-node/ ${reference};`),
  REFERENCE.map((reference) => `/omit-if-no-ref/ ${reference};`),
);
const DOCUMENT = fc
  .record({
    isPlugin: fc.boolean(),
    items: fc.array(ITEM, { minLength: 1, maxLength: 5 }),
    included: fc.tuple(NAME, BODY).map((parts) => `${parts.join(' ')};`),
  })
  .map(
    ({ isPlugin, items, included }): Texts => ({
      'a.kho': `/dts-v1/;\n${isPlugin ? '/plugin/;\n' : ''}${items.join('\n')}\n`,
      'b.dtsi': included.replaceAll(/\/include\/ "b\.dtsi"/g, ''),
    }),
  );

/** The tree as text, where the names that differ are all the old or all the new. */
function outline(
  checked: CheckedSource,
  nodeName: (name: string) => string,
  label: (name: string) => string,
): string {
  const pathOf = (path: string): string => path.replace(/[^/:]+/g, nodeName);
  const textOf = ({ value, pieces }: FdtProperty): string => {
    // Paths, be it of references or of an overlay's notes about itself.
    const partOf = (part: Uint8Array): string => {
      const strings = stringsOf(part);
      const isPath = strings?.every((each) => each.startsWith('/')) === true;
      return isPath ? strings.map(pathOf).join() : part.join();
    };
    if (pieces.length === 0) return partOf(value);
    return pieces
      .map(({ offset, lengthBytes }) => partOf(value.subarray(offset, offset + lengthBytes)))
      .join();
  };
  const nodes = [...nodesOf(checked.tree.root)].map((node) => {
    const properties = node.properties.map((each) => `${each.name}=${textOf(each)}`);
    return `${pathOf(node.path)} ${node.labels.map(label).join()} ${properties.join(' ')}`;
  });
  const issues = checked.issues.map(({ rule, span }) => `${rule} ${span?.source.path ?? ''}`);
  return [...nodes, ...issues].join('\n');
}

const NEW_NAME = 'renamed';

/** Old paths of the nodes that are called differently; of all overlays of a base as one. */
function renamedNodes(before: CheckedSource, after: CheckedSource): Set<string> {
  const old = [...nodesOf(before.tree.root)];
  const changed = [...nodesOf(after.tree.root)].map(({ name }, i) =>
    name === NEW_NAME ? (old[i]?.path ?? '') : '',
  );
  const paths = changed.map((path) => path.replace(/^(\/__local_fixups__)?(\/fragment@\d+)?/, ''));
  return new Set(paths.filter((path) => path !== ''));
}

function isIncludedTwice(texts: Texts): boolean {
  return (texts['a.kho'] ?? '').split('/include/').length > 2;
}

function allOf(checked: CheckedSource): Occurrence[] {
  return [...occurrencesOf(checked).inSource.values()].flat();
}

/** A document from which something was cut, as half-written ones look. */
const BROKEN = fc
  .tuple(DOCUMENT, fc.nat(), fc.integer({ min: 1, max: 12 }))
  .map(([texts, at, length]): Texts => {
    const text = texts['a.kho'] ?? '';
    const start = at % text.length;
    return { ...texts, 'a.kho': text.slice(0, start) + text.slice(start + length) };
  });

for (const [name, documents] of [
  ['of whole documents', DOCUMENT],
  ['of broken documents', BROKEN],
] as const)
  test(`the trees ${name} stay the same up to the name`, () => {
    let done = 0;
    const once = fc.property(documents, fc.nat(), (texts, choice) => {
      if (staysTheSame(texts, choice)) done++;
    });
    fc.assert(once, { numRuns: 1000, seed: 20_240_117 });
    assert.ok(done > 100, `only ${done} renames`);
  });

/** Renames one of the names in `texts` and back; false if that is refused. */
function staysTheSame(texts: Texts, choice: number): boolean {
  const checked = checkTexts(texts);
  const all = allOf(checked);
  const chosen = all[choice % Math.max(1, all.length)];
  if (chosen === undefined) return false;
  const { span, thing } = chosen;
  // A cut may leave names that cannot be given, which is an issue less once they are gone.
  if (thing.name.startsWith('@')) return false;
  const place = placeAt(span.source.path, span.start);
  const result = renameAt(checked, place, NEW_NAME, uriOf);
  assert.equal(prepareRenameAt(checked, place) === undefined, isBlank(result), 'prepare');
  if ('refused' in result) return false;
  const changed = edited(texts, result.changes ?? {});
  const after = checkTexts(changed);
  const [was, same] = [thing.name, (name: string): string => name];
  const both = (name: string): string => (name === NEW_NAME ? was : name);
  const [nodes, labels] = thing.kind === 'node' ? [both, same] : [same, both];
  assert.equal(outline(after, nodes, labels), outline(checked, same, same));
  assert.ok(renamedNodes(checked, after).size <= (isIncludedTwice(texts) ? Infinity : 1));
  const there = allOf(after)
    .filter((each) => each.thing.name === NEW_NAME)
    .map((each) => placeAt(each.span.source.path, each.span.start))
    .find((each) => prepareRenameAt(after, each) !== undefined);
  assert.ok(there !== undefined);
  const back = renameAt(after, there, was, uriOf);
  assert.ok(!('refused' in back));
  assert.deepEqual(edited(changed, back.changes ?? {}), texts);
  return true;
}

/** Nothing is renamed there, whatever the new name. */
function isBlank(result: ReturnType<typeof renameAt>): boolean {
  return 'refused' in result && /not defined|has no name|no label and no node/.test(result.refused);
}
