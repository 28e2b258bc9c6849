import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folderWith, kho } from './kho.ts';

const JOURNAL = path.resolve('examples/mainline-subtree/journal.kho.json');
const FTRACE = path.resolve('examples/ftrace/ftrace.kho.json');

const LINES = [
  '     1 k1 early-boot phase',
  '     2 k1 late-boot  kzalloc driver=a addr=0x1000 bytes=8 at=a.ts:3:5',
  '     3 k1 late-boot  fdt_property driver=b name="with \\"quotes\\"" at=b.ts:7:1',
  '     4 k1 late-boot  finding rule=bad-free message="no such block" at=a.ts:4:5',
  '     5 k2 run        kzalloc driver=b addr=0x2000 bytes=8 at=a.ts:30:5',
  '',
].join('\n');

const FILTERS: readonly (readonly [options: readonly string[], numbers: readonly number[]])[] = [
  [[], [1, 2, 3, 4, 5]],
  [['--kernel', '2'], [5]],
  [
    ['--phase', 'late-boot', '--driver', 'a', '--driver', 'b'],
    [2, 3],
  ],
  [
    ['--event', 'kzalloc'],
    [2, 5],
  ],
  [
    ['--event', 'fdt_*', '--event', 'phase'],
    [1, 3],
  ],
  [
    ['--site', 'a.ts'],
    [2, 4, 5],
  ],
  [['--site', 'a.ts:3'], [2]],
  [['--finding'], [4]],
  [['--finding', 'bad-free'], [4]],
  [['--finding', 'null-pointer'], []],
];

for (const [options, numbers] of FILTERS)
  test(`kho trace show ${options.join(' ')} shows ${numbers.length} events`, (t) => {
    const folder = folderWith(t, { 'x.trace': LINES });
    const { status, stdout } = kho(['trace', 'show', 'x.trace', ...options], folder);
    const shown = stdout.split('\n').filter((line) => line !== '');
    assert.deepEqual(
      shown.map((line) => Number.parseInt(line, 10)),
      numbers,
    );
    assert.equal(status, numbers.length > 0 ? 0 : 1);
  });

test('kho trace show --json has the fields of an event', (t) => {
  const folder = folderWith(t, { 'x.trace': LINES });
  const args = ['trace', 'show', 'x.trace', '--json', '--driver', 'b', '--kernel', '1'];
  assert.deepEqual(JSON.parse(kho(args, folder).stdout), {
    number: 3,
    kernel: 1,
    phase: 'late-boot',
    event: 'fdt_property',
    fields: { driver: 'b', name: 'with "quotes"' },
    site: 'b.ts:7:1',
  });
});

test('what is no trace is said to be none, with its line', (t) => {
  const folder = folderWith(t, { 'x.trace': `${LINES}not an event\n` });
  const { status, stderr } = kho(['trace', 'show', 'x.trace'], folder);
  assert.equal(status, 2);
  assert.match(stderr, /x\.trace:6: this is no line of a trace/);
});

test('two seeds differ in addresses alone, and another scenario in its first call', (t) => {
  const folder = folderWith(t, {});
  for (const seed of ['1', '2'])
    kho(['simulate', JOURNAL, '--seed', seed, '--trace', `${seed}.trace`], folder);
  const plain = kho(['trace', 'diff', '1.trace', '2.trace', '--context', '1'], folder);
  assert.equal(plain.status, 1);
  assert.match(plain.stdout, /@@ line 2 @@\n +1 .*\n- .* boot .*\n- .*\n\+ .* boot /);
  const args = ['trace', 'diff', '1.trace', '2.trace', '--ignore-addresses'];
  assert.deepEqual(kho(args, folder).stdout, '');
  assert.equal(kho(args, folder).status, 0);
  // Another address of the same event: no more the same one as before.
  const text = readFileSync(path.join(folder, '1.trace'), 'utf8');
  const number = /^ *(\d+) k2 .* kho_restore_folio /m.exec(text)?.[1];
  const changed = text.replace(/(kho_restore_folio driver=journal arg0=)0x\w+/, '$10x123000');
  writeFileSync(path.join(folder, '3.trace'), changed);
  const other = kho(
    ['trace', 'diff', '1.trace', '3.trace', '--ignore-addresses', '--json'],
    folder,
  );
  assert.equal(JSON.parse(other.stdout).index + 1, Number(number));
});

test('--at says who has what when an event has happened', (t) => {
  const folder = folderWith(t, {});
  kho(['simulate', FTRACE, '--trace', 'x.trace'], folder);
  const args = ['trace', 'show', 'x.trace', '--event', 'kho_claim_mem', '--json'];
  const [first = ''] = kho(args, folder).stdout.split('\n');
  const { number, fields } = JSON.parse(first);
  const at = (
    event: number,
  ): { summary: string; kernels: { memory: { address: string; owner: string }[] }[] } =>
    JSON.parse(kho(['simulate', FTRACE, '--at', String(event), '--json'], folder).stdout);
  const ownerIn = (event: number): string | undefined => {
    const { kernels } = at(event);
    return kernels[1]?.memory.find(({ address }) => address === fields.addr)?.owner;
  };
  assert.match(at(number).summary, new RegExp(`^At event ${number}:\n`));
  assert.equal(ownerIn(number - 1), undefined);
  assert.equal(ownerIn(number), 'ftrace');
  const both = kho(['simulate', FTRACE, '--at', `${number},${number - 1}`, '--json'], folder);
  assert.deepEqual(JSON.parse(both.stdout), [at(number - 1), at(number)]);
  const { status, stderr } = kho(['simulate', FTRACE, '--at', '99999'], folder);
  assert.equal(status, 2);
  assert.match(stderr, /the run has \d+ events, from 1/);
});

test('--at knows the sessions of user space', (t) => {
  const folder = folderWith(t, {});
  const scenario = path.resolve('examples/live-update/sessions.kho.json');
  kho(['simulate', scenario, '--trace', 'x.trace'], folder);
  const args = ['trace', 'show', 'x.trace', '--phase', 'load', '--json'];
  const [first = ''] = kho(args, folder).stdout.split('\n');
  const { number } = JSON.parse(first);
  const { stdout } = kho(['simulate', scenario, '--at', String(number), '--json'], folder);
  assert.deepEqual(JSON.parse(stdout).kernels[0].sessions, [
    { name: 'vmm', state: 'open' },
    { name: 'storage', state: 'open' },
  ]);
});
