import { memoryKey } from '../flow/memory-name.ts';
import type { Held, PathState } from '../flow/value.ts';
import type { Contract } from '../knowledge/contract.ts';
import { type CallExpression, rootOf } from '../syntax/expression.ts';
import { MISMATCHED_RESTORE } from './restore-kinds.ts';
import type { FunctionContext, FunctionRules, RangeRelated, Rule } from './rule.ts';

const WRONG_UNWIND: Rule = {
  name: 'wrong-unwind',
  severity: 'warning',
  what: 'State is undone in the reverse order, and only what was done',
};

/** How the ways to undo and to restore go together with what was done. */
export const UNWIND_RULES: FunctionRules = {
  rules: [WRONG_UNWIND, MISMATCHED_RESTORE],
  check(context) {
    const told = new Set<number>();
    const { report } = context;
    const once = (rule: Rule, call: CallExpression, message: string, more: Told): void => {
      if (told.has(call.start)) return;
      told.add(call.start);
      report(rule, call, message, more);
    };
    const freedBefore = (call: CallExpression, state: PathState): void => {
      const freeing = freeingBefore(call, state, context);
      if (freeing === undefined) return;
      once(WRONG_UNWIND, call, `${call.name}() comes after the memory was freed`, {
        help: 'Memory that is free may be another’s by now: unpreserve it first',
        related: [at(freeing, 'It was freed here')],
      });
    };
    return {
      release(held, call, state) {
        if (held.kind === 'subtree') wasNamed(held, call, state, once);
        else freedBefore(call, state);
      },
      idleRelease(key, call, contract, state) {
        const failed = key === undefined ? undefined : failedCall(key, contract, state);
        const other = key === undefined ? undefined : heldAsOther(key, contract, state);
        if (other !== undefined)
          once(MISMATCHED_RESTORE, call, `${call.name}() does not undo ${other.call.name}()`, {
            help: `Call ${other.contract.undoneBy}()`,
            related: [at(other.call, 'It was preserved here')],
          });
        else if (failed !== undefined)
          once(WRONG_UNWIND, call, `${call.name}() undoes what ${failed.name}() did not do`, {
            help: 'It failed on this way: jump past this call',
            related: [at(failed, 'This call has failed')],
          });
        else if (contract.name !== 'kho_remove_subtree') freedBefore(call, state);
      },
    };
  },
};

interface Told {
  readonly help: string;
  readonly related: readonly RangeRelated[];
}

function at({ start, end }: CallExpression, message: string): RangeRelated {
  return { start, end, message };
}

/** The memory has gone while the root FDT still named it. */
function wasNamed(
  { keys }: Held,
  call: CallExpression,
  state: PathState,
  once: (rule: Rule, call: CallExpression, message: string, more: Told) => void,
): void {
  for (const key of keys) {
    const gone = state.undone.get(key) ?? state.freed.get(key);
    if (gone === undefined || gone.name === call.name) continue;
    once(WRONG_UNWIND, call, 'The root FDT named this memory until now, and it is gone', {
      help: 'Call kho_remove_subtree() before the memory is unpreserved and freed',
      related: [at(gone, 'It was given up here')],
    });
    return;
  }
}

function failedCall(
  key: string,
  { releases }: Contract,
  state: PathState,
): CallExpression | undefined {
  const call = state.failed.get(key);
  const isSameKind = call?.name !== undefined && FAILED_KIND[call.name] === releases?.kind;
  return isSameKind ? call : undefined;
}

const FAILED_KIND: Readonly<Record<string, string>> = {
  kho_preserve_folio: 'folio',
  kho_preserve_pages: 'pages',
  kho_preserve_vmalloc: 'vmalloc',
  kho_add_subtree: 'subtree',
};

/** What is held under the same name, but was preserved as something else. */
function heldAsOther(key: string, { releases }: Contract, state: PathState): Held | undefined {
  for (const each of state.held.values()) {
    const isPreserved = ['folio', 'pages', 'vmalloc', 'allocation'].includes(each.kind);
    const names =
      each.kind === 'vmalloc'
        ? [...each.keys, each.call.args[0] && memoryKey(each.call.args[0], state.aliases)]
        : each.keys;
    if (isPreserved && releases?.kind !== 'subtree' && names.includes(key)) return each;
  }
  return undefined;
}

/** The call that freed what this one is about to unpreserve. */
function freeingBefore(
  call: CallExpression,
  state: PathState,
  { text }: FunctionContext,
): CallExpression | undefined {
  const [argument] = call.args;
  if (argument === undefined) return undefined;
  if (call.name !== 'kho_unpreserve_vmalloc') {
    const key = memoryKey(argument, state.aliases);
    return key === undefined ? undefined : state.freed.get(key);
  }
  // The area goes by another name than its preservation: with one of each they belong together.
  if (count(text, /\bvfree\s*\(/g) !== 1 || count(text, /\bkho_unpreserve_vmalloc\s*\(/g) !== 1)
    return undefined;
  const root = rootOf(argument);
  for (const [key, freeing] of state.freed)
    if (freeing.name === 'vfree' && (/\w+/.exec(key)?.[0] === root || isLinked(key, text)))
      return freeing;
  return undefined;
}

function isLinked(area: string, text: string): boolean {
  const name = area.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`kho_preserve_vmalloc\\s*\\(\\s*${name}\\s*,`).test(text);
}

function count(text: string, pattern: RegExp): number {
  return text.match(pattern)?.length ?? 0;
}
