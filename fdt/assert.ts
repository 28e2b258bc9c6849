/**
 * States what only a mistake of ours can break. Never used for what an input may contain.
 * @throws Error when the condition does not hold.
 */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new Error(`assertion failed: ${message}`);
}

/** Ends a `switch` over a union: the compiler refuses a case that was forgotten. */
export function assertNever(value: never): never {
  throw new Error(`assertion failed: unexpected ${String(value)}`);
}
