import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DocumentSymbol, Location } from 'vscode-languageserver/node';
import { positionAt } from '../../fdt/index.ts';
import { parseMarks } from '../support/marks.ts';
import { SEED_EXAMPLE } from './seed-example.ts';
import { type TestClient, withClient } from './test-client.ts';

/** Nodes as an outline: name, compatible, and the text that is selected on a click. */
function outline(text: string, symbols: readonly DocumentSymbol[], depth = 0): string {
  const lines = text.split('\n');
  return symbols
    .map(({ name, detail, selectionRange: { start, end }, children = [] }) => {
      const selected = lines[start.line]?.slice(start.character, end.character);
      const line = [name, detail, selected].filter((part) => part !== undefined).join(' | ');
      return `${'  '.repeat(depth)}${line}\n${outline(text, children, depth + 1)}`;
    })
    .join('');
}

async function symbols(client: TestClient, file: string): Promise<DocumentSymbol[]> {
  const params = { textDocument: { uri: client.uri(file) } };
  return client.connection.sendRequest('textDocument/documentSymbol', params);
}

/** `file:line:character` of the definition of what is at `$0`. */
async function definition(client: TestClient, fixture: string): Promise<string> {
  const { text, cursor = 0 } = parseMarks(fixture);
  await client.open('at.kho', text);
  const location = await client.connection.sendRequest<Location | null>('textDocument/definition', {
    textDocument: { uri: client.uri('at.kho') },
    position: positionAt({ path: '', text }, cursor),
  });
  await client.close('at.kho');
  if (location === null) return '(nowhere)';
  const { line, character } = location.range.start;
  return `${location.uri.split('/').pop()}:${line}:${character}`;
}

test('the outline has the nodes with their compatibles', () =>
  withClient({}, async (client) => {
    await client.open('a.kho', SEED_EXAMPLE);
    assert.equal(
      outline(SEED_EXAMPLE, await symbols(client, 'a.kho')),
      `ftrace | ftrace-v1 | ftrace
  global-trace | ftrace,array-v1 | global-trace
    cpu0 | ftrace,cpu-v1 | cpu0
`,
    );
    const text = '/dts-v1/;\n/ { a: b@1 { c {\n };\n&a { d { }; };\n';
    await client.open('b.kho', text);
    assert.match(outline(text, await symbols(client, 'b.kho')), /^\/ \| \/\n {2}b@1 \| b@1\n/);
  }));

test('the outline of a file has what is written in it', () =>
  withClient({ files: { 'part.dtsi': 'inner { };\n' } }, async (client) => {
    const text = 'outer {\n    /include/ "part.dtsi"\n    own { };\n};\n';
    await client.open('a.kho', text);
    assert.equal(outline(text, await symbols(client, 'a.kho')), 'outer | outer\n  own | own\n');
    await client.open('part.dtsi', 'inner { };\n', 'dts');
    const inner = await symbols(client, 'part.dtsi');
    assert.equal(outline('inner { };\n', inner), 'inner | inner\n');
  }));

test('definitions', () =>
  withClient({ files: { 'part.dtsi': '/ { c: d { }; };\n' } }, async (client) => {
    const text = `/dts-v1/;
/include/ "part.dtsi"
/ {
    compatible = "kho-v4";
    preserved-memory-map = <1>;
    a: b { x = <&a &c>; y = &{/d}; };
};
`;
    const at = (what: string): string => {
      const offset = text.indexOf(what);
      return `${text.slice(0, offset)}$0${text.slice(offset)}`;
    };
    const cases: readonly (readonly [string, string])[] = [
      ['&a', 'at.kho:5:7'],
      ['&c', 'part.dtsi:0:7'],
      ['&{/d}', 'part.dtsi:0:7'],
      ['"part.dtsi"', 'part.dtsi:0:0'],
      ['"kho-v4"', 'kho-v4.kho.yaml:0:5'],
      ['x =', '(nowhere)'],
      ['= <1>', '(nowhere)'],
    ];
    for (const [what, expected] of cases)
      assert.equal(await definition(client, at(what)), expected, what);
    assert.match(await definition(client, at('preserved-memory-map')), /^kho-v4\.kho\.yaml:\d+:2$/);
  }));

test('an included file means what its place in the including one gives it', () =>
  withClient(
    { files: { 'part.dtsi': 'cpu = <7>;\n', 'other.dtsi': 'cpu = <7>;\n' } },
    async (client) => {
      const main = 'cpu1 {\n    compatible = "ftrace,cpu-v1";\n    /include/ "part.dtsi"\n};\n';
      await client.open('main.kho', main);
      await client.diagnostics('main.kho');
      await client.open('part.dtsi', 'cpu = <8>;\n', 'dts');
      const hover = await client.hover('part.dtsi', { line: 0, character: 1 });
      assert.match(JSON.stringify(hover), /Number of the CPU.*`8`/);
      await client.open('other.dtsi', 'cpu = <8>;\n', 'dts');
      assert.equal(await client.hover('other.dtsi', { line: 0, character: 1 }), null);
      assert.deepEqual(await client.diagnostics('other.dtsi'), []);
    },
  ));
