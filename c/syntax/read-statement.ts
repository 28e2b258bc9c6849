// From the nodes of the grammar to statements.
import type { Expression } from './expression.ts';
import { fieldOf, namedOf, type PlainNode } from './plain-tree.ts';
import { readDeclaration } from './read-declaration.ts';
import { readExpression } from './read-expression.ts';
import type { Statement } from './statement.ts';

/** The statements of a body, and whether the grammar made something of all of them. */
export interface ReadBody {
  readonly body: Statement;
  /** Part of the text is no C, or C that the grammar does not know. */
  readonly isBroken: boolean;
}

/** Reads the body of a function; `text` is the function's own, as it was written. */
export function readBody(node: PlainNode, text: string): ReadBody {
  const reading: Reading = { text, isBroken: false };
  const body = readStatement(node, reading);
  return { body, isBroken: reading.isBroken };
}

/** A body while it is read. */
interface Reading {
  readonly text: string;
  isBroken: boolean;
}

/** Macros that begin a loop, by the names that the kernel gives them. */
const LOOP_MACRO = /for_each|foreach|_walk$|^wait_event/;

/** What a macro does with the body that follows it; undefined if its name does not tell. */
function macroKind(name: string): 'macro-loop' | 'macro-block' | undefined {
  if (/guard/.test(name)) return 'macro-block';
  return LOOP_MACRO.test(name) ? 'macro-loop' : undefined;
}

function block({ start, end }: PlainNode, statements: readonly Statement[]): Statement {
  return { kind: 'block', statements, start, end };
}

/** What stands where something is missing. */
function broken(node: PlainNode, reading: Reading): Statement {
  reading.isBroken = true;
  return block(node, []);
}

function readField(node: PlainNode, field: string, reading: Reading): Statement {
  const child = fieldOf(node, field);
  return child === undefined ? broken(node, reading) : readStatement(child, reading);
}

function optional(node: PlainNode, field: string, { text }: Reading): Expression | undefined {
  const child = fieldOf(node, field);
  return child && readExpression(child, text);
}

function readTest(node: PlainNode, reading: Reading): Expression {
  const condition = optional(node, 'condition', reading);
  if (condition !== undefined) return condition;
  reading.isBroken = true;
  return { kind: 'other', parts: [], start: node.start, end: node.end };
}

function textOf(node: PlainNode | undefined, { text }: Reading): string {
  return node === undefined ? '' : text.slice(node.start, node.end);
}

/** Statements one after the other; a macro with a body is a call whose semicolon is missing. */
function readSequence(parsed: readonly PlainNode[], reading: Reading): Statement[] {
  const nodes = parsed.flatMap(unlabelled);
  const statements: Statement[] = [];
  for (let i = 0; i < nodes.length; ) {
    const taken = readWithBody(nodes, i, reading);
    if (taken === undefined) statements.push(...readFlat(nodes[i] as PlainNode, reading));
    else statements.push(taken.statement);
    i += taken?.count ?? 1;
  }
  return statements;
}

/** A macro and the statement that is its body, which may be such a macro again. */
function readWithBody(
  nodes: readonly PlainNode[],
  at: number,
  reading: Reading,
): { statement: Statement; count: number } | undefined {
  const node = nodes[at] as PlainNode;
  const macro = macroCall(node, reading);
  const next = nodes[at + 1];
  if (macro === undefined) return undefined;
  const kind = macroKind((macro.kind === 'call' && macro.name) || '');
  if (next === undefined || kind === undefined) {
    reading.isBroken = true;
    return undefined;
  }
  const inner = readWithBody(nodes, at + 1, reading);
  const body = inner?.statement ?? readStatement(next, reading);
  const { start } = node;
  return {
    statement: { kind, macro, body, start, end: body.end },
    count: 1 + (inner?.count ?? 1),
  };
}

function macroCall(node: PlainNode, { text }: Reading): Expression | undefined {
  if (node.type !== 'expression_statement') return undefined;
  const [call] = namedOf(node);
  if (call?.type !== 'call_expression' || !node.children.some(isMissingSemicolon)) return undefined;
  return readExpression(call, text);
}

/** A declaration of several variables stands for several statements, a comment for none. */
function readFlat(node: PlainNode, reading: Reading): Statement[] {
  const { start, end, type } = node;
  if (SILENT.has(type)) return [];
  switch (type) {
    case 'declaration':
      return readDeclaration(node, reading.text);
    case 'label':
      return [{ kind: 'label', name: textOf(fieldOf(node, 'label'), reading), start, end }];
    case 'case':
      return [{ kind: 'case', isDefault: node.children[0]?.type === 'default', start, end }];
    case 'labeled_statement':
    case 'case_statement':
      return readSequence([node], reading);
    default:
      return [readStatement(node, reading)];
  }
}

function readStatement(node: PlainNode, reading: Reading): Statement {
  const { start, end } = node;
  switch (node.type) {
    case 'compound_statement':
      return block(node, readSequence(node.children.filter(isStatementNode), reading));
    case 'expression_statement':
      return readExpressionStatement(node, reading);
    case 'if_statement':
      return readIf(node, reading);
    case 'while_statement':
    case 'do_statement':
    case 'for_statement':
      return readLoop(node, reading);
    case 'switch_statement': {
      const body = readField(node, 'body', reading);
      return { kind: 'switch', value: readTest(node, reading), body, start, end };
    }
    case 'return_statement': {
      const [value] = namedOf(node);
      return { kind: 'return', value: value && readExpression(value, reading.text), start, end };
    }
    case 'goto_statement':
      return { kind: 'goto', name: textOf(fieldOf(node, 'label'), reading), start, end };
    case 'break_statement':
      return { kind: 'break', start, end };
    case 'continue_statement':
      return { kind: 'continue', start, end };
    case 'preproc_ifdef':
    case 'preproc_if':
    case 'preproc_else':
    case 'preproc_elif':
    case 'preproc_elifdef':
      return readChoice(node, reading);
    case 'function_definition':
      return readNamedBody(node, reading);
    case 'declaration':
    case 'labeled_statement':
    case 'case_statement':
      return block(node, readFlat(node, reading));
    default:
      return SILENT.has(node.type) ? block(node, []) : broken(node, reading);
  }
}

function readExpressionStatement(node: PlainNode, reading: Reading): Statement {
  const { start, end } = node;
  const [only] = namedOf(node);
  if (node.children.some(isMissingSemicolon)) reading.isBroken = true;
  if (only === undefined) return block(node, []);
  return { kind: 'expression', expression: readExpression(only, reading.text), start, end };
}

function readIf(node: PlainNode, reading: Reading): Statement {
  const { start, end } = node;
  const otherwise = fieldOf(node, 'alternative');
  const inner = otherwise && namedOf(otherwise)[0];
  const yes = readField(node, 'consequence', reading);
  const no = inner && readStatement(inner, reading);
  return { kind: 'if', test: readTest(node, reading), yes, no, start, end };
}

/** `scoped_guard(rcu) { … }`, which looks like a function in a function. */
function readNamedBody(node: PlainNode, reading: Reading): Statement {
  const { start } = node;
  const declarator = fieldOf(node, 'declarator');
  const body = fieldOf(node, 'body');
  const name = textOf(fieldOf(node, 'type'), reading);
  const kind = macroKind(name);
  if (declarator === undefined || body === undefined || kind === undefined)
    return broken(node, reading);
  const callee: Expression = { kind: 'name', name, start, end: start + name.length };
  const args = namedOf(declarator).map((each) => readExpression(each, reading.text));
  const macro: Expression = { kind: 'call', name, callee, args, start, end: declarator.end };
  return { kind, macro, body: readStatement(body, reading), start, end: node.end };
}

function readLoop(node: PlainNode, reading: Reading): Statement {
  const { start, end } = node;
  const first = fieldOf(node, 'initializer');
  return {
    kind: 'loop',
    begin: first === undefined ? [] : readBegin(first, reading),
    test: optional(node, 'condition', reading),
    body: readField(node, 'body', reading),
    step: optional(node, 'update', reading),
    isTestedLast: node.type === 'do_statement',
    start,
    end,
  };
}

function readBegin(node: PlainNode, { text }: Reading): Statement[] {
  if (node.type === 'declaration') return readDeclaration(node, text);
  const { start, end } = node;
  return [{ kind: 'expression', expression: readExpression(node, text), start, end }];
}

function readChoice(node: PlainNode, reading: Reading): Statement {
  const { start, end } = node;
  const alternative = fieldOf(node, 'alternative');
  const skipped = new Set([fieldOf(node, 'name'), fieldOf(node, 'condition'), alternative]);
  const own = node.children.filter((each) => !skipped.has(each) && isStatementNode(each));
  const chosen = block(node, readSequence(own, reading));
  if (node.type === 'preproc_else') return chosen;
  const other = alternative === undefined ? block(node, []) : readStatement(alternative, reading);
  return { kind: 'choice', choices: [chosen, other], start, end };
}

/** A label or case without what follows it, and then that: as the text has them. */
function unlabelled(node: PlainNode): PlainNode[] {
  const isLabel = node.type === 'labeled_statement';
  if (!isLabel && node.type !== 'case_statement') return [node];
  const named = fieldOf(node, isLabel ? 'label' : 'value');
  const rest = node.children.filter((each) => each !== named && isStatementNode(each));
  const end = named?.end ?? node.start;
  return [{ ...node, type: isLabel ? 'label' : 'case', end }, ...rest.flatMap(unlabelled)];
}

/** What does nothing where it stands. */
const SILENT: ReadonlySet<string> = new Set([
  ';',
  'comment',
  'preproc_def',
  'preproc_function_def',
  'preproc_call',
  'preproc_include',
  'type_definition',
  'struct_specifier',
  'enum_specifier',
  'attributed_statement',
  'gnu_asm_expression',
]);

function isStatementNode({ type, isNamed }: PlainNode): boolean {
  return isNamed && type !== 'comment' && type !== 'statement_identifier';
}

function isMissingSemicolon({ type, isMissing }: PlainNode): boolean {
  return isMissing && type === ';';
}
