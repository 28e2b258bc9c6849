// The simulator and its runtime for scripts as one module, bundled anew. What kernels' processes
// run is what ships.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundle } from '../bundle.mjs';

const OUT = 'simulator.mjs';
export const KERNEL_PROCESS = path.resolve('dist/kernel-process.mjs');

export async function buildSimulator() {
  const contents = [
    "export * from './simulator/index.ts';",
    "export * from './simulator/script/index.ts';",
    "export { createBindingSet, loadBinding } from './kho/index.ts';",
  ].join('\n');
  await bundle(OUT, contents);
}

/** What buildSimulator() made. */
export function loadSimulator() {
  return import(pathToFileURL(path.resolve('build/bench', OUT)));
}
