import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MarkupContent } from 'vscode-languageserver/node';
import { positionAt } from '../../fdt/index.ts';
import { parseMarks } from '../support/marks.ts';
import { SEED_EXAMPLE } from './seed-example.ts';
import { type TestClient, withClient } from './test-client.ts';

/** The example of the slides with the cursor before `what`. */
function seedAt(what: string): string {
  const offset = SEED_EXAMPLE.indexOf(what);
  assert.ok(offset >= 0, `the example has no ${what}`);
  return `${SEED_EXAMPLE.slice(0, offset)}$0${SEED_EXAMPLE.slice(offset)}`;
}

async function hoverText(client: TestClient, fixture: string): Promise<string> {
  const { text, cursor = 0 } = parseMarks(fixture);
  await client.open('test.kho', text);
  const hover = await client.hover('test.kho', positionAt({ path: '', text }, cursor));
  await client.close('test.kho');
  return (hover?.contents as MarkupContent | undefined)?.value ?? '(nothing)';
}

/** Links lead to this machine's folders and are tested by themselves. */
function withoutLinks(markdown: string): string {
  return markdown.replace(/\n\n\[[^\]]*\]\([^)]*\)/g, '');
}

const cases: readonly { name: string; fixture: string; expected: string }[] = [];

for (const { name, fixture, expected } of cases)
  test(`hover: ${name}`, () =>
    withClient({}, async (client) => {
      assert.equal(withoutLinks(await hoverText(client, fixture)), expected.trim());
    }));

test('hover: a link leads to the binding', () =>
  withClient({}, async (client) => {
    const text = await hoverText(client, seedAt('cpu0'));
    assert.match(text, /\[ftrace,cpu-v1\.kho\.yaml\]\(file:\/\/\/.*ftrace.*cpu-v1\.kho\.yaml\)$/);
  }));

test('hover: without Markdown the same text has no marks', () =>
  withClient({ hasMarkdown: false }, async (client) => {
    const text = await hoverText(client, seedAt('cpu = <'));
    assert.doesNotMatch(text, /[*`[]/);
    assert.match(text, /^cpu · u32\n/);
  }));
