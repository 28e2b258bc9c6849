import { type Expression, keyOf, withoutCasts } from '../syntax/expression.ts';
import type { Statement } from '../syntax/statement.ts';
import { everyExpression, everyStatement } from '../syntax/walk.ts';
import type { FunctionContext, FunctionRules, RangeFix, Rule } from './rule.ts';

const VIRTUAL: Rule = {
  name: 'virtual-address',
  severity: 'error',
  what: 'No virtual address is handed to the next kernel, or taken for a physical one',
};

/** Members that hold the physical address of what a handler hands over. */
const PHYSICAL_MEMBERS: Readonly<Record<string, RegExp>> = {
  serialized_data: /\bliveupdate_file_op_args \*/,
  data: /\bliveupdate_flb_op_args \*/,
};

export const VIRTUAL_ADDRESS_RULES: FunctionRules = {
  rules: [VIRTUAL],
  check(context) {
    const handedOver = handedOverPointers(context.fn.body);
    const told = new Set<number>();
    const once = (at: Expression, message: string, help: string, fixes: RangeFix[]): void => {
      if (told.has(at.start)) return;
      told.add(at.start);
      context.report(VIRTUAL, at, message, { help, fixes });
    };
    const intoFdt = (expression: Expression): void => {
      const value = fdtPointer(expression, context);
      if (value !== undefined) once(value, 'This property is a virtual address', NEXT_KERNEL, []);
    };
    const intoMember = (target: Expression, value: Expression): void => {
      const pointer = storedPointer(target, value, handedOver, context);
      if (pointer === undefined) return;
      const message = 'A virtual address is stored in memory that is handed over';
      once(value, message, NEXT_KERNEL, asPhysical(value, pointer, context));
    };
    const asPointer = (expression: Expression): void => {
      if (expression.kind !== 'cast' || !expression.type.includes('*')) return;
      const bare = withoutCasts(expression);
      // Shared data may be a number as well, which void * is made of for want of a better type.
      const isOpaque =
        expression.type.startsWith('void') && bare.kind === 'member' && bare.field === 'data';
      if (isOpaque || !isPhysicalMember(bare, context)) return;
      const { start, end } = expression;
      const written = context.text.slice(bare.start, bare.end);
      const edits = [{ start, end, text: `phys_to_virt(${written})` }];
      const fixes = [{ title: 'Use phys_to_virt()', isObvious: true, edits }];
      once(expression, 'A physical address is taken for a pointer', 'Use phys_to_virt()', fixes);
    };
    for (const expression of everyExpression(context.fn.body)) {
      intoFdt(expression);
      asPointer(expression);
      if (expression.kind === 'assign' && expression.op === '=')
        intoMember(expression.target, expression.value);
    }
    return undefined;
  },
};

const NEXT_KERNEL =
  'It means nothing to the next kernel: store virt_to_phys() or KHOSER_STORE_PTR()';

function asPhysical(
  { start, end }: Expression,
  pointer: Expression,
  { text }: FunctionContext,
): RangeFix[] {
  const written = text.slice(pointer.start, pointer.end);
  const edits = [{ start, end, text: `virt_to_phys(${written})` }];
  return [{ title: 'Store virt_to_phys()', isObvious: false, edits }];
}

/** Variables that lead to memory which is handed over as it is. */
function handedOverPointers(body: Statement): Set<string> {
  const found = new Set<string>();
  const note = (name: string, value: Expression | undefined): void => {
    const bare = value && withoutCasts(value);
    if (bare?.kind === 'call' && bare.name === 'kho_alloc_preserve') found.add(name);
  };
  for (const statement of everyStatement(body))
    if (statement.kind === 'declaration') note(statement.variable.name, statement.value);
  for (const each of everyExpression(body))
    if (each.kind === 'assign' && each.target.kind === 'name') note(each.target.name, each.value);
  return found;
}

/** The address of a pointer that is written as the value of a property. */
function fdtPointer(expression: Expression, context: FunctionContext): Expression | undefined {
  if (expression.kind !== 'call') return undefined;
  const { name = '', args } = expression;
  if (/^fdt_(?:property|setprop)_(?:u64|cell|u32)$/.test(name)) {
    const value = args.at(-1);
    return value?.kind === 'cast' && isPointer(value.operand, context) ? value : undefined;
  }
  if (!/^fdt_(?:property|setprop|appendprop)$/.test(name)) return undefined;
  const [value, size] = args.slice(-2);
  if (value?.kind !== 'unary' || value.op !== '&' || size?.kind !== 'unary') return undefined;
  return size.op === 'sizeof' && isPointer(value.operand, context) ? value : undefined;
}

/** A local or parameter that is declared as a pointer; of others nothing is known. */
function isPointer(expression: Expression, { variables }: FunctionContext): boolean {
  const bare = withoutCasts(expression);
  return bare.kind === 'name' && variables.get(bare.name)?.type.endsWith('*') === true;
}

/** The pointer that is stored where only a physical address has a meaning. */
function storedPointer(
  target: Expression,
  value: Expression,
  handedOver: ReadonlySet<string>,
  context: FunctionContext,
): Expression | undefined {
  const bare = withoutCasts(value);
  if (!isPointer(bare, context)) return undefined;
  if (isPhysicalMember(target, context)) return bare;
  if (target.kind !== 'member') return undefined;
  const root = rootPointer(target);
  return root !== undefined && handedOver.has(root) ? bare : undefined;
}

/** The variable whose memory a member is in; undefined if another pointer leads away from it. */
function rootPointer(member: Expression): string | undefined {
  if (member.kind === 'index') return rootPointer(member.base);
  if (member.kind !== 'member') return undefined;
  if (member.isArrow) return member.base.kind === 'name' ? member.base.name : undefined;
  return rootPointer(member.base);
}

function isPhysicalMember(expression: Expression, { variables }: FunctionContext): boolean {
  if (expression.kind !== 'member' || expression.base.kind !== 'name') return false;
  const type = variables.get(keyOf(expression.base) ?? '')?.type ?? '';
  return PHYSICAL_MEMBERS[expression.field]?.test(type) === true;
}
