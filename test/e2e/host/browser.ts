// Headless Chromium with a workbench in it.
import { randomBytes } from 'node:crypto';
import { format } from 'node:util';
import { type BrowserContext, chromium, type Page } from 'playwright-core';

const SIZE = { width: 1280, height: 800 };

/** Bytes of the workbench's log that are kept for a report. */
const LOG_TAIL_LENGTH = 8_000;

const CHROMIUM_FLAGS = [
  // Tests run as root in containers, where Chromium's own sandbox cannot be set up.
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  // Nothing but the server is reachable, whatever a page asks for.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
];

export interface Workbench {
  readonly page: Page;
  /** The end of what the workbench has logged. */
  readonly log: () => string;
  /** Resolves with what happened once the page can do no more. */
  readonly ended: Promise<string>;
  close(): Promise<void>;
}

export interface BrowserOptions {
  readonly executable: string;
  /** A folder for the browser's profile, which the caller removes. */
  readonly profileFolder: string;
}

/** Opens `url`, a workbench of the server at `authority`. */
export async function openWorkbench(
  url: string,
  authority: string,
  { executable, profileFolder }: BrowserOptions,
): Promise<Workbench> {
  const context = await chromium.launchPersistentContext(profileFolder, {
    executablePath: executable,
    headless: true,
    viewport: SIZE,
    permissions: ['clipboard-read', 'clipboard-write'],
    args: CHROMIUM_FLAGS,
  });
  const page = context.pages()[0] ?? (await context.newPage());
  let log = '';
  const append = (...args: unknown[]) => {
    log = `${log}${format(...args)}\n`.slice(-LOG_TAIL_LENGTH);
  };
  await page.exposeFunction('codeAutomationLog', (_type: string, args: unknown[]) => {
    append(...args);
  });
  page.on('pageerror', append);
  await answerKeyRequests(page, authority);
  const ended = endOf(context, page);
  await exposeExit(page, ended.resolve);
  await page.goto(url);
  return { page, log: () => log, ended: ended.promise, close: () => context.close() };
}

/**
 * The workbench asks the server's front end for a key to keep secrets with; we have no front end.
 */
async function answerKeyRequests(page: Page, authority: string): Promise<void> {
  const key = randomBytes(32);
  await page.route(`http://${authority}/mint-key`, (route) => route.fulfill({ body: key }));
}

/** The workbench calls this when its extension host has ended, with tests finished or not. */
async function exposeExit(page: Page, resolve: (why: string) => void): Promise<void> {
  await page.exposeFunction('codeAutomationExit', (code: number) => {
    resolve(`the extension host ended (workbench code ${code})`);
  });
}

interface End {
  readonly promise: Promise<string>;
  readonly resolve: (why: string) => void;
}

function endOf(context: BrowserContext, page: Page): End {
  let resolve: (why: string) => void = () => {};
  const promise = new Promise<string>((settle) => {
    resolve = settle;
  });
  context.on('close', () => resolve('the browser closed'));
  page.on('crash', () => resolve('the page crashed'));
  return { promise, resolve };
}
