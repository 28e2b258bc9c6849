import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folderWith, kho } from './kho.ts';

const ROUGH = 'a{b=<1>;};';
const FORMATTED = 'a {\n\tb = <1>;\n};\n';

test('files are formatted in place, and those that changed are named', (t) => {
  const folder = folderWith(t, { 'a.kho': ROUGH, 'b.kho.dts': FORMATTED });
  chmodSync(path.join(folder, 'a.kho'), 0o640);
  const { status, stdout, stderr } = kho(['format', 'a.kho', 'b.kho.dts'], folder);
  assert.deepEqual([status, stdout, stderr], [0, 'a.kho\n', '']);
  assert.equal(readFileSync(path.join(folder, 'a.kho'), 'utf8'), FORMATTED);
  assert.equal(statSync(path.join(folder, 'a.kho')).mode & 0o777, 0o640);
  assert.deepEqual(readdirSync(folder).sort(), ['a.kho', 'b.kho.dts']);
});

test('--check names what would change and changes nothing', (t) => {
  const folder = folderWith(t, { 'a.kho': ROUGH, 'b.kho': FORMATTED });
  const { status, stdout } = kho(['format', '--check', '.'], folder);
  assert.deepEqual([status, stdout], [1, 'a.kho\n']);
  assert.equal(readFileSync(path.join(folder, 'a.kho'), 'utf8'), ROUGH);
  assert.equal(kho(['format', '--check', 'b.kho'], folder).status, 0);
});

test('standard input goes to standard output', (t) => {
  const folder = folderWith(t, {});
  assert.equal(kho(['format', '-'], folder, ROUGH).stdout, FORMATTED);
  assert.equal(kho(['format', '-'], folder, '').stdout, '');
});

test('--stdout leaves the file', (t) => {
  const folder = folderWith(t, { 'a.kho': ROUGH });
  assert.equal(kho(['format', '--stdout', 'a.kho'], folder).stdout, FORMATTED);
  assert.equal(readFileSync(path.join(folder, 'a.kho'), 'utf8'), ROUGH);
});

test('levels are as wide as one asks for', (t) => {
  const folder = folderWith(t, {});
  const spaces = kho(['format', '--spaces', '2', '-'], folder, ROUGH);
  assert.equal(spaces.stdout, 'a {\n  b = <1>;\n};\n');
  const long = `a {\n\tb = ${'"0123456789", '.repeat(6)}"01234";\n};\n`;
  assert.equal(kho(['format', '--tabs', '4', '-'], folder, long).stdout, long);
  assert.equal(kho(['format', '--spaces', '0', '-'], folder).status, 2);
  assert.equal(kho(['format', '--spaces', '2', '--tabs', '2', '-'], folder).status, 2);
});

test('folders are searched for sources, and bindings in them say what tuples are', (t) => {
  const folder = folderWith(t, { 'x.kho.json': '{}', 'x.dts': ROUGH });
  mkdirSync(path.join(folder, 'sub'));
  writeFileSync(path.join(folder, 'sub/a.kho'), 'a { compatible = "own-v1"; r = <1 2 3\n4>; };');
  const binding = `$id: own
title: Own
kho-releases: [seed]
properties:
  compatible:
    const: own-v1
  r:
    kho-struct: kho_mem
required: [compatible]
`;
  writeFileSync(path.join(folder, 'sub/own.kho.yaml'), binding);
  const { status, stdout, stderr } = kho(['format', '.'], folder);
  assert.deepEqual([status, stdout, stderr], [0, `sub${path.sep}a.kho\n`, '']);
  assert.match(readFileSync(path.join(folder, 'sub/a.kho'), 'utf8'), /r = <1 2\n\t {5}3 4>;/);
  assert.equal(readFileSync(path.join(folder, 'x.dts'), 'utf8'), ROUGH);
});

test('what is not understood stays and is said', (t) => {
  const folder = folderWith(t, { 'a.kho': 'a{\n  b  = ;\nc;\n d d;};' });
  const { status, stdout, stderr } = kho(['format', 'a.kho'], folder);
  assert.equal(status, 1);
  assert.equal(stdout, 'a.kho\n');
  const where = 'a.kho:2:3: not understood and left as it is, and 1 more';
  assert.equal(stderr, `${where}; kho check says what is wrong\n`);
  assert.equal(
    readFileSync(path.join(folder, 'a.kho'), 'utf8'),
    'a {\n  b  = ;\n\tc;\n d d;\n};\n',
  );
});

test('files that cannot be used are no reason to leave the others', (t) => {
  const folder = folderWith(t, { 'a.kho': ROUGH, 'b.kho.json': '{}' });
  const { status, stdout, stderr } = kho(['format', 'no.kho', 'b.kho.json', 'a.kho'], folder);
  assert.equal(status, 2);
  assert.equal(stdout, 'a.kho\n');
  assert.equal(
    stderr,
    `kho: no.kho: no such file
kho: b.kho.json: is not a source, and only sources are formatted
`,
  );
});

test('a file that must not be written is left', (t) => {
  const folder = folderWith(t, { 'a.kho': ROUGH });
  const file = path.join(folder, 'a.kho');
  chmodSync(file, 0o444);
  if (process.getuid?.() === 0) return;
  const { status, stderr } = kho(['format', 'a.kho'], folder);
  assert.equal(stderr, 'kho: a.kho: permission denied; it is left as it was\n');
  assert.equal(status, 2);
});

test('links stay links', (t) => {
  const folder = folderWith(t, { 'a.kho': ROUGH });
  symlinkSync('a.kho', path.join(folder, 'l.kho'));
  assert.equal(kho(['format', 'l.kho'], folder).status, 0);
  assert.ok(lstatSync(path.join(folder, 'l.kho')).isSymbolicLink());
  assert.equal(readFileSync(path.join(folder, 'a.kho'), 'utf8'), FORMATTED);
});

test('bytes stay what they are', (t) => {
  const rough = Buffer.from('\ufeffa{b="\u00e9";};');
  const latin = Buffer.from('a{b="\u00e9";};', 'latin1');
  const folder = folderWith(t, { 'a.kho': rough, 'l.kho': latin });
  assert.equal(kho(['format', 'a.kho', 'l.kho'], folder).status, 0);
  const formatted = 'a {\n\tb = "\u00e9";\n};\n';
  assert.equal(readFileSync(path.join(folder, 'a.kho'), 'utf8'), `\ufeff${formatted}`);
  assert.equal(readFileSync(path.join(folder, 'l.kho'), 'latin1'), formatted);
});
