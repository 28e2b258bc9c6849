// The wiring: which request of the protocol is answered by what.
import {
  type Connection,
  type InitializeResult,
  type ServerCapabilities,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { type ClientFeatures, readClientFeatures } from './client-features.ts';
import { definitionAt } from './definition.ts';
import { keyOfUri } from './file-key.ts';
import { hoverAt } from './hover.ts';
import { contained, guarded, type Log } from './log.ts';
import { documentReport, workspaceReport } from './pull.ts';
import { createSession, type Session, watchSettings } from './session.ts';
import { symbolsOf } from './symbols.ts';

/** Serves one client until it disconnects. Starts listening at once. */
export function startServer(connection: Connection): void {
  // After shutdown the client listens no more, and what was under way may still fail.
  let isOver = false;
  const log: Log = {
    info: (message) => isOver || connection.console.info(message),
    error: (message) => isOver || connection.console.error(message),
  };
  // The protocol has initialize come first; what comes before it finds nothing to answer from.
  let session: Session | undefined;
  connection.onInitialize((params): InitializeResult => {
    const client = readClientFeatures(params);
    session = createSession(connection, client, log);
    return { capabilities: capabilitiesFor(client), serverInfo: { name: 'KHO' } };
  });
  connection.onInitialized(() => {
    if (session === undefined) return;
    const { client } = session;
    session.start();
    void contained(log, 'settings', () => watchSettings(connection, client));
    if (client.announcesFolders)
      connection.workspace.onDidChangeWorkspaceFolders(() =>
        foldersChanged(connection, log, session),
      );
  });
  connection.onShutdown(async () => {
    isOver = true;
    await session?.stop();
  });
  connection.onDidChangeConfiguration(({ settings }) =>
    contained(log, 'settings', () => session?.settingsChanged(settings)),
  );
  connection.onDidChangeWatchedFiles(({ changes }) =>
    contained(log, 'watched files', () => session?.filesChanged(changes)),
  );
  syncDocuments(connection, log, () => session);
  answerRequests(connection, log, () => session);
  connection.listen();
}

function capabilitiesFor(client: ClientFeatures): ServerCapabilities {
  const diagnosticProvider = {
    identifier: 'kho',
    interFileDependencies: true,
    workspaceDiagnostics: true,
  };
  return {
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
    hoverProvider: true,
    documentSymbolProvider: true,
    definitionProvider: true,
    ...(client.pullsDiagnostics ? { diagnosticProvider } : {}),
    workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
  };
}

function syncDocuments(connection: Connection, log: Log, session: () => Session | undefined): void {
  const documents = new TextDocuments(TextDocument);
  documents.onDidOpen(({ document }) => {
    session()?.project.files.open(document);
  });
  // Comes after onDidOpen too.
  documents.onDidChangeContent(({ document }) =>
    contained(log, 'edit', () => {
      const key = keyOfUri(document.uri);
      session()?.project.files.touch(key);
      session()?.changed(key);
    }),
  );
  documents.onDidClose(({ document }) =>
    contained(log, 'close', () => {
      session()?.project.files.close(document.uri);
      session()?.changed(keyOfUri(document.uri));
    }),
  );
  documents.listen(connection);
}

function answerRequests(
  connection: Connection,
  log: Log,
  session: () => Session | undefined,
): void {
  const whenReady = async (): Promise<Session> => {
    const current = session();
    if (current === undefined) throw new Error('not initialized');
    await current.ready;
    return current;
  };
  connection.onHover(
    guarded(log, 'hover', null, async ({ textDocument, position }) => {
      const { at, client, uriOf } = await whenReady();
      const found = at(textDocument.uri, position);
      const options = { kind: client.hoverKind, linkTo: uriOf };
      return found === undefined ? null : (hoverAt(found.checked, found.place, options) ?? null);
    }),
  );
  connection.onDefinition(
    guarded(log, 'definition', null, async ({ textDocument, position }) => {
      const { at, uriOf } = await whenReady();
      const found = at(textDocument.uri, position);
      return found === undefined ? null : (definitionAt(found.checked, found.place, uriOf) ?? null);
    }),
  );
  connection.onDocumentSymbol(
    guarded(log, 'symbols', null, async ({ textDocument }) => {
      const { at } = await whenReady();
      const found = at(textDocument.uri, { line: 0, character: 0 });
      return found === undefined ? null : symbolsOf(found.checked, found.place.isInFile);
    }),
  );
  const { diagnostics } = connection.languages;
  diagnostics.on(
    guarded(log, 'diagnostics', { kind: 'full', items: [] }, async (params) => {
      const { project, uriOfKey, client } = await whenReady();
      return documentReport(project, params, uriOfKey, client.takesRelatedDocuments);
    }),
  );
  diagnostics.onWorkspace(
    guarded(log, 'workspace diagnostics', { items: [] }, async (params, token) => {
      const { project, uriOfKey } = await whenReady();
      return workspaceReport(project, params, uriOfKey, token);
    }),
  );
}

async function foldersChanged(
  connection: Connection,
  log: Log,
  session: Session | undefined,
): Promise<void> {
  await contained(log, 'workspace folders', async () => {
    const folders = (await connection.workspace.getWorkspaceFolders()) ?? [];
    await session?.foldersChanged(folders.map(({ uri }) => keyOfUri(uri)));
  });
}
