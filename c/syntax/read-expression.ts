// From the nodes of the grammar to expressions.
import type { Expression, ListExpression, LiteralExpression } from './expression.ts';
import { fieldOf, namedOf, type PlainNode } from './plain-tree.ts';

/** The expression that `node` is, of a function whose text is `text`. */
export function readExpression(node: PlainNode, text: string): Expression {
  const { start, end } = node;
  const literal = LITERALS[node.type];
  if (literal !== undefined) return { kind: literal, text: text.slice(start, end), start, end };
  const read = (field: string): Expression => {
    const child = fieldOf(node, field);
    return child === undefined
      ? { kind: 'other', parts: [], start, end }
      : readExpression(child, text);
  };
  const op = (): string => node.children.find(({ isNamed }) => !isNamed)?.type ?? '';
  switch (node.type) {
    case 'identifier':
    case 'field_identifier':
      return { kind: 'name', name: text.slice(start, end), start, end };
    case 'parenthesized_expression':
      return readOnly(node, text);
    case 'call_expression':
      return readCall(node, text);
    case 'field_expression':
      return readMember(node, read('argument'), text);
    case 'subscript_expression':
      return { kind: 'index', base: read('argument'), index: read('index'), start, end };
    case 'pointer_expression':
    case 'unary_expression':
    case 'update_expression':
      return { kind: 'unary', op: op(), operand: read('argument'), start, end };
    case 'binary_expression': {
      const cast = castTakenForBinary(node, text);
      if (cast !== undefined) return cast;
      const left = read('left');
      return { kind: 'binary', op: op(), left, right: read('right'), start, end };
    }
    case 'comma_expression': {
      const left = read('left');
      return { kind: 'binary', op: ',', left, right: read('right'), start, end };
    }
    case 'assignment_expression': {
      const target = read('left');
      return { kind: 'assign', op: op(), target, value: read('right'), start, end };
    }
    case 'conditional_expression': {
      const yes = fieldOf(node, 'consequence');
      const test = read('condition');
      return {
        kind: 'conditional',
        test,
        yes: yes && readExpression(yes, text),
        no: read('alternative'),
        start,
        end,
      };
    }
    case 'cast_expression': {
      const type = fieldOf(node, 'type');
      const written = type === undefined ? '' : text.slice(type.start, type.end);
      return { kind: 'cast', type: written, operand: read('value'), start, end };
    }
    case 'sizeof_expression':
      return { kind: 'unary', op: 'sizeof', operand: readOther(node, text), start, end };
    case 'initializer_list':
    case 'compound_literal_expression':
      return readList(node, text);
    default:
      return readOther(node, text);
  }
}

const LITERALS: Readonly<Record<string, LiteralExpression['kind']>> = {
  number_literal: 'number',
  char_literal: 'number',
  true: 'number',
  false: 'number',
  string_literal: 'string',
  concatenated_string: 'string',
  null: 'null',
};

/** Names that are types, whatever the grammar makes of them. */
const TYPE_NAME = /^\((?:(?:__)?[us](?:8|16|32|64)|(?:__)?[bl]e(?:16|32|64)|\w+_t)\)$/;

/** `(phys_addr_t)*value`, which could be a product if that were no type. */
function castTakenForBinary(node: PlainNode, text: string): Expression | undefined {
  const left = fieldOf(node, 'left');
  const right = fieldOf(node, 'right');
  const operator = node.children.find(({ isNamed }) => !isNamed);
  if (left === undefined || right === undefined || operator === undefined) return undefined;
  const written = text.slice(left.start, left.end);
  if (!/^[*&-]$/.test(operator.type) || !TYPE_NAME.test(written)) return undefined;
  const operand: Expression = {
    kind: 'unary',
    op: operator.type,
    operand: readExpression(right, text),
    start: operator.start,
    end: right.end,
  };
  return { kind: 'cast', type: written.slice(1, -1), operand, start: node.start, end: node.end };
}

/** What stands in parentheses: mostly one thing. */
function readOnly(node: PlainNode, text: string): Expression {
  const [only, ...others] = namedOf(node);
  if (only === undefined || others.length > 0 || only.type === 'compound_statement')
    return readOther(node, text);
  return readExpression(only, text);
}

function readMember(node: PlainNode, base: Expression, text: string): Expression {
  const { start, end, children } = node;
  const field = fieldOf(node, 'field');
  const name = field === undefined ? '' : text.slice(field.start, field.end);
  const isArrow = children.some(({ type }) => type === '->');
  return { kind: 'member', base, field: name, isArrow, start, end };
}

function readCall(node: PlainNode, text: string): Expression {
  const { start, end } = node;
  const function_ = fieldOf(node, 'function');
  const list = fieldOf(node, 'arguments');
  const callee: Expression =
    function_ === undefined
      ? { kind: 'other', parts: [], start, end }
      : readExpression(function_, text);
  const args = list === undefined ? [] : namedOf(list).map((each) => readExpression(each, text));
  const name = callee.kind === 'name' ? callee.name : undefined;
  return { kind: 'call', name, callee, args, start, end };
}

function readList(node: PlainNode, text: string): Expression {
  const list = node.type === 'initializer_list' ? node : fieldOf(node, 'value');
  const items: { field: string | undefined; value: Expression }[] = [];
  for (const item of list === undefined ? [] : namedOf(list)) {
    const value = item.type === 'initializer_pair' ? fieldOf(item, 'value') : item;
    if (value === undefined) continue;
    const field = item.type === 'initializer_pair' ? designatorOf(item, text) : undefined;
    items.push({ field, value: readExpression(value, text) });
  }
  return { kind: 'list', items, start: node.start, end: node.end } satisfies ListExpression;
}

function designatorOf(pair: PlainNode, text: string): string | undefined {
  const designator = fieldOf(pair, 'designator');
  const [field] = designator === undefined ? [] : namedOf(designator);
  return field === undefined ? undefined : text.slice(field.start, field.end);
}

/** Types and names among the parts are harmless: nothing is concluded from them. */
function readOther(node: PlainNode, text: string): Expression {
  const { start, end } = node;
  const parts = namedOf(node)
    .filter(({ type }) => type !== 'type_descriptor' && type !== 'compound_statement')
    .map((each) => readExpression(each, text));
  return { kind: 'other', parts, start, end };
}
