import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { codeFiles, ROOMS, read, roomOf } from './project-files.ts';

/** Where reading starts: what the build bundles, each room's contract, and what test runs load. */
const ENTRIES = [
  /^(?:[\w-]+\/)+index\.ts$/,
  /^client\/activate\.ts$/,
  /^(?:cli|debugger|server)\/main\.ts$/,
  /^simulator\/script\/kernel-process\.ts$/,
  /^test\/.*\.(?:test|e2e)\.ts$/,
  /^test\/e2e\/(?:run|start|host\/code|host\/inside)\.ts$/,
  // Run by hand, by an npm script or by an example's reader.
  /^(?:bench|scripts|examples)\//,
];

test('every file is reached from where reading starts', () => {
  const entries = codeFiles().filter((file) => ENTRIES.some((entry) => entry.test(file)));
  const reached = new Set(entries);
  for (const file of reached) {
    for (const target of references(file)) if (existsSync(target)) reached.add(target);
  }
  assert.deepEqual(
    codeFiles().filter((file) => !reached.has(file)),
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

/** Files that `file` imports or names with a relative path. */
function references(file: string): readonly string[] {
  const named = read(file).matchAll(/['"`](\.{1,2}\/[^'"`\n]+\.(?:ts|mjs|cjs|js|json))['"`]/g);
  return [...named].map(([, to = '']) => path.posix.join(path.posix.dirname(file), to));
}
