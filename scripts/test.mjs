// The whole check: types, format and lint, build, every room's tests, then the tests in an editor.
//   node scripts/test.mjs                 all of it (npm test)
//   node scripts/test.mjs --room fdt      one room's tests, without the checks; may be repeated
//   node scripts/test.mjs --room e2e      only the tests in an editor
// With CI=1 a test left out for want of a tool, or skipped without a reason, is a failure.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { runEditorTests } from './test/editor.mjs';
import { LeftOutList } from './test/left-out.mjs';
import { roomsWithTests, testRoom } from './test/room.mjs';

const EDITOR = 'e2e';

process.chdir(path.dirname(import.meta.dirname));
const { values } = parseArgs({
  options: {
    room: { type: 'string', multiple: true },
    name: { type: 'string', short: 't' },
  },
});
const startedAt = performance.now();
const leftOut = new LeftOutList();
let failed = false;

if (values.room === undefined) {
  step('types', 'node_modules/.bin/tsc', ['-b']);
  step('format and lint', 'node_modules/.bin/biome', ['check', '.']);
}
step('build', process.execPath, ['scripts/build.mjs']);

const rooms = values.room ?? [...roomsWithTests(), EDITOR];
for (const room of rooms.filter((name) => name !== EDITOR)) {
  const outcome = await testRoom(room, leftOut, values.name);
  failed ||= !outcome.passed;
  console.log(summaryOf(room, outcome));
}
if (rooms.includes(EDITOR)) {
  const { passed, elapsedMs } = await timed(() => runEditorTests(values.name));
  failed ||= !passed;
  console.log(`${passed ? 'ok  ' : 'FAIL'} ${EDITOR}, ${seconds(elapsedMs)}`);
}

leftOut.print();
if (process.env.CI && leftOut.missesTools) {
  console.error('In CI nothing may be left out for want of a tool.');
  failed = true;
}
console.log(`${failed ? 'FAILED' : 'Passed'} after ${seconds(performance.now() - startedAt)}`);
process.exitCode = failed ? 1 : 0;

/** Runs one program of the check; what it prints is only of interest when it fails. */
function step(name, command, args) {
  const begin = performance.now();
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  const passed = status === 0;
  failed ||= !passed;
  if (!passed) process.stdout.write(`${stdout ?? ''}${stderr ?? ''}${error ? `${error}\n` : ''}`);
  else if (stderr.trim() !== '' && name === 'build') process.stderr.write(stderr);
  console.log(`${passed ? 'ok  ' : 'FAIL'} ${name}, ${seconds(performance.now() - begin)}`);
}

function summaryOf(room, { passed, counts, elapsedMs }) {
  const skipped = counts.skipped > 0 ? `, ${counts.skipped} left out` : '';
  const wrong = counts.failed > 0 ? `, ${counts.failed} FAILED` : '';
  const mark = passed ? 'ok  ' : 'FAIL';
  return `${mark} ${room}: ${counts.passed} passed${wrong}${skipped}, ${seconds(elapsedMs)}`;
}

async function timed(action) {
  const begin = performance.now();
  const passed = await action();
  return { passed, elapsedMs: performance.now() - begin };
}

function seconds(ms) {
  return `${(ms / 1000).toFixed(1)} s`;
}
