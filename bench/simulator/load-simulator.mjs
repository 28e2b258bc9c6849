// The simulator and its runtime for scripts as one module, bundled anew. What kernels' processes
// run is what ships.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const OUT = path.resolve('build/bench/simulator.mjs');
export const KERNEL_PROCESS = path.resolve('dist/kernel-process.mjs');

export async function buildSimulator() {
  const resolveDir = path.resolve(import.meta.dirname, '../..');
  const contents = [
    "export * from './simulator/index.ts';",
    "export * from './simulator/script/index.ts';",
    "export { createBindingSet, loadBinding } from './kho/index.ts';",
  ].join('\n');
  await build({
    stdin: { contents, resolveDir },
    outfile: OUT,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
  });
}

/** What buildSimulator() made. */
export function loadSimulator() {
  return import(pathToFileURL(OUT));
}
