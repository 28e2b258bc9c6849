// The rooms fdt and kho as one module, bundled anew, for what is measured or written here.
import { pathToFileURL } from 'node:url';
import { bundle } from './bundle.mjs';

export async function loadKho() {
  const contents = "export * from './kho/index.ts';\nexport * from './fdt/index.ts';\n";
  return import(pathToFileURL(await bundle('kho.mjs', contents)));
}
