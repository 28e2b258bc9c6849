import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DocumentHighlightKind } from 'vscode-languageserver/node';
import { highlightsAt, MAX_REFERENCES, referencesAt } from '../../server/references.ts';
import { markedSource, show, type Texts, uriOf } from './marked-source.ts';

/** Uses, and behind a bar all that is a definition too. */
function check(name: string, fixture: string | Texts, uses: string[], definitions: string[]): void {
  test(name, () => {
    const { checked, place, texts } = markedSource(fixture);
    const found = (isAll: boolean): string[] =>
      show(texts, referencesAt(checked, place, isAll, uriOf));
    assert.deepEqual(found(false), uses);
    const all = new Set(found(true));
    for (const use of uses) assert.ok(all.delete(use), `${use} is not among all`);
    assert.deepEqual([...all], definitions);
  });
}

const TREE = (at: string): string =>
  `/dts-v1/;
/ { a: b { c { }; }; x = <&a>, &a; y = &{/b/c}, &{a/c}; };
&a { d { }; };
/ { b { /delete-node/ d; }; };
/delete-node/ &{/b/c};
`.replace(at, `$0${at}`);

const LABEL_USES = ['1:27 a', '1:32 a', '1:50 a', '2:1 a'];
check('a label at its definition', TREE('a: b'), LABEL_USES, ['1:4 a']);
check('a label at the ampersand', TREE('&a>'), LABEL_USES, ['1:4 a']);
check('between two values', TREE(', &a'), [], []);
check('a label in a path', TREE('a/c}'), LABEL_USES, ['1:4 a']);
check('a label of a statement', TREE('a { d'), LABEL_USES, ['1:4 a']);
check(
  'a node is used by path and by label',
  TREE('b { c'),
  ['1:42 b', '4:17 b', ...LABEL_USES],
  ['1:7 b', '3:4 b'],
);
check('a node in a path below a label', TREE('c};'), ['1:44 c', '1:52 c', '4:19 c'], ['1:11 c']);
check('a node that is deleted by name', TREE('d; };'), ['3:22 d'], ['2:5 d']);
check('what is behind a name is it too', 'ab$0: n { };\n&ab { };', ['1:1 ab'], ['0:0 ab']);
check('nothing between things', 'n { $0 };', [], []);
check('a property has none', 'n { x$0 = <1>; };', [], []);
check('the root', '/dts-v1/;\n$0/ { x = &{/}; };\n/ { };', ['1:10 /'], ['1:0 /', '2:0 /']);
check('an unknown label', 'n { x = <&nix$0>; y = &nix; };', ['0:10 nix', '0:21 nix'], []);
check(
  'labels in values and of properties',
  'n { p: x = <1 $0q: 2>, [r: 00], s: "t"; };\n&n { };',
  [],
  ['0:14 q'],
);
check(
  'a node given anew after it was deleted',
  '/dts-v1/;\n/ { $0a { }; };\n/ { /delete-node/ a; };\n/ { a { }; };\n',
  ['2:18 a'],
  ['1:4 a', '3:4 a'],
);
check(
  'a compatible has its binding',
  'ftrace { compatible = "ftrace-v1"; };\nx { compatible = "y", "$0ftrace-v1"; };\n',
  ['0:23 ftrace-v1', '1:23 ftrace-v1'],
  ['bindings/ftrace-v1.kho.yaml:0:5'],
);
check(
  'names in included files',
  {
    'a.kho': '/dts-v1/;\n/include/ "b.dtsi"\n/ { x = <&$0l>; };\n',
    'b.dtsi': '/ { l: n { y = &l; }; };\n',
  },
  ['2:10 l', 'b.dtsi:0:16 l'],
  ['b.dtsi:0:4 l'],
);
check(
  'a file that is included twice names two nodes in one place',
  {
    'a.kho': 'p { /include/ "b.dtsi"\n};\nq { /include/ "b.dtsi"\n};\nr { x = &{/p/n}, &{/q/n}; };',
    'b.dtsi': '$0n { };\n',
  },
  ['4:13 n', '4:22 n'],
  ['b.dtsi:0:0 n'],
);
check(
  'two overlays of one base node',
  '/dts-v1/;\n/plugin/;\n&base { $0n { }; };\n&base { n { }; };\n&other { n { }; };\n',
  [],
  ['2:8 n', '3:8 n'],
);
check('open cells', 'l: n { x = <&$0l\n};\n', ['0:13 l'], ['0:0 l']);
check(
  'a missing semicolon',
  '$0l: n { x = <&l> y = &l; }\nm { x = &l; };',
  ['0:13 l', '1:9 l'],
  ['0:0 l'],
);
check('an open string', 'n { compatible = "$0abc\n};\n', ['0:18 abc'], []);

test('highlights tell definitions from uses, in the asked file only', () => {
  const { checked, place, texts } = markedSource({
    'a.kho': '/dts-v1/;\n/include/ "b.dtsi"\n/ { $0l: m { y = &l; }; };\n',
    'b.dtsi': '&l { };\n',
  });
  const highlights = highlightsAt(checked, place);
  assert.deepEqual(show(texts, highlights), ['2:4 l', '2:16 l']);
  assert.deepEqual(
    highlights.map(({ kind }) => kind),
    [DocumentHighlightKind.Write, DocumentHighlightKind.Read],
  );
});

test('many uses and deep nodes are answered soon and bounded', () => {
  const uses = 'x { y = <&a>; };\n'.repeat(100_000);
  const many = markedSource(`$0a: b { };\n${uses}`);
  assert.equal(referencesAt(many.checked, many.place, true, uriOf).length, MAX_REFERENCES);
  const depth = 4000;
  const deep = markedSource(`${'n { '.repeat(depth)}$0l: m { };${'};'.repeat(depth)}`);
  assert.equal(referencesAt(deep.checked, deep.place, true, uriOf).length, 1);
});
