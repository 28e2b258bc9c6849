// What drivers in C find of the kernel beside KHO: parameters, trees, devices, KUnit.
import assert from 'node:assert/strict';
import test from 'node:test';
import { needsCompiler } from '../support/native.ts';
import { driverWith, findingsOf, linesOf, runC } from './native-scenarios.ts';

const PARAMETERS = `#include <linux/moduleparam.h>
static int count = 3;
static bool loud;
static unsigned short small = 9;
static char *title = "none";
module_param(count, int, 0644);
module_param(loud, bool, 0644);
module_param_named(tiny, small, ushort, 0);
module_param(title, charp, 0);

static int __init spare(char *value)
{
	pr_info("spare %s\\n", value);
	return 1;
}
__setup("spare=", spare);
`;
const SAY = '\tpr_info("%d %d %u %s\\n", count, loud, small, title);';

const COMMAND_LINES: readonly (readonly [string, readonly string[]])[] = [
  ['', ['d: 3 0 9 none']],
  ['d.count=-7 d.loud d.tiny=0x10 d.title="two words"', ['d: -7 1 16 two words']],
  ['other.count=5 count=6 d.counts=7 d.loud=n', ['d: 3 0 9 none']],
  ['spare=4 d.count=1', ['d: spare 4', 'd: 1 0 9 none']],
  [
    'd.tiny=65536 d.count',
    [
      "d: error: `65536' invalid for parameter `tiny'",
      "d: error: `' invalid for parameter `count'",
      'd: 3 0 9 none',
    ],
  ],
];

for (const [cmdline, lines] of COMMAND_LINES)
  test(`parameters of \`${cmdline}\``, async (t) => {
    if (!needsCompiler(t)) return;
    const drivers = { 'd.c': driverWith(SAY, PARAMETERS) };
    const result = await runC(t, { drivers, releases: ['7.3'], cmdline: `kho=on ${cmdline}` });
    assert.deepEqual([findingsOf(result), linesOf(result, 1)], [[], lines]);
  });

const TREE = driverWith(
  `	u32 chance = 12345, last = 0;
	int count = 0, black = -1;

	for (int round = 0; round < 4000; round++) {
		chance = chance * 1664525 + 1013904223;
		struct item *each = &items[(chance >> 8) % ITEMS];

		if (each->there)
			rb_erase(&each->node, &root);
		else
			add(each);
		each->there = !each->there;
		if (round % 100 == 0)
			BUG_ON(check(root.rb_node) < 0);
	}
	for (struct rb_node *at = rb_first(&root); at; at = rb_next(at), count++) {
		BUG_ON(count && rb_entry(at, struct item, node)->key <= last);
		last = rb_entry(at, struct item, node)->key;
	}
	for (struct rb_node *at = rb_last(&root); at; at = rb_prev(at))
		count--;
	black = check(root.rb_node);
	pr_info("%d left, balanced %d\\n", count, black > 0);
	while (root.rb_node)
		rb_erase(rb_first(&root), &root);`,
  `#include <linux/rbtree.h>
#define ITEMS 500
struct item {
	struct rb_node node;
	u32 key;
	bool there;
};
static struct item items[ITEMS];
static struct rb_root root = RB_ROOT;

static void add(struct item *item)
{
	struct rb_node **link = &root.rb_node, *parent = NULL;

	item->key = item - items;
	while (*link) {
		parent = *link;
		link = item->key < rb_entry(parent, struct item, node)->key ? &parent->rb_left :
									      &parent->rb_right;
	}
	rb_link_node(&item->node, parent, link);
	rb_insert_color(&item->node, &root);
}

/* Black nodes on each way down; -1 if that differs, or if a red node has a red child. */
static int check(struct rb_node *node)
{
	int left, right;

	if (!node)
		return 1;
	left = check(node->rb_left);
	right = check(node->rb_right);
	if (left < 0 || left != right)
		return -1;
	if (!(node->parent_and_color & 1))
		for (int i = 0; i < 2; i++) {
			struct rb_node *child = i ? node->rb_left : node->rb_right;

			if (child && !(child->parent_and_color & 1))
				return -1;
		}
	return left + (node->parent_and_color & 1);
}`,
);

test('trees stay sorted and balanced', async (t) => {
  if (!needsCompiler(t)) return;
  const result = await runC(t, { drivers: { 'd.c': TREE }, releases: ['7.3'] });
  assert.deepEqual([findingsOf(result), linesOf(result, 1)], [[], ['d: 0 left, balanced 1']]);
});

const SUITE = `#include <kunit/test.h>
#include <linux/module.h>

static void good(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 2 + 2, 4);
	KUNIT_ASSERT_NOT_NULL(test, test);
}

static void bad(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 1, 2);
	KUNIT_ASSERT_TRUE(test, false);
	KUNIT_EXPECT_EQ(test, 3, 4);
}

static struct kunit_case cases[] = { KUNIT_CASE(good), KUNIT_CASE(bad), {} };
static struct kunit_suite suite = { .name = "sums", .test_cases = cases };
kunit_test_suite(suite);
`;

test('what KUnit expects is in the log, and a finding where it does not hold', async (t) => {
  if (!needsCompiler(t)) return;
  const result = await runC(t, { drivers: { 'd.c': SUITE }, releases: ['7.3'] });
  assert.deepEqual(findingsOf(result), ['kunit-failed d.c:12', 'kunit-failed d.c:13']);
  assert.deepEqual(linesOf(result, 1), [
    'd: # Subtest: sums',
    'd: ok 1 good',
    'd: an expectation of bad does not hold: 1 == 2',
    'd: an assertion of bad does not hold: false',
    'd: not ok 2 bad',
    'd: # sums: pass:1 fail:1 total:2',
  ]);
});

const BUS = driverWith(
  `	struct platform_device *late, *other;

	late = platform_device_register_simple("demo", -1, NULL, 0);
	other = platform_device_register_simple("other", 3, NULL, 0);
	pr_info("%s %s\\n", dev_name(&other->dev), (char *)platform_get_drvdata(late));
	platform_device_unregister(late);
	platform_device_unregister(other);
	void *area = vmalloc(8192);
	((char *)area)[4096] = 42;
	pr_info("%d\\n", *(char *)page_address(vmalloc_to_page(area + 4096)));
	vfree(area);
	pr_info("%d\\n", kho_scratch_overlap(0, 1UL << 40));`,
  `#include <linux/platform_device.h>
static void gone(void *data)
{
	pr_info("gone\\n");
}
static int probe(struct platform_device *pdev)
{
	platform_set_drvdata(pdev, devm_kasprintf(&pdev->dev, GFP_KERNEL, "for %s", pdev->name));
	return devm_add_action_or_reset(&pdev->dev, gone, NULL);
}
static struct platform_driver demo = { .probe = probe, .driver = { .name = "demo" } };
module_platform_driver(demo);`,
);

test('devices meet their drivers, areas have pages, and scratch is known', async (t) => {
  if (!needsCompiler(t)) return;
  const result = await runC(t, { drivers: { 'd.c': BUS }, releases: ['7.3'] });
  const lines = ['d: other.3 for demo', 'd: gone', 'd: 42', 'd: 1'];
  assert.deepEqual([findingsOf(result), linesOf(result, 1)], [[], lines]);
});

/** Functions by what they return, and what is said of them; each begins on the line of its name. */
const RESULTS: readonly (readonly [string, readonly string[]])[] = [
  ['int __must_check refused(void) { return -5; }', ['driver-failed -5']],
  ['int one(void) { return 1; }', ['driver-failed 1']],
  ['int fine(void) { return 0; }', []],
  ['s32 narrow(void) { return -7; }', ['driver-failed -7']],
  ['ssize_t unread(void) { return -14; }', ['driver-failed -14']],
  ['ssize_t bytes_read(void) { return 512; }', []],
  ['long far(void) { return 1L << 32; }', []],
  ['long __attribute__((__unused__))\nlate(void) { return -110; }', ['driver-failed -110']],
  ['bool is_full(int x) { return x == 0; }', []],
  ['u32 free_slots(void) { return 9; }', []],
  ['unsigned int half(int x) { return x + 4; }', []],
  ['size_t size(void) { return 3; }', []],
  ['void nothing(void) { is_full(1); }', []],
  ['const char *name_of(void) { return "x"; }', []],
  ['enum color { RED, GREEN } color_of(void) { return GREEN; }', []],
  ['irqreturn_t handler(int irq, void *data) { return IRQ_HANDLED; }', []],
];

test('what functions return is a failure where the kernel means one', async (t) => {
  if (!needsCompiler(t)) return;
  const head = ['interrupt', 'module'].map((name) => `#include <linux/${name}.h>\n`).join('');
  const text = RESULTS.map(([each]) => `static __used ${each}\n`).join('');
  const names = RESULTS.map(([each]) => /(\w+)\((?:void|int)/.exec(each)?.[1] ?? '');
  const steps = [names.map((name) => ({ call: 'd', function: name }))];
  const result = await runC(t, { drivers: { 'd.c': `${head}${text}` }, releases: ['7.3'], steps });
  const said = result.findings.map(
    ({ rule, message }) => `${rule} ${message.replace(/^(\w+)\(\) of d failed with /, '$1 ')}`,
  );
  const expected = RESULTS.flatMap(([, rules], index) =>
    rules.map((rule) => rule.replace(' ', ` ${names[index]} `)),
  );
  assert.deepEqual(said, expected);
});
