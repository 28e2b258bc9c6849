// The tests of one room: one bundle of all its files, run by node:test in a process of its own.
import { existsSync, readdirSync } from 'node:fs';
import process from 'node:process';
import { run } from 'node:test';
import { inspect } from 'node:util';
import { build } from 'esbuild';

/** A room whose tests are still running after this long has one that hangs. */
const ROOM_TIMEOUT_MS = 20 * 60_000;
/** What node:test gives as the reason for a test that a name pattern leaves out. */
const NOT_ASKED_FOR = 'test name does not match pattern';
const EDITOR_TESTS = 'e2e';

/** Every folder of test/ that holds a *.test.ts, in alphabetical order. */
export function roomsWithTests() {
  return readdirSync('test', { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== EDITOR_TESTS)
    .map((entry) => entry.name)
    .filter((room) => testFiles(room).length > 0)
    .sort();
}

function testFiles(room) {
  if (!existsSync(`test/${room}`)) return [];
  return readdirSync(`test/${room}`, { recursive: true })
    .filter((file) => file.endsWith('.test.ts'))
    .sort();
}

/**
 * Bundles and runs the tests of `room`: one file starts far faster than each by itself. Prints only
 * what fails, and tells `leftOut` of skipped tests. `name` limits the run to tests that match it.
 */
export async function testRoom(room, leftOut, name) {
  const file = `build/test/${room}.mjs`;
  const begin = performance.now();
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const bundled = await bundle(room, file);
  if (bundled) await runBundle(file, counts, leftOut, name);
  const ran = counts.passed + counts.skipped > 0 || (bundled && name !== undefined);
  if (!ran) console.error(`${room}: no test ran`);
  return { passed: ran && counts.failed === 0, counts, elapsedMs: performance.now() - begin };
}

async function bundle(room, outfile) {
  const files = testFiles(room);
  const options = {
    stdin: {
      contents: files.map((file) => `import './${file}';`).join('\n'),
      resolveDir: `test/${room}`,
      sourcefile: `${room}.tests.ts`,
    },
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'warning',
  };
  // esbuild has printed what is wrong and where.
  return build(options).then(
    () => true,
    () => false,
  );
}

async function runBundle(file, counts, leftOut, name) {
  process.env.NODE_OPTIONS = withSourceMaps(process.env.NODE_OPTIONS);
  const path = [];
  const events = run({
    files: [file],
    timeout: ROOM_TIMEOUT_MS,
    ...(name === undefined ? {} : { testNamePatterns: [name] }),
  });
  for await (const { type, data } of events) {
    if (type === 'test:start') path.splice(data.nesting, Infinity, data.name);
    else if (type === 'test:pass') countPass(data, counts, leftOut);
    else if (type === 'test:fail') reportFailure(data, path, counts);
    else if (type === 'test:stdout') process.stdout.write(data.message);
    else if (type === 'test:stderr') process.stderr.write(data.message);
  }
}

function withSourceMaps(options) {
  const flag = '--enable-source-maps';
  return options?.includes(flag) ? options : [options, flag].filter(Boolean).join(' ');
}

function countPass(data, counts, leftOut) {
  if (data.details.type === 'suite' || data.skip === NOT_ASKED_FOR) return;
  if (data.skip === undefined) counts.passed++;
  else {
    counts.skipped++;
    leftOut.addSkipped(data.name);
  }
}

function reportFailure(data, path, counts) {
  const { error, type } = data.details;
  // A suite, or a test with subtests, fails because of one inside it that has been reported.
  if (error.failureType === 'subtestsFailed') return;
  if (type !== 'suite') counts.failed++;
  const title = [...path.slice(0, data.nesting), data.name].join(' > ');
  console.error(`\n✖ ${title}\n${indent(describe(error.cause ?? error))}\n`);
}

function describe(cause) {
  if (!(cause instanceof Error)) return typeof cause === 'string' ? cause : inspect(cause);
  // Frames of the test runner itself are the same in every failure and say nothing.
  const lines = (cause.stack ?? String(cause)).split('\n');
  const stack = lines.filter((line) => !/^ +at .*\(?node:/.test(line)).join('\n');
  return cause.cause === undefined ? stack : `${stack}\ncaused by: ${describe(cause.cause)}`;
}

function indent(text) {
  return text.replace(/^(?=.)/gm, '  ');
}
