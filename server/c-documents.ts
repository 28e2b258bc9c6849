// Open C files: parsed as they are typed, checked when they rest, and said to the client.
import { createHash } from 'node:crypto';
import type {
  Diagnostic,
  DocumentDiagnosticReport,
  PublishDiagnosticsParams,
} from 'vscode-languageserver/node';
import {
  type CDocument,
  type CheckedC,
  type CParser,
  type CParserFiles,
  createCDocument,
  createCParser,
} from '../c/index.ts';
import type { Issue, SourceFile } from '../fdt/index.ts';
import type { CLayouts } from './c-layouts.ts';
import { type DiagnosticOptions, toDiagnostic } from './diagnostic.ts';
import type { FileKey } from './file-key.ts';
import type { Files } from './files.ts';
import { contained, type Log } from './log.ts';
import { MAX_QUIET_MS, MIN_QUIET_MS } from './publisher.ts';
import type { Settings } from './settings.ts';

/** Reads the parser’s WebAssembly from where it was installed. */
export type ReadParser = () => Promise<CParserFiles>;

export interface CDocumentsOptions {
  readonly files: Files;
  readonly layouts: CLayouts;
  readonly settings: () => Settings;
  readonly diagnosticOptions: DiagnosticOptions;
  readonly log: Log;
  /** Undefined where no C is served. */
  readonly readParser: ReadParser | undefined;
  /** How clients that do not ask are told; undefined for those that do. */
  readonly send: ((params: PublishDiagnosticsParams) => Promise<void>) | undefined;
}

/** A C file as it is on the screen, and what was found in it. */
export interface OpenC {
  readonly source: SourceFile;
  readonly checked: CheckedC;
  readonly issues: readonly Issue[];
}

export interface CDocuments {
  has(key: FileKey): boolean;
  opened(key: FileKey): void;
  /** A C file was opened or edited, or what it is compared with is another. */
  changed(key: FileKey): void;
  closed(key: FileKey): Promise<void>;
  /** What all of them are checked by may have changed. */
  changedAll(): void;
  /** Undefined for what is no open C file that has to do with KHO. */
  look(key: FileKey): Promise<OpenC | undefined>;
  report(key: FileKey): Promise<{ readonly id: string; readonly diagnostics: Diagnostic[] }>;
  stop(): void;
}

/** Languages that editors give C files; headers count as C++ until told otherwise. */
export function isCLanguage(languageId: string, uri: string): boolean {
  return languageId === 'c' || (languageId === 'cpp' && /\.h$/.test(uri));
}

export function createCDocuments(options: CDocumentsOptions): CDocuments {
  const { files, layouts, settings, diagnosticOptions, log, send } = options;
  const documents = new Map<FileKey, CDocument | undefined>();
  const sent = new Map<FileKey, string>();
  let parser: Promise<CParser | undefined> | undefined;
  let isStopped = false;

  const parserOnce = (): Promise<CParser | undefined> => {
    parser ??= startParser(options);
    return parser;
  };
  const look = async (key: FileKey): Promise<OpenC | undefined> => {
    const started = documents.has(key) ? await parserOnce() : undefined;
    const content = files.read(key);
    if (started === undefined || !documents.has(key) || content.kind !== 'text') return undefined;
    const document = documents.get(key) ?? createCDocument(started);
    documents.set(key, document);
    const { source } = content;
    const checked = document.check(source, settings().release);
    const issues = [...checked.issues, ...layouts.issuesOf(key)];
    return { source, checked, issues };
  };
  const report: CDocuments['report'] = async (key) => {
    const issues = (await look(key))?.issues ?? [];
    const diagnostics = issues.map((issue) => toDiagnostic(issue, diagnosticOptions));
    const id = createHash('sha1').update(JSON.stringify(diagnostics)).digest('base64');
    return { id, diagnostics };
  };
  const publish = async (key: FileKey): Promise<void> => {
    const document = files.documentOf(key);
    if (send === undefined || document === undefined) return;
    const { version, uri } = document;
    const { id, diagnostics } = await report(key);
    const name = `${version} ${id}`;
    // A newer text has its own turn; and each answer is given once.
    if (files.documentOf(key)?.version !== version || isStopped || sent.get(key) === name) return;
    sent.set(key, name);
    await send({ uri, version, diagnostics });
  };
  const schedule = createSchedule(log, publish);
  return {
    has: (key) => documents.has(key),
    opened(key) {
      documents.set(key, undefined);
    },
    changed(key) {
      if (!documents.has(key)) return;
      if (send !== undefined) schedule.due(key);
    },
    async closed(key) {
      documents.get(key)?.close();
      const wasOpen = documents.delete(key);
      sent.delete(key);
      layouts.forget(key);
      if (wasOpen && !isStopped) await send?.({ uri: key, diagnostics: [] });
    },
    changedAll() {
      if (send !== undefined) for (const key of documents.keys()) schedule.due(key);
    },
    look,
    report,
    stop() {
      isStopped = true;
      schedule.stop();
      for (const document of documents.values()) document?.close();
      documents.clear();
    },
  };
}

/** Undefined, and said once, if the parser is not there: everything else goes on. */
async function startParser({ readParser, log }: CDocumentsOptions): Promise<CParser | undefined> {
  let started: CParser | undefined;
  if (readParser !== undefined)
    await contained(log, 'the parser of C', async () => {
      started = await createCParser(await readParser());
    });
  return started;
}

/** Answers `textDocument/diagnostic` for a C file. */
export async function cReport(
  documents: CDocuments,
  key: FileKey,
  previousId: string | undefined,
): Promise<DocumentDiagnosticReport> {
  const { id, diagnostics } = await documents.report(key);
  if (id === previousId) return { kind: 'unchanged', resultId: id };
  return { kind: 'full', resultId: id, items: diagnostics };
}

interface Schedule {
  due(key: FileKey): void;
  stop(): void;
}

/** Runs `task` for each file that is due, once it is quiet for as long as that took last time. */
function createSchedule(log: Log, task: (key: FileKey) => Promise<void>): Schedule {
  const due = new Set<FileKey>();
  let timer: NodeJS.Timeout | undefined;
  let lastMs = 0;
  const run = async (): Promise<void> => {
    const start = performance.now();
    for (const key of [...due]) {
      due.delete(key);
      await contained(log, `diagnostics of ${key}`, () => task(key));
    }
    lastMs = performance.now() - start;
  };
  return {
    due(key) {
      due.add(key);
      clearTimeout(timer);
      const quietMs = Math.min(Math.max(lastMs, MIN_QUIET_MS), MAX_QUIET_MS);
      timer = setTimeout(() => void run(), quietMs);
      timer.unref();
    },
    stop() {
      due.clear();
      clearTimeout(timer);
    },
  };
}
