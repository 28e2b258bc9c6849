import { type CancellationToken, LSPErrorCodes, ResponseError } from 'vscode-languageserver/node';

/** Where the server says what a user may have to know; the editor shows it as an output channel. */
export interface Log {
  info(message: string): unknown;
  error(message: string): unknown;
}

/**
 * Wraps a request: a cancelled one answers so, and an internal error is logged and answers
 * `fallback`, so that no mistake of ours ends the server or shows up as a dialog.
 */
export function guarded<P, R>(
  log: Log,
  name: string,
  fallback: R,
  handle: (params: P, token: CancellationToken) => R | Promise<R>,
): (params: P, token: CancellationToken) => Promise<R | ResponseError<never>> {
  return async (params, token) => {
    // What arrived after the request, a newer version or a cancellation, comes first.
    await nextTurn();
    if (token.isCancellationRequested)
      return new ResponseError<never>(LSPErrorCodes.RequestCancelled, `${name} was cancelled`);
    try {
      return await handle(params, token);
    } catch (error) {
      log.error(`${name}: ${errorText(error)}`);
      return fallback;
    }
  };
}

/** Wraps a notification or a background task likewise. */
export async function contained(log: Log, name: string, task: () => unknown): Promise<void> {
  try {
    await task();
  } catch (error) {
    log.error(`${name}: ${errorText(error)}`);
  }
}

/** Lets messages that have arrived be read before the next piece of work. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
