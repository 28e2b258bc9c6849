// Drivers in C under the compiler's sanitizers: what these report is a finding at its line.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Sanitizer } from '../../simulator/native/index.ts';
import { needsCompiler } from '../support/native.ts';
import { driverWith, findingsOf, linesOf, runC, runNativeFile } from './native-scenarios.ts';

const MISTAKES = driverWith(
  '',
  `#include <linux/slab.h>
static int table[4];
static __used void shift(int by)
{
	pr_info("%d\\n", 1 << by);
}
static __used void outside(int index)
{
	table[index] = 1;
}
static __used void overflow(int n)
{
	char *p = kmalloc(40, GFP_KERNEL);

	for (int i = 0; i < n; i++)
		p[i] = 1;
	kfree(p);
}
static __used void after(void)
{
	char *other = kmalloc(40, GFP_KERNEL), *p = kmalloc(40, GFP_KERNEL);

	kfree(p);
	p[3] = 7;
	memset(other, 0, 41);
}
/* Pages change hands: what was marked in the one is not in the other. */
static __used void reuse(void)
{
	for (int i = 0; i < 300; i++) {
		kfree(kmalloc(2000, GFP_KERNEL));
		struct page *page = alloc_page(GFP_KERNEL);
		memset(page_address(page), i, PAGE_SIZE);
		__free_page(page);
	}
}`,
);

const CASES: readonly (readonly [readonly Sanitizer[], string, number[], readonly string[]])[] = [
  [['undefined'], 'shift', [40], ['sanitizer-report d.c:10']],
  [['undefined'], 'shift', [3], []],
  [['undefined'], 'outside', [5], ['sanitizer-report d.c:14']],
  [['address'], 'outside', [5], ['sanitizer-report d.c:14']],
  [['address'], 'overflow', [40], []],
  [['address'], 'overflow', [41], ['sanitizer-report d.c:21']],
  [['address'], 'after', [], ['sanitizer-report d.c:29', 'sanitizer-report d.c:30']],
  [['address', 'undefined'], 'reuse', [], []],
  [[], 'overflow', [41], []],
];

for (const [sanitize, name, args, findings] of CASES)
  test(`${name}(${args}) with ${sanitize.join() || 'nothing'}`, async (t) => {
    if (!needsCompiler(t)) return;
    const steps = [[{ call: 'd', function: name, args }]];
    const drivers = { 'd.c': MISTAKES };
    const result = await runC(t, { drivers, releases: ['7.3'], steps }, { sanitize });
    assert.deepEqual(findingsOf(result), findings);
  });

test('a report of memory names where that was allocated or freed', async (t) => {
  if (!needsCompiler(t)) return;
  const steps = [
    [
      { call: 'd', function: 'overflow', args: [41] },
      { call: 'd', function: 'after' },
    ],
  ];
  const drivers = { 'd.c': MISTAKES };
  const sanitize = ['address'] as const;
  const { findings } = await runC(t, { drivers, releases: ['7.3'], steps }, { sanitize });
  const others = findings.map(({ related: [first] }) => {
    const line = MISTAKES.split('\n')[(first?.site?.line ?? 0) - 1]?.trim();
    return `${first?.message}: ${line?.slice(0, 32)}`;
  });
  assert.deepEqual(others, [
    'it was allocated here: char *p = kmalloc(40, GFP_KERNEL',
    'it was freed here: kfree(p);',
    'it was allocated here: char *other = kmalloc(40, GFP_KE',
  ]);
});

test('the example hands over under both, and faults are still told apart', async (t) => {
  if (!needsCompiler(t)) return;
  const sanitize = ['address', 'undefined'] as const;
  const result = await runNativeFile('examples/c-driver/ring.kho.json', { sanitize });
  assert.deepEqual(findingsOf(result), []);
  assert.deepEqual(linesOf(result, 3), ['ring: 1023 records are as they were written']);
  const stale = 'examples/c-driver/bugs/virtual-address.kho.json';
  const [finding] = findingsOf(await runNativeFile(stale, { sanitize }));
  assert.match(finding ?? '', /^stale-pointer/);
});
