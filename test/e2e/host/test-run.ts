import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { findTool } from '../../support/tools.ts';
import { openWorkbench, type Workbench } from './browser.ts';
import { CHANNEL_ENV, Channel } from './channel.ts';
import type { CommandLine } from './command-line.ts';
import { TESTS_ENV } from './inside.ts';
import { installHost } from './install.ts';
import { type EditorServer, startServer } from './server.ts';
import { writeUserSettings } from './settings.ts';
import { workbenchUrl } from './workbench-url.ts';

const POLL_MS = 100;

/** Exit codes; 124 and 130 are what `timeout` and a shell use. */
export const STATUS = { passed: 0, failed: 1, usage: 2, timeout: 124, interrupted: 130 } as const;

/** How a run ended: `why` is for runs in which the tests have not said it themselves. */
export interface Ending {
  readonly status: number;
  readonly why?: string;
}

/** One run of the tests: the processes it takes, and the channel to the tests. */
export class TestRun {
  readonly #folder: string;
  readonly #commandLine: CommandLine;
  readonly #channel: Channel;
  #server: EditorServer | undefined;
  #workbench: Workbench | undefined;
  #polling: NodeJS.Timeout | undefined;

  constructor(folder: string, commandLine: CommandLine) {
    this.#folder = folder;
    this.#commandLine = commandLine;
    this.#channel = new Channel(path.join(folder, 'channel'));
  }

  async toItsEnd(): Promise<Ending> {
    this.#server = await this.#startServer();
    const { authority } = this.#server;
    const target = { ...this.#commandLine.target, tests: insideFile() };
    this.#workbench = await openWorkbench(workbenchUrl(authority, target), authority, {
      executable: findTool('chromium') ?? 'chromium',
      profileFolder: path.join(this.#folder, 'chromium'),
    });
    const why = await Promise.race([
      this.#untilVerdict(),
      this.#server.ended,
      this.#workbench.ended,
    ]);
    process.stdout.write(this.#channel.takeOutput());
    // Whatever ended the wait, only what the tests left counts.
    const { verdict } = this.#channel;
    if (verdict !== undefined) return { status: STATUS[verdict] };
    return { status: STATUS.failed, why: `no verdict: ${why}` };
  }

  async #startServer(): Promise<EditorServer> {
    const host = await installHost((progress) => console.error(`editor: ${progress}`));
    const { userDataFolder = path.join(this.#folder, 'user-data') } = this.#commandLine;
    writeUserSettings(userDataFolder);
    return startServer(host, {
      stateFolder: path.join(this.#folder, 'server'),
      userDataFolder,
      extensionsFolder: this.#commandLine.extensionsFolder ?? path.join(this.#folder, 'extensions'),
      port: 0,
      asksForTrust: this.#commandLine.asksForTrust,
      forTests: true,
      env: {
        [CHANNEL_ENV]: path.join(this.#folder, 'channel'),
        [TESTS_ENV]: this.#commandLine.target.tests as string,
      },
    });
  }

  /** Passes on what the tests print and takes their pictures, until they leave a verdict. */
  #untilVerdict(): Promise<string> {
    return new Promise((resolve) => {
      const poll = async (): Promise<void> => {
        process.stdout.write(this.#channel.takeOutput());
        for (const name of this.#channel.requestedPictures) await this.#takePicture(name);
        if (this.#channel.verdict !== undefined) resolve('the tests ended');
        else this.#polling = setTimeout(poll, POLL_MS);
      };
      void poll();
    });
  }

  async #takePicture(name: string): Promise<void> {
    const folder = process.env.KHO_E2E_SHOT;
    if (folder !== undefined) {
      mkdirSync(folder, { recursive: true });
      await this.#workbench?.page.screenshot({ path: path.join(folder, `${name}.png`) });
    }
    this.#channel.answerPicture(name);
  }

  logs(): string {
    const server = this.#server?.log() ?? '';
    return `--- server\n${server}\n--- workbench\n${this.#workbench?.log() ?? ''}`;
  }

  async stop(): Promise<void> {
    clearTimeout(this.#polling);
    await this.#workbench?.close().catch(() => {});
    await this.#server?.stop();
  }
}

/** The wrapper around the tests, which the bundler puts beside this file. */
function insideFile(): string {
  return path.join(import.meta.dirname, 'inside.cjs');
}
