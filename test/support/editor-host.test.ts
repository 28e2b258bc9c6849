// The stand-in for a desktop editor, as far as it goes without one.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';
import { Channel } from '../e2e/host/channel.ts';
import { parseCommandLine } from '../e2e/host/command-line.ts';
import { workbenchUrl } from '../e2e/host/workbench-url.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'kho-host-test-'));
after(() => rmSync(folder, { recursive: true }));

test("a test runner's command line is understood", () => {
  const commandLine = parseCommandLine([
    folder,
    '--no-sandbox',
    '--disable-workspace-trust',
    '--extensionTestsPath=/tests/index.cjs',
    '--extensionDevelopmentPath=/extension',
    '--user-data-dir',
    '/user-data',
  ]);
  assert.deepEqual(commandLine, {
    target: {
      extensions: ['/extension'],
      files: [],
      tests: '/tests/index.cjs',
      workspace: folder,
    },
    asksForTrust: false,
    userDataFolder: '/user-data',
  });
});

test('without the option, the user is asked for trust', () => {
  assert.equal(parseCommandLine([folder]).asksForTrust, true);
});

test('the address of a workbench says what to open', () => {
  const target = { workspace: '/my folder', files: ['/my folder/a.kho'], tests: '/t.cjs' };
  const { searchParams } = new URL(workbenchUrl('127.0.0.1:8000', target));
  assert.equal(searchParams.get('folder'), '/my folder');
  assert.deepEqual(JSON.parse(searchParams.get('payload') ?? ''), [
    ['openFile', 'vscode-remote://127.0.0.1:8000/my%20folder/a.kho'],
    ['extensionTestsPath', 'vscode-remote://127.0.0.1:8000/t.cjs'],
  ]);
});

test('output and verdict reach the other side', () => {
  const [inside, outside] = [new Channel(folder), new Channel(folder)];
  assert.equal(outside.takeOutput().length, 0);
  assert.equal(outside.verdict, undefined);
  inside.print('first\n');
  assert.equal(outside.takeOutput().toString(), 'first\n');
  inside.print('second\n');
  inside.leaveVerdict('passed');
  assert.equal(outside.takeOutput().toString(), 'second\n');
  assert.equal(outside.verdict, 'passed');
});

test('a picture is asked for, and known to be taken', () => {
  const [inside, outside] = [new Channel(folder), new Channel(folder)];
  inside.requestPicture('name');
  assert.deepEqual(outside.requestedPictures, ['name']);
  assert.equal(inside.isPictureTaken('name'), false);
  outside.answerPicture('name');
  assert.equal(inside.isPictureTaken('name'), true);
});
