// What the server does at its edges: limits, errors of its own, settings of all kinds, processes.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import {
  CancellationToken,
  createProtocolConnection,
  type InitializeResult,
  ResponseError,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';
import { RELEASES } from '../../kho/index.ts';
import { keyOfPath, keyOfUri, pathOfKey, roleOf } from '../../server/file-key.ts';
import { contained, guarded, type Log } from '../../server/log.ts';
import { SCAN_LIMITS, type ScanLimits, scanFolder } from '../../server/scan.ts';
import { DEFAULT_SETTINGS, readSettings } from '../../server/settings.ts';

interface TestLog extends Log {
  readonly lines: string[];
}

function createLog(): TestLog {
  const lines: string[] = [];
  return { lines, info: (line) => lines.push(line), error: (line) => lines.push(line) };
}

test('an error of ours is logged and answered with nothing', async () => {
  const log = createLog();
  const broken = guarded(log, 'hover', null, () => {
    throw new Error('oops');
  });
  assert.equal(await broken(undefined, CancellationToken.None), null);
  await contained(log, 'edit', () => Promise.reject(new Error('again')));
  assert.match(log.lines.join('\n'), /^hover: Error: oops[\s\S]*^edit: Error: again/m);
});

test('a cancelled request is not worked on', async () => {
  const handler = guarded(createLog(), 'hover', null, () => assert.fail('was worked on'));
  const answer = await handler(undefined, CancellationToken.Cancelled);
  assert.ok(answer instanceof ResponseError);
});

test('settings that are missing or wrong have their defaults', () => {
  const known = RELEASES.map(({ name }) => name)
    .join(', ')
    .replaceAll('.', '\\.');
  const cases: readonly (readonly [unknown, RegExp])[] = [
    [undefined, /^$/],
    [null, /^$/],
    ['kho', /^$/],
    [[], /^$/],
    [{ release: null, byteOrder: null, bindings: { folders: null } }, /^$/],
    [{ release: 'auto', byteOrder: 'little', bindings: {} }, /^$/],
    [{ release: 7.3 }, new RegExp(`^kho\\.release is 7\\.3; known are auto, ${known}$`)],
    [{ byteOrder: 'native' }, /^kho\.byteOrder is "native"; known are little, big$/],
    [{ bindings: { folders: [1] } }, /^kho\.bindings\.folders must be a list of folders$/],
  ];
  for (const [raw, problem] of cases) {
    const { settings, problems } = readSettings(raw);
    assert.deepEqual(settings, DEFAULT_SETTINGS);
    assert.match(problems.join('\n'), problem);
  }
  assert.equal(readSettings({ release: 'seed' }).settings.release?.name, 'seed');
});

test('a file is known by one name and by what it is called', () => {
  assert.equal(keyOfUri('file:///a/b,c.kho'), keyOfUri('file:///a/b%2Cc.kho'));
  assert.equal(keyOfPath('/a/b c.kho'), keyOfUri('file:///a/b%20c.kho'));
  assert.equal(pathOfKey(keyOfUri('untitled:Untitled-1')), undefined);
  const roles = ['a.kho', 'a.kho.dts', 'a.kho.yaml', 'a.dts', 'a.kho.json', 'a.yaml', 'kho'];
  assert.deepEqual(
    roles.map((name) => roleOf(keyOfPath(`/x/${name}`))),
    ['source', 'source', 'binding', 'other', 'other', 'other', 'other'],
  );
});

test('a scan ends at its limits, says so, and follows no links', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'kho-scan-'));
  try {
    mkdirSync(path.join(folder, 'a/b/c'), { recursive: true });
    for (const file of ['1.kho', '2.kho', 'a/3.kho', 'a/b/c/4.kho.yaml'])
      writeFileSync(path.join(folder, file), '');
    symlinkSync(folder, path.join(folder, 'a/loop'));
    const scan = async (limits: Partial<ScanLimits>): Promise<[number, string]> => {
      const log = createLog();
      const found = await scanFolder(folder, log, { ...SCAN_LIMITS, ...limits });
      return [found.length, log.lines.join().replace(`${folder}: `, '')];
    };
    assert.deepEqual(await scan({}), [4, '']);
    const after = 'looked no further after';
    const open = 'files that you open are checked';
    assert.deepEqual(await scan({ files: 2 }), [2, `${after} 2 files; ${open}`]);
    assert.deepEqual(await scan({ entries: 3 }), [2, `${after} 3 entries; ${open}`]);
    assert.deepEqual(await scan({ depth: 1 }), [3, 'folders deeper than 1 were left out']);
    assert.deepEqual(await scanFolder(path.join(folder, 'none'), createLog()), []);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the built server runs as a process of its own and ends when told to', async () => {
  const child = spawn(process.execPath, ['dist/server.cjs', '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const exited = new Promise((resolve) => child.on('exit', resolve));
  const connection = createProtocolConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  connection.listen();
  const { serverInfo } = await connection.sendRequest<InitializeResult>('initialize', {
    processId: process.pid,
    rootUri: null,
    capabilities: {},
  });
  assert.equal(serverInfo?.name, 'KHO');
  await connection.sendRequest('shutdown');
  await connection.sendNotification('exit');
  assert.equal(await exited, 0);
});
