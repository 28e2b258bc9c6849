// Opens an example in a real VS Code with this extension in it (npm start):
//   npm start -- [folder]                         examples/ftrace by default
//   npm start -- --file <path>                    opens a file of the folder too; may be repeated
//   npm start -- --browser [--port <n>]           in a browser, even if there is a desktop VS Code
//   npm start -- --screenshot <out.png>           takes a picture of that and exits
//   npm start -- --screenshot <out.png> --command <title>     runs a command first; may be repeated
// The VS Code is the installed one, else one that can be downloaded, else a server and a browser.
import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const root = path.dirname(import.meta.dirname);
const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    command: { type: 'string', multiple: true, default: [] },
    browser: { type: 'boolean', default: false },
    file: { type: 'string', multiple: true, default: [] },
    port: { type: 'string', default: '0' },
    screenshot: { type: 'string' },
  },
});
const folder = path.resolve(positionals[0] ?? path.join(root, 'examples/ftrace'));
const files = options.file.map((file) => path.resolve(folder, file));

process.exitCode = await main();

async function main() {
  const built = spawnSync(process.execPath, [path.join(root, 'scripts/build.mjs')], {
    stdio: 'inherit',
  });
  if (built.status !== 0) return 1;
  const editor = await loadEditorModule();
  const inBrowser = options.browser || options.screenshot !== undefined;
  const executable = inBrowser ? undefined : await editor.findDesktopEditor();
  if (executable !== undefined) return openDesktop(executable);
  return editor.openInBrowser({
    extension: root,
    folder,
    files,
    port: Number(options.port),
    picture: options.screenshot && {
      file: path.resolve(options.screenshot),
      commands: options.command,
    },
  });
}

/** The code that tests use to have an editor is TypeScript: bundled here, as it is for them. */
async function loadEditorModule() {
  const outfile = path.join(root, 'build/start/start.mjs');
  await build({
    entryPoints: [path.join(root, 'test/e2e/start.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    packages: 'external',
    logLevel: 'warning',
  });
  return import(outfile);
}

async function openDesktop(executable) {
  const args = [`--extensionDevelopmentPath=${root}`, folder, ...files];
  const child = spawn(executable, args, { stdio: 'inherit', shell: process.platform === 'win32' });
  return new Promise((resolve) => {
    child.on('error', (error) => {
      console.error(`${executable}: ${error.message}`);
      resolve(1);
    });
    child.on('close', (status) => resolve(status ?? 1));
  });
}
