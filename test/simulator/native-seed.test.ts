// Drivers in C against the patch series of January 2024: notifiers that write into one FDT.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { isCleanRun } from '../../simulator/index.ts';
import { needsCompiler } from '../support/native.ts';
import { driverWith, findingsOf, linesOf, runC, runNativeFile } from './native-scenarios.ts';

const FOLDER = 'examples/c-seed-notifier';

test('the tracer in C carries its buffers over, every byte', async (t) => {
  if (!needsCompiler(t)) return;
  const result = await runNativeFile(`${FOLDER}/tracer.kho.json`);
  assert.deepEqual([findingsOf(result), result.issues], [[], []]);
  const line = 'tracer: 8 pages of 2 CPUs are as they were';
  assert.deepEqual(linesOf(result, 2), [line, line]);
});

const BUGS: readonly [string, string, RegExp][] = [
  ['claimed-twice', 'claimed-twice', /^claimed-twice\.c: kho_claim_mem\(page\);/],
  ['in-scratch', 'preserved-memory-in-scratch', /^tracer\.h: fdt_property\(fdt, "mem"/],
  ['never-claimed', 'never-claimed', /^tracer\.h: fdt_property\(fdt, "mem"/],
  ['odd-length', 'mem-length', /^tracer\.h: fdt_property\(fdt, "mem"/],
  ['returned-too-early', 'use-after-free', /^tracer\.c: if \(rings\[cpu\]\[i\]->data\[at\]/],
  ['wrong-compatible', 'compatible-mismatch', /^tracer\.c: fdt_node_check_compatible\(/],
];

for (const [name, rule, place] of BUGS)
  test(`the deliberate bug ${name} in C is found at its line`, async (t) => {
    if (!needsCompiler(t)) return;
    const result = await runNativeFile(`${FOLDER}/bugs/${name}.kho.json`);
    assert.ok(isCleanRun(result), JSON.stringify(result.expectation));
    const site = result.findings.find((finding) => finding.rule === rule)?.site;
    assert.ok(site !== undefined);
    const line = readFileSync(site.path, 'utf8').split('\n')[site.line - 1] ?? '';
    assert.match(`${path.basename(site.path)}: ${line.slice(site.column - 1)}`, place);
  });

test('there is no bug of the tracer in C without a test', () => {
  const files = readdirSync(`${FOLDER}/bugs`).filter((file) => file.endsWith('.json'));
  const names = files.map((file) => path.basename(file, '.kho.json')).sort();
  assert.deepEqual(names, BUGS.map(([name]) => name).sort());
});

const CMDLINE = 'kho_scratch=64M';
const HEAD = `#include <linux/kexec.h>
#include <linux/libfdt.h>
#include <linux/notifier.h>
`;
/** Notifiers of two priorities, of which the first leaves a value to be filled in. */
const TWO = driverWith(
  `	const void *fdt = kho_get_fdt();
	const u32 *value;
	int length;

	if (fdt) {
		value = fdt_getprop(fdt, fdt_path_offset(fdt, "/low"), "value", &length);
		pr_info("%u of %d bytes\\n", value ? *value : 0, length);
	}
	register_kho_notifier(&low);
	register_kho_notifier(&high);
	pr_info("again %d\\n", register_kho_notifier(&high));`,
  `${HEAD}
static int low_notify(struct notifier_block *nb, unsigned long cmd, void *fdt)
{
	u32 *value;

	pr_info("low %lu %d\\n", cmd, kho_is_active());
	if (cmd == KEXEC_KHO_ABORT)
		return NOTIFY_DONE;
	if (fdt_begin_node(fdt, "low") ||
	    fdt_property_string(fdt, "compatible", "low-v1") ||
	    fdt_property_placeholder(fdt, "value", sizeof(*value), (void **)&value))
		return NOTIFY_BAD;
	*value = 77;
	return notifier_from_errno(fdt_end_node(fdt));
}

static int high_notify(struct notifier_block *nb, unsigned long cmd, void *fdt)
{
	pr_info("high %lu\\n", cmd);
	return NOTIFY_DONE;
}

static int fail(struct notifier_block *nb, unsigned long cmd, void *fdt)
{
	return cmd == KEXEC_KHO_DUMP ? notifier_from_errno(-EBUSY) : NOTIFY_DONE;
}
static struct notifier_block low = { .notifier_call = low_notify };
static struct notifier_block high = { .notifier_call = high_notify, .priority = 1 };
static struct notifier_block failing = { .notifier_call = fail };
static __used void add_failing(void)
{
	register_kho_notifier(&failing);
}
static __used int remove_failing(void)
{
	return unregister_kho_notifier(&failing);
}`,
);

const ACTIVE = '/sys/kernel/kho/active';

test('notifiers are called by priority, and values may be filled in afterwards', async (t) => {
  if (!needsCompiler(t)) return;
  const steps = [[{ write: ACTIVE, data: '1' }, { kexecLoad: {} }, { kexec: {} }]];
  const releases = ['seed', 'seed'];
  const result = await runC(t, { drivers: { 'd.c': TWO }, releases, steps, cmdline: CMDLINE });
  const first = ['d: again -17', 'd: high 0', 'd: low 0 1'];
  // No binding knows the node, which is only said.
  assert.deepEqual(findingsOf(result), ['unknown-compatible d.c:18']);
  assert.deepEqual(linesOf(result, 1), first);
  assert.deepEqual(linesOf(result, 2), ['d: 77 of 4 bytes', 'd: again -17']);
});

test('a notifier that fails aborts, for all of them', async (t) => {
  if (!needsCompiler(t)) return;
  const steps = [
    [
      { call: 'd', function: 'add_failing' },
      { write: ACTIVE, data: '1', error: 'EINVAL' },
      { call: 'd', function: 'remove_failing' },
      { write: ACTIVE, data: '1' },
    ],
  ];
  const result = await runC(t, {
    drivers: { 'd.c': TWO },
    releases: ['seed'],
    steps,
    cmdline: CMDLINE,
  });
  const round = ['d: high 0', 'd: low 0 1'];
  const abort = ['d: high 1', 'd: low 1 0'];
  assert.deepEqual(
    linesOf(result, 1).filter((line) => line.startsWith('d:')),
    ['d: again -17', ...round, ...abort, ...round],
  );
  assert.deepEqual(findingsOf(result), ['serialize-failed d.c:32', 'unknown-compatible d.c:18']);
});
