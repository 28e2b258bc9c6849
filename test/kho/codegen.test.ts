// C that is made for bindings: it compiles, what it writes passes the binding, and it reads it.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, type TestContext, test } from 'node:test';
import {
  type Binding,
  checkBlob,
  createBindingSet,
  generateC,
  loadBinding,
  NEWEST_RELEASE,
  RELEASES,
  type Release,
  releaseExpression,
  releaseFor,
  releaseNamed,
} from '../../kho/index.ts';
import { matchGolden } from '../support/golden.ts';
import { COMPILERS, compile, needsCompiler, saidBy } from '../support/native.ts';
import { runTool } from '../support/tools.ts';
import { SHIPPED } from './shipped-bindings.ts';

const SCENARIOS = 'test/kho/codegen';

const EVERYTHING = loadTestBinding('everything-v1');
const AWKWARD = loadTestBinding('awkward-v1');
const BINDINGS: readonly Binding[] = [...SHIPPED.bindings, EVERYTHING, AWKWARD];

function loadTestBinding(id: string): Binding {
  const file = `${SCENARIOS}/${id}.kho.yaml`;
  const { value, issues } = loadBinding({ path: file, text: readFileSync(file, 'utf8') });
  assert.deepEqual(issues, []);
  return value as Binding;
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'kho-codegen-'));
after(() => rmSync(folder, { recursive: true }));

/** Writes the C of a binding; the paths of its C files. */
function written(binding: Binding, release: Release): { into: string; sources: string[] } {
  const into = path.join(folder, binding.id.replace(/\W/g, '-'), release.name);
  mkdirSync(into, { recursive: true });
  const files = generateC(binding, { release, bindings: BINDINGS });
  for (const file of files) writeFileSync(path.join(into, file.path), file.text);
  const sources = files.map((file) => file.path).filter((name) => name.endsWith('.c'));
  return { into, sources: sources.map((name) => path.join(into, name)) };
}

describe('the C of every binding compiles without a warning', () => {
  for (const binding of BINDINGS)
    test(binding.id, async (t) => {
      if (!needsCompiler(t)) return;
      for (const release of releasesOf(binding)) {
        const { sources } = written(binding, release);
        for (const compiler of COMPILERS) {
          const args = ['-Werror', '-c', '-o', os.devNull, ...sources];
          const result = await compile({
            compiler,
            release: releaseExpression(release.name),
            args,
          });
          assert.equal(saidBy(result), '', `${release.name}, ${compiler}`);
        }
      }
    });
});

test('the C of every binding is in the style of the kernel', () => {
  const odd = BINDINGS.flatMap((binding) =>
    generateC(binding, { bindings: BINDINGS }).flatMap(({ text }) =>
      text.split('\n').filter((line) => /\s$|^ {8}| \t|\S\t+\S.*;$/.test(line) || wide(line)),
    ),
  );
  assert.deepEqual(odd, []);
});

/** More than a hundred columns, in a line that could be broken. */
function wide(line: string): boolean {
  const columns = [...line].reduce((at, each) => (each === '\t' ? at - (at % 8) + 8 : at + 1), 0);
  return columns > 100 && /, (?!const )/.test(line);
}

/** The first and the last release of a binding and the newest; all for those of the test. */
function releasesOf(binding: Binding): ReadonlySet<Release> {
  if (!SHIPPED.bindings.includes(binding)) return new Set(RELEASES);
  const first = releaseNamed(binding.releases[0]?.split('..')[0] ?? '') as Release;
  return new Set([first, releaseFor(binding), NEWEST_RELEASE]);
}

interface Scenario {
  readonly binding: string;
  readonly release: string;
  readonly file?: string;
  /** Whether each call that may fail can be made to. */
  readonly hasFaults?: boolean;
}

const ALL: readonly Scenario[] = [
  { binding: 'kho-test-v1', release: '7.3' },
  { binding: 'kho-test-v1', release: '7.1' },
  { binding: 'kho-test-v1', release: '6.18', file: 'kho-test-v1-6.18', hasFaults: false },
  { binding: 'memblock-v1', release: '7.3' },
  { binding: 'ftrace-v1', release: 'seed' },
  { binding: 'guestmemfs-v1', release: 'seed' },
  { binding: 'luo-v1', release: '7.1' },
  { binding: 'everything-v1', release: '7.3' },
];

describe('what is written passes the binding and is read back', () => {
  for (const { binding: id, release, file = id, hasFaults = true } of ALL)
    test(`${id} of ${release}`, async (t) => {
      if (!needsCompiler(t)) return;
      const row = releaseNamed(release) as Release;
      const binding = BINDINGS.find((each) => each.id === id) as Binding;
      const program = await built(t, binding, row, file);
      const blob = path.join(folder, `${file}-${release}.dtb`);
      assert.equal(await ran(program, 'write', blob), '');
      const bindings = createBindingSet(BINDINGS);
      const bytes = new Uint8Array(readFileSync(blob));
      const { checked, issues } = checkBlob(bytes, { path: blob, bindings, release: row });
      assert.ok(checked, 'it is an FDT');
      assert.deepEqual(
        issues.filter(({ severity }) => severity === 'error'),
        [],
      );
      assert.equal(await ran(program, 'roundtrip'), '');
      if (hasFaults) assert.equal(await ran(program, 'faults'), '');
      assert.equal(await ran(program, 'hostile'), '');
    });
});

/** Compiles a scenario with the C of a binding, under sanitizers. */
async function built(
  _t: TestContext,
  binding: Binding,
  release: Release,
  file: string,
): Promise<string> {
  const { into, sources } = written(binding, release);
  const program = path.join(into, 'scenario');
  const args = [
    ...['-g', '-O1', '-Werror', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'],
    ...['-I', into, '-I', SCENARIOS, '-o', program],
    ...sources,
    ...[`${SCENARIOS}/${file}.c`, `${SCENARIOS}/host.c`, '-lfdt'],
  ];
  assert.equal(saidBy(await compile({ release: releaseExpression(release.name), args })), '');
  return program;
}

/** What a run had to say, empty if all was well. */
async function ran(program: string, ...args: readonly string[]): Promise<string> {
  const { status, stdout, stderr } = await runTool(program, args, { timeoutMs: 60_000 });
  return status === 0 ? '' : `${args[0]}: status ${status}\n${stdout}${stderr}`;
}

describe('the page about it', () => {
  const page = readFileSync('docs/generate-c.md', 'utf8');
  const example = loadExample(page);

  test('shows what is generated', () => {
    const shown = generateC(example).reduce(
      (text, file) => text.replace(blockOf(file.path), `$1${file.text.replaceAll('$', '$$$$')}$2`),
      page,
    );
    matchGolden('docs/generate-c.md', shown);
  });

  test('shows a driver that compiles with it', async (t) => {
    if (!needsCompiler(t)) return;
    const { into, sources } = written(example, NEWEST_RELEASE);
    const input = /```c\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
    const args = ['-Werror', '-fsyntax-only', '-I', into];
    assert.match(input, /ringlog_kho_serialize/);
    assert.equal(saidBy(await compile({ args, input })), '');
    assert.equal(saidBy(await compile({ args: [...args, ...sources] })), '');
  });
});

/** The block of a page below the name of a file. */
function blockOf(name: string): RegExp {
  return new RegExp(`(\\n\`${name}\`:\\n\\n\`\`\`c\\n)[\\s\\S]*?(\`\`\`\\n)`);
}

function loadExample(page: string): Binding {
  const text = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? '';
  const { value, issues } = loadBinding({ path: 'docs/generate-c.md', text });
  assert.deepEqual(issues, []);
  return value as Binding;
}
