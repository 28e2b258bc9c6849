// One client and all that is kept for it, from initialize to exit.
import {
  type Connection,
  DidChangeConfigurationNotification,
  DidChangeWatchedFilesNotification,
  type FileEvent,
  type FileSystemWatcher,
  type Position,
  RegistrationRequest,
  UnregistrationRequest,
  WatchKind,
} from 'vscode-languageserver/node';
import { URI } from 'vscode-uri';
import { offsetAt, type SourceFile, type Span } from '../fdt/index.ts';
import type { CheckedSource } from '../kho/index.ts';
import type { ReadParser } from './c-documents.ts';
import { type CService, createCService } from './c-service.ts';
import type { ClientFeatures } from './client-features.ts';
import type { DiagnosticOptions } from './diagnostic.ts';
import { type FileKey, keyOfUri, roleOf } from './file-key.ts';
import { createFiles, type Files } from './files.ts';
import type { Place } from './locate.ts';
import { contained, type Log } from './log.ts';
import { createProject, type Project } from './project.ts';
import { createPublisher, type Publisher } from './publisher.ts';
import { readSettings, type Settings } from './settings.ts';
import { createWorkspaceFiles, type WorkspaceFiles } from './workspace-files.ts';

/** Requests wait this long for the workspace to be read before they answer without it. */
const MAX_START_MS = 3000;
/** Several files mostly change at once: one refresh for what changes within this time. */
const REFRESH_DELAY_MS = 100;

export interface Session {
  readonly client: ClientFeatures;
  readonly project: Project;
  readonly c: CService;
  /** Settled once bindings and settings are known, or MAX_START_MS after the start. */
  readonly ready: Promise<void>;
  start(): void;
  /** Nothing is sent after this is settled. */
  stop(): Promise<void>;
  /** An open document was opened, edited or closed. */
  changed(key: FileKey): void;
  /** Returns false if none of the files matters here. */
  filesChanged(events: readonly FileEvent[]): boolean;
  settingsChanged(pushed: unknown): Promise<void>;
  foldersChanged(folders: readonly FileKey[]): Promise<void>;
  uriOfKey(key: FileKey): string;
  uriOf(span: Span): string | undefined;
  /** What diagnostics of this client are made with. */
  readonly diagnosticOptions: DiagnosticOptions;
  /** The text of a binding; undefined for what is none. */
  bindingOf(uri: string): SourceFile | undefined;
  /** The tree around a document; undefined for what is not a source. */
  treeOf(uri: string): OpenTree | undefined;
  /** The tree around a document and a place in it; undefined for what is not a source. */
  at(uri: string, position: Position): { checked: CheckedSource; place: Place } | undefined;
}

/** A document and the tree that it is part of. */
export interface OpenTree {
  readonly checked: CheckedSource;
  readonly source: SourceFile;
  /** True for spans of the document. */
  readonly isInFile: (span: Span) => boolean;
}

export function createSession(
  connection: Connection,
  client: ClientFeatures,
  log: Log,
  readParser?: ReadParser,
): Session {
  const files = createFiles();
  const uriOfKey = (key: FileKey): string => files.documentOf(key)?.uri ?? key;
  const uriOf = (span: Span): string | undefined => {
    const key = files.keyOf(span.source);
    return key && uriOfKey(key);
  };
  const diagnosticOptions = diagnosticOptionsFor(client, uriOf);
  const project = createProject(files, diagnosticOptions);
  const { settings } = project;
  const forC = { files, settings, diagnosticOptions, readParser };
  const c = createCService(connection, client, log, forC);
  const workspaceFiles = createWorkspaceFiles(project, client.shippedBindings, log);
  workspaceFiles.setFolders(client.folders);
  const { ready, begin } = createReadiness();
  const refresher = createRefresher(connection, client, project, uriOfKey, log, ready);
  const loadSettings = createSettingsLoader(connection, client, log, (settings) => {
    project.setSettings(settings);
    workspaceFiles.setBindingFolders(settings.bindingFolders);
  });
  const loader = createLoader(log, [
    { name: 'settings', run: loadSettings },
    { name: 'scan', run: workspaceFiles.scan },
    // Read before the first file is opened, which would wait for it otherwise.
    { name: 'bindings', run: async () => void project.bindings() },
    { name: 'watch', run: createWatches(connection, client, workspaceFiles) },
    { name: 'refresh', run: async () => refresher.changedAll() },
    { name: 'C files', run: async () => c.documents.changedAll() },
    { name: 'refresh hints', run: () => refreshHints(connection, client) },
  ]);
  const { load } = loader;
  return {
    client,
    project,
    c,
    ready,
    uriOfKey,
    uriOf,
    start() {
      setTimeout(begin, MAX_START_MS).unref();
      void load().then(begin);
    },
    async stop() {
      refresher.stop();
      c.stop();
      await loader.stop();
    },
    changed: refresher.changed,
    filesChanged(events) {
      const changed = workspaceFiles.noticed(events);
      for (const key of changed) refresher.changed(key);
      if (changed.length > 0) refresher.changedAll();
      return changed.length > 0;
    },
    settingsChanged: load,
    async foldersChanged(folders) {
      workspaceFiles.setFolders(folders);
      await load();
    },
    diagnosticOptions,
    ...createLookups(project, files),
  };
}

function createLookups(
  project: Project,
  files: Files,
): Pick<Session, 'bindingOf' | 'treeOf' | 'at'> {
  return {
    bindingOf: (uri) => bindingOf(files, keyOfUri(uri)),
    treeOf: (uri) => treeOf(project, files, keyOfUri(uri)),
    at: (uri, position) => placeIn(treeOf(project, files, keyOfUri(uri)), position),
  };
}

function diagnosticOptionsFor(
  client: ClientFeatures,
  uriOf: (span: Span) => string | undefined,
): DiagnosticOptions {
  const { rulePages } = client;
  return {
    uriOf,
    rulePage: (rule) => (rulePages === undefined ? undefined : `${rulePages}${rule}.md`),
    hasRelatedInformation: client.showsRelatedInformation,
    hasCodeDescription: client.showsCodeDescription,
  };
}

function createReadiness(): { readonly ready: Promise<void>; readonly begin: () => void } {
  let begin: () => void = () => {};
  const ready = new Promise<void>((resolve) => {
    begin = resolve;
  });
  return { ready, begin };
}

/** Asks for the settings; of a client that only pushes them, those that it pushed last. */
function createSettingsLoader(
  connection: Connection,
  client: ClientFeatures,
  log: Log,
  use: (settings: Settings) => void,
): (pushed: unknown) => Promise<void> {
  let last: unknown;
  return async (pushed) => {
    if (client.answersConfiguration) last = await connection.workspace.getConfiguration('kho');
    else if (pushed !== undefined) last = (pushed as { kho?: unknown } | null)?.kho;
    const { settings, problems } = readSettings(last);
    for (const problem of problems) log.error(problem);
    use(settings);
  };
}

/** Bindings and settings decide what hints say; the client knows of neither. */
async function refreshHints(connection: Connection, client: ClientFeatures): Promise<void> {
  if (client.refreshesInlayHints) await connection.languages.inlayHint.refresh();
}

interface Loader {
  /** `pushed` is what the client sent with the change, if anything. */
  load(pushed?: unknown): Promise<void>;
  /** Leaves out what has not begun; settled when nothing is under way. */
  stop(): Promise<void>;
}

/** Loads one after the other: of two at once the one that ends last would win, not the later. */
function createLoader(
  log: Log,
  steps: readonly { readonly name: string; readonly run: (pushed?: unknown) => Promise<void> }[],
): Loader {
  let isStopped = false;
  let loaded: Promise<void> = Promise.resolve();
  return {
    load(pushed) {
      for (const { name, run } of steps)
        loaded = loaded.then(() =>
          isStopped ? undefined : contained(log, name, () => run(pushed)),
        );
      return loaded;
    },
    stop() {
      isStopped = true;
      return loaded;
    },
  };
}

function bindingOf(files: Files, key: FileKey): SourceFile | undefined {
  const content = roleOf(key) === 'binding' ? files.read(key) : undefined;
  return content?.kind === 'text' ? content.source : undefined;
}

function treeOf(project: Project, files: Files, key: FileKey): OpenTree | undefined {
  const content = files.read(key);
  const checked = content.kind === 'text' ? project.treeAround(key) : undefined;
  if (checked === undefined || content.kind !== 'text') return undefined;
  const isInFile = ({ source }: Span): boolean => files.keyOf(source) === key;
  return { checked, source: content.source, isInFile };
}

function placeIn(
  tree: OpenTree | undefined,
  position: Position,
): { checked: CheckedSource; place: Place } | undefined {
  if (tree === undefined) return undefined;
  const { checked, source, isInFile } = tree;
  return { checked, place: { offset: offsetAt(source, position), isInFile } };
}

/** Gets new diagnostics to the client: sends them, or makes it ask again. */
function createRefresher(
  connection: Connection,
  client: ClientFeatures,
  project: Project,
  uriOfKey: (key: FileKey) => string,
  log: Log,
  ready: Promise<void>,
): Publisher {
  if (!client.pullsDiagnostics)
    return createPublisher(
      project,
      uriOfKey,
      (params) => connection.sendDiagnostics(params),
      log,
      ready,
    );
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  const refresh = (): void => {
    if (!client.refreshesDiagnostics || isStopped) return;
    clearTimeout(timer);
    const ask = (): unknown => connection.languages.diagnostics.refresh();
    timer = setTimeout(() => void contained(log, 'refresh', ask), REFRESH_DELAY_MS);
    timer.unref();
  };
  return {
    // After an edit the client asks by itself, for that file and for others that may depend on it;
    // that a binding has anything to do with sources it cannot know.
    changed(key) {
      if (roleOf(key) === 'binding') refresh();
    },
    changedAll: refresh,
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}

/** Files that are watched everywhere in the workspace: sources, bindings and what is included. */
const WATCHED = ['**/*.kho', '**/*.kho.{yaml,yml}', '**/*.{dts,dtsi,dtso,h}'];
const WATCHED_BINDINGS = '**/*.kho.{yaml,yml}';

/** Returns what asks the client to watch the files that matter now, and no longer the others. */
function createWatches(
  connection: Connection,
  client: ClientFeatures,
  workspaceFiles: WorkspaceFiles,
): () => Promise<void> {
  const { method } = DidChangeWatchedFilesNotification;
  let number = 0;
  let watched: string | undefined;
  return async () => {
    const outside = client.watchesOutside ? workspaceFiles.bindingFolders() : [];
    if (!client.watchesFiles || watched === outside.join('\n')) return;
    const isFirst = watched === undefined;
    watched = outside.join('\n');
    const watchers: FileSystemWatcher[] = WATCHED.map((globPattern) => ({ globPattern }));
    // Of a folder that goes at once, nobody tells what was in it.
    watchers.push({ globPattern: '**', kind: WatchKind.Delete });
    for (const folder of outside) {
      const baseUri = URI.file(folder).toString();
      watchers.push({ globPattern: { baseUri, pattern: WATCHED_BINDINGS } });
    }
    // By hand and not by connection.client, whose dispose() tells nobody when it is done.
    const old = { id: `watch-${number++}`, method };
    const registration = { id: `watch-${number}`, method, registerOptions: { watchers } };
    await connection.sendRequest(RegistrationRequest.type, { registrations: [registration] });
    if (!isFirst)
      await connection.sendRequest(UnregistrationRequest.type, { unregisterations: [old] });
  };
}

/** Asks to be told of settings; without it, some clients tell nobody. */
export async function watchSettings(connection: Connection, client: ClientFeatures): Promise<void> {
  if (!client.announcesConfiguration) return;
  const type = DidChangeConfigurationNotification.type;
  await connection.client.register(type, { section: 'kho' });
}
