// A folder goes at once, and nobody tells of the files in it.
import assert from 'node:assert/strict';
import { renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { FileChangeType } from 'vscode-languageserver/node';
import { type TestClient, withClient } from './test-client.ts';

const BROKEN = 'a { b = <1> c; };\n';
const FILES = {
  'gone/bad.kho': BROKEN,
  'gone/deep/bad.kho.yaml': 'broken: [',
  'gone/part.dtsi': BROKEN,
  'gone.kho': BROKEN,
  'kept/bad.kho': BROKEN,
  'kept/user.kho': '/include/ "../gone/part.dtsi"\na { };\n',
};

/** Files with diagnostics, by path. */
async function troubled(client: TestClient): Promise<string[]> {
  const { items } = await client.pullWorkspace();
  const found = items.filter((item) => item.kind === 'full' && item.items.length > 0);
  return found.map(({ uri }) => uri.slice(client.uri('').length).replace(/^\//, '')).sort();
}

const WAYS: Readonly<Record<string, (client: TestClient) => Promise<void>>> = {
  'is deleted in the editor': (client) =>
    client.connection.sendNotification('workspace/didDeleteFiles', {
      files: [{ uri: client.uri('gone') }],
    }),
  'is moved out of the workspace in the editor': (client) =>
    client.connection.sendNotification('workspace/didRenameFiles', {
      files: [{ oldUri: client.uri('gone'), newUri: 'file:///elsewhere' }],
    }),
  'is gone from the disk': (client) =>
    client.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: client.uri('gone'), type: FileChangeType.Deleted }],
    }),
};

for (const [way, tell] of Object.entries(WAYS))
  test(`a folder that ${way} takes its diagnostics with it`, () =>
    withClient({ files: FILES }, async (client) => {
      assert.deepEqual(await troubled(client), [
        'gone.kho',
        'gone/bad.kho',
        'gone/deep/bad.kho.yaml',
        'gone/part.dtsi',
        'kept/bad.kho',
      ]);
      rmSync(path.join(client.folder, 'gone'), { recursive: true });
      await tell(client);
      assert.deepEqual(await troubled(client), ['gone.kho', 'kept/bad.kho', 'kept/user.kho']);
    }));

test('a folder that is moved in the workspace has its diagnostics where it is', () =>
  withClient({ mode: 'push', files: { 'gone/bad.kho': BROKEN } }, async (client) => {
    const first = await client.published('gone/bad.kho');
    assert.equal(first.diagnostics.length > 0, true);
    renameSync(path.join(client.folder, 'gone'), path.join(client.folder, 'new'));
    await client.connection.sendNotification('workspace/didRenameFiles', {
      files: [{ oldUri: client.uri('gone'), newUri: client.uri('new') }],
    });
    assert.deepEqual((await client.published('gone/bad.kho')).diagnostics, []);
    assert.equal((await client.published('new/bad.kho')).diagnostics.length > 0, true);
  }));
