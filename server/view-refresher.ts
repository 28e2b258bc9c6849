// Makes the client ask again for what it shows beside the text. Colours, hints and lenses follow
// from bindings, settings and other files too, of which the client knows nothing.
import { CodeLensRefreshRequest, type Connection } from 'vscode-languageserver/node';
import type { ClientFeatures } from './client-features.ts';
import { contained, type Log } from './log.ts';

/** Several files mostly change at once: one refresh for what changes within this time. */
const REFRESH_DELAY_MS = 200;

export interface ViewRefresher {
  /** What is shown of any document may be another. */
  changed(): void;
  stop(): void;
}

export function createViewRefresher(
  connection: Connection,
  client: ClientFeatures,
  log: Log,
): ViewRefresher {
  const { languages } = connection;
  const requests: (() => Promise<void>)[] = [];
  if (client.refreshesSemanticTokens) requests.push(() => languages.semanticTokens.refresh());
  if (client.refreshesInlayHints) requests.push(() => languages.inlayHint.refresh());
  if (client.refreshesCodeLenses)
    requests.push(() => connection.sendRequest(CodeLensRefreshRequest.type));
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;
  return {
    changed() {
      if (requests.length === 0 || isStopped) return;
      clearTimeout(timer);
      timer = setTimeout(() => {
        for (const request of requests) void contained(log, 'refresh', request);
      }, REFRESH_DELAY_MS);
      timer.unref();
    },
    stop() {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
