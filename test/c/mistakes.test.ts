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

test('calls that only some kernels are given are not held against a release', () => {
  const inside = `static int publish(void *fdt)
{
	if (!kho_is_enabled())
		return 0;
#if LINUX_VERSION_CODE < KERNEL_VERSION(7, 1, 0)
	return kho_add_subtree("mine", fdt);
#else
	return kho_add_subtree("mine", fdt, fdt_totalsize(fdt));
#endif
}
`;
  const around = `#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 19, 0)
static int __init mine_init(void)
{
	return register_kho_notifier(&mine_notifier);
}
#endif
`;
  for (const text of [inside, around]) assert.deepEqual(reported(INCLUDE + text, '7.3'), []);
});

test('every rule has a mistake', () => {
  const found = new Set(MISTAKES.map(({ rule }) => rule));
  assert.deepEqual(
    [...new Set(C_RULES.map(({ name }) => name))].filter((name) => !found.has(name)),
    [],
  );
});
