import { outcomeOf } from '../flow/evaluate.ts';
import type { TestKind } from '../flow/observer.ts';
import type { Outcome, PathState } from '../flow/value.ts';
import { type Expression, keyOf } from '../syntax/expression.ts';
import type { FunctionContext, FunctionRules, RangeFix, Rule } from './rule.ts';

const ERROR_POINTER: Rule = {
  name: 'error-pointer',
  severity: 'error',
  what: 'No ERR_PTR is passed on as a pointer',
};

/** What does not take an error for a pointer. */
const HOSTILE = new RegExp(
  '^(?:kho_unpreserve_free|kho_restore_free|kho_(?:add|remove)_subtree|virt_to_\\w+|__pa|memcpy' +
    '|memset|strscpy|fdt_\\w+)$',
);

export const ERROR_POINTER_RULES: FunctionRules = {
  rules: [ERROR_POINTER],
  check(context) {
    const { report } = context;
    const told = new Set<number>();
    const used = (pointer: Expression, outcome: Outcome | undefined, by: string): void => {
      if (outcome?.contract.fails !== 'error-pointer' || outcome.status === 'succeeded') return;
      if (told.has(outcome.call.start)) return;
      told.add(outcome.call.start);
      const { name } = outcome.call;
      const message =
        outcome.status === 'failed'
          ? `An ERR_PTR of ${name}() is ${by}`
          : `What ${name}() returned is ${by} and may be an ERR_PTR`;
      const help = 'Check with IS_ERR() first, and jump past what takes only a real pointer';
      report(ERROR_POINTER, pointer, message, {
        help,
        related: [{ ...rangeOf(outcome), message: 'It comes from here' }],
      });
    };
    return {
      test(outcome, kind, whole, tested) {
        if (outcome.status !== 'open' || told.has(outcome.call.start)) return;
        if (misread(context, outcome, kind, whole, tested)) told.add(outcome.call.start);
      },
      dereference: (pointer, outcome) => used(pointer, outcome, 'read through'),
      call({ name, args }, _, state) {
        if (name === undefined || !HOSTILE.test(name)) return;
        for (const argument of args)
          used(argument, outcomeIn(argument, state), `given to ${name}()`);
      },
    };
  },
};

function outcomeIn(argument: Expression, state: PathState): Outcome | undefined {
  const key = keyOf(argument);
  return key === undefined ? undefined : outcomeOf(state.values.get(key), state);
}

function rangeOf({ call }: Outcome): { start: number; end: number } {
  return { start: call.callee.start, end: call.callee.end };
}

/** Reports a test that the result can only pass; true if it is one. */
function misread(
  { report, text }: FunctionContext,
  { contract, call }: Outcome,
  kind: TestKind,
  whole: Expression,
  tested: Expression,
): boolean {
  const written = text.slice(tested.start, tested.end);
  const isForNull = kind === 'zero';
  if (contract.fails === 'error-pointer' && isForNull) {
    const positive = whole === tested || (whole.kind === 'binary' && whole.op === '!=');
    report(ERROR_POINTER, whole, `${call.name}() never returns NULL: this test finds no failure`, {
      help: 'It returns an ERR_PTR if it fails',
      fixes: rewritten(whole, `${positive ? '!' : ''}IS_ERR(${written})`, 'Check with IS_ERR()'),
    });
    return true;
  }
  const isOfKho = /^kho_/.test(call.name ?? '');
  if (contract.fails === 'null' && kind === 'is-err' && isOfKho) {
    report(
      ERROR_POINTER,
      whole,
      `${call.name}() never returns an ERR_PTR: this test finds no failure`,
      {
        help: 'It returns NULL if it fails',
        fixes: rewritten(whole, `!${written}`, 'Check for NULL'),
      },
    );
    return true;
  }
  return false;
}

function rewritten({ start, end }: Expression, text: string, title: string): RangeFix[] {
  return [{ title, isObvious: true, edits: [{ start, end, text }] }];
}
