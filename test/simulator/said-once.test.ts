// One cause is said once, whichever kernel comes to it.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Recorder } from '../../simulator/run/recorder.ts';

const SITE = { path: '/a/driver.c', line: 3, column: 1 };
const FINDING = {
  rule: 'error-pointer',
  severity: 'error',
  message: 'khoUnpreserveFree() of an ERR_PTR',
  related: [],
} as const;

function kernelsThatSay(...findings: readonly Parameters<Recorder['finding']>[0][]): number[] {
  const recorder = new Recorder(undefined);
  for (const [index, finding] of findings.entries()) {
    recorder.kernel = index + 1;
    recorder.finding(finding);
  }
  return recorder.findings.map(({ kernel }) => kernel);
}

test('the same line is wrong once, in however many kernels it runs', () => {
  assert.deepEqual(kernelsThatSay({ ...FINDING, site: SITE }, { ...FINDING, site: SITE }), [1]);
});

test('another line, or another rule, is another cause', () => {
  const site = { ...SITE, line: 4 };
  assert.deepEqual(kernelsThatSay({ ...FINDING, site: SITE }, { ...FINDING, site }), [1, 2]);
  const other = { ...FINDING, rule: 'bad-free' } as const;
  assert.deepEqual(kernelsThatSay({ ...FINDING, site: SITE }, { ...other, site: SITE }), [1, 2]);
});

test('what has no line is said for each kernel', () => {
  assert.deepEqual(kernelsThatSay(FINDING, FINDING), [1, 2]);
});

test('a driver in C is told of calls as C has them', () => {
  const recorder = new Recorder(undefined);
  recorder.finding({ ...FINDING, site: SITE });
  assert.equal(recorder.findings[0]?.message, 'kho_unpreserve_free() of an ERR_PTR');
});
