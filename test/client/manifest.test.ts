// What the manifest promises is there, and what the code has the manifest says.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import test from 'node:test';
import { RELEASES } from '../../kho/index.ts';
import { SEMANTIC_LEGEND } from '../../server/semantic-tokens.ts';
import { DEFAULT_SETTINGS } from '../../server/settings.ts';

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
  const setting = contributes.configuration.properties['kho.release'];
  assert.deepEqual(setting.enum, ['auto', ...RELEASES.map(({ name }) => name)]);
  const [, ...titles] = setting.enumDescriptions;
  assert.deepEqual(
    titles,
    RELEASES.map(({ title }) => title),
  );
});

test('switches are on in the manifest where they are on in the server', () => {
  const { properties } = contributes.configuration;
  assert.equal(properties['kho.codeLens'].default, DEFAULT_SETTINGS.codeLens);
  const hints = Object.keys(properties).filter((name) => name.startsWith('kho.inlayHints.'));
  const inManifest = hints.map((name) => [
    name.replace('kho.inlayHints.', ''),
    properties[name].default,
  ]);
  assert.deepEqual(Object.fromEntries(inManifest), DEFAULT_SETTINGS.inlayHints);
});

test('the colours of names are those of the grammar or of themes, for kinds that there are', () => {
  const grammar = readFileSync('syntaxes/kho-fdt.tmLanguage.json', 'utf8');
  const [{ language, scopes }] = contributes.semanticTokenScopes;
  assert.equal(language, 'kho-fdt');
  for (const [selector, names] of Object.entries<string[]>(scopes)) {
    const [type = '', ...modifiers] = selector.split('.');
    assert.ok(SEMANTIC_LEGEND.tokenTypes.includes(type), selector);
    for (const each of modifiers)
      assert.ok(SEMANTIC_LEGEND.tokenModifiers.includes(each), selector);
    const isOwn = names.some((name) => grammar.includes(`"${name}"`));
    assert.ok(isOwn || names.every((name) => /^(support|entity|constant)\./.test(name)), selector);
  }
  assert.deepEqual(
    SEMANTIC_LEGEND.tokenTypes.filter((type) => scopes[type] === undefined),
    [],
  );
});

test('the manifest names the same launch attributes as the code', () => {
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
