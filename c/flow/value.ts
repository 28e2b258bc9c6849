// What is known of values on one way through a function.
import type { Contract, ResourceKind } from '../knowledge/contract.ts';
import type { CallExpression } from '../syntax/expression.ts';

/** A call that was made, named by the offset of its first character. */
export type Site = number;

export type Value =
  /** 0 or NULL. */
  | { readonly kind: 'zero' }
  /** Neither 0 nor NULL: an error number, an error pointer, true. */
  | { readonly kind: 'nonzero' }
  /** What calls returned, put together with `|=` if there are several. */
  | { readonly kind: 'result'; readonly sites: readonly Site[]; readonly isMixed: boolean };

/** A call and what has been found out about its result. */
export interface Outcome {
  readonly call: CallExpression;
  readonly contract: Contract;
  readonly status: 'open' | 'succeeded' | 'failed';
  /** Something has looked at the result. */
  readonly isRead: boolean;
  /** The variable that a length was asked into and that has not been looked at since. */
  readonly unreadLength: string | undefined;
}

/** What a call acquired; it is held once that call is known to have succeeded. */
export interface Held {
  readonly site: Site;
  readonly call: CallExpression;
  readonly contract: Contract;
  readonly kind: ResourceKind;
  /** Names of it, as keyOf() gives them; none once all of them mean something else. */
  readonly keys: readonly string[];
  /** An earlier round of a loop acquired it: what its call returned since says nothing of it. */
  readonly isEarlier: boolean;
  /** The variable that it was reached through when it was acquired. */
  readonly roots: readonly string[];
}

/** The failure that the way was taken for. */
export interface FailurePoint {
  readonly call: CallExpression;
  readonly contract: Contract;
  /** What was known to be zero then and was not assigned since. */
  readonly zeros: readonly string[];
}

/** Everything that is known at one point of one way. */
export interface PathState {
  readonly values: ReadonlyMap<string, Value>;
  readonly outcomes: ReadonlyMap<Site, Outcome>;
  /** By site; with a fraction for what an earlier round of a loop acquired. */
  readonly held: ReadonlyMap<number, Held>;
  /** Names of memory by which it was freed, and by which call. */
  readonly freed: ReadonlyMap<string, CallExpression>;
  /** Names of what was held and was given back. */
  readonly undone: ReadonlyMap<string, CallExpression>;
  /** Names of what could not be acquired. */
  readonly failed: ReadonlyMap<string, CallExpression>;
  /** Names of what was restored. */
  readonly restored: ReadonlyMap<string, CallExpression>;
  /** Other names of what a variable holds. */
  readonly aliases: ReadonlyMap<string, string>;
  /** Conditions that were decided, by their text. */
  readonly conditions: ReadonlyMap<string, boolean>;
  /** Something has said that KHO is there. */
  readonly isGated: boolean;
  readonly failure: FailurePoint | undefined;
  /** Calls that took a lock under which nothing may sleep, and that was not let go since. */
  readonly locks: readonly CallExpression[];
  /** The goto that led here last. */
  readonly jump: { readonly start: number; readonly end: number } | undefined;
}

export const INITIAL_STATE: PathState = {
  values: new Map(),
  outcomes: new Map(),
  held: new Map(),
  freed: new Map(),
  undone: new Map(),
  failed: new Map(),
  restored: new Map(),
  aliases: new Map(),
  conditions: new Map(),
  isGated: false,
  failure: undefined,
  locks: [],
  jump: undefined,
};

/** Whether what is acquired is there for sure. */
export function isHeldFor({ site, isEarlier }: Held, { outcomes }: PathState): boolean {
  const status = outcomes.get(site)?.status;
  return isEarlier || status === undefined || status === 'succeeded';
}

/** A text that is equal for states that are equal. */
export function stateKey(state: PathState): string {
  const { failure, jump, isGated } = state;
  const parts: string[] = [];
  for (const [key, value] of state.values)
    parts.push(`${key}=${value.kind === 'result' ? value.sites.join('+') : value.kind}`);
  for (const [site, { status, isRead, unreadLength }] of state.outcomes)
    parts.push(`${site}${status}${isRead ? 'r' : ''}${unreadLength ?? ''}`);
  for (const [id, { keys }] of state.held) parts.push(`${id}:${keys.join(',')}`);
  for (const [key, { start }] of state.freed) parts.push(`f${key}${start}`);
  for (const [key, { start }] of state.undone) parts.push(`u${key}${start}`);
  for (const [key, { start }] of state.failed) parts.push(`x${key}${start}`);
  for (const [key, { start }] of state.restored) parts.push(`r${key}${start}`);
  for (const [name, meant] of state.aliases) parts.push(`${name}~${meant}`);
  for (const [key, truth] of state.conditions) parts.push(`${key}?${truth}`);
  const locks = state.locks.map(({ start }) => start).join('+');
  // The order in which things were found out makes no difference.
  return `${isGated} ${failure?.call.start} ${jump?.start} ${locks} ${parts.sort().join(' ')}`;
}
