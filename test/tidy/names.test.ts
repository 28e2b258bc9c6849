import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeFiles, PURE_ROOMS, projectFiles, read, roomOf } from './project-files.ts';

/** Names that say nothing of what is inside, so that everything ends up there. */
const NAMES_OF_NOTHING = new Set([
  'common',
  'helper',
  'helpers',
  'misc',
  'shared',
  'util',
  'utils',
]);

/** Written apart, so that this file does not hold what it looks for. */
const REGISTRY_HOSTS = [
  ['registry', 'npmjs', 'org'],
  ['registry', 'yarnpkg', 'com'],
  ['npm', 'pkg', 'github', 'com'],
  ['open-vsx', 'org'],
  ['marketplace', 'visualstudio', 'com'],
].map((labels) => labels.join('.'));

test('files and folders are called what they hold', () => {
  const isEmptyName = (part: string) => NAMES_OF_NOTHING.has(part.replace(/\..*$/, ''));
  assert.deepEqual(
    projectFiles().filter((file) => file.split('/').some(isEmptyName)),
    [],
  );
});

test('code files are in kebab-case', () => {
  const base = (file: string) => file.slice(file.lastIndexOf('/') + 1);
  assert.deepEqual(
    codeFiles().filter((file) => !/^[a-z0-9]+([-.][a-z0-9]+)*$/.test(base(file))),
    [],
  );
});

test('the pure rooms ask neither clock nor chance', () => {
  const impure = codeFiles()
    .filter((file) => PURE_ROOMS.has(roomOf(file) as never))
    .filter((file) =>
      /\b(Math\.random|crypto\.\w+|Date\.now|new Date)\b/.test(withoutComments(read(file))),
    );
  assert.deepEqual(impure, []);
});

test('no file names the host of a package registry', () => {
  const named = projectFiles().filter((file) => {
    const text = read(file);
    return REGISTRY_HOSTS.some((host) => text.includes(host));
  });
  assert.deepEqual(named, []);
});

test('the lock file says what to install, not from where', () => {
  assert.doesNotMatch(read('package-lock.json'), /"resolved":/);
});

function withoutComments(text: string): string {
  return text.replace(/^\s*(?:\/\/|\/?\*).*$/gm, '');
}
