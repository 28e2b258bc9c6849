// The wiring: which request of the protocol is answered by what.
import {
  CodeActionKind,
  type Connection,
  FileChangeType,
  type FileOperationRegistrationOptions,
  type InitializeResult,
  type ServerCapabilities,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { C_ACCESS } from './c-completion.ts';
import { isCLanguage, type ReadParser } from './c-documents.ts';
import { type ClientFeatures, readClientFeatures } from './client-features.ts';
import { FIX_ALL, ORGANIZE_DELETIONS } from './code-actions.ts';
import { type FileKey, keyOfUri, roleOf } from './file-key.ts';
import { FORMATTING_TRIGGERS } from './formatting.ts';
import { contained, type Log } from './log.ts';
import { answerRequests } from './requests.ts';
import { SEMANTIC_LEGEND } from './semantic-tokens.ts';
import { createSession, type Session, watchSettings } from './session.ts';
import { createViewRefresher, type ViewRefresher } from './view-refresher.ts';

/** Serves one client until it disconnects. Starts listening at once. */
export function startServer(connection: Connection, readParser?: ReadParser): void {
  // After shutdown the client listens no more, and what was under way may still fail.
  let isOver = false;
  const log: Log = {
    info: (message) => isOver || connection.console.info(message),
    error: (message) => isOver || connection.console.error(message),
  };
  // The protocol has initialize come first; what comes before it finds nothing to answer from.
  let session: Session | undefined;
  let views: ViewRefresher | undefined;
  connection.onInitialize((params): InitializeResult => {
    const client = readClientFeatures(params);
    session = createSession(connection, client, log, readParser);
    views = createViewRefresher(connection, client, log);
    return { capabilities: capabilitiesFor(client), serverInfo: { name: 'KHO' } };
  });
  connection.onInitialized(() => {
    if (session === undefined) return;
    const { client } = session;
    session.start();
    void session.ready.then(() => views?.changed());
    void contained(log, 'settings', () => watchSettings(connection, client));
    if (client.announcesFolders)
      connection.workspace.onDidChangeWorkspaceFolders(() =>
        foldersChanged(connection, log, session),
      );
  });
  connection.onShutdown(async () => {
    isOver = true;
    views?.stop();
    await session?.stop();
  });
  connection.onDidChangeConfiguration(({ settings }) =>
    contained(log, 'settings', async () => {
      await session?.settingsChanged(settings);
      views?.changed();
    }),
  );
  connection.onDidChangeWatchedFiles(({ changes }) =>
    contained(log, 'watched files', () => {
      if (session?.filesChanged(changes)) views?.changed();
    }),
  );
  followFolders(
    connection,
    log,
    () => session,
    () => views?.changed(),
  );
  syncDocuments(
    connection,
    log,
    () => session,
    (key) => {
      if (session !== undefined && isOfOthers(session, key)) views?.changed();
    },
  );
  answerRequests(connection, log, () => session);
  connection.listen();
}

const ANY_FOLDER: FileOperationRegistrationOptions = {
  filters: [{ scheme: 'file', pattern: { glob: '**', matches: 'folder' } }],
};

function capabilitiesFor(client: ClientFeatures): ServerCapabilities {
  const diagnosticProvider = {
    identifier: 'kho',
    interFileDependencies: true,
    workspaceDiagnostics: true,
  };
  return {
    textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
    hoverProvider: true,
    completionProvider: { triggerCharacters: ['&', '"', '/', '{', '<', ...C_ACCESS] },
    documentSymbolProvider: true,
    definitionProvider: true,
    typeDefinitionProvider: true,
    typeHierarchyProvider: true,
    workspaceSymbolProvider: true,
    signatureHelpProvider: { triggerCharacters: ['<', ' ', '(', ','] },
    referencesProvider: true,
    documentHighlightProvider: true,
    renameProvider: { prepareProvider: true },
    foldingRangeProvider: true,
    semanticTokensProvider: { legend: SEMANTIC_LEGEND, full: { delta: true }, range: true },
    inlayHintProvider: true,
    selectionRangeProvider: true,
    documentLinkProvider: {},
    codeLensProvider: {},
    documentFormattingProvider: true,
    documentRangeFormattingProvider: true,
    documentOnTypeFormattingProvider: {
      firstTriggerCharacter: FORMATTING_TRIGGERS[0],
      moreTriggerCharacter: FORMATTING_TRIGGERS.slice(1),
    },
    codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, FIX_ALL, ORGANIZE_DELETIONS] },
    ...(client.pullsDiagnostics ? { diagnosticProvider } : {}),
    workspace: {
      workspaceFolders: { supported: true, changeNotifications: true },
      fileOperations: { didDelete: ANY_FOLDER, didRename: ANY_FOLDER },
    },
  };
}

/** Whether what is shown of other open documents may follow from a file. */
function isOfOthers({ project }: Session, key: FileKey): boolean {
  if (roleOf(key) === 'binding') return true;
  return project
    .affectedBy(key)
    .some((each) => each !== key && project.files.documentOf(each) !== undefined);
}

function syncDocuments(
  connection: Connection,
  log: Log,
  session: () => Session | undefined,
  changed: (key: FileKey) => void,
): void {
  const documents = new TextDocuments(TextDocument);
  documents.onDidOpen(({ document }) => {
    session()?.project.files.open(document);
    if (isCLanguage(document.languageId, document.uri))
      session()?.c.documents.opened(keyOfUri(document.uri));
  });
  // Comes after onDidOpen too.
  documents.onDidChangeContent(({ document }) =>
    contained(log, 'edit', () => {
      const key = keyOfUri(document.uri);
      session()?.project.files.touch(key);
      if (session()?.c.documents.has(key)) session()?.c.documents.changed(key);
      else session()?.changed(key);
      changed(key);
    }),
  );
  documents.onDidClose(({ document }) =>
    contained(log, 'close', async () => {
      const key = keyOfUri(document.uri);
      session()?.project.files.close(document.uri);
      if (session()?.c.documents.has(key)) await session()?.c.documents.closed(key);
      else session()?.changed(key);
      changed(key);
    }),
  );
  documents.listen(connection);
}

/** Who watches files is told of each; of a folder that the user deletes or moves, by these only. */
function followFolders(
  connection: Connection,
  log: Log,
  session: () => Session | undefined,
  changed: () => void,
): void {
  const gone = (uris: readonly string[]): void => {
    session()?.filesChanged(uris.map((uri) => ({ uri, type: FileChangeType.Deleted })));
    changed();
  };
  connection.workspace.onDidDeleteFiles(({ files }) =>
    contained(log, 'deleted folders', () => gone(files.map(({ uri }) => uri))),
  );
  connection.workspace.onDidRenameFiles(({ files }) =>
    contained(log, 'moved folders', async () => {
      gone(files.map(({ oldUri }) => oldUri));
      // What is in them is found where they are now.
      if (session()?.client.announcesFolders) await foldersChanged(connection, log, session());
      changed();
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
