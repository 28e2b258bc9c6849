import type { Output } from './options.ts';

/** One line that says how far something is, where somebody sees it. */
export interface Progress {
  show(text: string): void;
  /** Takes the line away. */
  clear(): void;
}

/** How often the line changes at most. */
const INTERVAL_MS = 100;
const ERASE_LINE = '\r\u001b[K';

/** Writes to standard error, and only if that is a terminal. */
export function createProgress(output: Output): Progress {
  if (!process.stderr.isTTY) return { show: () => {}, clear: () => {} };
  let shownAt = 0;
  return {
    show(text) {
      const now = performance.now();
      if (now - shownAt < INTERVAL_MS) return;
      shownAt = now;
      output.err(`${ERASE_LINE}${text}`);
    },
    clear: () => output.err(ERASE_LINE),
  };
}
