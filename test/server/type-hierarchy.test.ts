import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TypeHierarchyItem } from 'vscode-languageserver/node';
import { typeDefinitionAt } from '../../server/type-definition.ts';
import {
  prepareTypeHierarchyAt,
  prepareTypeHierarchyIn,
  subtypesOf,
  supertypesOf,
} from '../../server/type-hierarchy.ts';
import { SHIPPED } from '../kho/shipped-bindings.ts';
import { markedSource, uriOf } from './marked-source.ts';

const names = (items: readonly TypeHierarchyItem[]): string[] => items.map(({ name }) => name);

function prepared(fixture: string): TypeHierarchyItem[] {
  const { checked, place } = markedSource(fixture);
  return prepareTypeHierarchyAt(checked, place, uriOf);
}

const ARRAY = 'ftrace { compatible = "ftrace-v1"; t: g { compatible = "ftrace,array-v1"; }; };\n';

for (const [fixture, expected] of [
  [ARRAY.replace('ftrace,array', '$0ftrace,array'), ['ftrace,array-v1']],
  [ARRAY.replace('t: g', 't: $0g'), ['ftrace,array-v1']],
  [ARRAY.replace('t: g', '$0t: g'), ['ftrace,array-v1']],
  [`${ARRAY}&$0t { };`, ['ftrace,array-v1']],
  [ARRAY.replace('"ftrace-v1', '"$0ftrace-v1'), ['ftrace-v1']],
  ['x { compatible = "$0unknown"; };', []],
  ['x { $0y = <1>; };', []],
] as const)
  test(`the binding at ${JSON.stringify(fixture.slice(0, 60))}`, () => {
    assert.deepEqual(names(prepared(fixture)), expected);
  });

test('a binding is above those that its nodes hold and below those that hold it', () => {
  const [item] = prepared(ARRAY.replace('ftrace,array', '$0ftrace,array'));
  assert.ok(item !== undefined);
  assert.deepEqual(names(supertypesOf(SHIPPED, item, uriOf)), ['ftrace-v1']);
  assert.deepEqual(names(subtypesOf(SHIPPED, item, uriOf)), ['ftrace,cpu-v1']);
  const { data, ...without } = item;
  assert.equal(data, 'ftrace,array-v1');
  assert.deepEqual(names(subtypesOf(SHIPPED, without, uriOf)), ['ftrace,cpu-v1']);
  assert.deepEqual(subtypesOf(SHIPPED, { ...item, data: 'gone' }, uriOf), []);
});

test('a binding file has its own', () => {
  const isInFile = ({ source }: { source: { path: string } }): boolean =>
    source.path === 'bindings/luo-v1.kho.yaml';
  const items = prepareTypeHierarchyIn(SHIPPED, isInFile, uriOf);
  assert.deepEqual(names(items), ['luo-v1']);
  assert.equal(items[0]?.uri, 'file:///bindings/luo-v1.kho.yaml');
  const [item] = items;
  assert.ok(item !== undefined);
  assert.deepEqual(names(subtypesOf(SHIPPED, item, uriOf)), ['luo-session-v2', 'luo-flb-v1']);
});

for (const [fixture, expected] of [
  [ARRAY.replace('t: g', 't: $0g'), 'bindings/ftrace,array-v1.kho.yaml'],
  [`${ARRAY}&$0t { };`, 'bindings/ftrace,array-v1.kho.yaml'],
  [ARRAY.replace('"ftrace-v1', '"$0ftrace-v1'), 'bindings/ftrace-v1.kho.yaml'],
  [ARRAY.replace('compatible', '$0compatible'), 'bindings/ftrace-v1.kho.yaml'],
  ['/dts-v1/;\n/ { compatible = "kho-v4"; $0a { fdt = <1>; }; };', 'bindings/kho-v4.kho.yaml'],
  ['x { $0y = <1>; };', undefined],
  ['$0x { };', undefined],
] as const)
  test(`what describes ${JSON.stringify(fixture.slice(0, 60))}`, () => {
    const { checked, place } = markedSource(fixture);
    const uri = typeDefinitionAt(checked, place, uriOf)?.uri;
    assert.equal(uri, expected && `file:///${expected}`);
  });
