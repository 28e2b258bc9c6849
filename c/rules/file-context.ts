import type { Release } from '../../kho/index.ts';
import type { FileFacts } from '../flow/file-facts.ts';
import type { CallExpression } from '../syntax/expression.ts';
import type { CFunction, ReadFunction } from '../syntax/functions.ts';
import type { Report } from './rule.ts';

/** A call and the function it is in. */
export interface PlacedCall {
  readonly call: CallExpression;
  readonly fn: CFunction;
  /** An `#if` decides whether it is there. */
  readonly isConditional: boolean;
}

/** A whole file, and all that rules need to judge it. */
export interface FileContext {
  readonly text: string;
  /** Those that have to do with KHO or libfdt, and that are C throughout. */
  readonly functions: readonly { readonly fn: CFunction; readonly read: ReadFunction }[];
  /** Every function of the file. */
  readonly defined: ReadonlySet<string>;
  readonly calls: readonly PlacedCall[];
  readonly facts: FileFacts;
  /** The release that was asked for, or the one that the calls fit best. */
  readonly release: Release;
  /** Reports at offsets of a function, or of the file if `fn` is undefined. */
  reportIn(fn: CFunction | undefined): Report;
}
