// How what is known changes: each returns a new state and leaves the old one as it was.
import { mentions } from '../syntax/expression.ts';
import type { Held, Outcome, PathState, Site, Value } from './value.ts';

/** The state in which `key` has been assigned, so that nothing older is known about it. */
export function assigned(state: PathState, key: string, value: Value | undefined): PathState {
  const keep = (each: string): boolean => !mentions(each, key) || each === `&${key}`;
  const values = filtered(state.values, keep);
  if (value !== undefined) values.set(key, value);
  const { failure } = state;
  return {
    ...state,
    values,
    held: new Map([...state.held].map(([id, held]) => [id, withKeys(held, keep)])),
    freed: filtered(state.freed, keep),
    undone: filtered(state.undone, keep),
    failed: filtered(state.failed, keep),
    restored: filtered(state.restored, keep),
    aliases: new Map(
      [...state.aliases].filter(([name, meant]) => keep(name) && !mentions(meant, key)),
    ),
    conditions: filtered(state.conditions, keep),
    failure: failure && { ...failure, zeros: failure.zeros.filter(keep) },
  };
}

function withKeys(held: Held, keep: (key: string) => boolean): Held {
  const keys = held.keys.filter(keep);
  return keys.length === held.keys.length ? held : { ...held, keys };
}

function filtered<T>(map: ReadonlyMap<string, T>, keep: (key: string) => boolean): Map<string, T> {
  return new Map([...map].filter(([key]) => keep(key)));
}

/** The state in which `name` also means what `key` names. */
export function aliased(state: PathState, name: string, key: string): PathState {
  const held = new Map(
    [...state.held].map(([id, each]) => [id, each.keys.includes(key) ? withKey(each, name) : each]),
  );
  return { ...state, held, aliases: new Map(state.aliases).set(name, key) };
}

/** The state in which what is held under `from` is held under `to` too: a struct was copied. */
export function copied(state: PathState, to: string, from: string): PathState {
  const held = new Map(
    [...state.held].map(([id, each]) => {
      if (each.keys.includes(from)) return [id, withKey(each, to)];
      return [id, each.keys.includes(`&${from}`) ? withKey(each, `&${to}`) : each];
    }),
  );
  return { ...state, held };
}

function withKey(held: Held, key: string): Held {
  return held.keys.includes(key) ? held : { ...held, keys: [...held.keys, key] };
}

/** The state in which something has looked at what `key` holds. */
export function looked(state: PathState, key: string): PathState {
  const value = state.values.get(key);
  const sites = value?.kind === 'result' ? value.sites : [];
  let outcomes: Map<Site, Outcome> | undefined;
  for (const [site, outcome] of state.outcomes) {
    const isRead = outcome.isRead || sites.includes(site);
    const unreadLength = outcome.unreadLength === key ? undefined : outcome.unreadLength;
    if (isRead === outcome.isRead && unreadLength === outcome.unreadLength) continue;
    outcomes ??= new Map(state.outcomes);
    outcomes.set(site, { ...outcome, isRead, unreadLength });
  }
  return outcomes === undefined ? state : { ...state, outcomes };
}

/** The state in which calls are known to have succeeded or failed. */
export function resolved(state: PathState, sites: readonly Site[], isFailure: boolean): PathState {
  const outcomes = new Map(state.outcomes);
  const held = new Map(state.held);
  const failed = new Map(state.failed);
  let { failure, isGated } = state;
  for (const site of sites) {
    const outcome = outcomes.get(site);
    if (outcome === undefined) continue;
    const status = isFailure ? 'failed' : 'succeeded';
    outcomes.set(site, { ...outcome, status, isRead: true });
    const acquired = outcome.contract.acquires;
    if (isFailure) {
      for (const key of held.get(site)?.keys ?? []) failed.set(key, outcome.call);
      held.delete(site);
      const { call, contract } = outcome;
      failure = { call, contract, zeros: zerosOf(state) };
    } else if (acquired !== undefined && PRESERVING.has(acquired.kind)) {
      isGated = true;
    }
  }
  return { ...state, outcomes, held, failed, failure, isGated };
}

/** What can only be had of a KHO that is there. */
const PRESERVING: ReadonlySet<string> = new Set(['folio', 'pages', 'vmalloc', 'allocation']);

function zerosOf({ values }: PathState): string[] {
  return [...values].filter(([, value]) => value.kind === 'zero').map(([key]) => key);
}

/** Forgets results that nothing can look at any more, so that equal ways meet again. */
export function pruned(state: PathState): PathState {
  const used = new Set<Site>([...state.held.values()].map(({ site }) => site));
  for (const value of state.values.values())
    if (value.kind === 'result') for (const site of value.sites) used.add(site);
  if ([...state.outcomes.keys()].every((site) => used.has(site))) return state;
  return { ...state, outcomes: new Map([...state.outcomes].filter(([site]) => used.has(site))) };
}
