// Puts an editor on this machine without downloading a desktop one: the server build of VS Code
// that the npm package code-server carries, and the Node it wants. Neither is a dependency of the
// project: together they are half a gigabyte that only tests in an editor need.
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const CODE_SERVER_VERSION = '4.139.1';
const NODE_VERSION = '24.21.0';

/** npm gets a registry's worth of patience, and no more. */
const COMMAND_TIMEOUT_MS = 10 * 60_000;

const OUTPUT_BYTES_MAX = 64 * 1024 * 1024;

/** Packages with parts in C++ that npm has to compile: this takes python3, make and g++. */
const NATIVE_PACKAGES = ['@vscode/spdlog', '@vscode/native-watchdog'];

/** Parts of the server that no test uses: extensions by name, then packages that only they need. */
const UNUSED_EXTENSIONS = ['copilot', 'mermaid-markdown-features'];
const UNUSED_PACKAGES = [
  '@devcontainers/cli',
  '@github/copilot-sdk',
  '@microsoft/mxc-sdk',
  '@vscode/copilot-api',
  '@vscode/sandbox-runtime',
  '@vscode/sqlite3',
  '@vscode/windows-process-tree',
  '@vscode/windows-registry',
  'kerberos',
  'ssh2',
  'zod',
];

/** An editor that can be started: see server.ts. */
export interface InstalledHost {
  readonly node: string;
  readonly serverMain: string;
}

/** True where npm has a Node for this machine. */
export function canInstallHost(): boolean {
  return process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);
}

/**
 * The editor host, installed if it is not there yet, in the folder that KHO_EDITOR_HOST names or in
 * the user's cache. `say` is told of each step that takes long.
 * @throws Error with npm's own words when it cannot be installed.
 */
export async function installHost(say: (progress: string) => void): Promise<InstalledHost> {
  const cache = process.env.KHO_EDITOR_HOST ?? path.join(cacheFolder(), 'editor-host');
  const folder = path.join(cache, `code-server-${CODE_SERVER_VERSION}-node-${NODE_VERSION}`);
  if (!existsSync(folder)) {
    mkdirSync(cache, { recursive: true });
    // Made elsewhere and renamed: a folder of that name is complete, whoever was interrupted.
    const unfinished = mkdtempSync(path.join(cache, 'unfinished-'));
    try {
      await installInto(unfinished, say);
      if (!existsSync(folder)) renameSync(unfinished, folder);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  }
  return {
    node: path.join(folder, 'node/bin/node'),
    serverMain: path.join(folder, 'vscode/out/server-main.js'),
  };
}

function cacheFolder(): string {
  const base = process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache');
  return path.join(base, 'kho-workbench');
}

async function installInto(folder: string, say: (progress: string) => void): Promise<void> {
  say('fetching a VS Code server and a Node for it (100 MB, once)');
  const nodePackage = `node-${process.platform}-${process.arch}`;
  const wanted = [`code-server@${CODE_SERVER_VERSION}`, `${nodePackage}@${NODE_VERSION}`];
  await command('npm', ['pack', '--silent', ...wanted], folder);
  await unpack(folder, nodePackage, 'node', ['package/bin/node', 'package/include']);
  await unpack(folder, 'code-server', 'vscode', ['package/lib/vscode']);

  say('installing what the VS Code server needs');
  const vscode = path.join(folder, 'vscode');
  for (const name of UNUSED_EXTENSIONS) {
    rmSync(path.join(vscode, 'extensions', name), { recursive: true, force: true });
  }
  dropDependencies(path.join(vscode, 'package.json'), UNUSED_PACKAGES);
  const install = ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'];
  await command('npm', install, vscode);
  await command('npm', install, path.join(vscode, 'extensions'));

  say('building its log writer and watchdog (half a minute)');
  // Terminals and file watchers come compiled. Without these two output channels stay empty, and an
  // extension host outlives a server that is killed.
  const node = path.join(folder, 'node');
  await command('npm', ['rebuild', ...NATIVE_PACKAGES], vscode, {
    PATH: `${path.join(node, 'bin')}${path.delimiter}${process.env.PATH}`,
    npm_config_nodedir: node,
  });
}

/** Unpacks `members` of the package that npm left in `folder` into `folder/target`. */
async function unpack(
  folder: string,
  name: string,
  target: string,
  members: readonly string[],
): Promise<void> {
  const isWanted = (file: string) => file.startsWith(`${name}-`) && file.endsWith('.tgz');
  const archive = readdirSync(folder).find(isWanted);
  if (archive === undefined) throw new Error(`npm pack left no ${name}-*.tgz`);
  mkdirSync(path.join(folder, target));
  const depth = target === 'vscode' ? 3 : 1;
  const args = ['-xzf', archive, '-C', target, `--strip-components=${depth}`, ...members];
  await command('tar', args, folder);
  rmSync(path.join(folder, archive));
}

function dropDependencies(manifestFile: string, names: readonly string[]): void {
  const manifest = JSON.parse(readFileSync(manifestFile, 'utf8'));
  for (const name of names) delete manifest.dependencies[name];
  writeFileSync(manifestFile, JSON.stringify(manifest, null, 2));
}

async function command(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const options = {
    cwd,
    env: { ...process.env, ...env },
    timeout: COMMAND_TIMEOUT_MS,
    maxBuffer: OUTPUT_BYTES_MAX,
  };
  try {
    await promisify(execFile)(program, args, options);
  } catch (error) {
    const { stderr } = error as { readonly stderr?: string };
    const why = stderr?.trim() || String(error);
    throw new Error(`${program} ${args[0]} failed: ${why}`);
  }
}
