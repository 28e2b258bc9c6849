// Which VS Code the tests run in: the best that can be had here.
import { existsSync } from 'node:fs';
import path from 'node:path';
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { findTool } from '../support/tools.ts';
import { canInstallHost, installHost } from './host/install.ts';

const UPDATE_SERVICE = 'https://update.code.visualstudio.com/api/releases/stable';
const PROBE_TIMEOUT_MS = 3_000;

export type EditorChoice =
  /** An executable that takes the desktop editor's command line. */
  | { readonly kind: 'editor'; readonly name: string; readonly executable: string }
  /** None can be had: `needs` says what is missing, `remedy` what to do about it. */
  | { readonly kind: 'none'; readonly needs: string; readonly remedy: string };

/**
 * The editor that VSCODE_TEST_EXECUTABLE names; else a desktop VS Code, downloaded, where there is
 * a screen and a network; else the stand-in (`standIn` is its executable).
 */
export async function chooseEditor(standIn: string): Promise<EditorChoice> {
  const named = process.env.VSCODE_TEST_EXECUTABLE;
  if (named !== undefined) return { kind: 'editor', name: named, executable: named };
  if (hasScreen() && (await canDownload())) {
    const executable = await downloadAndUnzipVSCode();
    return { kind: 'editor', name: 'desktop VS Code', executable };
  }
  if (findTool('chromium') === undefined) {
    return { kind: 'none', needs: 'chromium', remedy: 'install chromium' };
  }
  const remedy = 'name a VS Code in VSCODE_TEST_EXECUTABLE';
  if (!canInstallHost()) return { kind: 'none', needs: 'a desktop VS Code', remedy };
  try {
    await installHost((progress) => console.log(`editor: ${progress}`));
  } catch (error) {
    console.error(`editor: ${error instanceof Error ? error.message : error}`);
    const compilers = 'see above, install g++, make and python3 if they are missing';
    return { kind: 'none', needs: 'code-server', remedy: compilers };
  }
  return { kind: 'editor', name: 'VS Code server in Chromium', executable: standIn };
}

/** Whether a window can be shown. On Linux `xvfb-run` is a screen too: see run.ts. */
export function hasScreen(): boolean {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

/** Whether a desktop VS Code has been downloaded, or could be. */
export async function canDownload(): Promise<boolean> {
  if (existsSync(path.resolve('.vscode-test'))) return true;
  try {
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
    return (await fetch(UPDATE_SERVICE, { method: 'HEAD', signal })).ok;
  } catch {
    return false;
  }
}
