// A client on the other end of a pipe from a real server: what an editor would send and show.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import {
  type ClientCapabilities,
  createConnection,
  createProtocolConnection,
  type Diagnostic,
  type DocumentDiagnosticReport,
  FileChangeType,
  type Hover,
  type InitializeResult,
  MessageType,
  type ProtocolConnection,
  type PublishDiagnosticsParams,
  type RegistrationParams,
  StreamMessageReader,
  StreamMessageWriter,
  type WorkspaceDiagnosticReport,
} from 'vscode-languageserver/node';
import { URI } from 'vscode-uri';
import type { CParserFiles } from '../../c/index.ts';
import type { Position } from '../../fdt/index.ts';
import { startServer } from '../../server/server.ts';

/** Nothing the server does in a test takes this long. */
const TIMEOUT_MS = 20_000;

export interface TestClientOptions {
  /** Files of the workspace, by path in it. */
  readonly files?: Readonly<Record<string, string>>;
  readonly mode?: 'pull' | 'push';
  /** What the server gets when it asks for the section `kho`. */
  readonly settings?: unknown;
  readonly hasMarkdown?: boolean;
  /** Where the pages of the rules are. */
  readonly rulePages?: string;
  /** More that the client can do with the workspace. */
  readonly workspace?: ClientCapabilities['workspace'];
  /** Commands that the client has. */
  readonly commands?: readonly string[];
}

export interface TestClient {
  readonly connection: ProtocolConnection;
  readonly initialized: InitializeResult;
  readonly folder: string;
  /** What the server asked the client to watch or announce. */
  readonly registered: readonly string[];
  readonly errors: string[];
  readonly infos: string[];
  refreshes(): number;
  /** What the server asked the client to ask for anew, by method. */
  readonly refreshed: readonly string[];
  uri(file: string): string;
  open(file: string, text: string, languageId?: string): Promise<void>;
  /** Replaces the text between two positions, or all of it. */
  edit(file: string, text: string, range?: { start: Position; end: Position }): Promise<void>;
  close(file: string): Promise<void>;
  write(file: string, text: string): Promise<void>;
  remove(file: string): Promise<void>;
  configure(settings: unknown): Promise<void>;
  pull(file: string, previousResultId?: string): Promise<DocumentDiagnosticReport>;
  pullWorkspace(previous?: Readonly<Record<string, string>>): Promise<WorkspaceDiagnosticReport>;
  diagnostics(file: string): Promise<readonly Diagnostic[]>;
  /** The next diagnostics that are pushed for the file, after those it had already. */
  published(file: string): Promise<PublishDiagnosticsParams>;
  hover(file: string, position: Position): Promise<Hover | null>;
}

/** Starts a server and a client, and ends both when `use` is done. Logged errors fail the test. */
export async function withClient(
  options: TestClientOptions,
  use: (client: TestClient) => Promise<void>,
): Promise<void> {
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'kho-server-')));
  for (const [file, text] of Object.entries(options.files ?? {})) writeIn(folder, file, text);
  const toServer = new PassThrough();
  const toClient = new PassThrough();
  const serverConnection = createConnection(toServer, toClient);
  startServer(serverConnection, readParser);
  const connection = createProtocolConnection(
    new StreamMessageReader(toClient),
    new StreamMessageWriter(toServer),
  );
  try {
    const client = await createTestClient(connection, folder, options);
    await use(client);
    assert.deepEqual(client.errors, []);
  } finally {
    await within(connection.sendRequest('shutdown'));
    connection.dispose();
    serverConnection.dispose();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function createTestClient(
  connection: ProtocolConnection,
  folder: string,
  options: TestClientOptions,
): Promise<TestClient> {
  const uri = (file: string): string => URI.file(path.join(folder, file)).toString();
  const received = receive(connection, uri, options);
  connection.listen();
  const initialized = await within<InitializeResult>(
    connection.sendRequest('initialize', {
      processId: null,
      rootUri: null,
      workspaceFolders: [{ uri: URI.file(folder).toString(), name: 'test' }],
      capabilities: capabilitiesOf(options),
      initializationOptions: {
        extensionRoot: path.resolve('.'),
        rulePages: options.rulePages,
        commands: options.commands,
      },
    }),
  );
  await connection.sendNotification('initialized', {});
  return {
    connection,
    initialized,
    folder,
    uri,
    ...received,
    ...documentsOf(connection, uri),
    ...diskOf(connection, folder, uri),
    ...requestsOf(connection, uri),
  };
}

async function readParser(): Promise<CParserFiles> {
  return {
    runtime: await readFile('node_modules/web-tree-sitter/web-tree-sitter.wasm'),
    grammar: await readFile('node_modules/tree-sitter-c/tree-sitter-c.wasm'),
  };
}

type UriOf = TestClient['uri'];

/** Answers what the server asks, and keeps what it says. */
function receive(
  connection: ProtocolConnection,
  uri: UriOf,
  options: TestClientOptions,
): Pick<
  TestClient,
  'configure' | 'errors' | 'infos' | 'published' | 'refreshed' | 'refreshes' | 'registered'
> {
  const errors: string[] = [];
  const infos: string[] = [];
  const registered: string[] = [];
  const refreshed: string[] = [];
  const inbox = createInbox();
  let settings: unknown = options.settings ?? null;
  let refreshes = 0;
  connection.onRequest('workspace/configuration', () => [settings]);
  connection.onRequest('workspace/workspaceFolders', () => [{ uri: uri(''), name: 'test' }]);
  connection.onRequest('client/registerCapability', ({ registrations }: RegistrationParams) => {
    registered.push(...registrations.map(({ method }) => method));
  });
  connection.onRequest('client/unregisterCapability', () => {});
  connection.onRequest('workspace/diagnostic/refresh', () => {
    refreshes++;
  });
  for (const what of ['semanticTokens', 'inlayHint', 'codeLens'])
    connection.onRequest(`workspace/${what}/refresh`, () => {
      refreshed.push(what);
    });
  connection.onNotification('window/logMessage', ({ type, message }) => {
    (type === MessageType.Error ? errors : infos).push(message);
  });
  connection.onNotification('textDocument/publishDiagnostics', inbox.put);
  return {
    errors,
    infos,
    registered,
    refreshed,
    refreshes: () => refreshes,
    published: (file) => within(inbox.take(uri(file))),
    configure(next) {
      settings = next;
      return connection.sendNotification('workspace/didChangeConfiguration', { settings: null });
    },
  };
}

function documentsOf(
  connection: ProtocolConnection,
  uri: UriOf,
): Pick<TestClient, 'close' | 'edit' | 'open'> {
  const versions = new Map<string, number>();
  const nextVersion = (file: string): number => {
    const version = (versions.get(file) ?? 0) + 1;
    versions.set(file, version);
    return version;
  };
  return {
    open: (file, text, languageId = file.endsWith('.yaml') ? 'yaml' : 'kho-fdt') =>
      connection.sendNotification('textDocument/didOpen', {
        textDocument: { uri: uri(file), languageId, version: nextVersion(file), text },
      }),
    edit: (file, text, range) =>
      connection.sendNotification('textDocument/didChange', {
        textDocument: { uri: uri(file), version: nextVersion(file) },
        contentChanges: [range === undefined ? { text } : { text, range }],
      }),
    close: (file) =>
      connection.sendNotification('textDocument/didClose', { textDocument: { uri: uri(file) } }),
  };
}

/** Changes files of the workspace and tells of it as the editor's file watcher would. */
function diskOf(
  connection: ProtocolConnection,
  folder: string,
  uri: UriOf,
): Pick<TestClient, 'remove' | 'write'> {
  const notify = (file: string, type: FileChangeType): Promise<void> =>
    connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: [{ uri: uri(file), type }],
    });
  return {
    write(file, text) {
      writeIn(folder, file, text);
      return notify(file, FileChangeType.Changed);
    },
    remove(file) {
      rmSync(path.join(folder, file));
      return notify(file, FileChangeType.Deleted);
    },
  };
}

function requestsOf(
  connection: ProtocolConnection,
  uri: UriOf,
): Pick<TestClient, 'diagnostics' | 'hover' | 'pull' | 'pullWorkspace'> {
  const pull = (file: string, previousResultId?: string): Promise<DocumentDiagnosticReport> =>
    within(
      connection.sendRequest('textDocument/diagnostic', {
        textDocument: { uri: uri(file) },
        previousResultId,
      }),
    );
  return {
    pull,
    async diagnostics(file) {
      const report = await pull(file);
      assert.ok(report.kind === 'full');
      return report.items;
    },
    pullWorkspace: (previous = {}) =>
      within(
        connection.sendRequest('workspace/diagnostic', {
          previousResultIds: Object.entries(previous).map(([each, value]) => ({
            uri: each,
            value,
          })),
        }),
      ),
    hover: (file, position) =>
      within(
        connection.sendRequest('textDocument/hover', {
          textDocument: { uri: uri(file) },
          position,
        }),
      ),
  };
}

function capabilitiesOf({
  mode = 'pull',
  hasMarkdown = true,
  workspace = {},
}: TestClientOptions): ClientCapabilities {
  return {
    workspace: {
      configuration: true,
      workspaceFolders: true,
      didChangeConfiguration: { dynamicRegistration: true },
      didChangeWatchedFiles: { dynamicRegistration: true, relativePatternSupport: true },
      diagnostics: { refreshSupport: true },
      ...workspace,
    },
    textDocument: {
      hover: hasMarkdown ? { contentFormat: ['markdown', 'plaintext'] } : {},
      publishDiagnostics: { relatedInformation: true, codeDescriptionSupport: true },
      ...(mode === 'pull' ? { diagnostic: { relatedDocumentSupport: true } } : {}),
    },
  };
}

interface Inbox {
  put(params: PublishDiagnosticsParams): void;
  take(uri: string): Promise<PublishDiagnosticsParams>;
}

/** What was pushed and not looked at, by file, and who waits for more. */
function createInbox(): Inbox {
  const waiting = new Map<string, (params: PublishDiagnosticsParams) => void>();
  const unseen: PublishDiagnosticsParams[] = [];
  return {
    put(params) {
      const take = waiting.get(params.uri);
      waiting.delete(params.uri);
      if (take === undefined) unseen.push(params);
      else take(params);
    },
    take(uri) {
      const index = unseen.findIndex((params) => params.uri === uri);
      const [params] = index < 0 ? [] : unseen.splice(index, 1);
      if (params !== undefined) return Promise.resolve(params);
      return new Promise((resolve) => waiting.set(uri, resolve));
    },
  };
}

function writeIn(folder: string, file: string, text: string): void {
  const target = path.join(folder, file);
  mkdirSync(path.dirname(target), { recursive: true });
  writeFileSync(target, text);
}

/** A server that does not answer fails the test and not the run. */
async function within<T>(promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer in ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
