import type { PublishDiagnosticsParams } from 'vscode-languageserver/node';
import type { FileKey } from './file-key.ts';
import { contained, type Log, nextTurn } from './log.ts';
import type { Project } from './project.ts';

/** Silence to wait for after an edit, in milliseconds, where checks are quick. */
export const MIN_QUIET_MS = 20;
/** The same where checks are slow: waiting longer than this would not help. */
export const MAX_QUIET_MS = 500;

/** Sends diagnostics to clients that do not ask for them. */
export interface Publisher {
  /** The file has changed: it and what depends on it are due once it is quiet. */
  changed(key: FileKey): void;
  /** Anything may have changed. */
  changedAll(): void;
  stop(): void;
}

export function createPublisher(
  project: Project,
  uriOfKey: (key: FileKey) => string,
  send: (params: PublishDiagnosticsParams) => Promise<void>,
  log: Log,
  ready: Promise<void>,
): Publisher {
  const due = new Set<FileKey>();
  const sent = new Map<FileKey, string>();
  let timer: NodeJS.Timeout | undefined;
  let isRunning = false;
  let isStopped = false;
  let lastRoundMs = 0;

  const publish = async (key: FileKey): Promise<void> => {
    const { id, diagnostics } = project.report(key);
    const document = project.files.documentOf(key);
    // The version is part of what the client is told: an answer to each version is expected.
    const name = `${document?.version ?? ''} ${id}`;
    const isNews = sent.has(key) ? sent.get(key) !== name : diagnostics.length > 0 || document;
    if (!isNews) return;
    sent.set(key, name);
    const version = document === undefined ? {} : { version: document.version };
    await send({ uri: uriOfKey(key), diagnostics: [...diagnostics], ...version });
  };
  /** One after the other, with turns between them: an edit in the middle is taken in at once. */
  const run = async (): Promise<void> => {
    isRunning = true;
    // Before the bindings are known every compatible would be an unknown one.
    await ready;
    const start = performance.now();
    const done = new Set<FileKey>();
    for (let [key] = due; key !== undefined; [key] = due) {
      due.delete(key);
      done.add(key);
      await contained(log, `diagnostics of ${key}`, () => publish(key as FileKey));
      if (isStopped) break;
      for (const each of project.affectedBy(key)) if (!done.has(each)) due.add(each);
      await nextTurn();
    }
    lastRoundMs = performance.now() - start;
    isRunning = false;
  };
  const schedule = (): void => {
    clearTimeout(timer);
    if (isStopped) return;
    const quietMs = Math.min(Math.max(lastRoundMs, MIN_QUIET_MS), MAX_QUIET_MS);
    timer = setTimeout(() => {
      if (isRunning) schedule();
      else void contained(log, 'diagnostics', run);
    }, quietMs);
    timer.unref();
  };
  return {
    changed(key) {
      due.add(key);
      schedule();
    },
    changedAll() {
      for (const key of [...project.keys(), ...sent.keys()]) due.add(key);
      schedule();
    },
    stop() {
      isStopped = true;
      due.clear();
      clearTimeout(timer);
    },
  };
}
