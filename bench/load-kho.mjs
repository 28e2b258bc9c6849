// The rooms fdt and kho as one module, bundled anew, for what is measured or written here.
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';

const OUT = path.resolve('build/bench/kho.mjs');

export async function loadKho() {
  await build({
    stdin: {
      contents: "export * from './kho/index.ts';\nexport * from './fdt/index.ts';\n",
      resolveDir: path.dirname(import.meta.dirname),
    },
    outfile: OUT,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    packages: 'external',
    logLevel: 'error',
  });
  return import(pathToFileURL(OUT));
}
