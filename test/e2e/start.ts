// What `npm start` needs to open an editor for a person, or for a picture of one.
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import type { Page } from 'playwright-core';
import { findTool } from '../support/tools.ts';
import { canDownload, hasScreen } from './choose-editor.ts';
import { openWorkbench } from './host/browser.ts';
import { canInstallHost, installHost } from './host/install.ts';
import { type EditorServer, startServer } from './host/server.ts';
import { writeUserSettings } from './host/settings.ts';
import { workbenchUrl } from './host/workbench-url.ts';

/** A picture is taken once the window has looked the same for this long. */
const STILL_MS = 3_000;
const LOOK_EVERY_MS = 500;
const STILL_TIMEOUT_MS = 60_000;

/** The installed VS Code, or a downloaded one where there is a screen and a network. */
export async function findDesktopEditor(): Promise<string | undefined> {
  if (!hasScreen()) return undefined;
  const installed = findTool('code') ?? findTool('code-insiders') ?? findTool('codium');
  if (installed !== undefined) return installed;
  return (await canDownload()) ? downloadAndUnzipVSCode() : undefined;
}

export interface BrowserEditor {
  /** The folder of the extension: its manifest, and dist/ as built. */
  readonly extension: string;
  readonly folder: string;
  readonly files: readonly string[];
  /** 0 for any free one. */
  readonly port: number;
  /** Asks for a picture of the window, instead of staying until interrupted. */
  readonly picture?: Picture;
}

export interface Picture {
  readonly file: string;
  /** Titles of commands to run first, as the command palette shows them. */
  readonly commands: readonly string[];
}

/** Serves the editor to a browser until interrupted, or until its picture is taken. */
export async function openInBrowser(editor: BrowserEditor): Promise<number> {
  const missing = whatIsMissing(editor);
  if (missing !== undefined) {
    console.error(missing);
    return 1;
  }
  const host = await installHost((progress) => console.error(`editor: ${progress}`));
  const stateFolder = mkdtempSync(path.join(os.tmpdir(), 'kho-start-'));
  const userDataFolder = path.join(stateFolder, 'user-data');
  const extensionsFolder = path.join(stateFolder, 'extensions');
  let server: EditorServer | undefined;
  try {
    writeUserSettings(userDataFolder);
    linkExtension(editor.extension, extensionsFolder);
    server = await startServer(host, {
      stateFolder,
      userDataFolder,
      extensionsFolder,
      port: editor.port,
      asksForTrust: false,
      forTests: false,
      env: {},
    });
    const url = workbenchUrl(server.authority, { workspace: editor.folder, files: editor.files });
    const { picture } = editor;
    if (picture !== undefined) await takePicture(url, server.authority, stateFolder, picture);
    else await stayOpen(url, server);
    return 0;
  } finally {
    await server?.stop();
    rmSync(stateFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

function whatIsMissing({ picture }: BrowserEditor): string | undefined {
  if (!canInstallHost()) return 'No VS Code found: install one whose command is `code`.';
  if (picture !== undefined && findTool('chromium') === undefined) {
    return 'A picture takes chromium: install it, or run scripts/install-test-tools.';
  }
  return undefined;
}

/** An extension is installed by being in the folder: a link has the newest build. */
function linkExtension(extension: string, extensionsFolder: string): void {
  const manifest = JSON.parse(readFileSync(path.join(extension, 'package.json'), 'utf8'));
  const name = `${manifest.publisher}.${manifest.name}-${manifest.version}`;
  mkdirSync(extensionsFolder, { recursive: true });
  symlinkSync(extension, path.join(extensionsFolder, name), 'dir');
}

async function stayOpen(url: string, server: EditorServer): Promise<void> {
  console.log(`VS Code with KHO Workbench: ${url}\nCtrl-C ends it.`);
  if (hasScreen() && findTool('xdg-open') !== undefined) {
    spawn('xdg-open', [url], { detached: true, stdio: 'ignore' }).unref();
  }
  const interrupted = new Promise<string>((resolve) => {
    for (const signal of ['SIGHUP', 'SIGINT', 'SIGTERM'] as const) process.once(signal, resolve);
  });
  const why = await Promise.race([interrupted, server.ended]);
  if (!why.startsWith('SIG')) console.error(`the VS Code server ${why}\n${server.log()}`);
}

async function takePicture(
  url: string,
  authority: string,
  stateFolder: string,
  { file, commands }: Picture,
): Promise<void> {
  const workbench = await openWorkbench(url, authority, {
    executable: findTool('chromium') ?? 'chromium',
    profileFolder: path.join(stateFolder, 'chromium'),
  });
  try {
    await workbench.page.waitForSelector('.monaco-workbench .part.editor');
    await untilStill(workbench.page);
    for (const command of commands) {
      await runCommand(workbench.page, command);
      await untilStill(workbench.page);
    }
    await workbench.page.screenshot({ path: file });
    console.log(`Wrote ${file}`);
  } finally {
    await workbench.close();
  }
}

async function runCommand(page: Page, title: string): Promise<void> {
  await page.keyboard.press('F1');
  await page.keyboard.type(title);
  await page.getByRole('option', { name: title }).first().waitFor();
  await page.keyboard.press('Enter');
}

/** Waits for the extension to have said all it has to say: the window does not change any more. */
async function untilStill(page: Page): Promise<void> {
  const deadline = Date.now() + STILL_TIMEOUT_MS;
  let last: Buffer = Buffer.alloc(0);
  let stillSince = Date.now();
  while (Date.now() - stillSince < STILL_MS && Date.now() < deadline) {
    await page.waitForTimeout(LOOK_EVERY_MS);
    const picture = await page.screenshot();
    if (!picture.equals(last)) stillSince = Date.now();
    last = picture;
  }
}
