import type { FunctionContext, FunctionRules, Rule } from './rule.ts';

const UNGATED: Rule = {
  name: 'ungated-subtree',
  severity: 'error',
  what: 'Subtrees are added and removed only once KHO is known to be there',
};

const GATE = new RegExp(
  '\\b(?:kho_is_enabled|kho_is_active|liveupdate_enabled|is_kho_boot|kho_preserve_\\w+' +
    '|kho_alloc_preserve|register_kho_notifier)\\b',
);
const DEFINED_HERE = /\bkho_is_enabled\s*\([^;{]*\)\s*\{/;

export const UNGATED_SUBTREE_RULES: FunctionRules = {
  rules: [UNGATED],
  check(context) {
    const { report, fn } = context;
    const told = new Set<number>();
    return {
      call(call, _, { isGated }) {
        const { name, args, start } = call;
        if (isGated || told.has(start)) return;
        if (name !== 'kho_add_subtree' && name !== 'kho_remove_subtree') return;
        // Until 6.18 a notifier adds subtrees, and notifiers are called only if KHO is there.
        if (name === 'kho_add_subtree' && args[1]?.kind === 'string') return;
        if (isOwnerOfKho(context) || isGatedElsewhere(fn.name, name, context)) return;
        told.add(start);
        report(UNGATED, call.callee, `${name}() is called though KHO may be off`, {
          help: 'Without KHO there is no root FDT: return early unless kho_is_enabled()',
        });
      },
    };
  },
};

/** The file is KHO itself. */
function isOwnerOfKho({ functions }: FunctionContext): boolean {
  const own = functions.get('kho_is_enabled');
  return own !== undefined && DEFINED_HERE.test(own.text);
}

/** A helper or a caller has asked, or other code may have that we do not see. */
function isGatedElsewhere(
  name: string,
  called: string,
  { fn, facts, functions, release }: FunctionContext,
): boolean {
  if (called === 'kho_remove_subtree')
    return [...functions.values()].some(({ text }) => GATE.test(text));
  if (release.serialization === 'finalize-notifiers') return true;
  if (!fn.isStatic) return true;
  const own = facts.closureOf(name) ?? new Set<string>();
  const helpers = [...own].filter((each) => functions.has(each));
  if (helpers.some((each) => GATE.test(functions.get(each)?.text ?? ''))) return true;
  const seen = new Set<string>([name]);
  const due = [name];
  for (let each = due.pop(); each !== undefined; each = due.pop())
    for (const caller of facts.callersOf(each)) {
      if (GATE.test(caller.text)) return true;
      if (!seen.has(caller.name)) due.push(caller.name);
      seen.add(caller.name);
    }
  return false;
}
