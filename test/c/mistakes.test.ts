// Each mistake is found by its rule, and the same code without it is clean.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { C_RULES } from '../../c/index.ts';
import { checked, INCLUDE, reported } from './c-parser.ts';
import { MISTAKES } from './mistakes.ts';

for (const { name, rule, bad, good, release } of MISTAKES) {
  test(`${rule}: ${name}`, () => {
    const rules = checked(INCLUDE + bad, release).issues.map((issue) => issue.rule);
    assert.ok(rules.includes(rule), `found only: ${reported(INCLUDE + bad, release).join('\n')}`);
    assert.deepEqual([...new Set(rules)], [rule], 'nothing else is wrong');
    if (good !== undefined) assert.deepEqual(reported(INCLUDE + good, release), []);
  });
}

test('every rule has a mistake', () => {
  const found = new Set(MISTAKES.map(({ rule }) => rule));
  assert.deepEqual(
    [...new Set(C_RULES.map(({ name }) => name))].filter((name) => !found.has(name)),
    [],
  );
});
