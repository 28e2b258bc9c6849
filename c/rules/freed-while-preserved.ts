import { saysFailure } from '../flow/failure.ts';
import { FREEING, memoryKey } from '../flow/memory-name.ts';
import type { Held, PathState } from '../flow/value.ts';
import { historyOf, versionIn } from '../knowledge/calls.ts';
import { type CallExpression, keyOf } from '../syntax/expression.ts';
import type { Variable } from '../syntax/statement.ts';
import type { FunctionContext, FunctionRules, Rule } from './rule.ts';

const FREED: Rule = {
  name: 'freed-while-preserved',
  severity: 'error',
  what: 'Memory is unpreserved before it is freed',
};

/** What makes memory that nobody else has a reference to. */
const ALLOCATING = new RegExp(
  '\\b(?:folio_alloc|alloc_pages?|alloc_pages_node|get_zeroed_page|__get_free_pages?' +
    '|v[mzc]alloc\\w*|vmalloc_\\w+|kho_alloc_preserve)\\s*\\(',
);

const PRESERVED: ReadonlySet<string> = new Set(['folio', 'pages', 'vmalloc', 'allocation']);

export const FREED_WHILE_PRESERVED_RULES: FunctionRules = {
  rules: [FREED],
  check(context) {
    const { report, text, variables } = context;
    const told = new Set<number>();
    return {
      leave(expression, value, state) {
        const isFailing = saysFailure(expression, value, state, context.fn) === 'surely';
        for (const held of state.held.values()) {
          const freed =
            isFailing && canBeUndone(held, context) ? undefined : freedAtEnd(held, state, context);
          if (freed !== undefined && !told.has(freed.start)) {
            told.add(freed.start);
            report(FREED, freed, `${freed.cleanup}() frees this at the end, and it is preserved`, {
              help: `Call no_free_ptr(${freed.name}) where it is to stay, or drop __free()`,
              related: [{ ...range(held.call), message: 'It was preserved here' }],
            });
          }
          const call = freeingCall(held, state);
          if (call === undefined || told.has(call.start) || !isOnlyOwner(held, context)) continue;
          // What a failing function leaves preserved is told by its own rule.
          if (isFailing && held.kind !== 'allocation') continue;
          told.add(call.start);
          report(FREED, call, 'This frees memory that is preserved for the next kernel', {
            help: `Call ${held.contract.undoneBy}() before, or leave the memory as it is`,
            related: [{ ...range(held.call), message: 'It was preserved here' }],
          });
        }
      },
      assign(target, source, state) {
        // What is freed at the end of its block must not be left in what lives on.
        const key = keyOf(target);
        const variable = source.kind === 'name' ? variables.get(source.name) : undefined;
        if (key === undefined || variable?.cleanup === undefined || !key.includes('>')) return;
        if (told.has(target.start) || isTakenOver(variable.name, text)) return;
        const preserved = text.includes('kho_preserve') || state.held.size > 0;
        if (!preserved) return;
        told.add(target.start);
        report(FREED, target, `${key} keeps memory that ${variable.cleanup}() frees at the end`, {
          help: `Assign no_free_ptr(${variable.name}), or drop __free()`,
          related: [{ ...range(variable), message: '__free() is given here' }],
        });
      },
    };
  },
};

function range({ start, end }: { start: number; end: number }): { start: number; end: number } {
  return { start, end };
}

function isTakenOver(name: string, text: string): boolean {
  return new RegExp(`\\b(?:no_free_ptr|return_ptr|retain_and_null_ptr)\\s*\\(\\s*${name}\\b`).test(
    text,
  );
}

/** Whether the release has what undoes it, so that leaving it out is the mistake to tell. */
function canBeUndone({ contract }: Held, { release }: FunctionContext): boolean {
  const history = contract.undoneBy === undefined ? undefined : historyOf(contract.undoneBy);
  return history !== undefined && versionIn(history, release.name) !== undefined;
}

/** The variable whose `__free()` frees what is held, unless it was taken over on this way. */
function freedAtEnd(
  held: Held,
  state: PathState,
  { variables }: FunctionContext,
): Variable | undefined {
  if (!PRESERVED.has(held.kind)) return undefined;
  if (!held.isEarlier && state.outcomes.get(held.site)?.status === 'failed') return undefined;
  const area = held.kind === 'vmalloc' ? held.call.args[0] : undefined;
  const names = area === undefined ? held.keys : [keyOf(area)];
  for (const name of names) {
    const variable = name === undefined ? undefined : variables.get(name);
    const isFreed = variable?.cleanup !== undefined && FREEING.has(variable.cleanup);
    if (isFreed && state.values.get(variable.name)?.kind !== 'zero') return variable;
  }
  return undefined;
}

/** The call that freed what is held, if one did on this way. */
function freeingCall(held: Held, state: PathState): CallExpression | undefined {
  if (!PRESERVED.has(held.kind)) return undefined;
  if (!held.isEarlier && state.outcomes.get(held.site)?.status === 'failed') return undefined;
  const area = held.kind === 'vmalloc' ? held.call.args[0] : undefined;
  const keys = area === undefined ? held.keys : [memoryKey(area, state.aliases)];
  for (const key of keys) {
    const call = key === undefined ? undefined : state.freed.get(key);
    if (call !== undefined && call.name !== held.contract.undoneBy) return call;
  }
  return undefined;
}

/** Dropping a reference frees only what the function itself allocated. */
function isOnlyOwner({ kind, keys }: Held, { text }: FunctionContext): boolean {
  if (kind === 'allocation') return true;
  return keys.some((key) => {
    const name = key.replace(/^&/, '').replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
    return kind === 'vmalloc'
      ? ALLOCATING.test(text)
      : new RegExp(`${name}\\s*=[^;=]*${ALLOCATING.source}`).test(text);
  });
}
