import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import {
  CancellationTokenSource,
  type Diagnostic,
  type FullDocumentDiagnosticReport,
  LSPErrorCodes,
  type ResponseError,
  type WorkspaceDiagnosticReport,
} from 'vscode-languageserver/node';
import { URI } from 'vscode-uri';
import { SEED_EXAMPLE } from './seed-example.ts';
import { type TestClient, withClient } from './test-client.ts';

const BROKEN = 'a { b = <1> c; };\n';

/** A binding with one property, a number that must be what `limit` says. */
function binding(limit: string): string {
  return `$id: demo-v1
title: Demo
kho-releases: [seed]
properties:
  compatible:
    const: demo-v1
  count:
    $ref: /schemas/types.yaml#/definitions/uint32
    description: How many
    ${limit}
required: [compatible]
additionalProperties: false
`;
}
const DEMO = 'demo {\n    compatible = "demo-v1";\n    count = <7>;\n};\n';

function codes(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.map(({ code }) => String(code));
}

/** Codes by file, files without any left out. */
function summary(client: TestClient, { items }: WorkspaceDiagnosticReport): unknown {
  const entries = items.flatMap((item) => {
    if (item.kind !== 'full' || item.items.length === 0) return [];
    return [[item.uri.replace(`${client.uri('')}`, ''), codes(item.items)]];
  });
  return Object.fromEntries(entries.sort());
}

test('every source and binding of the workspace is checked, wherever it is', () =>
  withClient(
    {
      files: {
        'good.kho': SEED_EXAMPLE,
        'bad.kho': BROKEN,
        'deep/er/bad.kho.dts': `/dts-v1/;\n/ { ${BROKEN} };\n`,
        'deep/bad.kho.yaml': 'title: [\n',
        'not-ours.dts': BROKEN,
        'node_modules/x/bad.kho': BROKEN,
        '.git/bad.kho': BROKEN,
      },
    },
    async (client) => {
      const report = await client.pullWorkspace();
      assert.deepEqual(summary(client, report), {
        '/bad.kho': ['syntax-error'],
        '/deep/bad.kho.yaml': ['binding-syntax'],
        '/deep/er/bad.kho.dts': ['syntax-error'],
      });
      const ids = Object.fromEntries(
        report.items.flatMap((item) => (item.resultId ? [[item.uri, item.resultId]] : [])),
      );
      const again = await client.pullWorkspace(ids);
      assert.deepEqual(new Set(again.items.map(({ kind }) => kind)), new Set(['unchanged']));
    },
  ));

test('a file that is gone loses its diagnostics, and a new one gets some', () =>
  withClient({ files: { 'bad.kho': BROKEN } }, async (client) => {
    await client.pullWorkspace();
    await client.remove('bad.kho');
    await client.write('new.kho', BROKEN);
    const report = await client.pullWorkspace({ [client.uri('bad.kho')]: 'old' });
    assert.deepEqual(summary(client, report), { '/new.kho': ['syntax-error'] });
    assert.ok(report.items.some(({ uri }) => uri === client.uri('bad.kho')));
  }));

test('an open document wins over the disk, and the disk is back when it is closed', () =>
  withClient({ files: { 'a.kho': BROKEN } }, async (client) => {
    await client.open('a.kho', SEED_EXAMPLE);
    assert.deepEqual(await client.diagnostics('a.kho'), []);
    await client.close('a.kho');
    assert.deepEqual(codes(await client.diagnostics('a.kho')), ['syntax-error']);
  }));

test('an edit of a binding changes what is said of an open source', () =>
  withClient({ files: { 'demo.kho.yaml': binding('minimum: 1') } }, async (client) => {
    await client.open('demo.kho', DEMO);
    assert.deepEqual(await client.diagnostics('demo.kho'), []);
    const before = client.refreshes();
    await client.open('demo.kho.yaml', binding('minimum: 8'));
    assert.deepEqual(codes(await client.diagnostics('demo.kho')), ['property-value']);
    // A binding that is broken half way through an edit keeps its last meaning.
    await client.edit('demo.kho.yaml', `${binding('minimum: 8')}oops`);
    assert.notEqual((await client.diagnostics('demo.kho.yaml')).length, 0);
    assert.deepEqual(codes(await client.diagnostics('demo.kho')), ['property-value']);
    await client.edit('demo.kho.yaml', binding('minimum: 7'));
    assert.deepEqual(await client.diagnostics('demo.kho'), []);
    await client.close('demo.kho.yaml');
    await until(() => client.refreshes() > before);
  }));

test('a binding on disk counts, from the workspace and from folders of the setting', () =>
  withClient(
    {
      files: { 'demo.kho': DEMO, '.hidden/own/demo.kho.yaml': binding('maximum: 3') },
      settings: { bindings: { folders: ['.hidden/own', 'not-there'] } },
    },
    async (client) => {
      assert.deepEqual(codes(await client.diagnostics('demo.kho')), ['property-value']);
      assert.match(client.infos.join(), /kho\.bindings\.folders: there is no folder .*not-there/);
      await client.write('.hidden/own/demo.kho.yaml', binding('maximum: 9'));
      assert.deepEqual(await client.diagnostics('demo.kho'), []);
    },
  ));

test('what is wrong in an included file is said there, and follows edits of it', () =>
  withClient(
    {
      files: {
        'main.kho': 'demo {\n    /include/ "part.dtsi"\n};\n',
        'part.dtsi': 'a = <1>;\n',
      },
    },
    async (client) => {
      await client.open('main.kho', 'demo {\n    /include/ "part.dtsi"\n};\n');
      const before = codes(await client.diagnostics('main.kho'));
      await client.open('part.dtsi', 'a = <1> oops;\n');
      assert.deepEqual(codes(await client.diagnostics('part.dtsi')), ['syntax-error']);
      assert.deepEqual(codes(await client.diagnostics('main.kho')), before);
      await client.edit('part.dtsi', 'a = <1>;\n');
      assert.deepEqual(await client.diagnostics('part.dtsi'), []);
      await client.close('part.dtsi');
      await client.write('part.dtsi', 'a = ;\n');
      const report = await client.pull('main.kho');
      const related = report.relatedDocuments?.[client.uri('part.dtsi')];
      assert.deepEqual(related?.kind === 'full' && codes(related.items), ['syntax-error']);
    },
  ));

test('an include that appears is found', () =>
  withClient({ files: {} }, async (client) => {
    await client.open('main.kho', '/dts-v1/;\n/include/ "later.dtsi"\n/ { };\n');
    assert.match(codes(await client.diagnostics('main.kho')).join(), /include-not-found/);
    await client.write('later.dtsi', '/ { a { }; };\n');
    assert.doesNotMatch(codes(await client.diagnostics('main.kho')).join(), /include/);
  }));

test('settings take effect when they change, and wrong ones are said', () =>
  withClient({ settings: { byteOrder: 'big' } }, async (client) => {
    await client.open('a.kho', SEED_EXAMPLE);
    const hover = await client.hover('a.kho', { line: 10, character: 21 });
    assert.match(JSON.stringify(hover), /big-endian/);
    await client.configure({ byteOrder: 'little', release: 'seed' });
    await until(async () => {
      const next = await client.hover('a.kho', { line: 10, character: 21 });
      return JSON.stringify(next).includes('little-endian');
    });
    await client.configure({ byteOrder: 'middle', release: '2.4' });
    await until(() => client.errors.length === 2);
    assert.match(
      client.errors.splice(0).join('\n'),
      /kho\.release.*known are auto, seed[\s\S]*middle/,
    );
  }));

test('clients that do not ask are sent diagnostics, also of files nobody has open', () =>
  withClient({ mode: 'push', files: { 'closed.kho': BROKEN } }, async (client) => {
    assert.equal(client.initialized.capabilities.diagnosticProvider, undefined);
    assert.deepEqual(codes((await client.published('closed.kho')).diagnostics), ['syntax-error']);
    await client.open('a.kho', BROKEN);
    const first = await client.published('a.kho');
    assert.equal(first.version, 1);
    assert.deepEqual(codes(first.diagnostics), ['syntax-error']);
    for (const text of ['a', 'a {', 'a { }', 'a { };']) await client.edit('a.kho', text);
    const last = await client.published('a.kho');
    assert.deepEqual([last.version, last.diagnostics], [5, []], 'only the newest version');
    await client.edit('a.kho', BROKEN);
    await client.published('a.kho');
    await client.close('a.kho');
    const cleared = await client.published('a.kho');
    assert.deepEqual([cleared.version, cleared.diagnostics], [undefined, []]);
  }));

test('clients that do not ask are told when a binding or an include changes', () =>
  withClient(
    {
      mode: 'push',
      files: { 'demo.kho.yaml': binding('minimum: 1'), 'part.dtsi': 'count = <7>;\n' },
    },
    async (client) => {
      const text = 'demo {\n    compatible = "demo-v1";\n    /include/ "part.dtsi"\n};\n';
      await client.open('demo.kho', text);
      assert.deepEqual((await client.published('demo.kho')).diagnostics, []);
      await client.write('demo.kho.yaml', binding('minimum: 8'));
      const included = await client.published('part.dtsi');
      assert.deepEqual(codes(included.diagnostics), ['property-value']);
      await client.write('part.dtsi', 'count = <8>;\n');
      assert.deepEqual((await client.published('part.dtsi')).diagnostics, []);
    },
  ));

test('folders come and go', () =>
  withClient({ files: { 'own/a.kho': '' } }, async (client) => {
    const other = mkdtempSync(path.join(tmpdir(), 'kho-other-'));
    writeFileSync(path.join(other, 'bad.kho'), BROKEN);
    try {
      const folder = { uri: URI.file(other).toString(), name: 'other' };
      client.connection.onRequest('workspace/workspaceFolders', () => [folder]);
      await client.connection.sendNotification('workspace/didChangeWorkspaceFolders', {
        event: { added: [folder], removed: [] },
      });
      await until(async () => {
        const { items } = await client.pullWorkspace();
        const uris = items.map(({ uri }) => uri);
        return uris.includes(`${folder.uri}/bad.kho`) && !uris.includes(client.uri('own/a.kho'));
      });
    } finally {
      rmSync(other, { recursive: true });
    }
  }));

test('an answer that is no longer wanted is not computed, the last one is', () =>
  withClient({}, async (client) => {
    await client.open('a.kho', SEED_EXAMPLE.repeat(50));
    await client.diagnostics('a.kho');
    const answers = [];
    for (let edit = 0; edit < 20; edit++) {
      const cancel = new CancellationTokenSource();
      await client.edit('a.kho', edit === 19 ? SEED_EXAMPLE : `${SEED_EXAMPLE} `.repeat(edit + 2));
      const params = { textDocument: { uri: client.uri('a.kho') } };
      answers.push(
        client.connection.sendRequest('textDocument/diagnostic', params, cancel.token).then(
          (report) => codes((report as FullDocumentDiagnosticReport).items).join(),
          (error: ResponseError) => (error.code === LSPErrorCodes.RequestCancelled ? '-' : 'bad'),
        ),
      );
      if (edit < 19) cancel.cancel();
    }
    const settled = await Promise.all(answers);
    assert.equal(settled.at(-1), '', 'the last text is clean');
    assert.deepEqual(new Set(settled.slice(0, -1)), new Set(['-']));
  }));

test('the client is asked to watch files and to tell of settings', () =>
  withClient({}, async (client) => {
    await client.open('a.kho', '');
    await client.diagnostics('a.kho');
    assert.deepEqual([...new Set(client.registered)].sort(), [
      'workspace/didChangeConfiguration',
      'workspace/didChangeWatchedFiles',
    ]);
  }));

/** Waits for what the server does without being asked. */
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 200; tries++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  assert.fail('it did not happen');
}
