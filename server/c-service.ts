// Everything about C files of one client, put together.
import type { Connection } from 'vscode-languageserver/node';
import { type CDocuments, createCDocuments, type ReadParser } from './c-documents.ts';
import { createCLayouts } from './c-layouts.ts';
import { type CAnswers, createCAnswers } from './c-requests.ts';
import type { ClientFeatures } from './client-features.ts';
import type { DiagnosticOptions } from './diagnostic.ts';
import { keyOfPath } from './file-key.ts';
import type { Files } from './files.ts';
import { createGitHeads } from './git-heads.ts';
import { contained, type Log } from './log.ts';
import type { Settings } from './settings.ts';

/** The client says that folders which were not trusted are now. */
export const TRUSTED_NOTIFICATION = 'kho/trusted';

export interface CService {
  readonly documents: CDocuments;
  readonly answers: CAnswers;
  stop(): void;
}

export interface CServiceOptions {
  readonly files: Files;
  readonly settings: () => Settings;
  readonly diagnosticOptions: DiagnosticOptions;
  readonly readParser: ReadParser | undefined;
}

export function createCService(
  connection: Connection,
  client: ClientFeatures,
  log: Log,
  options: CServiceOptions,
): CService {
  const { files, settings, diagnosticOptions } = options;
  const heads = createGitHeads((file) => {
    documents.changed(keyOfPath(file));
    if (client.pullsDiagnostics && client.refreshesDiagnostics)
      void contained(log, 'refresh', () => connection.languages.diagnostics.refresh());
  });
  // Git runs what the folder's configuration says, so only where the user trusts that.
  let { isTrusted } = client;
  const layouts = createCLayouts(files, () => (isTrusted ? heads : undefined));
  const documents = createCDocuments({
    ...options,
    layouts,
    log,
    send: client.pullsDiagnostics ? undefined : (params) => connection.sendDiagnostics(params),
  });
  connection.onNotification(TRUSTED_NOTIFICATION, () => {
    isTrusted = true;
    documents.changedAll();
  });
  return {
    documents,
    answers: createCAnswers(documents, layouts, client, settings, diagnosticOptions),
    stop() {
      heads.stop();
      documents.stop();
    },
  };
}
