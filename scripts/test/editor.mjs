// The tests in a real editor: bundles test/e2e/ and runs its entry, which chooses the editor.
import { spawnSync } from 'node:child_process';
import { chmodSync, readdirSync, rmSync } from 'node:fs';
import process from 'node:process';
import { build } from 'esbuild';

const OUT = 'build/test/e2e';

/** Whether all suites passed in the editor. `name` limits them to tests that match it. */
export async function runEditorTests(name) {
  try {
    await bundleEditorTests();
  } catch {
    return false; // esbuild has printed what is wrong and where.
  }
  const env = name === undefined ? process.env : { ...process.env, KHO_E2E_GREP: name };
  return spawnSync(process.execPath, [`${OUT}/run.mjs`], { stdio: 'inherit', env }).status === 0;
}

/** Bundles what runs beside the editor (.mjs) and what runs inside its extension host (.cjs). */
async function bundleEditorTests() {
  rmSync(OUT, { recursive: true, force: true });
  const options = {
    outdir: OUT,
    bundle: true,
    platform: 'node',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
    logLevel: 'warning',
  };
  await Promise.all([
    build({
      ...options,
      entryPoints: { run: 'test/e2e/run.ts', code: 'test/e2e/host/code.ts' },
      outExtension: { '.js': '.mjs' },
      format: 'esm',
    }),
    build({
      ...options,
      entryPoints: { inside: 'test/e2e/host/inside.ts', ...suiteEntries() },
      outExtension: { '.js': '.cjs' },
      format: 'cjs',
    }),
  ]);
  chmodSync(`${OUT}/code.mjs`, 0o755);
}

/** mocha loads tests one by one, so each is a bundle. */
function suiteEntries() {
  const files = readdirSync('test/e2e/suite', { recursive: true });
  const entries = files.filter((file) => file.endsWith('.e2e.ts') || file === 'index.ts');
  return Object.fromEntries(
    entries.map((file) => [`suite/${file.replace(/\.ts$/, '')}`, `test/e2e/suite/${file}`]),
  );
}
