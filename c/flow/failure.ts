// Whether a function says that it failed.

import type { Expression } from '../syntax/expression.ts';
import type { ReadFunction } from '../syntax/functions.ts';
import { outcomeOf } from './evaluate.ts';
import type { PathState, Value } from './value.ts';

/**
 * Whether what is returned, of which `value` is known, is an error: it may be where it is what a
 * call returned that nothing has looked at.
 */
export function saysFailure(
  expression: Expression | undefined,
  value: Value | undefined,
  state: PathState,
  { returns }: ReadFunction,
): 'surely' | 'maybe' | undefined {
  if (expression === undefined || /^(?:bool|void)$/.test(returns)) return undefined;
  if (expression.kind === 'call' && expression.name === 'ERR_PTR') return 'surely';
  if (returns.endsWith('*'))
    return value?.kind === 'zero' && state.failure !== undefined ? 'surely' : undefined;
  if (!/\b(?:int|long|ssize_t)$/.test(returns)) return undefined;
  // A literal above zero is an answer and no error.
  if (expression.kind === 'number') return undefined;
  if (value?.kind === 'nonzero') return 'surely';
  // What the last call returned is returned as it is: it may be an error.
  const outcome = outcomeOf(value, state);
  const isOpen = outcome?.status === 'open' && outcome.contract.fails === 'errno';
  return isOpen ? 'maybe' : undefined;
}
