// What the manifest promises is there, and what the code has the manifest says.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { checkSource, loadBinding, RELEASES } from '../../kho/index.ts';
import { parseScenario } from '../../simulator/index.ts';
import { SHIPPED } from '../kho/shipped-bindings.ts';

const manifest = JSON.parse(readFileSync('package.json', 'utf8'));
const { contributes } = manifest;
const code = readdirSync('client')
  .filter((file) => file.endsWith('.ts'))
  .map((file) => readFileSync(`client/${file}`, 'utf8'))
  .join('\n');

test('every file that is contributed exists and is JSON', () => {
  const { languages, grammars, snippets, jsonValidation } = contributes;
  const files = [
    ...languages.map((each: { configuration: string }) => each.configuration),
    ...grammars.map((each: { path: string }) => each.path),
    ...snippets.map((each: { path: string }) => each.path),
    ...jsonValidation.map((each: { url: string }) => each.url),
  ];
  for (const file of files) {
    assert.ok(existsSync(file), file);
    JSON.parse(readFileSync(file, 'utf8'));
  }
});

test('every command is registered, and every registered command is contributed', () => {
  const registered = [...code.matchAll(/registerCommand\('([^']+)'/g)].map((match) => match[1]);
  const declared = contributes.commands.map((each: { command: string }) => each.command);
  assert.deepEqual([...registered].sort(), [...declared].sort());
});

test('the setting for the release knows every release', () => {
  const { enum: values } = contributes.configuration.properties['kho.release'];
  assert.deepEqual(values, ['auto', ...RELEASES.map(({ name }) => name)]);
});

test('the schema of scenarios and the manifest name the same launch attributes as the code', () => {
  const protocol = readFileSync('debugger/protocol.ts', 'utf8');
  const body = /interface LaunchArguments \{(.*?)\n\}/s.exec(protocol)?.[1] ?? '';
  const inCode = [...body.matchAll(/readonly (\w+)\??:/g)].map((match) => match[1]);
  const [debug] = contributes.debuggers;
  const inManifest = Object.keys(debug.configurationAttributes.launch.properties);
  // The editor adds noDebug by itself.
  assert.deepEqual([...inManifest, 'noDebug'].sort(), [...inCode].sort());
});

test('nothing starts with the editor', () => {
  for (const event of manifest.activationEvents)
    assert.doesNotMatch(event, /^\*$|onStartupFinished/);
});

/** The text of a snippet with its placeholders filled in by their defaults. */
function expanded(body: readonly string[]): string {
  return body
    .join('\n')
    .replace(/\$\{\d+:([^}]*)\}/g, '$1')
    .replace(/\$\{\d+\|([^,|]*)[^}]*\}/g, '$1')
    .replaceAll('\\$', '$');
}

function snippetsOf(name: string): [string, string][] {
  const snippets = JSON.parse(readFileSync(`snippets/${name}.json`, 'utf8'));
  return Object.entries<{ body: string[] }>(snippets).map(([key, { body }]) => [
    key,
    expanded(body),
  ]);
}

for (const [name, text] of snippetsOf('kho-fdt'))
  test(`the snippet "${name}" is without errors`, () => {
    const isProperty = text.startsWith('mem');
    const isChild = text.includes('preserved-data') && !text.includes('/dts-v1/');
    const whole = isProperty
      ? `x { ${text} };`
      : isChild
        ? `/dts-v1/;\n/ { compatible = "kho-v4"; preserved-memory-map = <0x1000>; ${text} };`
        : text;
    const { issues } = checkSource({ path: name, text: whole }, { bindings: SHIPPED });
    assert.deepEqual(
      issues.filter(({ severity }) => severity === 'error').map(({ message }) => message),
      [],
    );
  });

for (const [name, text] of snippetsOf('kho-binding'))
  test(`the snippet "${name}" is a binding`, () =>
    assert.deepEqual(loadBinding({ path: name, text }).issues, []));

for (const [name, text] of snippetsOf('kho-scenario'))
  test(`the snippet "${name}" is a scenario`, () =>
    assert.deepEqual(parseScenario({ path: name, text }).issues, []));

test('the expressions of the grammars are well-formed', () => {
  const check = (node: unknown): void => {
    if (typeof node !== 'object' || node === null) return;
    for (const [key, value] of Object.entries(node))
      if (['match', 'begin', 'end', 'while'].includes(key))
        // \G is Oniguruma's; the rest is the same.
        new RegExp(
          String(value)
            .replaceAll('\\G', '')
            .replace(/^\(\?i\)/, '')
            .replaceAll('(?i:', '(?:'),
        );
      else check(value);
  };
  for (const { path } of contributes.grammars) check(JSON.parse(readFileSync(path, 'utf8')));
});
