// Parsing and compiling: what is reported where, and what tree there is anyway.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  type CellBits,
  childOf,
  FDT_RULES,
  type FdtNode,
  nodesOf,
  parseDts,
  presumedPlace,
  printDts,
  propertyOf,
  readCells,
} from '../../fdt/index.ts';
import { testData } from '../support/tools.ts';
import { build, describeIssue, filesHost } from './dts.ts';

const HEAD = '/dts-v1/;\n';

/** The issues of `text`, and the paths of the nodes and properties there are. */
function check(text: string, issues: readonly string[], members?: readonly string[]): void {
  const built = build(text);
  assert.deepEqual(built.issues.map(describeIssue), issues, text);
  for (const { rule } of built.issues) assert.ok(FDT_RULES.some((known) => known.name === rule));
  if (members !== undefined) assert.deepEqual(membersOf(built.tree.root), members, text);
}

function membersOf(root: FdtNode): string[] {
  const members: string[] = [];
  for (const node of nodesOf(root)) {
    if (node !== root) members.push(node.path);
    members.push(...node.properties.map((property) => `${node.path}:${property.name}`));
  }
  return members;
}

test('several errors are all reported, each where it is, and the rest is understood', () => {
  check(
    `${HEAD}/ {\n\ta = <1>\n\tb = <2 FOO 3>;\n\tc = <4;\n\td = ;\n\te = "x" "y";\n\tn {\n\t};\n};\n`,
    [
      `3:9 syntax-error '' ';' is missing`,
      `4:9 syntax-error 'FOO' unexpected 'FOO'`,
      `5:8 syntax-error '' '>' is missing at the end of the cells`,
      `6:5 syntax-error '' a value is missing`,
      `7:9 syntax-error '' ',' is missing between two values`,
    ],
    ['/:a', '/:b', '/:c', '/:d', '/:e', '/n'],
  );
  check(
    `${HEAD}/ {\n\ta = "open;\n\tb = "x";\n\tn {\n\t\tc = <-1>;\n\t}\n\tm { };\n};`,
    [
      `3:6 bad-literal '"open' the literal is not closed`,
      `6:8 syntax-error '-' an expression needs parentheses here`,
      `7:3 syntax-error '' ';' is missing`,
    ],
    ['/:a', '/:b', '/n', '/n:c', '/m'],
  );
  check(
    `${HEAD}#include <x.h>\n/ {\n\t$$$ what;\n\tok;\n\tn { m { p; };\n};\n`,
    [
      `2:1 syntax-error '#include <x.h>' this is for the C preprocessor`,
      `4:2 syntax-error '$' unexpected '$'`,
      `7:3 syntax-error '' '}' is missing at the end of the file`,
    ],
    ['/:ok', '/n', '/n/m', '/n/m:p'],
  );
  check(`${HEAD}/ { a = <(1 + )>; b = <(1 ? 2)>; c = <((1)>; d; };`, [
    `2:15 syntax-error ')' a number is missing here`,
    `2:30 syntax-error ')' ':' is missing before ')'`,
    `2:43 syntax-error '>' an operator or ')' is missing`,
  ]);
});

test('names and references that mean nothing', () => {
  check(`${HEAD}/ { a = <&x>, &{/y}; l: n { }; l: m { }; };\n&z { };`, [
    `3:1 undefined-label '&z' no node has the label 'z'`,
    `2:32 duplicate-label 'l' the label 'l' is given twice`,
    `2:10 undefined-label '&x' no node has the label 'x'`,
    `2:15 undefined-path '&{/y}' no node has the path '/y'`,
  ]);
  check(`${HEAD}/ { n { a; a; }; n { }; &l { }; };`, [
    `2:25 syntax-error '&l' a node cannot be referred to inside another node`,
    `2:18 duplicate-node 'n' there are two of 'n' in this node`,
    `2:12 duplicate-property 'a' there are two of 'a' in this node`,
  ]);
});

test('a fragment is a document', () => {
  check('ftrace { a; n { }; };', [], ['/ftrace', '/ftrace:a', '/ftrace/n']);
  check('one { };\nl: two { };\n&l { a; };', [], ['/one', '/two', '/two:a']);
  check(`${HEAD}one { };`, [`2:1 syntax-error 'one' a node with a name must stand in a node`]);
  check('/ { };', [`1:1 missing-version '/' /dts-v1/; is missing`], []);
  check('', [
    `1:1 missing-version '' /dts-v1/; is missing`,
    `1:1 syntax-error '' the file has no node`,
  ]);
  check('a = <1>;', [
    `1:1 syntax-error 'a' a property must stand in a node`,
    `1:1 missing-version '' /dts-v1/; is missing`,
    `1:9 syntax-error '' the file has no node`,
  ]);
});

const layoutOf = (node: FdtNode, name: string): readonly CellBits[] | undefined => {
  const compatible = propertyOf(node, 'compatible')?.value;
  const isCpu = compatible !== undefined && Buffer.from(compatible).includes('ftrace,cpu-v1');
  return isCpu && name === 'mem' ? [64] : undefined;
};

test('the tree of the KHO proposal', (t) => {
  const file = testData(t, 'seed/state-persistence-over-kexec.txt');
  if (file === undefined) return;
  const text = /```\n(ftrace[\s\S]*?)```/.exec(readFileSync(file, 'utf8'))?.[1] as string;
  const { tree, issues } = build(text, { layoutOf });
  assert.deepEqual(issues, []);
  const ftrace = childOf(tree.root, 'ftrace') as FdtNode;
  const cpu = childOf(childOf(ftrace, 'global-trace') as FdtNode, 'cpu0') as FdtNode;
  const mem = propertyOf(cpu, 'mem')?.value as Uint8Array;
  assert.deepEqual(readCells(mem, 64, 'little').slice(0, 4), [
    0x101000000n,
    0x38n,
    0x101000100n,
    0x1000n,
  ]);
  const events = propertyOf(ftrace, 'events')?.value as Uint8Array;
  assert.deepEqual(readCells(events, 32, 'little'), [1n, 1n, 2n, 2n, 3n, 3n]);
  // Without the layout the addresses do not fit, and each says so.
  const plain = build(text);
  assert.deepEqual(
    plain.issues.map((issue) => issue.rule),
    ['cell-overflow', 'cell-overflow', 'cell-overflow', 'cell-overflow'],
  );
});

test('layouts give the widths that the source does not', () => {
  const text = `${HEAD}/ { p = <1 2>, /bits/ 8 <3>, <4 5>; q = <&{/}>; };`;
  const { tree } = build(text, { layoutOf: () => [64, 16] });
  const p = propertyOf(tree.root, 'p');
  assert.equal(
    Buffer.from(p?.value ?? []).toString('hex'),
    '0100000000000000020003040005000000000000' + '00',
  );
  assert.deepEqual(
    p?.pieces.map((piece) => [piece.offset, piece.lengthBytes, piece.isExplicitWidth]),
    [
      [0, 8, false],
      [8, 2, false],
      [10, 1, true],
      [11, 2, false],
      [13, 8, false],
    ],
  );
  assert.deepEqual(propertyOf(tree.root, 'q')?.value, Uint8Array.of(1, 0, 0, 0));
});

test('bytes of strings', () => {
  const value = (text: string, isLatin1?: true): string => {
    const source = { path: 'x', text: `${HEAD}/ { a = "${text}"; };` };
    const { tree, issues } = build(isLatin1 === true ? { ...source, isLatin1 } : source);
    assert.deepEqual(issues, []);
    return Buffer.from(propertyOf(tree.root, 'a')?.value ?? []).toString('hex');
  };
  assert.equal(value('é€😀'), 'c3a9e282acf09f988000');
  assert.equal(value('\u00e9\\n', true), 'e90a00');
  assert.equal(value('\\xe9\\0'), 'e90000');
  assert.equal(value('\ud800'), 'efbfbd00');
});

test('includes stand between any two tokens', () => {
  const host = filesHost({ one: '2>; b', two: '/include/ "two"', data: '\u0001\u0002\u0003' });
  const { tree, issues } = build(
    `${HEAD}/ { a = <1 /include/ "one" = <3>; c = /incbin/("data", 1, 9); /include/ "none" };
/include/ "two"\n`,
    {},
    host,
  );
  assert.deepEqual(issues.map(describeIssue), [
    `2:74 include-not-found 'none' cannot find 'none'`,
    `1:12 include-cycle 'two' 'two' includes itself`,
  ]);
  assert.deepEqual(membersOf(tree.root), ['/:a', '/:b', '/:c']);
  assert.deepEqual(propertyOf(tree.root, 'a')?.value, Uint8Array.of(1, 0, 0, 0, 2, 0, 0, 0));
  assert.deepEqual(propertyOf(tree.root, 'c')?.value, Uint8Array.of(2, 3));
  const parsed = parseDts(
    { path: 'a', text: `/include/ "b"` },
    { host: filesHost({ b: 'x { };' }) },
  );
  assert.deepEqual(
    parsed.value.sources.map((source) => source.path),
    ['a', 'b'],
  );
  assert.equal(parsed.value.includes[0]?.resolved?.path, 'b');
});

test('line markers tell where the preprocessor found a line', () => {
  const text = `# 1 "a.dts"\n/dts-v1/;\n#line 40 "sub/b.h"\n/ {\n  x;\n# 7 "a.dts" 2\n  y;\n# 90\n};`;
  const source = { path: 'out.i', text };
  assert.deepEqual(build(source).issues, []);
  const place = (part: string): string => {
    const { path, line, character } = presumedPlace(source, text.indexOf(part));
    return `${path}:${line + 1}:${character + 1}`;
  };
  assert.equal(place('/dts-v1/'), 'a.dts:1:1');
  assert.equal(place('x;'), 'sub/b.h:41:3');
  assert.equal(place('y;'), 'a.dts:7:3');
  assert.equal(place('};'), 'a.dts:90:1');
  assert.deepEqual(presumedPlace({ path: 'p', text: 'a\nb' }, 2), {
    path: 'p',
    line: 1,
    character: 0,
  });
});

test('what is printed compiles to the same tree', () => {
  const text = `${HEAD}/memreserve/ 1 2;\n/ { a = "x", "y\\n\\"\\xff"; b = <1 2>; c = [01 02 03]; d; e = [00];
    f = /bits/ 64 <1 0x101000000>, <5>; n@1 { g = <0>; n2 { }; }; m { }; };`;
  const { tree, blob } = build(text);
  const printed = printDts(tree, {
    byteOrder: 'little',
    typeOf: (_, { name }) =>
      name === 'f'
        ? { kind: 'cells', bits: [64, 64, 32] }
        : name === 'a'
          ? { kind: 'strings' }
          : undefined,
  });
  assert.match(printed, /f = \/bits\/ 64 <0x1 0x101000000>, \/bits\/ 32 <0x5>;/);
  assert.match(printed, /a = "x", "y\\n\\"\\xff";/);
  const again = build(printed);
  assert.deepEqual(again.issues, []);
  assert.deepEqual(again.blob, blob);
});
