/** How often a condition is looked at, and how long before it is given up. */
const POLL_MS = 50;
const TIMEOUT_MS = 20_000;

/**
 * Waits for `condition` to give something other than undefined or false, and returns that. Nothing
 * in an editor is ready when a command resolves, and no sleep is the right length.
 * @throws Error that says `what` did not happen, and how `condition` last failed if it threw.
 */
export async function until<T>(
  what: string,
  condition: () => T | undefined | false | PromiseLike<T | undefined | false>,
  timeoutMs: number = TIMEOUT_MS,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  let lastError: unknown;
  for (;;) {
    try {
      const value = await condition();
      if (value !== undefined && value !== false) return value;
      lastError = undefined;
    } catch (error) {
      lastError = error;
    }
    if (Date.now() > deadline) {
      throw new Error(`${what}: not within ${timeoutMs} ms`, { cause: lastError });
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
