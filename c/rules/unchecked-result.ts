import { outcomeOf } from '../flow/evaluate.ts';
import type { Outcome } from '../flow/value.ts';
import { keyOf } from '../syntax/expression.ts';
import type { FunctionRules, Rule } from './rule.ts';

const UNCHECKED: Rule = {
  name: 'unchecked-result',
  severity: 'warning',
  what: 'The result of a call that can fail is looked at',
};

/** What reads through its first argument without a look at it. */
const READS_ARGUMENT = new RegExp(
  '^(?:folio_(?:put|address|order|size|nr_pages|page|lock|unlock|mark_\\w+|add_lru)|put_page' +
    '|page_address|page_to_\\w+|__free_pages?|memcpy|memset|fdt_\\w+)$',
);

export const UNCHECKED_RESULT_RULES: FunctionRules = {
  rules: [UNCHECKED],
  check({ report }) {
    const told = new Set<number>();
    const once = ({ call }: Outcome, message: string, help: string): void => {
      if (told.has(call.start)) return;
      told.add(call.start);
      report(UNCHECKED, call.callee, message, { help });
    };
    const usedBefore = (outcome: Outcome): void =>
      once(
        outcome,
        `What ${outcome.call.name}() returns is used and may be NULL`,
        'Nothing is there if it was not preserved, or was restored already',
      );
    return {
      drop(outcome) {
        const { contract, call } = outcome;
        if (contract.mustCheck !== true || !/^(?:errno|null|error-pointer)$/.test(contract.fails))
          return;
        if (call.name === 'fdt_getprop') return;
        once(outcome, `The result of ${call.name}() is not looked at`, helpOf(outcome));
      },
      dereference(_, outcome) {
        if (outcome !== undefined && mayBeNull(outcome)) usedBefore(outcome);
      },
      call({ name, args }, _, state) {
        const [first] = args;
        const key = first && keyOf(first);
        if (key === undefined || name === undefined || !READS_ARGUMENT.test(name)) return;
        const outcome = outcomeOf(state.values.get(key), state);
        if (outcome !== undefined && mayBeNull(outcome)) usedBefore(outcome);
      },
    };
  },
};

function mayBeNull({ contract, status, call }: Outcome): boolean {
  return contract.fails === 'null' && status !== 'succeeded' && /^kho_/.test(call.name ?? '');
}

function helpOf({ contract }: Outcome): string {
  switch (contract.fails) {
    case 'null':
      return 'It returns NULL if it fails; and who takes nothing back frees nothing';
    case 'error-pointer':
      return 'It returns an ERR_PTR if it fails, and memory that is lost if it does not';
    default:
      return contract.acquires === undefined
        ? 'It returns a negative error number if it fails'
        : 'If it fails the state is not handed over, and undoing it would undo what never was';
  }
}
