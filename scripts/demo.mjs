// The two-minute tour: builds, then runs the commands a user would, on examples/ftrace.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

process.chdir(path.dirname(import.meta.dirname));
const scratch = mkdtempSync(path.join(tmpdir(), 'kho-demo-'));
const blob = path.join(scratch, 'ftrace.dtb');

/** Runs one step, showing the command as the user would type it. */
function run(title, shown, args) {
  console.log(`\n── ${title}\n$ ${shown}`);
  const { status, error } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status === 0) return;
  if (error !== undefined) console.error(String(error));
  rmSync(scratch, { recursive: true });
  process.exit(status ?? 1);
}

const kho = 'dist/kho.mjs';
const source = 'examples/ftrace/ftrace.kho.dts';
run('Build', 'npm run build', ['scripts/build.mjs']);
run('Check the sources, bindings and scenarios', 'kho check examples/ftrace', [
  kho,
  'check',
  'examples/ftrace',
]);
run('Compile the tree of the tracer', `kho compile ${source} -o ftrace.dtb`, [
  kho,
  'compile',
  source,
  '-o',
  blob,
]);
run('Print the blob again, as a kernel developer reads it', 'kho decompile ftrace.dtb', [
  kho,
  'decompile',
  blob,
]);
run('Hand over from one kernel to the next', 'kho simulate examples/ftrace/ftrace.kho.json', [
  kho,
  'simulate',
  'examples/ftrace/ftrace.kho.json',
]);
rmSync(scratch, { recursive: true });
