// Bugs of the museum met in another way: another release, other sizes, another order of steps. What
// finds them must not know of the examples.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { runInProcesses, scenarioFrom, withBindings } from './scenarios.ts';

const FOLDER = 'examples/bugs';

interface RawKernel {
  release: string;
  cmdline: string;
  drivers?: string[];
  steps: object[];
  kernelBugs?: unknown[];
}

interface RawScenario {
  machine: { ram: object[]; emptyNodes?: number[] };
  kernels: [RawKernel, RawKernel];
  faults?: object[];
  expect?: object;
}

type Edit = (scenario: RawScenario) => void;

const session = (name: string, action: string, rest: object = {}): object => ({
  session: name,
  do: action,
  ...rest,
});

const inRelease =
  (release: string): Edit =>
  ({ kernels }) => {
    for (const kernel of kernels) kernel.release = release;
  };

const reserving =
  (size: string): Edit =>
  ({ kernels }) => {
    for (const kernel of kernels) kernel.cmdline = kernel.cmdline.replace('4G:4G', size);
  };

const sessions =
  (count: number, ...more: readonly object[]): Edit =>
  ({ kernels: [{ steps }] }) => {
    steps[0] = session('s', 'create', { count });
    steps.splice(2, 0, ...more);
  };

const meanwhile =
  (...steps: readonly object[]): Edit =>
  ({ kernels }) => {
    kernels[0].steps[kernels[0].steps.length - 1] = { kexec: { meanwhile: steps } };
  };

const memfdTwice: Edit = (scenario) => {
  const [first, second] = scenario.kernels;
  delete first.drivers;
  delete second.drivers;
  const jump = [{ kexecLoad: {} }, { kexec: {} }];
  const preserved = session('vmm', 'preserve-fd', { file: 'guest', token: 1 });
  first.steps = [{ memfd: 'guest', size: '8K' }, session('vmm', 'create'), preserved, ...jump];
  second.steps = [
    session('vmm', 'retrieve'),
    session('vmm', 'retrieve-fd', { token: 1, error: 'ENOMEM' }),
    session('vmm', 'retrieve-fd', { token: 1 }),
    session('vmm', 'close'),
  ];
  scenario.faults = [{ kernel: 2, driver: 'kernel', function: 'mem_cgroup_charge' }];
};

// The example, what is changed, and the rules that are broken then.
const VARIANTS: readonly [string, string, Edit, readonly string[]][] = [
  ['D1', 'twice as many sessions', sessions(102), ['kernel-panic']],
  ['D1', '7.2', inRelease('7.2'), ['kernel-panic']],
  ['D1', 'a session less, and there is room', sessions(50), []],
  ['D1', 'one is closed, and its block with it', sessions(51, session('s50', 'close')), []],
  ['D1', 'one more fills the block', sessions(51, session('new', 'create')), []],
  ['30', '2 GiB, the first that is no int', reserving('2G:2G'), ['kernel-bug']],
  ['30', '1 GiB, which is one', reserving('1G:1G'), []],
  ['03', '6.16', inRelease('6.16'), ['preserved-memory-in-scratch']],
  ['08', '7.0', inRelease('7.0'), ['bad-free']],
  ['10', '6.19', inRelease('6.19'), ['subtree-properties']],
  ['40', '6.16', inRelease('6.16'), ['restored-unknown', 'serialize-failed']],
  ['14', '7.0, where it is mended', inRelease('7.0'), []],
  ['15', '7.0, where it is mended', inRelease('7.0'), []],
  ['20', 'a memfd', memfdTwice, ['restored-partly', 'restored-twice', 'step-failed']],
  ['25', 'a session is created', meanwhile(session('late', 'create')), ['never-finalized']],
  [
    '25',
    'a file is preserved',
    meanwhile(
      { memfd: 'late', size: '4K' },
      session('vmm', 'preserve-fd', { file: 'late', token: 9 }),
    ),
    ['never-finalized'],
  ],
  ['25', 'nothing is done', meanwhile(), []],
  [
    '28',
    'two of them, and a percentage',
    ({ machine, kernels }) => {
      machine.emptyNodes = [3, 5];
      kernels[0].cmdline = 'kho=on kho_scratch=200%';
    },
    ['scratch-too-small'],
  ],
  [
    '49',
    'a file is retrieved',
    ({ kernels: [{ steps }] }) => {
      const retrieve = { token: 1, as: 'again', error: 'EINVAL' };
      steps[steps.length - 3] = session('vmm', 'retrieve-fd', retrieve);
    },
    ['restored-unknown'],
  ],
];

for (const [bug, what, edit, rules] of VARIANTS)
  test(`${bug}, otherwise: ${what}`, async () => {
    const folder = readdirSync(FOLDER).find((each) => each.startsWith(`${bug}-`)) ?? '';
    const file = path.resolve(FOLDER, folder, 'buggy.kho.json');
    const raw = JSON.parse(readFileSync(file, 'utf8')) as RawScenario;
    delete raw.expect;
    edit(raw);
    const value = scenarioFrom(file, JSON.stringify(raw));
    const folders = value.bindings.map((each) => path.resolve(FOLDER, folder, each));
    const { findings } = await runInProcesses(value, {}, value.seed, withBindings(folders));
    assert.deepEqual([...new Set(findings.map(({ rule }) => rule))].sort(), rules);
  });
