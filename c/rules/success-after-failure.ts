import { keyOf } from '../syntax/expression.ts';
import type { FunctionRules, Rule } from './rule.ts';

const SUCCESS: Rule = {
  name: 'success-after-failure',
  severity: 'warning',
  what: 'A function that could not restore or allocate does not return 0',
};

export const SUCCESS_AFTER_FAILURE_RULES: FunctionRules = {
  rules: [SUCCESS],
  check({ report }) {
    const told = new Set<number>();
    return {
      leave(expression, value, { failure }) {
        const key = expression && keyOf(expression);
        if (key === undefined || failure === undefined || value?.kind !== 'zero') return;
        const { call, contract, zeros } = failure;
        const isPointer = contract.fails === 'null' || contract.fails === 'error-pointer';
        const isOfKho = call.name?.startsWith('kho_') === true;
        if (!isPointer || !isOfKho || !zeros.includes(key) || told.has(call.start)) return;
        told.add(call.start);
        const { start, end } = call.callee;
        report(
          SUCCESS,
          { start, end },
          `If ${call.name}() fails, ${key} is still 0 when it is returned`,
          {
            help: `Assign an error to ${key} where the failure is found`,
            related: [
              {
                start: expression?.start ?? 0,
                end: expression?.end ?? 0,
                message: 'It is returned here',
              },
            ],
          },
        );
      },
    };
  },
};
