// What evaluating an expression tells and changes.
import type { Contract } from '../knowledge/contract.ts';
import {
  type AssignExpression,
  type CallExpression,
  type Expression,
  keyOf,
  type UnaryExpression,
  withoutCasts,
} from '../syntax/expression.ts';
import { afterCall } from './call-effects.ts';
import type { FileFacts } from './file-facts.ts';
import { isConversion, memoryKey } from './memory-name.ts';
import type { PathObserver } from './observer.ts';
import { aliased, assigned, copied, looked } from './update.ts';
import type { Outcome, PathState, Value } from './value.ts';

/** A way in the making: evaluating moves `state` on. */
export interface Way {
  state: PathState;
}

export interface Surroundings {
  readonly facts: FileFacts;
  /** What the release promises of a function. */
  readonly contractOf: (name: string) => Contract | undefined;
  readonly observers: readonly PathObserver[];
  /** The states that a condition leads to. */
  readonly decide: (test: Expression, state: PathState) => readonly Decided[];
}

/** One way on from a condition. */
export interface Decided {
  readonly truth: boolean;
  readonly state: PathState;
}

/** Macros and functions that give back what they are given. */
export const TRANSPARENT: ReadonlySet<string> = new Set([
  'likely',
  'unlikely',
  'WARN_ON',
  'WARN_ON_ONCE',
  'WARN',
  'WARN_ONCE',
  'READ_ONCE',
  'PTR_ERR_OR_ZERO',
  'ERR_CAST',
  'no_free_ptr',
  'return_ptr',
]);

const ZERO: Value = { kind: 'zero' };
const NONZERO: Value = { kind: 'nonzero' };

/** Evaluates `expression`; undefined if nothing is known of its value. */
export function evaluate(
  expression: Expression,
  way: Way,
  around: Surroundings,
): Value | undefined {
  const inner = (each: Expression): Value | undefined => evaluate(each, way, around);
  switch (expression.kind) {
    case 'number':
      return /^(?:0[xX]?0*[uUlL]*|false)$/.test(expression.text) ? ZERO : NONZERO;
    case 'null':
      return ZERO;
    case 'string':
      return NONZERO;
    case 'name':
      return lookAt(expression, way);
    case 'member': {
      if (expression.isArrow) dereference(expression.base, way, around);
      else readThrough(expression.base, way, around);
      return lookAt(expression, way);
    }
    case 'index':
      dereference(expression.base, way, around);
      inner(expression.index);
      return lookAt(expression, way);
    case 'cast':
      return inner(expression.operand);
    case 'unary':
      return unary(expression, way, around);
    case 'binary': {
      if (expression.op === '&&' || expression.op === '||') {
        const part = expression.right;
        const parts = expression.op === '&&' ? { yes: part } : { no: part };
        evaluateIf(expression.left, parts, way, around);
        return undefined;
      }
      inner(expression.left);
      const right = inner(expression.right);
      return expression.op === ',' ? right : undefined;
    }
    case 'conditional':
      evaluateIf(expression.test, expression, way, around);
      return undefined;
    case 'assign':
      return assign(expression, way, around);
    case 'call':
      return call(expression, way, around);
    case 'list':
      for (const { value } of expression.items) inner(value);
      return undefined;
    case 'other':
      for (const part of expression.parts) inner(part);
      return undefined;
  }
}

/** Evaluates a condition once, and each part where the answer leads to it. */
function evaluateIf(
  test: Expression,
  parts: { readonly yes?: Expression | undefined; readonly no?: Expression | undefined },
  way: Way,
  around: Surroundings,
): void {
  const { values } = way.state;
  const decided = around.decide(test, way.state);
  const states = [true, false].flatMap((truth) => {
    const leading = decided.find((each) => each.truth === truth);
    const part = truth ? parts.yes : parts.no;
    if (leading === undefined) return [];
    const inside: Way = { state: leading.state };
    if (part !== undefined) evaluate(part, inside, around);
    return [inside.state];
  });
  const [state, other] = states;
  if (state === undefined) return;
  // What may have happened is taken for done, and nothing is concluded from either answer.
  const outcomes = new Map(state.outcomes);
  for (const [site, outcome] of outcomes) {
    const before = way.state.outcomes.get(site)?.status ?? 'open';
    const isRead = outcome.isRead || other?.outcomes.get(site)?.isRead === true;
    outcomes.set(site, { ...outcome, isRead, status: before });
  }
  way.state = { ...state, values, outcomes, held: heldInAll(way.state, states) };
}

/** What was held before and is held on every way; what is acquired on one of them is not known. */
function heldInAll(before: PathState, states: readonly PathState[]): PathState['held'] {
  return new Map(
    [...before.held].filter(([id]) =>
      states.every((each) => each.held.has(id) || each.outcomes.get(id)?.status === 'failed'),
    ),
  );
}

/** Reads what `base` of a member is, without taking it for a value of its own. */
function readThrough(base: Expression, way: Way, around: Surroundings): void {
  if (base.kind !== 'name') evaluate(base, way, around);
}

/** Reads a variable: whoever does has looked at the result in it. */
function lookAt(expression: Expression, way: Way): Value | undefined {
  const key = keyOf(expression);
  if (key === undefined) return undefined;
  const value = way.state.values.get(key);
  way.state = looked(way.state, key);
  return value;
}

/** Something is done through the pointer that `pointer` is. */
function dereference(pointer: Expression, way: Way, around: Surroundings): void {
  const before = way.state;
  const value = evaluate(pointer, way, around);
  const outcome = outcomeOf(value, before);
  for (const each of around.observers) each.dereference?.(pointer, outcome, before);
}

/** The one call whose result a value is, if it is. */
export function outcomeOf(value: Value | undefined, state: PathState): Outcome | undefined {
  if (value?.kind !== 'result' || value.sites.length !== 1) return undefined;
  return state.outcomes.get(value.sites[0] as number);
}

function unary(
  { op, operand }: UnaryExpression,
  way: Way,
  around: Surroundings,
): Value | undefined {
  switch (op) {
    case 'sizeof':
      return undefined;
    case '*':
      dereference(operand, way, around);
      return undefined;
    case '&':
      addressOf(operand, way, around);
      return NONZERO;
    case '++':
    case '--': {
      evaluate(operand, way, around);
      const key = keyOf(operand);
      if (key !== undefined) way.state = assigned(way.state, key, undefined);
      return undefined;
    }
    case '-': {
      const value = evaluate(operand, way, around);
      const isErrorNumber =
        operand.kind === 'name' && /^(?:E[A-Z0-9]+|FDT_ERR_\w+)$/.test(operand.name);
      return isErrorNumber ? NONZERO : value?.kind === 'result' ? undefined : value;
    }
    default:
      evaluate(operand, way, around);
      return undefined;
  }
}

/** `&x` does not look at x; `&p->x` goes through p. */
function addressOf(operand: Expression, way: Way, around: Surroundings): void {
  if (operand.kind === 'member') {
    if (operand.isArrow) dereference(operand.base, way, around);
    else addressOf(operand.base, way, around);
  } else if (operand.kind === 'index') {
    evaluate(operand.base, way, around);
    evaluate(operand.index, way, around);
  } else if (operand.kind !== 'name') {
    evaluate(operand, way, around);
  }
}

function assign(
  { op, target, value: source }: AssignExpression,
  way: Way,
  around: Surroundings,
): Value | undefined {
  const targetKey = keyOf(target);
  const unread = targetKey === undefined ? [] : unreadIn(way.state.values.get(targetKey), way);
  const value = evaluate(source, way, around);
  // What the target is reached through is looked at; the target itself is not.
  if (target.kind === 'name') {
    if (op !== '=' && op !== '|=') lookAt(target, way);
  } else {
    addressOf(target, way, around);
    if (target.kind === 'unary') evaluate(target, way, around);
    if (target.kind === 'index') dereference(target.base, way, around);
  }
  for (const each of around.observers) each.assign?.(target, source, way.state);
  const key = targetKey;
  if (key === undefined) return value;
  const before = way.state.values.get(key);
  if (op === '|=') return orInto(key, before, value, way);
  if (op !== '=') {
    way.state = assigned(way.state, key, undefined);
    return undefined;
  }
  for (const outcome of unread)
    if (way.state.outcomes.get(outcome.call.start)?.isRead !== true)
      for (const each of around.observers) each.drop?.(outcome);
  store(key, source, value, way);
  return value;
}

/** `err |= f()`: zero only if all were. */
function orInto(
  key: string,
  before: Value | undefined,
  added: Value | undefined,
  way: Way,
): Value | undefined {
  const own = added?.kind === 'result' ? added.sites : [];
  const older = before?.kind === 'result' ? before.sites : [];
  const value: Value | undefined =
    before?.kind === 'nonzero' || added?.kind === 'nonzero'
      ? NONZERO
      : own.length + older.length === 0
        ? undefined
        : { kind: 'result', sites: [...new Set([...older, ...own])], isMixed: true };
  way.state = assigned(way.state, key, value);
  return value;
}

/** Puts a value into a variable that is declared or assigned. */
export function store(key: string, source: Expression, value: Value | undefined, way: Way): void {
  const { aliases } = way.state;
  const bare = withoutCasts(source);
  const meant = memoryKey(source, aliases);
  way.state = assigned(way.state, key, value);
  // What was acquired by the call that is stored goes by the name it is stored under.
  if (value?.kind === 'result' && !value.isMixed) nameAcquired(key, value.sites, way);
  if (meant === undefined || meant === key || meant.startsWith(`${key}-`)) return;
  if (isConversion(source)) way.state = aliased(way.state, key, meant);
  else if (bare.kind === 'name') way.state = copied(aliasedIfMember(key, meant, way), key, meant);
  else if (bare.kind === 'member' || bare.kind === 'index')
    way.state = copied(aliased(way.state, key, meant), key, meant);
}

function aliasedIfMember(key: string, meant: string, { state }: Way): PathState {
  return /^\w+$/.test(meant) ? state : aliased(state, key, meant);
}

function nameAcquired(key: string, sites: readonly number[], way: Way): void {
  for (const site of sites) {
    const held = way.state.held.get(site);
    if (held?.contract.acquires?.argument !== -1 || held.keys.includes(key)) continue;
    const roots = [...held.roots, /\w+/.exec(key)?.[0] ?? key];
    const named = { ...held, keys: [...held.keys, key], roots };
    way.state = { ...way.state, held: new Map(way.state.held).set(site, named) };
  }
}

/** Tells of results that are left and that nothing has looked at. */
export function dropped(value: Value | undefined, way: Way, around: Surroundings): void {
  for (const outcome of unreadIn(value, way))
    for (const each of around.observers) each.drop?.(outcome);
}

function unreadIn(value: Value | undefined, { state }: Way): Outcome[] {
  if (value?.kind !== 'result') return [];
  return value.sites.flatMap((site) => {
    const outcome = state.outcomes.get(site);
    return outcome === undefined || outcome.isRead ? [] : [outcome];
  });
}

/** What `__free()` would free is another's from now on: the variable is NULL. */
function takeOver(variable: Expression | undefined, way: Way): void {
  if (variable?.kind !== 'name') return;
  const values = new Map(way.state.values).set(variable.name, ZERO);
  way.state = { ...way.state, values };
}

function call(expression: CallExpression, way: Way, around: Surroundings): Value | undefined {
  const { name, args } = expression;
  if (name === undefined) evaluate(expression.callee, way, around);
  const values = args.map((each) => {
    // What is passed by address is written to and not looked at.
    if (each.kind === 'unary' && each.op === '&') addressOf(each.operand, way, around);
    else return evaluate(each, way, around);
    return NONZERO;
  });
  const [first] = values;
  if (name === 'no_free_ptr' || name === 'retain_and_null_ptr') takeOver(args[0], way);
  if (name !== undefined && TRANSPARENT.has(name)) return first;
  if (name === 'PTR_ERR' || name === 'ERR_PTR') {
    const failed = outcomeOf(first, way.state)?.status === 'failed';
    return failed || first?.kind === 'nonzero' ? NONZERO : first;
  }
  const contract = name === undefined ? undefined : around.contractOf(name);
  const after = afterCall(way.state, expression, contract, around.facts, around.observers);
  way.state = after.state;
  return after.value;
}
