// Calls of drivers in C that fail, those of the system's libfdt included.
import assert from 'node:assert/strict';
import test from 'node:test';
import { needsCompiler } from '../support/native.ts';
import { driverWith, findingsOf, linesOf, runC } from './native-scenarios.ts';

/** Every function of libfdt that may lack room, once, and what each of them returned. */
const WRITES = driverWith(
  `	void *fdt = kho_alloc_preserve(PAGE_SIZE), *copy = kho_alloc_preserve(PAGE_SIZE), *value;
	int child = 0;

	SAY(fdt_create(fdt, PAGE_SIZE));
	SAY(fdt_add_reservemap_entry(fdt, 4096, 4096));
	SAY(fdt_finish_reservemap(fdt));
	SAY(fdt_begin_node(fdt, ""));
	SAY(fdt_property_u32(fdt, "a", 1));
	SAY(fdt_property_placeholder(fdt, "b", 4, &value));
	SAY(fdt_end_node(fdt));
	SAY(fdt_finish(fdt));
	SAY(fdt_create_empty_tree(copy, 256));
	SAY(fdt_open_into(copy, copy, PAGE_SIZE));
	SAY(child = fdt_add_subnode(copy, 0, "node"));
	child = max(child, 0);
	SAY(fdt_setprop_string(copy, child, "compatible", "node-v1"));
	SAY(fdt_setprop_placeholder(copy, child, "c", 4, &value));
	SAY(fdt_appendprop(copy, child, "c", "more", 4));
	kho_unpreserve_free(fdt);
	kho_unpreserve_free(copy);
	return line;`,
  `#include <linux/libfdt.h>
static int line;
#define SAY(call) do { int r = (call); if (r < 0) { line = __LINE__; pr_info("%s %d\\n", #call, r); } } while (0)`,
);
const NAMES = [
  ...['fdt_create', 'fdt_add_reservemap_entry', 'fdt_finish_reservemap', 'fdt_begin_node'],
  ...['fdt_property', 'fdt_property', 'fdt_end_node', 'fdt_finish', 'fdt_create_empty_tree'],
  ...['fdt_open_into', 'fdt_add_subnode', 'fdt_setprop', 'fdt_setprop', 'fdt_appendprop'],
];
const ALLOCATIONS = 2;

test('each call of libfdt that writes fails once, for want of room', async (t) => {
  if (!needsCompiler(t)) return;
  const scenario = { drivers: { 'd.c': WRITES }, releases: ['7.3'] };
  const whole = await runC(t, scenario);
  assert.deepEqual([findingsOf(whole), linesOf(whole, 1)], [[], []]);
  assert.equal(whole.fallibleCalls, ALLOCATIONS + NAMES.length);
  for (const [index, name] of NAMES.entries()) {
    const failingCall = ALLOCATIONS + index + 1;
    const result = await runC(t, scenario, { failingCall });
    const [first = ''] = linesOf(result, 1);
    assert.match(first, new RegExp(`^d: (?:child = )?${name}\\w*\\(.* -3$`));
    const line = WRITES.split('\n').findIndex((text) => text.includes(first.slice(3, -4)));
    assert.equal(result.faults[0]?.site?.line, line + 1, name);
    const text = `fault.*name=${name.replace(/_(.)/g, (_, c) => c.toUpperCase())} .*d\\.c:${line + 1}`;
    assert.match(result.trace, new RegExp(text), name);
  }
});

const SMALL = driverWith(
  `	void *fdt = kho_alloc_preserve(PAGE_SIZE);

	if (fdt_create_empty_tree(fdt, 80))
		return -ENOSPC;
	if (fdt_setprop(fdt, 0, "far-too-long", "0123456789abcdef", 16))
		kho_unpreserve_free(fdt);`,
  '#include <linux/libfdt.h>',
);

test('an FDT without room is found where it has none', async (t) => {
  if (!needsCompiler(t)) return;
  const result = await runC(t, { drivers: { 'd.c': SMALL }, releases: ['7.3'] });
  assert.deepEqual(findingsOf(result), ['fdt-too-small d.c:13']);
  assert.match(result.findings[0]?.message ?? '', /has no more room: it may have 80 bytes/);
});

/** What the binding of the tests says of `state-v1` is not met, in two places. */
const WRONG = driverWith(
  `	void *fdt;
	u64 at = 0;

	if (is_kho_boot())
		return 0;
	fdt = kho_alloc_preserve(PAGE_SIZE);
	if (fdt_create(fdt, PAGE_SIZE) || fdt_finish_reservemap(fdt) || fdt_begin_node(fdt, "") ||
	    fdt_property_string(fdt, "compatible", "state-v1") ||
	    fdt_property(fdt, "folio", &at, 3) ||
	    fdt_begin_node(fdt, "inner") || fdt_end_node(fdt) ||
	    fdt_end_node(fdt) || fdt_finish(fdt) || fdt_open_into(fdt, fdt, PAGE_SIZE) ||
	    fdt_setprop_u64(fdt, 0, "other", at) ||
	    fdt_setprop_u64(fdt, fdt_add_subnode(fdt, 0, "more"), "most", at))
		return -EIO;
	return kho_add_subtree("test", fdt, fdt_totalsize(fdt));`,
  '#include <linux/libfdt.h>',
);

test('what is wrong in an FDT is found at the line in C that wrote it', async (t) => {
  if (!needsCompiler(t)) return;
  const result = await runC(t, { drivers: { 'd.c': WRONG } });
  assert.deepEqual(findingsOf(result), [
    'required-property d.c:15',
    'unknown-property d.c:20',
    'property-type d.c:17',
    'unknown-node d.c:21',
    'unknown-node d.c:18',
    'never-restored d.c:14',
  ]);
});
