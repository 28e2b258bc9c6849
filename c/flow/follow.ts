// Follows the ways through a function, as many as there is time for.

import { type Expression, everyPartOf, keyOf } from '../syntax/expression.ts';
import type { ReadFunction } from '../syntax/functions.ts';
import { conditionKey, type DecideOptions, decide } from './decide.ts';
import { dropped, evaluate, type Surroundings, store, type Way } from './evaluate.ts';
import { type FlowNode, flowGraph } from './graph.ts';
import { assigned, pruned } from './update.ts';
import { INITIAL_STATE, type PathState, stateKey, type Value } from './value.ts';

/** Steps that are taken in one function, over all its ways; each weighs what is known at it. */
export const MAX_WORK = 200_000;
/** Different states in which one place of a function is come to. */
export const MAX_STATES_AT_PLACE = 200;

/** Tells observers what happens on each way; false if not all ways were followed. */
export function followFunction(fn: ReadFunction, around: Omit<Surroundings, 'decide'>): boolean {
  const start = flowGraph(fn.body, (name) => isUndoing(name, around));
  if (start === undefined) return true;
  const options: FollowOptions = {
    ...around,
    ...worthRemembering(start),
    locals: localsOf(start),
    decide: (test, state) => decide(test, state, options),
  };
  const seen = new Map<number, Set<string>>();
  const due: { readonly node: FlowNode; readonly state: PathState }[] = [
    { node: start, state: INITIAL_STATE },
  ];
  let isWhole = true;
  let work = 0;
  for (let next = due.pop(); next !== undefined; next = due.pop()) {
    const state = pruned(next.state);
    if (!isNew(next.node, state, seen)) {
      isWhole &&= (seen.get(next.node.id)?.size ?? 0) < MAX_STATES_AT_PLACE;
      continue;
    }
    work += weightOf(state);
    if (work > MAX_WORK) return false;
    due.push(...step(next.node, state, options));
  }
  return isWhole;
}

/** What gives something back, itself or through a helper of the file. */
function isUndoing(
  name: string,
  { contractOf, facts }: Pick<Surroundings, 'contractOf' | 'facts'>,
): boolean {
  if (contractOf(name)?.releases !== undefined) return true;
  for (const each of facts.closureOf(name) ?? [])
    if (contractOf(each)?.releases !== undefined) return true;
  return false;
}

/** What a step costs grows with what is known: every change copies it. */
function weightOf({ values, outcomes, held, conditions, aliases }: PathState): number {
  return 1 + values.size + outcomes.size + 2 * held.size + conditions.size + aliases.size;
}

function isNew(node: FlowNode, state: PathState, seen: Map<number, Set<string>>): boolean {
  let keys = seen.get(node.id);
  if (keys === undefined) {
    keys = new Set();
    seen.set(node.id, keys);
  }
  if (keys.size >= MAX_STATES_AT_PLACE) return false;
  const key = stateKey(state);
  if (keys.has(key)) return false;
  keys.add(key);
  return true;
}

function step(
  node: FlowNode,
  state: PathState,
  options: FollowOptions,
): { node: FlowNode; state: PathState }[] {
  const way: Way = { state };
  switch (node.kind) {
    case 'evaluate': {
      const value = evaluate(node.expression, way, options);
      // Nothing can look any more at the result of a call that is a statement of its own.
      if (node.expression.kind === 'call') dropped(value, way, options);
      return [{ node: node.next, state: way.state }];
    }
    case 'declare': {
      const { variable, value: source, next } = node;
      if (source === undefined)
        return [{ node: next, state: assigned(state, variable.name, undefined) }];
      const value = evaluate(source, way, options);
      const { name, start, end } = variable;
      for (const each of options.observers)
        each.assign?.({ kind: 'name', name, start, end }, source, way.state);
      store(name, source, value, way);
      return [{ node: next, state: way.state }];
    }
    case 'branch':
      return decide(node.test, state, options).map((each) => ({
        node: each.truth ? node.yes : node.no,
        state: each.state,
      }));
    case 'jump': {
      const { start, end } = node;
      return [{ node: node.next, state: { ...state, jump: { start, end } } }];
    }
    case 'either':
      return node.ways.map((each) => ({ node: each, state }));
    case 'return': {
      const value = node.value && evaluate(node.value, way, options);
      leave(node.value, value, node.end, way, options);
      return [];
    }
    case 'end':
      leave(undefined, undefined, node.end, way, options);
      return [];
  }
}

function leave(
  expression: Expression | undefined,
  value: Value | undefined,
  at: number,
  way: Way,
  options: FollowOptions,
): void {
  for (const [key, each] of way.state.values)
    if (options.locals.has(key)) dropped(each, way, options);
  for (const each of options.observers) each.leave?.(expression, value, way.state, at);
}

interface FollowOptions extends DecideOptions {
  /** Variables that end with the function. */
  readonly locals: ReadonlySet<string>;
}

function localsOf(start: FlowNode): Set<string> {
  const locals = new Set<string>();
  for (const node of everyNode(start))
    if (node.kind === 'declare' && !node.variable.isStatic) locals.add(node.variable.name);
  return locals;
}

/** What is decided or returned by name, and how often each condition is. */
function worthRemembering(start: FlowNode): Pick<DecideOptions, 'isFollowed' | 'isRepeated'> {
  const counts = new Map<string, number>();
  const followed = new Set<string>();
  for (const node of everyNode(start)) {
    if (node.kind === 'return' && node.value !== undefined) {
      const key = keyOf(node.value);
      if (key !== undefined) followed.add(key);
    } else if (node.kind === 'branch') {
      for (const part of everyPartOf(node.test)) {
        const condition = conditionKey(part);
        if (condition !== undefined)
          counts.set(condition.key, (counts.get(condition.key) ?? 0) + 1);
      }
    }
  }
  return {
    isFollowed: (key) => followed.has(key) || (counts.get(key) ?? 0) > 1,
    isRepeated: (key) => (counts.get(key) ?? 0) > 1,
  };
}

function* everyNode(start: FlowNode): Generator<FlowNode> {
  const seen = new Set<FlowNode>([start]);
  const due = [start];
  for (let node = due.pop(); node !== undefined; node = due.pop()) {
    yield node;
    for (const next of nextOf(node)) {
      if (seen.has(next)) continue;
      seen.add(next);
      due.push(next);
    }
  }
}

function nextOf(node: FlowNode): readonly FlowNode[] {
  switch (node.kind) {
    case 'evaluate':
    case 'declare':
    case 'jump':
      return [node.next];
    case 'branch':
      return [node.yes, node.no];
    case 'either':
      return node.ways;
    case 'return':
    case 'end':
      return [];
  }
}
