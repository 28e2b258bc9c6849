import assert from 'node:assert/strict';
import { test } from 'node:test';
import { matchRank } from '../../server/match-rank.ts';
import { MAX_WORKSPACE_SYMBOLS, workspaceSymbols } from '../../server/workspace-symbols.ts';
import { checkTexts, uriOf } from './marked-source.ts';
import { SEED_EXAMPLE } from './seed-example.ts';

function found(query: string, ...texts: string[]): string[] {
  const trees = texts.map((text, i) => checkTexts({ [`${i}.kho`]: text }));
  return workspaceSymbols(trees, query, uriOf).map(({ name, containerName = '', location }) => {
    const at = `${location.uri.replace(/.*\//, '')}:${location.range.start.line}`;
    return `${name} | ${containerName} | ${at}`;
  });
}

test('nodes with a compatible, labels and bindings are found, the best first', () => {
  assert.deepEqual(found('CPU', SEED_EXAMPLE.replace('cpu0 {', 'one_cpu: cpu0 {')), [
    'cpu0 (ftrace,cpu-v1) | /ftrace/global-trace | 0.kho:8',
    'one_cpu |  | 0.kho:8',
    'ftrace,cpu-v1 | Ring buffer of one CPU | ftrace,cpu-v1.kho.yaml:0',
  ]);
});

test('what several trees have is found once', () => {
  const twice = found('luo-v1', 'a { };', 'b { };');
  assert.equal(twice.filter((each) => each.startsWith('luo-v1 ')).length, 1);
});

test('answers are bounded', () => {
  const text = Array.from({ length: 2000 }, (_, i) => `l${i}: n${i} { };`).join('\n');
  assert.equal(found('', text).length, MAX_WORKSPACE_SYMBOLS);
  assert.deepEqual(found('l1999', text), ['l1999 |  | 0.kho:1999']);
});

for (const [name, query, rank] of [
  ['cpu0', 'CPU0', 0],
  ['cpu0', 'cp', 1],
  ['cpu0', '', 1],
  ['ftrace,cpu-v1', 'cpu', 2],
  ['ftrace,cpu-v1', 'cpu-v', 2],
  ['ftrace,cpu-v1', 'race', 3],
  ['ftrace,cpu-v1', 'f c v', 4],
  ['ftrace,cpu-v1', 'vc', undefined],
  ['', '', 0],
] as const)
  test(`'${query}' in '${name}' ranks ${rank}`, () => {
    assert.equal(matchRank(name, query), rank);
  });
