import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';
import { codeFiles, ROOMS, read, roomOf } from './project-files.ts';

/** Where reading starts: each room's contract, tests, and what is run by hand or by npm. */
const ENTRIES = [
  /^(?:[\w-]+\/)+index\.ts$/,
  /^test\/.*\.(?:test|e2e)\.ts$/,
  /^(?:bench|scripts|examples)\//,
];

test('every file is reached from where reading starts', () => {
  const entries = codeFiles().filter((file) => ENTRIES.some((entry) => entry.test(file)));
  const known = new Set(codeFiles());
  const reached = new Set(entries);
  for (const file of reached) {
    for (const target of references(file)) if (known.has(target)) reached.add(target);
  }
  assert.deepEqual(
    [...known].filter((file) => !reached.has(file)),
    [],
  );
});

test('a room is entered through its index', () => {
  const shortcuts = codeFiles()
    .filter((file) => roomOf(file) !== undefined)
    .flatMap((file) =>
      references(file)
        .filter((target) => roomOf(target) !== undefined && roomOf(target) !== roomOf(file))
        .filter((target) => !ROOMS.some((room) => target === `${room}/index.ts`))
        .map((target) => `${file} imports ${target}`),
    );
  assert.deepEqual(shortcuts, []);
});

/** Files that `file` imports or names: relative to itself, or (as scripts do) to the repository. */
function references(file: string): readonly string[] {
  const named = read(file).matchAll(/['"`]([^'"`\s]+\.(?:ts|mjs|cjs|js|json))['"`]/g);
  return [...named].map(([, to = '']) =>
    to.startsWith('.') ? path.posix.join(path.posix.dirname(file), to) : to,
  );
}
