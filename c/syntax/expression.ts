// Expressions of C, as far as rules look at them.

interface Part {
  /** Offsets from the start of the function. */
  readonly start: number;
  readonly end: number;
}

export interface NameExpression extends Part {
  readonly kind: 'name';
  readonly name: string;
}
export interface LiteralExpression extends Part {
  readonly kind: 'number' | 'string' | 'null';
  readonly text: string;
}
export interface CallExpression extends Part {
  readonly kind: 'call';
  /** Of the function or macro; undefined if it is called through anything but a name. */
  readonly name: string | undefined;
  readonly callee: Expression;
  readonly args: readonly Expression[];
}
export interface MemberExpression extends Part {
  readonly kind: 'member';
  readonly base: Expression;
  readonly field: string;
  readonly isArrow: boolean;
}
export interface IndexExpression extends Part {
  readonly kind: 'index';
  readonly base: Expression;
  readonly index: Expression;
}
export interface UnaryExpression extends Part {
  readonly kind: 'unary';
  /** `*`, `&`, `!`, `-`, `~`, `+`, `++`, `--` or `sizeof`. */
  readonly op: string;
  readonly operand: Expression;
}
export interface BinaryExpression extends Part {
  readonly kind: 'binary';
  readonly op: string;
  readonly left: Expression;
  readonly right: Expression;
}
export interface AssignExpression extends Part {
  readonly kind: 'assign';
  /** `=`, `|=` and the like. */
  readonly op: string;
  readonly target: Expression;
  readonly value: Expression;
}
export interface ConditionalExpression extends Part {
  readonly kind: 'conditional';
  readonly test: Expression;
  /** Absent in `a ?: b`. */
  readonly yes: Expression | undefined;
  readonly no: Expression;
}
export interface CastExpression extends Part {
  readonly kind: 'cast';
  /** As it is written: `const u64 *`. */
  readonly type: string;
  readonly operand: Expression;
}
export interface ListExpression extends Part {
  readonly kind: 'list';
  readonly items: readonly { readonly field: string | undefined; readonly value: Expression }[];
}
/** Whatever rules say nothing about; what is in it is still read. */
export interface OtherExpression extends Part {
  readonly kind: 'other';
  readonly parts: readonly Expression[];
}

export type Expression =
  | NameExpression
  | LiteralExpression
  | CallExpression
  | MemberExpression
  | IndexExpression
  | UnaryExpression
  | BinaryExpression
  | AssignExpression
  | ConditionalExpression
  | CastExpression
  | ListExpression
  | OtherExpression;

/** The direct parts of an expression, in the order of the text. */
export function partsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'name':
    case 'number':
    case 'string':
    case 'null':
      return [];
    case 'call':
      return expression.name === undefined
        ? [expression.callee, ...expression.args]
        : expression.args;
    case 'member':
      return [expression.base];
    case 'index':
      return [expression.base, expression.index];
    case 'unary':
    case 'cast':
      return [expression.operand];
    case 'binary':
      return [expression.left, expression.right];
    case 'assign':
      return [expression.target, expression.value];
    case 'conditional':
      return [expression.test, ...(expression.yes ? [expression.yes] : []), expression.no];
    case 'list':
      return expression.items.map(({ value }) => value);
    case 'other':
      return expression.parts;
  }
}

/** The expression and everything in it, outermost first. */
export function* everyPartOf(expression: Expression): Generator<Expression> {
  yield expression;
  for (const part of partsOf(expression)) yield* everyPartOf(part);
}

/** The expression without casts around it. */
export function withoutCasts(expression: Expression): Expression {
  return expression.kind === 'cast' ? withoutCasts(expression.operand) : expression;
}

/**
 * A name for what an expression denotes: equal for two spellings of one thing, such as `a->b`
 * and `(a)->b`. Undefined for what has no name, such as a sum.
 */
export function keyOf(expression: Expression): string | undefined {
  switch (expression.kind) {
    case 'name':
      // Where the parser had to guess that there is a name, there is none.
      return expression.name === '' ? undefined : expression.name;
    case 'cast':
      return keyOf(expression.operand);
    case 'member': {
      const base = keyOf(expression.base);
      return base && `${base}${expression.isArrow ? '->' : '.'}${expression.field}`;
    }
    case 'index': {
      const base = keyOf(expression.base);
      const index = keyOf(expression.index) ?? literalOf(expression.index);
      return base && index && `${base}[${index}]`;
    }
    case 'unary': {
      const operand = keyOf(expression.operand);
      if (expression.op === '*') return operand && `*${operand}`;
      return expression.op === '&' ? operand && `&${operand}` : undefined;
    }
    case 'call': {
      const args = expression.args.map((each) => keyOf(each) ?? literalOf(each));
      return args.includes(undefined) ? undefined : `${expression.name}(${args.join(',')})`;
    }
    default:
      return undefined;
  }
}

function literalOf(expression: Expression): string | undefined {
  return expression.kind === 'number' || expression.kind === 'string' ? expression.text : undefined;
}

/** The variable that an expression reaches its value through: `state` of `&state->list[i]`. */
export function rootOf(expression: Expression): string | undefined {
  switch (expression.kind) {
    case 'name':
      return expression.name;
    case 'member':
    case 'index':
      return rootOf(expression.base);
    case 'unary':
    case 'cast':
      return rootOf(expression.operand);
    case 'call':
      return expression.args[0] && rootOf(expression.args[0]);
    default:
      return undefined;
  }
}

/** Whether a key, as keyOf() gives it, has the variable `name` in it. */
export function mentions(key: string, name: string): boolean {
  if (name === '') return false;
  let at = key.indexOf(name);
  while (at >= 0) {
    const before = at === 0 ? '' : key.charAt(at - 1);
    const isField = before === '.' || (before === '>' && key.charAt(at - 2) === '-');
    if (!isField && !isWord(before) && !isWord(key.charAt(at + name.length))) return true;
    at = key.indexOf(name, at + 1);
  }
  return false;
}

function isWord(character: string): boolean {
  return /\w/.test(character);
}
