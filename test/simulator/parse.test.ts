import assert from 'node:assert/strict';
import test from 'node:test';
import { parseScenario } from '../../simulator/index.ts';

const NINE_NODES = Array.from({ length: 9 }, (_, node) => ({
  start: node * 2 ** 30,
  size: '1G',
  node,
}));

const GOOD = {
  title: 'x',
  kernels: [
    { release: 'seed', drivers: ['a.ts'] },
    { release: 'seed', drivers: ['a.ts'] },
  ],
};

test('what is left out is usual', () => {
  const { value, issues } = parseScenario({ path: 'x.kho.json', text: JSON.stringify(GOOD) });
  assert.deepEqual(issues, []);
  assert.equal(value?.seed, 1);
  assert.deepEqual(
    value?.kernels.map(({ steps }) => steps.map(({ kind }) => kind)),
    [['write', 'kexec-load', 'kexec'], []],
  );
});

/** The scenario with something of it replaced. */
function withChange(change: object): string {
  return JSON.stringify({ ...GOOD, ...change }, null, 2);
}

function withStep(step: object): string {
  return withChange({ kernels: [{ release: 'seed', drivers: ['a.ts'], steps: [step] }] });
}

function withKernel(kernel: object): string {
  return withChange({ kernels: [kernel] });
}

// What is wrong, what is underlined, and what is said.
const BAD: readonly [string, string, RegExp][] = [
  ['', '', /not JSON/],
  ['{ "title": "x",, }', '', /not JSON/],
  ['{ title: "x" }', '', /not JSON/],
  ['[]', '[', /must be object/],
  ['{}', '{', /lacks `title`/],
  [withChange({ sead: 1 }), '"sead"', /`sead` is not a word of the scenario/],
  [withChange({ seed: -1 }), '-1', /`seed` must be >= 0/],
  [withChange({ kernels: [] }), '[]', /`kernels` must NOT have fewer than 1/],
  [withChange({ kernels: [{ release: '6.6' }] }), '"6.6"', /must be seed/],
  [
    withChange({ kernels: [{ release: 'seed', drivers: ['a.rs'] }] }),
    '"a.rs"',
    /must match pattern/,
  ],
  [
    withChange({ kernels: [{ release: 'seed', drivers: ['a.ts', 'b/a.js'] }] }),
    '"b/a.js"',
    /two drivers are called a/,
  ],
  [
    withKernel({ release: '6.17', kernelBugs: [9] }),
    '9',
    /6\.17 cannot have bug 9: 7\.1 and later can$/,
  ],
  [withKernel({ release: '7.1', kernelBugs: [99] }), '99', /no kernel bug 99, only 1, 2, 3/],
  [withKernel({ release: '7.1', kernelFixes: ['D1'] }), '"D1"', /7\.1 does not have bug D1/],
  [
    withKernel({ release: '7.1', kernelBugs: [9], kernelFixes: [9] }),
    '9',
    /bug 9 is in kernelBugs, too/,
  ],
  [
    withStep({ kexec: { meanwhile: [{ reboot: {} }] }, error: 'EBUSY' }),
    '{\n',
    /the jump has begun/,
  ],
  [withChange({ machine: { emptyNodes: [0] } }), '0', /node 0 has memory/],
  [withStep({ jump: {} }), '{\n', /a step is one of/],
  [withStep({ call: 'b', function: 'f' }), '"b"', /no driver called b/],
  [withStep({ kexec: {} }), '{\n', /the last kernel has none/],
  [withStep({ kexecLoad: { kernel: '1X' } }), '{\n', /a step is one of/],
  [
    withChange({ machine: { ram: [{ start: 0, size: '3M' }] } }),
    '{\n',
    /a range of RAM is a multiple of 4M/,
  ],
  [
    withChange({
      machine: {
        ram: [
          { start: 0, size: '8M' },
          { start: '4M', size: '8M' },
        ],
      },
    }),
    '{\n',
    /in order and not overlap/,
  ],
  [withChange({ machine: { pageSize: 65536 } }), '65536', /x86_64 has pages of 4096/],
  [withChange({ machine: { ram: [{ start: 0, size: '13T' }] } }), '[', /at most 12 TiB/],
  [withChange({ machine: { ram: NINE_NODES } }), '[', /at most 8 nodes/],
];

for (const [text, underlined, message] of BAD)
  test(`a scenario that is wrong: ${message.source}`, () => {
    const { value, issues } = parseScenario({ path: 'x.kho.json', text });
    assert.equal(value, undefined);
    const found = issues.find((issue) => message.test(issue.message));
    assert.ok(found?.span, `only: ${issues.map((issue) => issue.message).join('; ')}`);
    assert.equal(found.rule, 'scenario');
    assert.ok(text.slice(found.span.start, found.span.end + 1).startsWith(underlined));
  });

test('ten thousand damaged scenarios give issues and nothing else', () => {
  const text = withStep({ read: '/sys/kernel/kho/active', expect: '0\n' });
  for (let index = 0; index < 10_000; index++) {
    const at = (index * 7919) % text.length;
    const damaged =
      text.slice(0, at) + String.fromCharCode(33 + (index % 90)) + text.slice(at + (index % 3));
    const { value, issues } = parseScenario({ path: 'x', text: damaged });
    assert.ok(value !== undefined || issues.length > 0);
  }
});
