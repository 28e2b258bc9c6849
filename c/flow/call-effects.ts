// What a call changes of what is known.

import { undoingCalls } from '../knowledge/calls.ts';
import type { Contract, ResourceKind } from '../knowledge/contract.ts';
import { type CallExpression, keyOf, rootOf } from '../syntax/expression.ts';
import type { FileFacts } from './file-facts.ts';
import { FREEING, memoryKey } from './memory-name.ts';
import type { PathObserver } from './observer.ts';
import { assigned } from './update.ts';
import type { Held, Outcome, PathState, Value } from './value.ts';

/** The state after `call`, whose arguments have been looked at, and what it returns. */
export function afterCall(
  before: PathState,
  call: CallExpression,
  contract: Contract | undefined,
  facts: FileFacts,
  observers: readonly PathObserver[],
): { state: PathState; value: Value | undefined } {
  for (const each of observers) each.call?.(call, contract, before);
  let state = before;
  if (call.name !== undefined && FREEING.has(call.name)) state = freed(state, call, observers);
  else if (contract?.releases !== undefined) state = released(state, call, contract, observers);
  else if (contract === undefined) state = withLocks(afterStranger(state, call, facts), call);
  state = outputsAssigned(state, call, contract);
  if (call.name?.startsWith('kho_restore_') === true) state = restored(state, call);
  // Kept in a variable the answer may be looked at in any way.
  if (call.name !== undefined && GATES.has(call.name)) state = { ...state, isGated: true };
  if (contract === undefined) return { state, value: undefined };
  state = begun(state, call, contract);
  return { state, value: { kind: 'result', sites: [call.start], isMixed: false } };
}

/** What says whether KHO is there. */
export const GATES: ReadonlySet<string> = new Set([
  'kho_is_enabled',
  'kho_is_active',
  'liveupdate_enabled',
  'is_kho_boot',
]);

/** A result nobody has looked at; what the call acquires is held if that turns out well. */
function begun(state: PathState, call: CallExpression, contract: Contract): PathState {
  const outcome: Outcome = {
    call,
    contract,
    status: 'open',
    isRead: false,
    unreadLength: call.name === 'fdt_getprop' ? lengthOf(call) : undefined,
  };
  const outcomes = new Map(state.outcomes).set(call.start, outcome);
  const { acquires } = contract;
  if (acquires === undefined) return { ...state, outcomes };
  const held = new Map(state.held);
  // The same call in an earlier round of a loop: that one is held too, under no name we know.
  const earlier = held.get(call.start);
  if (earlier !== undefined && state.outcomes.get(call.start)?.status === 'succeeded')
    held.set(call.start + 0.5, { ...earlier, keys: [], isEarlier: true });
  const argument = call.args[argumentIndex(call, contract)];
  const key = argument && memoryKey(argument, state.aliases);
  const plain = argument && keyOf(argument);
  const keys = [key, plain].filter((each) => each !== undefined);
  const roots = [key, plain].flatMap((each) => (each === undefined ? [] : [rootOfKey(each)]));
  const { kind } = acquires;
  held.set(call.start, {
    site: call.start,
    call,
    contract,
    kind,
    keys: [...new Set(keys)],
    roots,
    isEarlier: false,
  });
  return { ...state, outcomes, held };
}

/** kho_add_subtree() of 6.16 to 6.18 has one more argument before the others. */
export function argumentIndex({ args }: CallExpression, { name, acquires }: Contract): number {
  const argument = acquires?.argument ?? 0;
  const isOld = name === 'kho_add_subtree' && args.length === 3 && args[1]?.kind === 'string';
  return isOld ? argument + 1 : argument;
}

function rootOfKey(key: string): string {
  return /\w+/.exec(key)?.[0] ?? key;
}

function lengthOf({ args }: CallExpression): string | undefined {
  const last = args[3];
  if (last === undefined || last.kind === 'null') return '';
  return last.kind === 'unary' && last.op === '&' ? keyOf(last.operand) : undefined;
}

function freed(
  state: PathState,
  call: CallExpression,
  observers: readonly PathObserver[],
): PathState {
  const [argument] = call.args;
  const key = argument && memoryKey(argument, state.aliases);
  if (key === undefined) return state;
  for (const each of observers) each.free?.(key, call, state);
  return { ...state, freed: new Map(state.freed).set(key, call) };
}

function released(
  state: PathState,
  call: CallExpression,
  contract: Contract,
  observers: readonly PathObserver[],
): PathState {
  const { kind, argument: index } = contract.releases as { kind: ResourceKind; argument: number };
  const argument = call.args[index];
  const key = argument && memoryKey(argument, state.aliases);
  const held = new Map(state.held);
  const undone = new Map(state.undone);
  let isIdle = true;
  for (const [id, each] of state.held) {
    if (!isReleased(each, kind, key)) continue;
    isIdle = false;
    for (const observer of observers) observer.release?.(each, call, state);
    held.delete(id);
    for (const name of each.keys) undone.set(name, call);
  }
  if (isIdle) for (const each of observers) each.idleRelease?.(key, call, contract, state);
  // Undone the wrong way it is not held either: one mistake is one report.
  for (const [id, each] of isIdle ? state.held : [])
    if (key !== undefined && each.kind !== 'subtree' && each.keys.includes(key)) held.delete(id);
  const freedNow = new Map(state.freed);
  if (kind === 'allocation' && key !== undefined) freedNow.set(key, call);
  return { ...state, held, undone, freed: freedNow };
}

/** A folio is also what kho_alloc_preserve() made. */
function isReleased(held: Held, kind: ResourceKind, key: string | undefined): boolean {
  if (held.kind !== kind && !(held.kind === 'allocation' && kind === 'folio')) return false;
  // In a loop over an array one name stands for many.
  if (key === undefined || !isPlain(key) || held.keys.every((each) => !isPlain(each))) return true;
  return held.keys.includes(key);
}

function isPlain(key: string): boolean {
  return /^&?\w+(?:(?:->|\.)\w+)*$/.test(key);
}

/** Names of functions that may give back what they are given. */
const MAY_RELEASE =
  /unpreserve|free|destroy|clean|release|put|abort|undo|remove|teardown|exit|fini|unwind|discard/;

/** A function that is not of KHO: a helper of the file, or anything else. */
function afterStranger(state: PathState, call: CallExpression, facts: FileFacts): PathState {
  if (state.held.size === 0) return state;
  const closure = call.name === undefined ? undefined : facts.closureOf(call.name);
  const mayRelease = call.name === undefined || MAY_RELEASE.test(call.name);
  if (closure === undefined && !mayRelease) return state;
  const given = new Set(call.args.map((each) => rootOf(each)));
  const held = new Map(state.held);
  for (const [id, each] of state.held) {
    const isUndone =
      closure === undefined
        ? given.size === 0 || each.keys.length === 0 || each.roots.some((root) => given.has(root))
        : undoingCalls(each.kind).some((name) => closure.has(name));
    if (isUndone) held.delete(id);
  }
  return { ...state, held };
}

/** Takes note of locks under which nothing may sleep. */
function withLocks(state: PathState, call: CallExpression): PathState {
  const { name = '' } = call;
  if (TAKES_LOCK.test(name)) return { ...state, locks: [...state.locks, call] };
  if (!LEAVES_LOCK.test(name) || state.locks.length === 0) return state;
  return { ...state, locks: state.locks.slice(0, -1) };
}

const SPIN = '(?:raw_)?spin';
const TAKES_LOCK = new RegExp(
  `^(?:${SPIN}_lock(?:_irqsave|_irq|_bh|_nested)?|(?:read|write)_lock(?:_irqsave|_irq|_bh)?` +
    '|rcu_read_lock(?:_bh|_sched)?|preempt_disable|local_irq_(?:disable|save)|local_bh_disable)$',
);
const LEAVES_LOCK = new RegExp(
  `^(?:${SPIN}_unlock(?:_irqrestore|_irq|_bh)?|(?:read|write)_unlock(?:_irqrestore|_irq|_bh)?` +
    '|rcu_read_unlock(?:_bh|_sched)?|preempt_enable|local_irq_(?:enable|restore)|local_bh_enable)$',
);

/** What is passed by address may have been changed. */
function outputsAssigned(
  state: PathState,
  call: CallExpression,
  contract: Contract | undefined,
): PathState {
  let after = state;
  for (const argument of call.args) {
    if (argument.kind !== 'unary' || argument.op !== '&') continue;
    const key = keyOf(argument.operand);
    if (key !== undefined && contract?.releases === undefined)
      after = assigned(after, key, undefined);
  }
  return after;
}

function restored(state: PathState, call: CallExpression): PathState {
  const key = restoredKey(call, state);
  return key === undefined ? state : { ...state, restored: new Map(state.restored).set(key, call) };
}

/** Names what a kho_restore_ function takes back. */
export function restoredKey({ name, args }: CallExpression, state: PathState): string | undefined {
  const [argument] = args;
  const key = argument && memoryKey(argument, state.aliases);
  return key && `${name === 'kho_restore_free' ? 'free' : 'restore'} ${key}`;
}
