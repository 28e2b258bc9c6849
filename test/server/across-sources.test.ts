// Names in a file that several sources include, and names of bindings.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Location, WorkspaceEdit } from 'vscode-languageserver/node';
import { offsetAt, positionAt } from '../../fdt/index.ts';
import { parseMarks } from '../support/marks.ts';
import { type TestClient, withClient } from './test-client.ts';

type Texts = Readonly<Record<string, string>>;

interface Asked {
  readonly file: string;
  readonly texts: Texts;
  readonly params: { textDocument: { uri: string }; position: { line: number; character: number } };
}

/** Opens the file that has `$0`; the others are on disk. */
async function asking(client: TestClient, marked: Texts): Promise<Asked> {
  const texts: Record<string, string> = {};
  let asked: Omit<Asked, 'texts'> | undefined;
  for (const [file, fixture] of Object.entries(marked)) {
    const { text, cursor } = parseMarks(fixture);
    texts[file] = text;
    await client.write(file, text);
    if (cursor === undefined) continue;
    await client.open(file, text);
    const position = positionAt({ path: file, text }, cursor);
    asked = { file, params: { textDocument: { uri: client.uri(file) }, position } };
  }
  assert.ok(asked !== undefined, 'no $0 in the fixtures');
  return { ...asked, texts };
}

/** Places as `file:line:character text`, sorted. */
function shown(client: TestClient, texts: Texts, locations: readonly Location[]): string[] {
  return locations
    .map(({ uri, range }) => {
      const file = Object.keys(texts).find((each) => client.uri(each) === uri) ?? uri;
      const source = { path: file, text: texts[file] ?? '' };
      const text = source.text.slice(offsetAt(source, range.start), offsetAt(source, range.end));
      return `${file}:${range.start.line}:${range.start.character} ${text}`;
    })
    .sort();
}

function edited(client: TestClient, texts: Texts, { changes = {} }: WorkspaceEdit): Texts {
  const result: Record<string, string> = { ...texts };
  for (const [uri, edits] of Object.entries(changes)) {
    const file = Object.keys(texts).find((each) => client.uri(each) === uri) ?? uri;
    const source = { path: file, text: texts[file] ?? '' };
    const backwards = edits
      .map((each) => ({ ...each, at: offsetAt(source, each.range.start) }))
      .sort((a, b) => b.at - a.at);
    for (const { at, range, newText } of backwards) {
      const end = offsetAt(source, range.end);
      result[file] = `${result[file]?.slice(0, at)}${newText}${result[file]?.slice(end)}`;
    }
  }
  return result;
}

/** `b.dtsi` is of a.kho and c.kho; d.kho has nothing to do with it. */
const SHARED = {
  'a.kho': '/include/ "b.dtsi"\na { x = &l; };\n&l { };\n',
  'b.dtsi': 'l: n { m { }; };\n',
  'c.kho': '/include/ "b.dtsi"\nc { y = <&l>, &{l/m}; };\n',
  'd.kho': 'l: n { x = &l; };\n',
};

function withCursor(texts: Texts, file: string, at: string): Texts {
  return { ...texts, [file]: (texts[file] ?? '').replace(at, `$0${at}`) };
}

const REFERENCES: readonly [string, Texts, readonly string[]][] = [
  [
    'a label in the shared file',
    withCursor(SHARED, 'b.dtsi', 'l:'),
    ['a.kho:1:9 l', 'a.kho:2:1 l', 'b.dtsi:0:0 l', 'c.kho:1:10 l', 'c.kho:1:16 l'],
  ],
  [
    'a label in one of the sources',
    withCursor(SHARED, 'c.kho', 'l>'),
    ['a.kho:1:9 l', 'a.kho:2:1 l', 'b.dtsi:0:0 l', 'c.kho:1:10 l', 'c.kho:1:16 l'],
  ],
  ['a node', withCursor(SHARED, 'b.dtsi', 'm {'), ['b.dtsi:0:7 m', 'c.kho:1:18 m']],
  ['a label of one source', withCursor(SHARED, 'd.kho', 'l:'), ['d.kho:0:0 l', 'd.kho:0:12 l']],
  [
    'a compatible, wherever it is',
    {
      'a.kho': 'a { compatible = "$0own-v1"; };\n',
      'b.kho': 'b { compatible = "own-v1", "x"; };\n',
    },
    ['a.kho:0:18 own-v1', 'b.kho:0:18 own-v1'],
  ],
];

for (const [name, marked, expected] of REFERENCES)
  test(`references of ${name}`, () =>
    withClient({}, async (client) => {
      const { texts, params } = await asking(client, marked);
      const found = await client.connection.sendRequest<Location[]>('textDocument/references', {
        ...params,
        context: { includeDeclaration: true },
      });
      assert.deepEqual(shown(client, texts, found), expected);
    }));

/** What a rename makes of the texts, or the sentence that refuses it. */
async function renamed(
  client: TestClient,
  { params, texts }: Asked,
  newName: string,
): Promise<Texts | string> {
  try {
    const edit = await client.connection.sendRequest<WorkspaceEdit>('textDocument/rename', {
      ...params,
      newName,
    });
    return edited(client, texts, edit);
  } catch (error) {
    return (error as Error).message;
  }
}

for (const [file, at] of [
  ['b.dtsi', 'l:'],
  ['a.kho', 'l { }'],
  ['c.kho', 'l>'],
] as const)
  test(`a label of a shared file is renamed in all sources, from ${file}`, () =>
    withClient({}, async (client) => {
      const asked = await asking(client, withCursor(SHARED, file, at));
      assert.deepEqual(await renamed(client, asked, 'new'), {
        'a.kho': '/include/ "b.dtsi"\na { x = &new; };\n&new { };\n',
        'b.dtsi': 'new: n { m { }; };\n',
        'c.kho': '/include/ "b.dtsi"\nc { y = <&new>, &{new/m}; };\n',
        'd.kho': SHARED['d.kho'],
      });
    }));

test('what one source cannot take is refused for all', () =>
  withClient({}, async (client) => {
    const taken = { ...SHARED, 'c.kho': '/include/ "b.dtsi"\nnew: c { };\n' };
    const asked = await asking(client, withCursor(taken, 'a.kho', 'l;'));
    const why = await renamed(client, asked, 'new');
    assert.match(
      String(why),
      /^There is a label 'new' already \(in .*c\.kho, which shares a file\)$/,
    );
  }));

const BINDINGS = {
  'own.kho.yaml': `$id: own
title: Own
kho-releases: [seed..]
properties:
  compatible:
    const: own-v1
`,
  'outer.kho.yaml': `$id: outer
title: Outer
kho-releases: [seed..]
properties:
  compatible:
    const: outer-v1
  part:
    type: object
    $ref: own
`,
  'a.kho': 'a { compatible = "outer-v1"; part { compatible = "own-v1"; }; };\n',
};

test('a $ref leads to its binding, and bindings to what uses them', () =>
  withClient({}, async (client) => {
    const { texts, params } = await asking(client, withCursor(BINDINGS, 'outer.kho.yaml', 'own\n'));
    const definition = await client.connection.sendRequest<Location>(
      'textDocument/definition',
      params,
    );
    assert.deepEqual(shown(client, texts, [definition]), ['own.kho.yaml:0:5 own']);
    const uses = await client.connection.sendRequest<Location[]>('textDocument/references', {
      ...params,
      context: { includeDeclaration: false },
    });
    assert.deepEqual(shown(client, texts, uses), ['a.kho:0:50 own-v1', 'outer.kho.yaml:8:10 own']);
  }));

test('a binding is renamed with what refers to it; compatibles are not', () =>
  withClient({}, async (client) => {
    const asked = await asking(client, withCursor(BINDINGS, 'own.kho.yaml', 'own\n'));
    const after = await renamed(client, asked, 'mine');
    assert.ok(typeof after !== 'string', String(after));
    assert.match(after['own.kho.yaml'] ?? '', /^\$id: mine\ntitle: Own/);
    assert.match(after['outer.kho.yaml'] ?? '', /\$ref: mine\n$/);
    assert.match(String(await renamed(client, asked, 'ftrace-v1')), /is a binding 'ftrace-v1'/);
    assert.match(String(await renamed(client, asked, 'a b')), /made of letters/);
    const named = await asking(client, withCursor(BINDINGS, 'own.kho.yaml', 'own-v1'));
    assert.match(String(await renamed(client, named, 'mine')), /what kernels look for/);
  }));
