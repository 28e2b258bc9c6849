// Runs the suites in a real editor: each in an instance of its own, on a copy of its workspace.
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runTests } from '@vscode/test-electron';
import { findTool, recordLeftOut } from '../support/tools.ts';
import { canDownload, chooseEditor, hasScreen } from './choose-editor.ts';
import { writeUserSettings } from './host/settings.ts';

interface Suite {
  /** The folder of suite/ that holds its tests. */
  readonly name: string;
  /** Copied for each run, so that tests may write. */
  readonly workspace: string;
  /** Whether the user has trusted the workspace. */
  readonly isTrusted: boolean;
}

const SUITES: readonly Suite[] = [
  { name: 'trusted', workspace: 'examples/ftrace', isTrusted: true },
  { name: 'restricted', workspace: 'examples/ftrace', isTrusted: false },
];

const bundles = import.meta.dirname;

process.exitCode = await main();

async function main(): Promise<number> {
  // On a Linux without a screen a desktop editor needs a virtual one around this whole process.
  if (!hasScreen() && findTool('xvfb-run') && (await canDownload())) return underVirtualScreen();
  const choice = await chooseEditor(path.join(bundles, 'code.mjs'));
  if (choice.kind === 'none') {
    const { needs, remedy } = choice;
    recordLeftOut({ kind: 'tool', test: 'tests in an editor', needs, remedy });
    console.log(`No editor to test in: ${needs} is missing; ${remedy}.`);
    return 0;
  }
  console.log(`Testing in ${choice.name}`);
  let failed = false;
  for (const suite of SUITES.filter(({ name }) => hasTests(name))) {
    console.log(`\n${suite.name} workspace`);
    failed = !(await runSuite(suite, choice.executable)) || failed;
  }
  return failed ? 1 : 0;
}

function hasTests(suite: string): boolean {
  const folder = path.join(bundles, 'suite', suite);
  return existsSync(folder) && readdirSync(folder).some((file) => file.endsWith('.e2e.cjs'));
}

function underVirtualScreen(): number {
  const args = ['-a', process.execPath, ...process.argv.slice(1)];
  return spawnSync('xvfb-run', args, { stdio: 'inherit' }).status ?? 1;
}

async function runSuite(suite: Suite, executable: string): Promise<boolean> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kho-e2e-'));
  try {
    const workspace = path.join(folder, path.basename(suite.workspace));
    cpSync(suite.workspace, workspace, { recursive: true });
    const userData = path.join(folder, 'user-data');
    writeUserSettings(userData);
    return await runIn(executable, suite, {
      extension: process.cwd(),
      tests: path.join(bundles, 'suite/index.cjs'),
      launchArgs: [
        workspace,
        `--user-data-dir=${userData}`,
        `--extensions-dir=${path.join(folder, 'extensions')}`,
      ],
    });
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

interface Launch {
  readonly extension: string;
  readonly tests: string;
  readonly launchArgs: readonly string[];
}

async function runIn(executable: string, suite: Suite, launch: Launch): Promise<boolean> {
  const env = { KHO_E2E_SUITE: suite.name };
  if (!suite.isTrusted) return runUntrusted(executable, launch, env);
  try {
    await runTests({
      vscodeExecutablePath: executable,
      extensionDevelopmentPath: launch.extension,
      extensionTestsPath: launch.tests,
      launchArgs: [...launch.launchArgs],
      extensionTestsEnv: env,
    });
    return true;
  } catch {
    return false; // The tests have printed what failed.
  }
}

/** As `runTests` does, which always switches workspace trust off. */
async function runUntrusted(
  executable: string,
  launch: Launch,
  env: Readonly<Record<string, string>>,
): Promise<boolean> {
  const args = [
    ...launch.launchArgs,
    '--no-sandbox',
    '--disable-gpu-sandbox',
    '--disable-updates',
    '--skip-welcome',
    '--skip-release-notes',
    `--extensionTestsPath=${launch.tests}`,
    `--extensionDevelopmentPath=${launch.extension}`,
  ];
  const editor = spawn(executable, args, { stdio: 'inherit', env: { ...process.env, ...env } });
  const status = await new Promise<number | null>((resolve) => {
    editor.on('error', () => resolve(null));
    editor.on('close', resolve);
  });
  return status === 0;
}
