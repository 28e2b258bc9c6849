// Budgets: a file is read in one sitting, a function on one screen.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findFunctions } from './functions.ts';
import { codeFiles, projectFiles, read } from './project-files.ts';

const SOURCE_LINES = { median: 120, percentile95: 500, max: 800 };
const TEST_LINES_MAX = 1000;
const FUNCTION_LINES_MAX = 70;
const COLUMNS_MAX = 100;

const isTest = (file: string) => file.startsWith('test/');
const sources = () => codeFiles().filter((file) => !isTest(file));

test('source files are small', () => {
  const sizes = sources()
    .map(linesOf)
    .sort((a, b) => a - b);
  const percentile = (share: number) => sizes[Math.ceil(sizes.length * share) - 1] ?? 0;
  assert.ok(percentile(0.5) <= SOURCE_LINES.median, `median is ${percentile(0.5)} lines`);
  const large = percentile(0.95);
  assert.ok(large <= SOURCE_LINES.percentile95, `95th percentile is ${large} lines`);
  const tooLarge = sources().filter((file) => linesOf(file) > SOURCE_LINES.max);
  assert.deepEqual(tooLarge, []);
});

test('test files are not endless', () => {
  const tests = codeFiles().filter(isTest);
  assert.deepEqual(
    tests.filter((file) => linesOf(file) > TEST_LINES_MAX),
    [],
  );
});

test('functions fit on a screen', () => {
  // The function around a suite's tests is not read as one.
  const isSuite = (head: string) => /^(describe|suite)\(/.test(head);
  const long = codeFiles().flatMap((file) =>
    findFunctions(read(file))
      .filter(({ lines, head }) => lines > FUNCTION_LINES_MAX && !isSuite(head))
      .map(({ line, lines, head }) => `${file}:${line}: ${lines} lines: ${head}`),
  );
  assert.deepEqual(long, []);
});

/** In a test, a line with a quotation mark in it is mostly what the test is about. */
function isData(line: string): boolean {
  return /['"`]|^Releases /.test(line) && !/^\s*(\/\/|\*)/.test(line);
}

test('lines fit beside another file', () => {
  const scripts = projectFiles().filter((file) => /^(scripts|\.ci)\/[\w-]+$/.test(file));
  const wide = [...codeFiles(), ...scripts].flatMap((file) =>
    read(file)
      .split('\n')
      .map((line, index) => ({ line, place: `${file}:${index + 1}` }))
      .filter(({ line }) => [...line].length > COLUMNS_MAX && !isOnlyLongForItsUrl(line))
      .filter(({ line }) => !file.startsWith('test/') || !isData(line))
      .map(({ place }) => place),
  );
  assert.deepEqual(wide, []);
});

test('functions are found in every shape the formatter gives them', () => {
  const text = [
    'export function plain(a: number): number {',
    '  return a;',
    '}',
    'export async function wide(',
    '  a: number,',
    '): Promise<number> {',
    '  if (a > 1) {',
    '    return 1;',
    '  }',
    '  const arrow = (b: number) => {',
    '    return b;',
    '  };',
    '  return arrow(a);',
    '}',
    'class Room {',
    '  #enter(): void {',
    '    this.x = 1;',
    '  }',
    '}',
  ].join('\n');
  const spans = findFunctions(text).map(({ line, lines }) => [line, lines]);
  assert.deepEqual(
    spans.sort((a, b) => (a[0] as number) - (b[0] as number)),
    [
      [1, 3],
      [4, 11],
      [10, 3],
      [16, 3],
    ],
  );
});

function linesOf(file: string): number {
  return read(file).split('\n').length - 1;
}

function isOnlyLongForItsUrl(line: string): boolean {
  return [...line.replace(/https?:\/\/\S+/, '')].length <= COLUMNS_MAX;
}
