import { outcomeOf } from '../flow/evaluate.ts';
import { saysFailure } from '../flow/failure.ts';
import { FREEING } from '../flow/memory-name.ts';
import { type Held, isHeldFor, type PathState, type Value } from '../flow/value.ts';
import { contractOf, historyOf, undoingCalls, versionIn } from '../knowledge/calls.ts';
import type { Expression } from '../syntax/expression.ts';
import type { FunctionContext, FunctionRules, Rule, TextRange } from './rule.ts';

const MISSING_UNWIND: Rule = {
  name: 'missing-unwind',
  severity: 'warning',
  what: 'A function that fails undoes what it preserved, added or registered',
};

export const MISSING_UNWIND_RULES: FunctionRules = {
  rules: [MISSING_UNWIND],
  check(context) {
    // What makes KHO is built of other parts of it, and undoes them its own way.
    if (contractOf(context.fn.name) !== undefined) return undefined;
    const told = new Set<string>();
    return {
      leave(expression, value, state, at) {
        if (saysFailure(expression, value, state, context.fn) === undefined) return;
        for (const held of state.held.values()) {
          if (!isForgotten(held, value, state, context)) continue;
          const place = failureAt(expression, value, state, at);
          const id = `${held.site} ${place.start}`;
          if (told.has(id)) continue;
          told.add(id);
          tell(held, place, context);
        }
      },
    };
  },
};

function tell(held: Held, place: TextRange & { call?: string }, { report }: FunctionContext): void {
  const { call, contract } = held;
  const reason = place.call === undefined ? 'on this way out' : `when ${place.call}() fails`;
  report(MISSING_UNWIND, place, `What ${call.name}() did is not undone ${reason}`, {
    help: `A function that fails leaves nothing behind: call ${contract.undoneBy}()`,
    related: [{ start: call.start, end: call.end, message: 'It was done here' }],
  });
}

/** What was held before the failure, that no caller and no owner undoes. */
function isForgotten(
  held: Held,
  value: Value | undefined,
  state: PathState,
  context: FunctionContext,
): boolean {
  const { contract, site } = held;
  if (contract.undoneBy === undefined || !isInRelease(contract.undoneBy, context)) return false;
  if (!isHeldFor(held, state)) return false;
  // That such memory was freed some other way is told by its own rule.
  if (held.kind === 'allocation' && held.keys.some((key) => state.freed.has(key))) return false;
  if (value?.kind === 'result' && value.sites.includes(site)) return false;
  const { variables } = context;
  // A cleanup that is no mere free may well unpreserve.
  const cleanups = held.roots.map((root) => variables.get(root)?.cleanup);
  if (cleanups.some((each) => each !== undefined && !FREEING.has(each))) return false;
  const isOwn =
    held.keys.length > 0 &&
    held.keys.every((key) => isLocal(key, context)) &&
    held.roots.every((root) => isLocal(root, context));
  return isOwn || !isUndoneElsewhere(held, context);
}

function isInRelease(name: string, { release }: FunctionContext): boolean {
  const history = historyOf(name);
  return history === undefined || versionIn(history, release.name) !== undefined;
}

/** A variable that ends with the function, by its own name. */
function isLocal(key: string, { fn, variables }: FunctionContext): boolean {
  const root = /\w+/.exec(key)?.[0] ?? key;
  if (fn.parameters.some(({ name }) => name === root)) return false;
  const variable = variables.get(root);
  if (variable === undefined || variable.isStatic) return false;
  // A member of what a local pointer leads to belongs to whoever owns that.
  return !key.includes('->');
}

/** Where others can reach it, one of them may undo it: a caller of ours, if we know them all. */
function isUndoneElsewhere({ kind }: Held, { fn, facts, functions }: FunctionContext): boolean {
  const undoing = undoingCalls(kind);
  const undoes = (name: string): boolean => {
    const closure = facts.closureOf(name, fn.name);
    return closure !== undefined && undoing.some((each) => closure.has(each));
  };
  const others = [...functions.keys()].filter((name) => name !== fn.name);
  if (!fn.isStatic) return others.some(undoes);
  const callers = facts.callersOf(fn.name);
  return callers.length === 0 ? others.some(undoes) : callers.some(({ name }) => undoes(name));
}

/** The call that is returned, the goto that led to the wrong place, or the return statement. */
function failureAt(
  expression: Expression | undefined,
  value: Value | undefined,
  state: PathState,
  at: number,
): TextRange & { call?: string } {
  const { call, status } = outcomeOf(value, state) ?? {};
  if (status === 'open' && call?.name !== undefined)
    return { start: call.callee.start, end: call.callee.end, call: call.name };
  if (state.jump !== undefined) return state.jump;
  return { start: expression?.start ?? at, end: expression?.end ?? at };
}
