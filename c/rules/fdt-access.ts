import { outcomeOf } from '../flow/evaluate.ts';
import type { Outcome } from '../flow/value.ts';
import { type Expression, keyOf, type UnaryExpression } from '../syntax/expression.ts';
import { everyExpression } from '../syntax/walk.ts';
import type { FunctionContext, FunctionRules, Rule } from './rule.ts';

const DROPPED: Rule = {
  name: 'fdt-error-dropped',
  severity: 'warning',
  what: 'What libfdt returns is looked at, and compared with what it returns for a failure',
};
const UNALIGNED: Rule = {
  name: 'unaligned-read',
  severity: 'warning',
  what: 'Eight bytes of an FDT are not read as if they were aligned to eight',
};
const LENGTH: Rule = {
  name: 'unchecked-length',
  severity: 'error',
  what: 'The length of a property is compared before its value is read',
};

/** How the values of an FDT are read, and its errors. */
export const FDT_ACCESS_RULES: FunctionRules = {
  rules: [DROPPED, UNALIGNED, LENGTH],
  check(context) {
    const { report, facts } = context;
    // A file that only lets KHO in is one that reads devicetrees, by their own rules.
    if (!facts.isOfKho) return undefined;
    const told = new Set<string>();
    const isFirst = (rule: Rule, { start }: { start: number }): boolean => {
      const id = `${rule.name} ${start}`;
      return told.size !== told.add(id).size;
    };
    const readUnmeasured = (outcome: Outcome | undefined, pointer: Expression): void => {
      if (outcome?.call.name !== 'fdt_getprop' || outcome.unreadLength === undefined) return;
      if (isText(pointer, context) || !isFirst(LENGTH, outcome.call)) return;
      const variable = outcome.unreadLength;
      report(LENGTH, outcome.call.callee, 'The length of this property is not compared', {
        help:
          variable === ''
            ? 'Ask for the length: another kernel may have written less than is read here'
            : `Compare ${variable} with the size of what is read: another kernel wrote it`,
        related: [{ start: pointer.start, end: pointer.end, message: 'It is read here' }],
      });
    };
    return {
      drop({ contract, call }) {
        if (contract.mustCheck !== true || !/^fdt/.test(contract.fails)) return;
        if (!isFirst(DROPPED, call)) return;
        report(DROPPED, call.callee, `The result of ${call.name}() is not looked at`, {
          help: 'Without room in the FDT it fails, and what should be in it is missing',
        });
      },
      test(outcome, kind, whole, tested) {
        if (outcome.contract.fails !== 'fdt-offset' || kind !== 'zero') return;
        if (outcome.status === 'open' && isFirst(DROPPED, whole))
          offsetTested(context, outcome, whole, tested);
      },
      dereference(pointer, outcome) {
        readUnmeasured(outcome, pointer);
        if (outcome?.call.name === 'fdt_getprop' && isWide(pointer, context))
          if (isFirst(UNALIGNED, outcome.call)) unalignedRead(context, pointer);
      },
      call({ name, args }, _, state) {
        if (name === undefined || !READS_VALUE.test(name)) return;
        const argument = args[name === 'memcpy' ? 1 : 0];
        const key = argument && keyOf(argument);
        if (argument === undefined || key === undefined) return;
        readUnmeasured(outcomeOf(state.values.get(key), state), argument);
      },
    };
  },
};

/** What reads a value of a size of its own choice. */
const READS_VALUE =
  /^(?:memcpy|get_unaligned\w*|fdt(?:32|64)_ld\w*|[bl]e(?:32|64)_to_cpup|kho_restore_vmalloc)$/;

const WIDE_TYPES = [
  '_*[us]64',
  'u?int64_t',
  '__[bl]e64',
  '(?:fdt64|phys_addr|dma_addr|resource_size|size)_t',
  '(?:unsigned )?long(?: long)?(?: unsigned)?(?: int)?',
].join('|');
const WIDE = new RegExp(`^(?:(?:const|volatile) )*(?:${WIDE_TYPES}) \\*$`);

/** Whether a pointer leads to eight bytes that are read at once. */
function isWide(pointer: Expression, { variables }: FunctionContext): boolean {
  const type =
    pointer.kind === 'cast'
      ? pointer.type.replace(/\s*\*$/, ' *')
      : pointer.kind === 'name'
        ? variables.get(pointer.name)?.type
        : undefined;
  return type !== undefined && WIDE.test(type);
}

/** Strings end by themselves, if a NUL is there; how it is written is another matter. */
function isText(pointer: Expression, { variables }: FunctionContext): boolean {
  const type =
    pointer.kind === 'cast'
      ? pointer.type
      : pointer.kind === 'name'
        ? variables.get(pointer.name)?.type
        : '';
  return /\bchar\b|\bvoid\b/.test(type ?? '');
}

function unalignedRead(context: FunctionContext, pointer: Expression): void {
  const reads = readsThrough(pointer, context);
  const edits = reads.map(({ start, end, operand }) => {
    const written = context.text.slice(operand.start, operand.end);
    return { start, end, text: `get_unaligned(${written})` };
  });
  context.report(UNALIGNED, pointer, 'This reads eight bytes that are aligned to four', {
    help: 'Values in an FDT start at multiples of 4: use get_unaligned() or memcpy()',
    fixes: edits.length === 0 ? [] : [{ title: 'Use get_unaligned()', isObvious: true, edits }],
  });
}

/** Every `*pointer` of the function, but for what is only measured. */
function readsThrough(pointer: Expression, { fn }: FunctionContext): UnaryExpression[] {
  const all = [...everyExpression(fn.body)];
  const measured = all.filter((each) => each.kind === 'unary' && each.op === 'sizeof');
  return all.filter((each): each is UnaryExpression => {
    if (each.kind !== 'unary' || each.op !== '*') return false;
    const { operand, start, end } = each;
    if (measured.some((one) => one.start <= start && end <= one.end)) return false;
    return pointer.kind === 'name'
      ? operand.kind === 'name' && operand.name === pointer.name
      : operand.start === pointer.start && operand.end === pointer.end;
  });
}

function offsetTested(
  { report, text }: FunctionContext,
  { call }: Outcome,
  whole: Expression,
  tested: Expression,
): void {
  const written = text.slice(tested.start, tested.end);
  const isPositive = whole === tested || (whole.kind === 'binary' && whole.op === '!=');
  const { start, end } = whole;
  const operator = isPositive ? '>= 0' : '< 0';
  report(DROPPED, whole, `${call.name}() returns a negative number if it fails, and not 0`, {
    help: '0 is the offset of the root',
    fixes:
      tested.kind === 'assign'
        ? []
        : [
            {
              title: `Compare with ${operator}`,
              isObvious: true,
              edits: [{ start, end, text: `${written} ${operator}` }],
            },
          ],
  });
}
