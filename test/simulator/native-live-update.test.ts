// File handlers and what files share, in drivers in C: liveupdate_*() of 6.19 to 7.3.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test, { type TestContext } from 'node:test';
import type { RunResult } from '../../simulator/index.ts';
import { isCleanRun } from '../../simulator/index.ts';
import { needsCompiler } from '../support/native.ts';
import { findingsOf, linesOf, runC, runNativeFile } from './native-scenarios.ts';

const SLATE = readFileSync('examples/c-luo-handler/slate.c', 'utf8');
const RELEASES = ['6.19', '7.0', '7.1', '7.2', '7.3'];
const CMDLINE = 'kho=on liveupdate=on kho_scratch=32M,32M,32M';

const vmm = (action: string, more: object = {}): object => ({
  session: 'vmm',
  do: action,
  ...more,
});
const OPEN = [
  { open: '/dev/slate', as: 'one' },
  { write: 'one', data: 'chalk' },
  vmm('create'),
  vmm('preserve-fd', { file: 'one', token: 1 }),
];
const JUMP = [{ kexecLoad: {} }, { kexec: {} }];

/** The slate as a release has it: 6.19 says only whether a file was retrieved. */
function slateFor(release: string, change: (text: string) => string = (text) => text): string {
  const text = change(SLATE);
  return release === '6.19' ? text.replace('args->retrieve_status == 0', '!args->retrieved') : text;
}

function run(
  t: TestContext,
  text: string,
  steps: readonly (readonly object[])[],
  release = '7.3',
): Promise<RunResult> {
  const releases = steps.map(() => release);
  return runC(t, { drivers: { 'slate.c': text }, releases, steps, cmdline: CMDLINE });
}

test('the example in C takes its open files along', async (t) => {
  if (!needsCompiler(t)) return;
  const result = await runNativeFile('examples/c-luo-handler/slate.kho.json');
  assert.ok(isCleanRun(result), JSON.stringify(findingsOf(result)));
});

test('the deliberate bug is told where the memory was preserved', async (t) => {
  if (!needsCompiler(t)) return;
  const result = await runNativeFile('examples/c-luo-handler/bugs/no-undo.kho.json');
  assert.ok(isCleanRun(result), JSON.stringify(findingsOf(result)));
  const [{ site } = {}] = result.findings;
  assert.ok(site !== undefined);
  assert.match(readFileSync(site.path, 'utf8').split('\n')[site.line - 1] ?? '', /alloc_preserve/);
});

for (const release of RELEASES)
  test(`Linux ${release}: a file is retrieved, or finished without that`, async (t) => {
    if (!needsCompiler(t)) return;
    const last = [
      vmm('retrieve'),
      vmm('retrieve-fd', { token: 1, as: 'one' }),
      { read: 'one', expect: 'chalk' },
      vmm('finish'),
    ];
    const text = slateFor(release);
    assert.deepEqual(findingsOf(await run(t, text, [[...OPEN, ...JUMP], last], release)), []);
    const unasked = [vmm('retrieve'), vmm('finish')];
    assert.deepEqual(findingsOf(await run(t, text, [[...OPEN, ...JUMP], unasked], release)), []);
  });

test('a file that cannot be opened has the error of the driver', async (t) => {
  if (!needsCompiler(t)) return;
  const text = SLATE.replace(
    'struct slate *slate = kzalloc',
    'return -EPERM;\n\tstruct slate *slate = kzalloc',
  );
  const steps = [[{ open: '/dev/slate', as: 'one', error: 'EPERM' }]];
  assert.deepEqual(findingsOf(await run(t, text, steps)), []);
});

test('a jump that a driver refuses does not happen', async (t) => {
  if (!needsCompiler(t)) return;
  const text = SLATE.replace(
    '	ser->pos = (u64)',
    '	if (ser)\n\t\treturn -EBUSY;\n\tser->pos = (u64)',
  );
  const steps = [[...OPEN, { kexecLoad: {} }, { kexec: {}, error: 'EBUSY' }, vmm('close')]];
  assert.deepEqual(findingsOf(await run(t, text, steps)), []);
});

test('closing a session unpreserves its files', async (t) => {
  if (!needsCompiler(t)) return;
  const steps = [
    [...OPEN, vmm('close'), vmm('create'), vmm('preserve-fd', { file: 'one', token: 1 })],
  ];
  assert.deepEqual(findingsOf(await run(t, SLATE, steps)), []);
});

test('a handler without a required operation is refused', async (t) => {
  if (!needsCompiler(t)) return;
  const result = await run(t, SLATE.replace('.finish = slate_finish,', ''), [[]]);
  const line = SLATE.split('\n').findIndex((each) => each.includes('err = liveupdate_register'));
  const [first] = findingsOf(result);
  assert.equal(first, `luo-incomplete slate.c:${line + 1}`);
});

test('what unpreserve() leaves preserved is told at a line of the driver', async (t) => {
  if (!needsCompiler(t)) return;
  const text = SLATE.replace('kho_unpreserve_free(phys_to_virt(args->serialized_data));', '');
  const result = await run(t, text, [[...OPEN, vmm('close')]]);
  const line = SLATE.split('\n').findIndex((each) => each.includes('= kho_alloc_preserve('));
  assert.deepEqual(findingsOf(result), [`left-preserved slate.c:${line + 1}`]);
});

/** State that all slates share, with a counter in preserved memory. */
const SHARED = `
static int shared_preserve(struct liveupdate_flb_op_args *args)
{
	u64 *count = kho_alloc_preserve(sizeof(*count));

	if (IS_ERR(count))
		return PTR_ERR(count);
	*count = 41;
	args->data = virt_to_phys(count);
	args->obj = count;
	return 0;
}

static void shared_unpreserve(struct liveupdate_flb_op_args *args)
{
	kho_unpreserve_free(args->obj);
}

static int shared_retrieve(struct liveupdate_flb_op_args *args)
{
	args->obj = phys_to_virt(args->data);
	return 0;
}

static void shared_finish(struct liveupdate_flb_op_args *args)
{
	kho_restore_free(args->obj);
}

static const struct liveupdate_flb_ops shared_ops = {
	.preserve = shared_preserve,
	.unpreserve = shared_unpreserve,
	.retrieve = shared_retrieve,
	.finish = shared_finish,
	.owner = THIS_MODULE,
};

static struct liveupdate_flb shared = { .ops = &shared_ops, .compatible = "shared-v1" };
`;

/** Who looks at it holds it meanwhile, from 7.2 on. */
const LOOK = `
	void *obj;

	if (!liveupdate_flb_get_incoming(&shared, &obj)) {
		pr_info("shared is %llu\\n", *(u64 *)obj);
#if KHO_LINUX >= KHO_RELEASE(7, 2)
		liveupdate_flb_put_incoming(&shared);
#endif
	}
`;

for (const release of RELEASES.slice(1))
  test(`Linux ${release}: what files share goes along once`, async (t) => {
    if (!needsCompiler(t)) return;
    const text = slateFor(release, (slate) =>
      slate
        .replace('static int slate_retrieve', `${SHARED}\nstatic int slate_retrieve`)
        .replace('\tslate = kzalloc', `${LOOK}\n\tslate = kzalloc`)
        .replace(
          '	if (err == -EOPNOTSUPP)',
          '	if (!err)\n\t\terr = liveupdate_register_flb(&slate_handler, &shared);\n	if (err == -EOPNOTSUPP)',
        ),
    );
    const first = [
      ...OPEN,
      { open: '/dev/slate', as: 'two' },
      vmm('preserve-fd', { file: 'two', token: 2 }),
      ...JUMP,
    ];
    const last = [
      vmm('retrieve'),
      vmm('retrieve-fd', { token: 1, as: 'one' }),
      vmm('retrieve-fd', { token: 2, as: 'two' }),
      vmm('finish'),
    ];
    const result = await run(t, text, [first, last], release);
    assert.deepEqual(findingsOf(result), []);
    const lines = linesOf(result, 2).filter((line) => line.startsWith('slate: '));
    assert.deepEqual(lines, ['slate: shared is 41', 'slate: shared is 41']);
  });
