// Which ways a condition opens, and what is known on each.
import type { Contract } from '../knowledge/contract.ts';
import { type BinaryExpression, type Expression, keyOf } from '../syntax/expression.ts';
import { GATES } from './call-effects.ts';
import {
  type Decided,
  evaluate,
  outcomeOf,
  type Surroundings,
  TRANSPARENT,
  type Way,
} from './evaluate.ts';
import { memoryKey } from './memory-name.ts';
import type { TestKind } from './observer.ts';
import { resolved } from './update.ts';
import type { PathState, Value } from './value.ts';

export interface DecideOptions extends Surroundings {
  /** Conditions by the text that is worth remembering, since they are decided again. */
  readonly isRepeated: (key: string) => boolean;
  /** Variables whose being zero or not is worth remembering. */
  readonly isFollowed: (key: string) => boolean;
}

/** The ways that `test` opens from `state`: one or two of each truth, or only one of them. */
export function decide(test: Expression, state: PathState, options: DecideOptions): Decided[] {
  if (test.kind === 'unary' && test.op === '!') {
    if (isOneResult(test.operand)) return compare(test.operand, 'zero', test, state, options);
    return decide(test.operand, state, options).map(({ truth, state: after }) => ({
      truth: !truth,
      state: after,
    }));
  }
  if (test.kind === 'binary' && (test.op === '&&' || test.op === '||'))
    return decideBoth(test, state, options);
  if (test.kind === 'binary') {
    const compared = comparison(test);
    if (compared !== undefined) return compare(compared.tested, compared.how, test, state, options);
    return undecided(test, state, options);
  }
  if (test.kind === 'call') return decideCall(test, state, options);
  return compare(test, 'nonzero', test, state, options);
}

/** Ways that one condition opens at most; of more the first are followed. */
const MAX_DECIDED = 32;

function decideBoth(test: BinaryExpression, state: PathState, options: DecideOptions): Decided[] {
  const goesOn = test.op === '&&';
  return decide(test.left, state, options)
    .flatMap((left) => (left.truth === goesOn ? decide(test.right, left.state, options) : [left]))
    .slice(0, MAX_DECIDED);
}

function decideCall(
  test: Expression & { kind: 'call' },
  state: PathState,
  options: DecideOptions,
): Decided[] {
  const [first] = test.args;
  const { name } = test;
  if (name === undefined) return compare(test, 'nonzero', test, state, options);
  if (GATES.has(name)) {
    return [
      { truth: true, state: { ...state, isGated: true } },
      { truth: false, state },
    ];
  }
  if (first !== undefined && TRANSPARENT.has(name)) return decide(first, state, options);
  if (first !== undefined && (name === 'IS_ERR' || name === 'IS_ERR_VALUE'))
    return compare(first, 'is-err', test, state, options);
  if (first !== undefined && name === 'IS_ERR_OR_NULL')
    return compare(first, 'is-err-or-null', test, state, options);
  return compare(test, 'nonzero', test, state, options);
}

type Comparison =
  | 'nonzero'
  | 'zero'
  | 'negative'
  | 'not-negative'
  | 'positive'
  | 'not-positive'
  | 'is-err'
  | 'is-err-or-null'
  | 'is-error-number'
  | 'is-not-error-number';

/** `x < 0` and the like; undefined for comparisons of two unknowns. */
function comparison({
  op,
  left,
  right,
}: BinaryExpression): { readonly tested: Expression; readonly how: Comparison } | undefined {
  if (isZero(left) && !isZero(right)) return comparison(flipped(op, right, left));
  if (isZero(right)) {
    const how = WITH_ZERO[op];
    return how && { tested: left, how };
  }
  if (!isErrorNumber(right)) return undefined;
  if (op === '==') return { tested: left, how: 'is-error-number' };
  return op === '!=' ? { tested: left, how: 'is-not-error-number' } : undefined;
}

const WITH_ZERO: Readonly<Record<string, Comparison>> = {
  '==': 'zero',
  '!=': 'nonzero',
  '<': 'negative',
  '>=': 'not-negative',
  '>': 'positive',
  '<=': 'not-positive',
};

const FLIPPED: Readonly<Record<string, string>> = { '<': '>', '>': '<', '<=': '>=', '>=': '<=' };

function flipped(op: string, left: Expression, right: Expression): BinaryExpression {
  const { start, end } = left;
  return { kind: 'binary', op: FLIPPED[op] ?? op, left, right, start, end };
}

function isZero(expression: Expression): boolean {
  return (
    expression.kind === 'null' ||
    (expression.kind === 'number' && /^0[xX]?0*$/.test(expression.text))
  );
}

function isErrorNumber(expression: Expression): boolean {
  const isNegated = expression.kind === 'unary' && expression.op === '-';
  const name = isNegated ? expression.operand : undefined;
  return name?.kind === 'name' && /^(?:E[A-Z0-9]+|FDT_ERR_\w+)$/.test(name.name);
}

function isOneResult(expression: Expression): boolean {
  return keyOf(expression) !== undefined || expression.kind === 'assign';
}

/** A condition about one value: what each answer says of it. */
function compare(
  tested: Expression,
  how: Comparison,
  whole: Expression,
  state: PathState,
  options: DecideOptions,
): Decided[] {
  const way: Way = { state };
  const value = evaluate(tested, way, options);
  const outcome = outcomeOf(value, way.state);
  if (outcome !== undefined)
    for (const each of options.observers) each.test?.(outcome, testKind(how), whole, tested);
  const target = tested.kind === 'assign' ? tested.target : tested;
  const truths = [true, false].filter((truth) => isPossible(how, truth, value, target, way.state));
  const key = keyOf(target);
  return truths.flatMap((truth) => {
    const known = { state: way.state };
    if (!settle(how, truth, value, known)) return [];
    if (key !== undefined) remember(key, how, truth, value, known, options);
    return decideText(whole, truth, known.state, options);
  });
}

function testKind(how: Comparison): TestKind {
  if (how === 'is-err' || how === 'is-err-or-null') return how;
  if (how === 'zero' || how === 'nonzero') return 'zero';
  return how === 'negative' || how === 'not-negative' ? 'negative' : 'other';
}

/** What is known already leaves only one answer. */
function isPossible(
  how: Comparison,
  truth: boolean,
  value: Value | undefined,
  target: Expression,
  state: PathState,
): boolean {
  const isZeroNow = value?.kind === 'zero';
  const isNonzeroNow = value?.kind === 'nonzero' || isHeldPointer(target, state);
  if (how === 'nonzero') return truth ? !isZeroNow : !isNonzeroNow;
  if (how === 'zero') return truth ? !isNonzeroNow : !isZeroNow;
  if (how === 'is-err-or-null' && isHeldPointer(target, state)) return !truth;
  if (how === 'negative' || how === 'is-error-number' || how === 'positive')
    return !(isZeroNow && truth);
  if (how === 'not-negative') return !(isZeroNow && !truth);
  return true;
}

/** What is held is there: a pointer to it is not NULL. */
function isHeldPointer(target: Expression, state: PathState): boolean {
  const key = memoryKey(target, state.aliases);
  if (key === undefined) return false;
  for (const { keys, site } of state.held.values())
    if (keys.includes(key) && state.outcomes.get(site)?.status !== 'open') return true;
  return false;
}

/** Draws from an answer whether the calls behind a value failed; false if that cannot be. */
function settle(how: Comparison, truth: boolean, value: Value | undefined, way: Way): boolean {
  if (value?.kind !== 'result') return true;
  const outcome = outcomeOf(value, way.state);
  const fails = outcome?.contract.fails ?? 'errno';
  const isFailure = failureOf(how, truth, fails);
  if (isFailure === undefined) return true;
  if (outcome !== undefined && outcome.status !== 'open')
    return (outcome.status === 'failed') === isFailure;
  // That some of several failed says of none that it did.
  if (value.isMixed && isFailure) return true;
  way.state = resolved(way.state, value.sites, isFailure);
  return true;
}

type Fails = Contract['fails'];

function failureOf(how: Comparison, truth: boolean, fails: Fails): boolean | undefined {
  switch (fails) {
    case 'never':
      return undefined;
    case 'null':
    case 'error-pointer':
      // The wrong one of these tests is told by its own rule; what follows is judged as if it were
      // the right one.
      if (how === 'zero' || how === 'is-err' || how === 'is-err-or-null') return truth;
      return how === 'nonzero' ? !truth : undefined;
    case 'fdt-offset':
      if (how === 'negative') return truth;
      if (how === 'not-negative') return !truth;
      return how === 'is-error-number' && truth ? true : undefined;
    case 'errno':
    case 'fdt':
      if (how === 'nonzero' || how === 'negative' || how === 'is-err') return truth;
      if (how === 'zero' || how === 'not-negative') return !truth;
      if (how === 'is-error-number') return truth ? true : undefined;
      return how === 'is-not-error-number' && !truth ? true : undefined;
  }
}

/** Keeps whether a variable is zero, where a later condition or return asks. */
function remember(
  key: string,
  how: Comparison,
  truth: boolean,
  value: Value | undefined,
  way: Way,
  { isFollowed }: DecideOptions,
): void {
  const isZeroNow = (how === 'zero' && truth) || (how === 'nonzero' && !truth);
  const isNonzeroNow =
    (how === 'nonzero' && truth) ||
    (how === 'zero' && !truth) ||
    (truth && (how === 'negative' || how === 'positive' || how === 'is-error-number'));
  if (!isZeroNow && !isNonzeroNow) return;
  // A result stays one: what it says of the call is more than that it is zero.
  const isPointer = ['null', 'error-pointer'].includes(
    outcomeOf(value, way.state)?.contract.fails ?? '',
  );
  if (isPointer || !isFollowed(key)) return;
  const values = new Map(way.state.values);
  values.set(key, isZeroNow ? { kind: 'zero' } : { kind: 'nonzero' });
  way.state = { ...way.state, values };
}

function undecided(test: Expression, state: PathState, options: DecideOptions): Decided[] {
  const way: Way = { state };
  evaluate(test, way, options);
  return [true, false].flatMap((truth) => decideText(test, truth, way.state, options));
}

/** The same condition is decided the same way again, as long as nothing in it is assigned. */
function decideText(
  test: Expression,
  truth: boolean,
  state: PathState,
  { isRepeated }: DecideOptions,
): Decided[] {
  const condition = conditionKey(test);
  if (condition === undefined || !isRepeated(condition.key)) return [{ truth, state }];
  const isSo = condition.isNegated ? !truth : truth;
  const known = state.conditions.get(condition.key);
  if (known !== undefined) return known === isSo ? [{ truth, state }] : [];
  const conditions = new Map(state.conditions).set(condition.key, isSo);
  return [{ truth, state: { ...state, conditions } }];
}

/** A name for what a condition asks, and whether it asks the contrary. */
export function conditionKey(
  test: Expression,
): { readonly key: string; readonly isNegated: boolean } | undefined {
  if (test.kind === 'unary' && test.op === '!') {
    const inner = conditionKey(test.operand);
    return inner && { key: inner.key, isNegated: !inner.isNegated };
  }
  if (test.kind === 'binary') {
    const left = keyOf(test.left);
    const right = keyOf(test.right) ?? textOf(test.right);
    if (left === undefined || right === undefined) return undefined;
    if (test.op === '!=') return { key: `${left} == ${right}`, isNegated: true };
    return { key: `${left} ${test.op} ${right}`, isNegated: false };
  }
  const key = test.kind === 'call' ? undefined : keyOf(test);
  return key === undefined ? undefined : { key, isNegated: false };
}

function textOf(expression: Expression): string | undefined {
  return expression.kind === 'number' || expression.kind === 'null' ? expression.text : undefined;
}
