// The tests in a real editor: bundles test/e2e/ and runs its entry, which chooses the editor.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import process from 'node:process';
import { build } from 'esbuild';

const OUT = 'build/test/e2e';

/** Whether all suites passed in the editor. `name` limits them to tests that match it. */
export async function runEditorTests(name) {
  if (!existsSync('test/e2e/run.ts')) return true;
  try {
    await bundleEditorTests();
  } catch {
    return false; // esbuild has printed what is wrong and where.
  }
  const env = name === undefined ? process.env : { ...process.env, KHO_E2E_GREP: name };
  return spawnSync(process.execPath, [`${OUT}/run.mjs`], { stdio: 'inherit', env }).status === 0;
}

/** Bundles what runs beside the editor (.mjs) and what runs inside its extension host (.cjs). */
export async function bundleEditorTests() {
  const common = {
    outdir: OUT,
    bundle: true,
    platform: 'node',
    sourcemap: 'inline',
    logLevel: 'warning',
  };
  await build({
    ...common,
    entryPoints: { run: 'test/e2e/run.ts', code: 'test/e2e/host/code.ts' },
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    target: 'node20',
    packages: 'external',
  });
  await build({
    ...common,
    entryPoints: { suite: 'test/e2e/suite/index.ts', inside: 'test/e2e/host/inside.ts' },
    outExtension: { '.js': '.cjs' },
    format: 'cjs',
    target: 'node20',
    external: ['vscode'],
  });
}
