// Bundles and runs the fuzzers of test/fuzz; test/fuzz/main.ts says what they take.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { build } from 'esbuild';

const OUT = 'build/test/fuzzers.mjs';

process.chdir(path.dirname(import.meta.dirname));
await build({
  entryPoints: ['test/fuzz/main.ts'],
  outfile: OUT,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  sourcemap: 'inline',
  logLevel: 'warning',
});
const { status } = spawnSync(
  process.execPath,
  ['--enable-source-maps', OUT, ...process.argv.slice(2)],
  { stdio: 'inherit' },
);
process.exitCode = status ?? 1;
