// Layouts of C as a client sees them, with a real repository behind.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CodeAction, Diagnostic, MarkupContent } from 'vscode-languageserver/node';
import { positionAt } from '../../fdt/index.ts';
import { needs, runTool } from '../support/tools.ts';
import { type TestClient, withClient } from './test-client.ts';

const NAME = 'include/linux/kho/abi/demo.h';
const OTHER = 'include/linux/kho/abi/block.h';
const V1 = `#define DEMO_COMPATIBLE "demo-v1"
struct demo_ser {
	u32 flags;
	u64 len;
} __packed;
`;
/** Goes by the version of the other header. */
const BLOCK = '/* For any change raise DEMO_COMPATIBLE. */\nstruct block { u64 next; };\n';
const RULE = 'layout-changed-without-version';

async function commitAll(folder: string): Promise<void> {
  const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org'];
  const commands = [
    ['init', '-q', '-b', 'main'],
    ['add', '-A'],
    [...who, 'commit', '-q', '--no-gpg-sign', '-m', 'a state'],
  ];
  for (const args of commands) {
    const { status, stderr } = await runTool('git', args, { cwd: folder });
    assert.equal(status, 0, stderr);
  }
}

/** Asks until git has answered and the rule is reported, as a client does that is told to. */
async function reported(client: TestClient, file: string): Promise<Diagnostic> {
  for (let tries = 0; tries < 200; tries++) {
    const found = (await client.diagnostics(file)).find(({ code }) => code === RULE);
    if (found !== undefined) return found;
    await sleep(50);
  }
  return assert.fail(`${file}: nothing is reported`);
}

async function repairs(client: TestClient, file: string, at: Diagnostic): Promise<CodeAction[]> {
  const { connection, uri } = client;
  return await connection.sendRequest('textDocument/codeAction', {
    textDocument: { uri: uri(file) },
    range: at.range,
    context: { diagnostics: [at] },
  });
}

test('a changed layout is reported once git has answered, and repaired', async (t) => {
  if (!needs(t, 'git')) return;
  await withClient({ files: { [NAME]: V1 }, hasMarkdown: true }, async (client) => {
    await commitAll(client.folder);
    const changed = V1.replace('u32 flags', 'u64 flags');
    await client.open(NAME, changed, 'c');
    const diagnostic = await reported(client, NAME);
    assert.match(
      String(diagnostic.message),
      /^The layout of `struct demo_ser` is not that of HEAD/,
    );
    assert.deepEqual(diagnostic.range.start, { line: 1, character: 7 });
    assert.ok(client.refreshes() > 0, 'the client is told to ask again');
    const [repair] = await repairs(client, NAME, diagnostic);
    assert.equal(repair?.title, 'Raise DEMO_COMPATIBLE to "demo-v2"');
    const [edit] = repair.edit?.changes?.[client.uri(NAME)] ?? [];
    assert.ok(edit !== undefined);
    await client.edit(NAME, edit.newText, edit.range);
    assert.deepEqual(await client.diagnostics(NAME), []);
    const len = positionAt({ path: NAME, text: changed }, changed.indexOf('len;'));
    const hover = await client.hover(NAME, len);
    const contents = hover?.contents as MarkupContent | undefined;
    assert.match(contents?.value ?? '', /^byte 8 .* of struct demo_ser, 8 bytes/m);
  });
});

test('the version may be in another header, and is raised there', async (t) => {
  if (!needs(t, 'git')) return;
  await withClient({ files: { [NAME]: V1, [OTHER]: BLOCK } }, async (client) => {
    await commitAll(client.folder);
    await client.open(OTHER, BLOCK.replace('u64 next', 'u64 next, count'), 'c');
    const diagnostic = await reported(client, OTHER);
    const [repair] = await repairs(client, OTHER, diagnostic);
    assert.equal(repair?.title, 'Raise DEMO_COMPATIBLE to "demo-v2"');
    assert.deepEqual(Object.keys(repair.edit?.changes ?? {}), [client.uri(NAME)]);
  });
});

test('clients that do not ask are told', async (t) => {
  if (!needs(t, 'git')) return;
  await withClient({ files: { [NAME]: V1 }, mode: 'push' }, async (client) => {
    await commitAll(client.folder);
    await client.open(NAME, V1.replace('u32 flags', 'u64 flags'), 'c');
    for (;;) {
      const { diagnostics } = await client.published(NAME);
      if (diagnostics.some(({ code }) => code === RULE)) break;
    }
  });
});
