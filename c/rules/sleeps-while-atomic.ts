import type { Expression } from '../syntax/expression.ts';
import type { Statement } from '../syntax/statement.ts';
import { everyStatement } from '../syntax/walk.ts';
import type { FunctionRules, Rule, TextRange } from './rule.ts';

const ATOMIC: Rule = {
  name: 'sleeps-while-atomic',
  severity: 'error',
  what: 'What takes a mutex or allocates memory is not called where nothing may sleep',
};

export const SLEEPS_WHILE_ATOMIC_RULES: FunctionRules = {
  rules: [ATOMIC],
  check({ fn, report }) {
    const guarded = guardedRanges(fn.body);
    const told = new Set<number>();
    return {
      call({ name, start, end, callee }, contract, { locks }) {
        if (contract?.maySleep !== true || told.has(start)) return;
        const guard = guarded.find((each) => each.start <= start && end <= each.end);
        const lock = guard?.by ?? locks.at(-1);
        if (lock === undefined) return;
        told.add(start);
        report(ATOMIC, callee, `${name}() may sleep, and here nothing may`, {
          help: 'It takes a mutex or allocates with GFP_KERNEL: call it before the lock is taken',
          related: [{ start: lock.start, end: lock.end, message: 'The lock is taken here' }],
        });
      },
    };
  },
};

interface Guarded extends TextRange {
  readonly by: TextRange;
}

const ATOMIC_GUARDS = /^(?:raw_)?spinlock|^(?:read|write)_lock|^rcu|^preempt|^irq/;

/** Where guard() and scoped_guard() hold a lock: to the end of their block. */
function guardedRanges(body: Statement): Guarded[] {
  const found: Guarded[] = [];
  const visit = (statement: Statement): void => {
    if (statement.kind === 'macro-block') {
      if (guardClass(statement.macro) !== undefined) {
        const { start, end } = statement.body;
        found.push({ start, end, by: statement.macro });
      }
    } else if (statement.kind === 'block') {
      for (const each of statement.statements)
        if (each.kind === 'expression' && guardClass(each.expression) !== undefined)
          found.push({ start: each.end, end: statement.end, by: each.expression });
    }
  };
  for (const statement of everyStatement(body)) visit(statement);
  return found;
}

/** The class of an atomic guard: `spinlock` of `guard(spinlock)(&lock)`. */
function guardClass(expression: Expression): string | undefined {
  if (expression.kind !== 'call') return undefined;
  const outer = expression.name === undefined ? expression.callee : expression;
  if (outer.kind !== 'call' || !/^(?:scoped_)?guard$/.test(outer.name ?? '')) return undefined;
  const [first] = outer.args;
  return first?.kind === 'name' && ATOMIC_GUARDS.test(first.name) ? first.name : undefined;
}
