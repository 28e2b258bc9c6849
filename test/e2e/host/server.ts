// The VS Code server: serves the workbench to a browser and runs extensions in a Node process.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { InstalledHost } from './install.ts';
import { startGroup } from './process-group.ts';

const START_TIMEOUT_MS = 60_000;

/** Bytes of the server's log that are kept for a report. */
const LOG_TAIL_LENGTH = 8_000;

export interface ServerOptions {
  /** A folder for what the server writes, which the caller removes. */
  readonly stateFolder: string;
  readonly userDataFolder: string;
  readonly extensionsFolder: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Whether folders start out untrusted, so that extensions are in restricted mode. */
  readonly asksForTrust: boolean;
  /** Whether a page may name an extension under development and its tests. */
  readonly forTests: boolean;
  /** Added to the environment of the server, and so of its extension hosts. */
  readonly env: Readonly<Record<string, string>>;
}

export interface EditorServer {
  /** `127.0.0.1:8000`. */
  readonly authority: string;
  /** The end of what the server has printed. */
  readonly log: () => string;
  /** Resolves with what happened once the server has ended. */
  readonly ended: Promise<string>;
  /** Ends the server and every process it started. */
  stop(): Promise<void>;
}

/**
 * Starts a server that listens on the loopback address only.
 * @throws Error with the server's log when it ends, or says nothing for a minute, before listening.
 */
export async function startServer(
  host: InstalledHost,
  options: ServerOptions,
): Promise<EditorServer> {
  mkdirSync(options.stateFolder, { recursive: true });
  const group = startGroup(host.node, [host.serverMain, ...flagsOf(options)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      ...options.env,
      // Its sockets go there, and would otherwise stay in the system's temporary folder.
      XDG_RUNTIME_DIR: options.stateFolder,
      // Without a gallery nothing is asked of a marketplace.
      EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    },
  });
  let log = '';
  const listening = new Promise<string>((resolve) => {
    const read = (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-LOG_TAIL_LENGTH);
      const port = /Extension host agent listening on (\d+)/.exec(log)?.[1];
      if (port !== undefined) resolve(port);
    };
    group.leader.stdout?.on('data', read);
    group.leader.stderr?.on('data', read);
  });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, START_TIMEOUT_MS, undefined);
  });
  const port = await Promise.race([listening, group.ended.then(() => undefined), late]);
  clearTimeout(timer);
  if (port === undefined) {
    await group.end();
    throw new Error(`the VS Code server did not start\n${log}`);
  }
  return {
    authority: `127.0.0.1:${port}`,
    log: () => log,
    ended: group.ended,
    stop: () => group.end(),
  };
}

function flagsOf(options: ServerOptions): readonly string[] {
  return [
    '--host=127.0.0.1',
    `--port=${options.port}`,
    '--without-connection-token',
    '--accept-server-license-terms',
    '--disable-telemetry',
    `--server-data-dir=${path.join(options.stateFolder, 'server')}`,
    `--user-data-dir=${options.userDataFolder}`,
    `--extensions-dir=${options.extensionsFolder}`,
    // If whoever started it is killed outright, it ends some minutes after its last page.
    '--enable-remote-auto-shutdown',
    ...(options.asksForTrust ? [] : ['--disable-workspace-trust']),
    // A built workbench takes extensions and tests from its address with this flag alone.
    ...(options.forTests ? ['--enable-smoke-test-driver'] : []),
  ];
}
