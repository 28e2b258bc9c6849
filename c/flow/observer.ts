// What rules are told of on each way through a function.
import type { Contract } from '../knowledge/contract.ts';
import type { CallExpression, Expression } from '../syntax/expression.ts';
import type { Held, Outcome, PathState, Value } from './value.ts';

/** How a condition looks at a result. */
export type TestKind = 'zero' | 'negative' | 'is-err' | 'is-err-or-null' | 'other';

/** A rule that follows the ways through functions. All states are those before the event. */
export interface PathObserver {
  call?(call: CallExpression, contract: Contract | undefined, state: PathState): void;
  /** Something is read or written through a pointer. */
  dereference?(pointer: Expression, outcome: Outcome | undefined, state: PathState): void;
  /** A condition looks at what one call returned; `whole` is all of it that does. */
  test?(outcome: Outcome, kind: TestKind, whole: Expression, tested: Expression): void;
  /** A result is thrown away that nothing has looked at. */
  drop?(outcome: Outcome): void;
  /** What is held is given back by `call`. */
  release?(held: Held, call: CallExpression, state: PathState): void;
  /** A call gives back what is not held; `key` names it. */
  idleRelease?(
    key: string | undefined,
    call: CallExpression,
    contract: Contract,
    state: PathState,
  ): void;
  /** Memory is freed by a function that knows nothing of KHO. */
  free?(key: string, call: CallExpression, state: PathState): void;
  assign?(target: Expression, value: Expression, state: PathState): void;
  /** The function returns; `value` is what is known of the expression it returns, if any. */
  leave?(
    expression: Expression | undefined,
    value: Value | undefined,
    state: PathState,
    at: number,
  ): void;
}
