import { restoredKey } from '../flow/call-effects.ts';
import { type Expression, withoutCasts } from '../syntax/expression.ts';
import type { FunctionRules, Rule } from './rule.ts';

const TWICE: Rule = {
  name: 'restored-twice',
  severity: 'error',
  what: 'Every block is restored once',
};
const PFN: Rule = {
  name: 'pfn-as-address',
  severity: 'error',
  what: 'A physical address is an address in bytes and no page number',
};

/** What is asked of the next kernel’s memory, and how often. */
export const RESTORED_WRONG_RULES: FunctionRules = {
  rules: [TWICE, PFN],
  check({ report, text }) {
    const told = new Set<number>();
    return {
      call(call, contract, state) {
        if (told.has(call.start)) return;
        const key = restoredKey(call, state);
        const earlier = key === undefined ? undefined : state.restored.get(key);
        const isRestoring = call.name?.startsWith('kho_restore_') === true;
        if (isRestoring && earlier !== undefined) {
          told.add(call.start);
          report(TWICE, call, `${call.name}() has restored this already`, {
            help: 'The second time it warns and returns NULL',
            related: [{ start: earlier.start, end: earlier.end, message: 'Restored here' }],
          });
        }
        const argument = call.args[contract?.physicalArgument ?? -1];
        if (argument === undefined || !isPageNumber(argument)) return;
        told.add(call.start);
        const written = text.slice(argument.start, argument.end);
        const { start, end } = argument;
        report(
          PFN,
          argument,
          `${call.name}() takes a physical address, and this is a page number`,
          {
            help: 'PFN_PHYS() makes one of the other',
            fixes: [
              {
                title: 'Wrap in PFN_PHYS()',
                isObvious: true,
                edits: [{ start, end, text: `PFN_PHYS(${written})` }],
              },
            ],
          },
        );
      },
    };
  },
};

/** Page numbers go by `pfn` all over the kernel. */
function isPageNumber(expression: Expression): boolean {
  const bare = withoutCasts(expression);
  const name =
    bare.kind === 'member'
      ? bare.field
      : bare.kind === 'name' || bare.kind === 'call'
        ? bare.name
        : '';
  return /(?:^|_)pfn$/.test(name ?? '');
}
