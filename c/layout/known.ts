import type { Span } from '../../fdt/index.ts';

/** What cannot be told from the text, why, and which place of the text it is about. */
export interface Unknown {
  readonly kind: 'unknown';
  /** One sentence without a full stop. */
  readonly reason: string;
  readonly at: Span;
}

/** A number of bytes or bits, or why it is not known. */
export type Size = number | Unknown;

export function unknown(reason: string, at: Span): Unknown {
  return { kind: 'unknown', reason, at };
}

/** True for what is not known; sizes and values are never objects of another kind. */
export function isUnknown(value: unknown): value is Unknown {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'unknown';
}
