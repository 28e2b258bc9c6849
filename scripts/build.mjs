// Bundles what ships into dist/. Options: --watch rebuilds on every change, --minify for a package.
import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build, context } from 'esbuild';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));

// A CommonJS bundle has no import.meta.url, and an ES module no require for the CommonJS packages
// that were bundled into it: each format gets what its half of the code expects.
const formats = {
  cjs: {
    format: 'cjs',
    banner: { js: "const importMetaUrl = require('node:url').pathToFileURL(__filename).href;" },
    define: { 'import.meta.url': 'importMetaUrl' },
  },
  esm: {
    format: 'esm',
    banner: {
      js:
        "import { createRequire as bundleRequire } from 'node:module';\n" +
        'const require = bundleRequire(import.meta.url);',
    },
  },
};

const TYPE_STRIPPER = 'type-stripper.mjs';

/** What ships: the file in dist/, where its source starts, and how it is loaded. */
const bundles = [
  { out: 'extension.cjs', entry: 'client/activate.ts', format: 'cjs', external: ['vscode'] },
  { out: 'server.cjs', entry: 'server/main.ts', format: 'cjs' },
  { out: 'kho.mjs', entry: 'cli/main.ts', format: 'esm', executable: true },
  { out: 'gdb-dap.cjs', entry: 'debugger/gdb-dap.ts', format: 'cjs' },
  {
    out: 'gdb-adapter.cjs',
    entry: 'node_modules/cdt-gdb-adapter/dist/debugAdapter.js',
    format: 'cjs',
    // Terminals of its own, which nobody asks it for.
    external: ['*.node'],
  },
  // WebAssembly, a text of megabytes: apart, so that only who strips types reads it.
  { out: TYPE_STRIPPER, entry: 'node_modules/@swc/wasm-typescript/wasm.js', format: 'esm' },
  { out: 'kernel-process.mjs', entry: 'simulator/script/kernel-process.ts', format: 'esm' },
];

/** What ships as it is, by its name in dist/, where WebAssembly is found by its users. */
const copies = {
  'node_modules/web-tree-sitter/web-tree-sitter.wasm': 'web-tree-sitter.wasm',
  'node_modules/tree-sitter-c/tree-sitter-c.wasm': 'tree-sitter-c.wasm',
  // The licence of what gdb-adapter.cjs is made of, which has to go along.
  'node_modules/cdt-gdb-adapter/LICENSE': 'gdb-adapter.LICENSE',
  'node_modules/cdt-gdb-adapter/NOTICE': 'gdb-adapter.NOTICE',
};

const typeStripperApart = {
  name: 'type-stripper-apart',
  setup({ onResolve }) {
    const path = `./${TYPE_STRIPPER}`;
    onResolve({ filter: /^@swc\/wasm-typescript$/ }, () => ({ path, external: true }));
  },
};

function optionsOf({ out, entry, format, external, executable }, { minify }) {
  const { banner, ...rest } = formats[format];
  return {
    ...rest,
    banner: { js: executable ? `#!/usr/bin/env node\n${banner.js}` : banner.js },
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: path.join('dist', out),
    bundle: true,
    platform: 'node',
    target: 'node20',
    // Packages written for both systems come in as ES modules, which bundle without wrappers.
    mainFields: ['module', 'main'],
    external: external ?? [],
    plugins: out === TYPE_STRIPPER ? [] : [typeStripperApart],
    minify,
    sourcemap: !minify,
    logLevel: 'warning',
  };
}

const { values: options } = parseArgs({
  options: { watch: { type: 'boolean' }, minify: { type: 'boolean' } },
});
mkdirSync(path.join(root, 'dist'), { recursive: true });
for (const [file, name] of Object.entries(copies)) {
  copyFileSync(path.join(root, file), path.join(root, 'dist', name));
}
const present = bundles.filter(({ entry }) => existsSync(path.join(root, entry)));
for (const { out, entry } of bundles.filter((bundle) => !present.includes(bundle))) {
  console.error(`build: dist/${out} is left out: ${entry} does not exist yet`);
}
const all = present.map((bundle) => optionsOf(bundle, { minify: options.minify ?? false }));
if (options.watch) {
  for (const one of all) await (await context({ ...one, logLevel: 'info' })).watch();
} else {
  // esbuild has printed what is wrong, with its place; a stack trace would only bury it.
  await Promise.all(all.map((one) => build(one))).catch(() => {
    process.exitCode = 1;
  });
}
