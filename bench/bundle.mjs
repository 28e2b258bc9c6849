// What is measured, bundled anew from its sources into one module.
import path from 'node:path';
import { build } from 'esbuild';

/** Bundles a module that imports as from the project's folder; the path of the bundle. */
export async function bundle(name, contents) {
  const outfile = path.resolve('build/bench', name);
  await build({
    stdin: { contents, resolveDir: path.dirname(import.meta.dirname) },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
  });
  return outfile;
}
