// Diagnostics for clients that ask for them.
import {
  type CancellationToken,
  type DocumentDiagnosticParams,
  type DocumentDiagnosticReport,
  DocumentDiagnosticReportKind,
  type FullDocumentDiagnosticReport,
  type UnchangedDocumentDiagnosticReport,
  type WorkspaceDiagnosticParams,
  type WorkspaceDiagnosticReport,
  type WorkspaceDocumentDiagnosticReport,
} from 'vscode-languageserver/node';
import { type FileKey, keyOfUri } from './file-key.ts';
import { nextTurn } from './log.ts';
import type { Project } from './project.ts';

/** Work between two looks at what has arrived, in milliseconds. */
const TURN_MS = 10;

type FileReport = FullDocumentDiagnosticReport | UnchangedDocumentDiagnosticReport;

/** Answers `textDocument/diagnostic`. */
export function documentReport(
  project: Project,
  params: DocumentDiagnosticParams,
  uriOfKey: (key: FileKey) => string,
  takesRelatedDocuments: boolean,
): DocumentDiagnosticReport {
  const key = keyOfUri(params.textDocument.uri);
  const report = fileReport(project, key, params.previousResultId);
  if (!takesRelatedDocuments) return report;
  // What is wrong in an included file that is open the client asks for by itself.
  const related = project
    .includesOf(key)
    .filter((each) => project.files.documentOf(each) === undefined)
    .map((each) => [uriOfKey(each), fileReport(project, each)] as const);
  return related.length === 0
    ? report
    : { ...report, relatedDocuments: Object.fromEntries(related) };
}

/** Answers `workspace/diagnostic`: every file, open or not. A cancelled answer is cut short. */
export async function workspaceReport(
  project: Project,
  params: WorkspaceDiagnosticParams,
  uriOfKey: (key: FileKey) => string,
  token: CancellationToken,
): Promise<WorkspaceDiagnosticReport> {
  const previous = new Map(
    params.previousResultIds.map((each) => [keyOfUri(each.uri), each.value]),
  );
  const items: WorkspaceDocumentDiagnosticReport[] = [];
  const done = new Set<FileKey>();
  let turnStart = performance.now();
  const add = async (key: FileKey): Promise<void> => {
    if (done.has(key) || token.isCancellationRequested) return;
    done.add(key);
    const version = project.files.documentOf(key)?.version ?? null;
    const report = fileReport(project, key, previous.get(key));
    items.push({ ...report, uri: uriOfKey(key), version });
    if (performance.now() - turnStart < TURN_MS) return;
    await nextTurn();
    turnStart = performance.now();
  };
  for (const key of project.keys()) await add(key);
  // Checking has found what sources include; and what is no longer there has to be cleared.
  for (const key of [...project.keys(), ...previous.keys()]) await add(key);
  return { items };
}

function fileReport(project: Project, key: FileKey, previousId?: string): FileReport {
  const { id, diagnostics } = project.report(key);
  if (id === previousId) return { kind: DocumentDiagnosticReportKind.Unchanged, resultId: id };
  return { kind: DocumentDiagnosticReportKind.Full, resultId: id, items: [...diagnostics] };
}
