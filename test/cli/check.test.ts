import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { folderWith, kho } from './kho.ts';

const BAD = `ftrace {
	compatible = "ftrace-v1";
	events = <1 1 2>;
	tpyo = <1>;
};
`;

test('issues are printed as compilers print them', (t) => {
  const { status, stdout, stderr } = kho(['check', 'bad.kho'], folderWith(t, { 'bad.kho': BAD }));
  assert.equal(stderr, '');
  assert.equal(
    stdout,
    `bad.kho:3:2: error: \`events\` has 12 bytes, which is not a multiple of 8 \
(array of struct trace_event_map) [property-type]
    3 | 	events = <1 1 2>;
      | 	^~~~~~
bad.kho:4:2: warning: \`tpyo\` is not a property of \`Ftrace\` [unknown-property]
    4 | 	tpyo = <1>;
      | 	^~~~
  = help: it has compatible, events
1 error, 1 warning in 1 file
`,
  );
  assert.equal(status, 1);
});

test('a warning is no failure', (t) => {
  const text = BAD.replace('<1 1 2>', '<1 1>');
  assert.equal(kho(['check', 'x.kho'], folderWith(t, { 'x.kho': text })).status, 0);
});

test('JSON has every issue with its place', (t) => {
  const folder = folderWith(t, { 'bad.kho': BAD });
  const { status, stdout } = kho(['check', 'bad.kho', '--format', 'json'], folder);
  assert.equal(status, 1);
  const { issues } = JSON.parse(stdout) as { issues: Record<string, unknown>[] };
  assert.deepEqual(
    issues.map(({ rule, line, column, endColumn }) => [rule, line, column, endColumn]),
    [
      ['property-type', 3, 2, 8],
      ['unknown-property', 4, 2, 6],
    ],
  );
});

test('SARIF names the rules and where they are broken', (t) => {
  const folder = folderWith(t, { 'bad.kho': BAD });
  const { stdout } = kho(['check', 'bad.kho', '--format', 'sarif'], folder);
  const log = JSON.parse(stdout);
  assert.equal(log.version, '2.1.0');
  const [run] = log.runs;
  assert.deepEqual(
    run.tool.driver.rules.map(({ id }: { id: string }) => id),
    ['property-type', 'unknown-property'],
  );
  for (const result of run.results)
    assert.equal(run.tool.driver.rules[result.ruleIndex].id, result.ruleId);
  assert.deepEqual(run.results[0].locations[0].physicalLocation, {
    artifactLocation: { uri: 'bad.kho' },
    region: { startLine: 3, startColumn: 2, endLine: 3, endColumn: 8 },
  });
});

test('line markers of the preprocessor lead to the file they name', (t) => {
  const text = `# 1 "one.kho"\n# 10 "two.h" 1\n${BAD}`;
  const { stdout } = kho(['check', 'x.kho'], folderWith(t, { 'x.kho': text }));
  assert.match(stdout, /^two\.h:12:2: error: .* \[property-type\]\n {3}12 \| \tevents/);
});

test('bindings of a folder win over those of the package', (t) => {
  const binding = `$id: ftrace-v1
title: Mine
kho-releases: [seed]
properties:
  compatible: { const: ftrace-v1 }
  events: { $ref: /schemas/types.yaml#/definitions/uint32-array }
  tpyo: { $ref: /schemas/types.yaml#/definitions/uint32 }
additionalProperties: false
`;
  const folder = folderWith(t, { 'bad.kho': BAD, 'mine.kho.yaml': binding });
  const { status, stdout } = kho(['check', 'bad.kho', '--bindings', '.'], folder);
  assert.equal(stdout, '1 file checked, no issues\n');
  assert.equal(status, 0);
});

test('the example of the slides is clean, letter for letter, and compiles', (t) => {
  const folder = folderWith(t, {});
  const example = path.resolve('examples/ftrace/ftrace.kho.dts');
  const checked = kho(['check', example], folder);
  assert.equal(checked.stdout, '1 file checked, no issues\n');
  assert.equal(kho(['compile', example, '-o', 'out.dtb'], folder).status, 0);
  const blob = readFileSync(path.join(folder, 'out.dtb'));
  const mem = Buffer.alloc(64);
  for (const [index, value] of [
    0x101000000n,
    0x38n,
    0x101000100n,
    0x1000n,
    0x101000038n,
    0x38n,
    0x101002000n,
    0x1000n,
  ].entries())
    mem.writeBigUInt64LE(value, index * 8);
  assert.ok(blob.includes(mem), 'eight native-endian u64');
  assert.equal(kho(['check', 'out.dtb'], folder).stdout, '1 file checked, no issues\n');
});

test('what is decompiled compiles to the same blob', (t) => {
  const example = path.resolve('examples/ftrace/ftrace.kho.dts');
  for (const endian of ['little', 'big']) {
    const folder = folderWith(t, {});
    const order = ['--endian', endian];
    kho(['compile', example, '-o', 'a.dtb', ...order], folder);
    const { stdout, status } = kho(['decompile', 'a.dtb', ...order], folder);
    assert.equal(status, 0);
    assert.match(stdout, /mem = \/\* addr len \*\/ \/bits\/ 64 <0x101000000 {3}0x38\n/);
    const again = kho(['compile', '-', '-o', '-', ...order], folder, stdout);
    assert.deepEqual(again.bytes, readFileSync(path.join(folder, 'a.dtb')));
  }
});

test('a truncated blob is an issue with an offset, and what can be read is printed', (t) => {
  const folder = folderWith(t, {});
  kho(['compile', path.resolve('examples/ftrace/ftrace.kho.dts'), '-o', 'a.dtb'], folder);
  const blob = readFileSync(path.join(folder, 'a.dtb'));
  const cut = folderWith(t, { 'cut.dtb': blob.subarray(0, blob.length - 40) });
  const { status, stdout } = kho(['check', 'cut.dtb'], cut);
  assert.equal(status, 1);
  assert.match(stdout, /^cut\.dtb:0x[0-9a-f]+.*: error: .* \[blob-[a-z]+\]/);
});

test('a source with errors of syntax writes nothing', (t) => {
  const folder = folderWith(t, { 'x.kho': 'ftrace { events = <1; };' });
  const { status, stderr } = kho(['compile', 'x.kho', '-o', 'x.dtb'], folder);
  assert.equal(status, 1);
  assert.match(stderr, /nothing written\n$/);
  assert.throws(() => readFileSync(path.join(folder, 'x.dtb')), /ENOENT/);
});

test('a pattern that backtracks without end does not hang', (t) => {
  const binding = `$id: x-v1
title: X
kho-releases: [seed]
properties:
  compatible: { const: x-v1 }
patternProperties:
  ^(a+)+$: { $ref: /schemas/types.yaml#/definitions/uint32 }
additionalProperties: false
`;
  const source = `x { compatible = "x-v1"; ${'a'.repeat(30)}b = <1>; };`;
  const folder = folderWith(t, { 'x.kho.yaml': binding, 'x.kho': source });
  const { status, stdout } = kho(['check', 'x.kho', '--bindings', '.'], folder);
  assert.equal(status, 0);
  assert.match(stdout, /unknown-property/);
});

const DRIVER = `#include <linux/kexec_handover.h>

static int save(void)
{
	struct header *ser = kho_alloc_preserve(sizeof(*ser));

	return ser ? 0 : -ENOMEM;
}
`;

test('C that uses KHO is checked', (t) => {
  const folder = folderWith(t, { 'driver.c': DRIVER, 'other.c': 'int x;\n' });
  const { status, stdout } = kho(['check', 'driver.c', 'other.c'], folder);
  assert.equal(status, 1);
  assert.equal(
    stdout,
    `driver.c:7:9: error: kho_alloc_preserve() never returns NULL: this test finds no failure \
[error-pointer]
    7 | 	return ser ? 0 : -ENOMEM;
      | 	       ^~~
  = help: It returns an ERR_PTR if it fails
1 error in 2 files
`,
  );
});

test('what C has wrong is in SARIF, with its rule', (t) => {
  const folder = folderWith(t, { 'driver.c': DRIVER });
  const { stdout } = kho(['check', 'driver.c', '--format', 'sarif'], folder);
  const [run] = JSON.parse(stdout).runs;
  assert.equal(run.results[0].ruleId, 'error-pointer');
  assert.match(run.tool.driver.rules[0].shortDescription.text, /ERR_PTR/);
});

test('the release that is asked for decides about C', (t) => {
  const folder = folderWith(t, { 'driver.c': DRIVER });
  const { stdout } = kho(['check', 'driver.c', '--release', '6.18'], folder);
  assert.match(stdout, /kho_alloc_preserve\(\) is not in Linux 6\.18/);
});
