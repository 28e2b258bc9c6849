import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import type { CompletionList, DocumentLink } from 'vscode-languageserver/node';
import { keyOfPath, keyOfUri } from '../../server/file-key.ts';
import {
  type FolderEntry,
  includePaths,
  type ListFolder,
  MAX_FOLDER_ENTRIES,
} from '../../server/include-paths.ts';
import { withClient } from './test-client.ts';

const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  '/w/': ['z.dtsi', 'a.kho', 'own.kho', 'data.bin', 'README', 'parts/', '.git/', '.x.dtsi'],
  '/w/parts/': ['p.dtsi', 'own.kho'],
  '/': ['w/'],
};

const listFolder: ListFolder = (folder) =>
  (FOLDERS[folder] ?? []).map((name): FolderEntry => {
    const isFolder = name.endsWith('/');
    return { name: isFolder ? name.slice(0, -1) : name, isFolder };
  });

// What is typed, in which directive, and what it may go on to.
const CASES: readonly [string, 'include' | 'incbin', readonly string[]][] = [
  ['', 'include', ['a.kho', 'z.dtsi', 'parts/', 'README', 'data.bin']],
  ['', 'incbin', ['data.bin', 'parts/', 'README', 'a.kho', 'z.dtsi']],
  ['z', 'include', ['a.kho', 'z.dtsi', 'parts/', 'README', 'data.bin']],
  ['parts/', 'include', ['parts/own.kho', 'parts/p.dtsi']],
  ['./parts/../', 'include', ['a.kho', 'z.dtsi', 'parts/', 'README', 'data.bin'].map(in_)],
  ['../', 'include', ['../w/']],
  ['/w/parts/p', 'include', ['/w/parts/own.kho', '/w/parts/p.dtsi']],
  ['.', 'include', ['.x.dtsi', '.git/']],
  ['none/', 'include', []],
];

function in_(name: string): string {
  return `./parts/../${name}`;
}

for (const [prefix, directive, expected] of CASES)
  test(`/${directive}/ "${prefix}`, () => {
    const own = keyOfPath('/w/own.kho');
    assert.deepEqual(includePaths(own, prefix, directive, listFolder), expected);
  });

test('what is in no folder has nothing beside it', () => {
  assert.deepEqual(includePaths(keyOfUri('untitled:a.kho'), '', 'include', listFolder), []);
});

test('of a folder with too many entries only some are looked at', () => {
  let asked = 0;
  includePaths(keyOfPath('/w/own.kho'), '', 'include', (_, limit) => {
    asked = limit;
    return [];
  });
  assert.equal(asked, MAX_FOLDER_ENTRIES);
});

test('the server completes paths and links the bytes that are taken in', () =>
  withClient({ files: { 'parts/p.dtsi': '', 'd.bin': 'x' } }, async (client) => {
    mkdirSync(path.join(client.folder, 'empty'));
    symlinkSync('/nowhere', path.join(client.folder, 'lost.dtsi'));
    const text = 'a {\n  x = /incbin/("d.bin");\n  y = /incbin/("none.bin");\n};\n/include/ "p"\n';
    await client.open('a.kho', text);
    const textDocument = { uri: client.uri('a.kho') };
    const { items } = await client.connection.sendRequest<CompletionList>(
      'textDocument/completion',
      { textDocument, position: { line: 4, character: 12 } },
    );
    assert.deepEqual(
      items.map(({ label }) => label),
      ['lost.dtsi', 'empty/', 'parts/', 'd.bin'],
    );
    const links = await client.connection.sendRequest<DocumentLink[]>('textDocument/documentLink', {
      textDocument,
    });
    assert.deepEqual(
      links.map(({ target }) => target),
      [client.uri('d.bin')],
    );
  }));
