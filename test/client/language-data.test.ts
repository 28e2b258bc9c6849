// The files that teach the editor the language hold what the language is: a snippet that does not
// parse, or a pattern that no engine compiles, is only noticed by whoever types it.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { type Binding, checkSource, createBindingSet, loadBinding } from '../../kho/index.ts';
import {
  parseScenario,
  type RunResult,
  runScenario,
  type Scenario,
} from '../../simulator/index.ts';
import { createScriptRuntime } from '../../simulator/script/index.ts';
import { SHIPPED } from '../kho/shipped-bindings.ts';

interface Snippet {
  readonly prefix: string;
  readonly description: string;
  readonly body: readonly string[];
}

/** The snippets of a file by their prefixes, which is how they are asked for. */
function snippetsIn(name: string): ReadonlyMap<string, Snippet> {
  const all: Record<string, Snippet> = JSON.parse(readFileSync(`snippets/${name}.json`, 'utf8'));
  return new Map(Object.values(all).map((snippet) => [snippet.prefix, snippet]));
}

/** What is in the document if every tab stop is left as it is; of choices the first. */
function expanded({ body }: Snippet): string {
  return body
    .join('\n')
    .replace(/(?<!\\)\$\{\d+:([^}]*)\}/g, '$1')
    .replace(/(?<!\\)\$\{\d+\|([^,|]*)[^}]*\}/g, '$1')
    .replace(/\\([$}\\])/g, '$1');
}

function textOf(file: string, prefix: string): string {
  const snippet = snippetsIn(file).get(prefix);
  assert.ok(snippet !== undefined, `${file} has no snippet ${prefix}`);
  return expanded(snippet);
}

for (const file of readdirSync('snippets'))
  test(`the snippets of ${file} have prefixes of their own and say what they are for`, () => {
    const all: Record<string, Snippet> = JSON.parse(readFileSync(`snippets/${file}`, 'utf8'));
    const prefixes = Object.values(all).map(({ prefix }) => prefix);
    assert.deepEqual([...new Set(prefixes)], prefixes);
    for (const { description } of Object.values(all)) assert.match(description, /\S{2,} \S{2,}/);
  });

/** What has to be around a snippet that is no document of its own. */
const SURROUNDINGS: Readonly<Record<string, readonly [string, string]>> = {
  'kho-subtree': [
    '/dts-v1/; / { compatible = "kho-v4"; preserved-memory-map = /bits/ 64 <0x1000>; ',
    ' };',
  ],
  'kho-mem': ['/dts-v1/; / { compatible = "kho-v1"; x { ', ' }; };'],
};

const FDT_PREFIXES = [
  'kho-root-seed',
  'kho-root',
  'kho-subtree',
  'kho-subsystem',
  'kho-node',
  'kho-mem',
  'memblock',
];

test('every snippet of the language is tested', () => {
  assert.deepEqual([...snippetsIn('kho-fdt').keys()].sort(), [...FDT_PREFIXES].sort());
});

for (const prefix of FDT_PREFIXES)
  test(`the snippet ${prefix} compiles without errors`, () => {
    const [before, after] = SURROUNDINGS[prefix] ?? ['', ''];
    const text = `${before}${textOf('kho-fdt', prefix)}${after}`;
    const checked = checkSource({ path: `${prefix}.kho.dts`, text }, { bindings: SHIPPED });
    const errors = checked.issues.filter(({ severity }) => severity === 'error');
    assert.deepEqual(
      errors.map(({ rule, message }) => `${rule}: ${message}`),
      [],
    );
    assert.ok(checked.isWhole);
  });

for (const [prefix, snippet] of snippetsIn('kho-binding'))
  test(`the snippet ${prefix} is a binding`, () => {
    const { value, issues } = loadBinding({ path: 'x.kho.yaml', text: expanded(snippet) });
    assert.deepEqual(issues, []);
    assert.equal(value?.id, 'my-driver-v1');
  });

// Whoever starts from the three snippets must not start from a finding.
for (const [prefix, ending] of [
  ['kho-driver', 'js'],
  ['kho-driver-ts', 'ts'],
] as const)
  test(`the snippet ${prefix} hands over cleanly with the other snippets`, async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'kho-snippets-'));
    try {
      writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
      writeFileSync(path.join(folder, `my-driver.${ending}`), textOf('kho-driver', prefix));
      const text = textOf('kho-scenario', 'kho-scenario').replaceAll('.ts"', `.${ending}"`);
      const scenario = parseScenario({ path: path.join(folder, 'x.kho.json'), text });
      assert.deepEqual(scenario.issues, []);
      const { outcome, findings, kernels } = await run(scenario.value as Scenario);
      assert.equal(outcome, 'completed');
      assert.equal(kernels.length, 2);
      assert.deepEqual(
        findings.map(({ rule, message }) => `${rule}: ${message}`),
        [],
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

async function run(scenario: Scenario): Promise<RunResult> {
  const { value } = loadBinding({ path: 'x.kho.yaml', text: textOf('kho-binding', 'kho-binding') });
  const bindings = createBindingSet([...SHIPPED.bindings, value as Binding]);
  const runtime = createScriptRuntime({
    kernelProcessPath: path.resolve('dist/kernel-process.mjs'),
  });
  try {
    return await runScenario(scenario, { runtime, bindings });
  } finally {
    await runtime.stop();
  }
}

const configuration = JSON.parse(readFileSync('language-configuration/kho-fdt.json', 'utf8'));

// What a double click selects, and what completion replaces.
const WORDS: readonly [string, readonly string[]][] = [
  ['compatible = "ftrace,cpu-v1";', ['compatible', 'ftrace,cpu-v1']],
  ['#address-cells = <0x2>;', ['#address-cells', '0x2']],
  ['cpu@0 {', ['cpu@0']],
  ['a = "x,y", "z"; b = <1>, <2>;', ['a', 'x,y', 'z', 'b', '1', '2']],
  ['a = &one, &two;', ['a', '&one', '&two']],
  ['"ftrace,"', ['ftrace,']],
];

for (const [line, words] of WORDS)
  test(`the words of ${line}`, () => {
    assert.deepEqual(line.match(new RegExp(configuration.wordPattern, 'g')), words);
  });

test('lines that open a node indent what follows, and those that close one do not', () => {
  const { increaseIndentPattern, decreaseIndentPattern } = configuration.indentationRules;
  const increases = ['/ {', 'x: cpu@0 {', '&{/a/b} {', 'cpu { // first', '};  / {'];
  for (const line of increases) assert.match(line, new RegExp(increaseIndentPattern));
  for (const line of ['a { };', '// a {', 'a = "{";', 'x = &{/a};'])
    assert.doesNotMatch(line, new RegExp(increaseIndentPattern));
  assert.match('\t};', new RegExp(decreaseIndentPattern));
});

/** Everything in `data` under one of `keys`, however deep. */
function valuesOf(data: unknown, keys: ReadonlySet<string>): string[] {
  if (typeof data !== 'object' || data === null) return [];
  return Object.entries(data).flatMap(([key, value]) =>
    typeof value === 'string' && keys.has(key) ? [value] : valuesOf(value, keys),
  );
}

const grammar = JSON.parse(readFileSync('syntaxes/kho-fdt.tmLanguage.json', 'utf8'));

// Oniguruma knows all that is used here, and JavaScript means the same by it.
test('the expressions of the grammar compile', () => {
  const expressions = valuesOf(grammar, new Set(['match', 'begin', 'end', 'while']));
  assert.ok(expressions.length > 20);
  for (const expression of expressions)
    assert.doesNotThrow(() => new RegExp(expression), expression);
});

test('the grammar includes only what it has, and has nothing that it does not include', () => {
  const included = new Set(valuesOf(grammar, new Set(['include'])));
  const defined = Object.keys(grammar.repository).map((name) => `#${name}`);
  assert.deepEqual([...included].sort(), defined.sort());
});

test('the scopes of the grammar say whose they are', () => {
  const scopes = valuesOf(grammar.repository, new Set(['name', 'contentName']));
  assert.deepEqual(
    scopes.filter((scope) => !scope.endsWith('.kho-fdt')),
    [],
  );
});
