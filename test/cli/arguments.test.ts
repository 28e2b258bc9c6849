// What the user can get wrong before any work is done: exit code 2 and one line that helps.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folderWith, kho } from './kho.ts';

for (const command of [[], ['check'], ['compile'], ['decompile'], ['simulate']])
  test(`kho ${command.join(' ')} --help`, (t) => {
    const { status, stdout, stderr } = kho([...command, '--help'], folderWith(t, {}));
    assert.equal(status, 0);
    assert.equal(stderr, '');
    assert.match(stdout, new RegExp(`^Usage: ${['kho', ...command].join(' ')} `));
  });

const UNUSABLE: readonly [string, readonly string[], RegExp][] = [
  ['no file', ['check'], /missing required argument 'file'/],
  ['no such command', ['chekc'], /unknown command 'chekc'/],
  ['no such option', ['check', '--frob', 'x'], /unknown option '--frob'/],
  ['no such release', ['check', 'good.kho', '--release', '5.4'], /5\.4: no such release; known/],
  ['no such format', ['check', 'good.kho', '--format', 'xml'], /Allowed choices are text, json/],
  ['no such byte order', ['check', 'good.kho', '--endian', 'pdp'], /Allowed choices are little/],
  ['no such file', ['check', 'absent.kho'], /absent\.kho: no such file/],
  ['no such folder of bindings', ['check', 'good.kho', '--bindings', 'b'], /b: no such file/],
  ['an empty file', ['check', 'empty.kho'], /empty\.kho: is empty/],
  ['a folder without KHO files', ['check', 'folder'], /folder: has no KHO files in it/],
  ['a binary that is no FDT', ['check', 'binary.bin'], /neither DTS source nor an FDT blob/],
  ['2 GiB', ['check', 'huge.kho'], /huge\.kho: has 2048 MiB or more/],
  ['a device without end', ['check', '/dev/zero'], /\/dev\/zero: has \d+ MiB or more/],
  ['compile without -o', ['compile', 'good.kho'], /required option '-o, --output <file>'/],
  ['compile of a folder', ['compile', 'folder', '-o', 'x'], /folder: is a folder/],
  ['compile into no folder', ['compile', 'good.kho', '-o', 'no/x'], /no\/x: no such file/],
  ['decompile of source', ['decompile', 'good.kho'], /not an FDT blob/],
  ['decompile of nothing', ['decompile', 'empty.kho'], /empty\.kho: is empty/],
  ['simulate of no file', ['simulate', 'absent.json'], /absent\.json: no such file/],
  ['a seed that is no number', ['simulate', 'x', '--seed', 'a'], /a seed is a whole number/],
];

for (const [name, args, message] of UNUSABLE)
  test(`${name} is one clear line and exit code 2`, (t) => {
    const folder = folderWith(t, {
      'good.kho': 'ftrace { compatible = "ftrace-v1"; events = <1 1>; };\n',
      'empty.kho': '',
      'binary.bin': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 0, 0, 0]),
      'huge.kho': '',
    });
    mkdirSync(path.join(folder, 'folder'));
    truncateSync(path.join(folder, 'huge.kho'), 2 ** 31);
    const { status, stdout, stderr } = kho(args, folder);
    assert.match(stderr, message);
    assert.equal(status, 2);
    assert.equal(stdout, '');
    assert.ok(stderr.trimEnd().split('\n').length <= 3, `too much: ${stderr}`);
    assert.doesNotMatch(stderr, /at .*\.mjs:\d+/, 'a stack trace');
  });

test('a file that may not be read is one clear line', (t) => {
  const folder = folderWith(t, { 'secret.kho': 'x { };' });
  chmodSync(path.join(folder, 'secret.kho'), 0);
  // Root reads everything; a link to itself is what nobody can open.
  symlinkSync('loop.kho', path.join(folder, 'loop.kho'));
  const file = process.getuid?.() === 0 ? 'loop.kho' : 'secret.kho';
  const { status, stderr } = kho(['check', file], folder);
  assert.equal(status, 2);
  assert.match(stderr, /^kho: (loop|secret)\.kho: .+\n$/);
});

test('- is standard input', (t) => {
  const { status, stdout } = kho(['check', '-'], folderWith(t, {}), 'ftrace {\n');
  assert.equal(status, 1);
  assert.match(stdout, /^-:\d+:\d+: error: /);
});

test('a folder stands for the KHO files in and below it', (t) => {
  const folder = folderWith(t, { 'a.kho.dts': 'a { };', 'b.kho.yaml': 'x', 'c.txt': '{' });
  mkdirSync(path.join(folder, 'below'));
  writeFileSync(path.join(folder, 'below', 'd.kho.json'), '{}');
  const { stdout } = kho(['check', '.', '--format', 'json'], folder);
  const { files } = JSON.parse(stdout) as { files: string[] };
  assert.deepEqual(files, ['a.kho.dts', 'b.kho.yaml', 'below/d.kho.json']);
});
