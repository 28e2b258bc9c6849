// From the nodes of the grammar to statements.
import type { Expression } from './expression.ts';
import { cleanupAfter } from './kernel-words.ts';
import { fieldOf, namedOf, type PlainNode } from './plain-tree.ts';
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
  const reader = createReader(text);
  const body = reader.statement(node);
  return { body, isBroken: reader.isBroken() };
}

interface Reader {
  statement(node: PlainNode): Statement;
  isBroken(): boolean;
}

/** Macros that begin a loop, by the names that the kernel gives them. */
const LOOP_MACRO = /for_each|foreach|_walk$|^wait_event/;

/** What a macro does with the body that follows it; undefined if its name does not tell. */
function macroKind(name: string): 'macro-loop' | 'macro-block' | undefined {
  if (/guard/.test(name)) return 'macro-block';
  return LOOP_MACRO.test(name) ? 'macro-loop' : undefined;
}

function createReader(text: string): Reader {
  let isBroken = false;
  const expression = (node: PlainNode): Expression => readExpression(node, text);
  const block = ({ start, end }: PlainNode, statements: readonly Statement[]): Statement => ({
    kind: 'block',
    statements,
    start,
    end,
  });
  const inField = (node: PlainNode, field: string): Statement => {
    const child = fieldOf(node, field);
    if (child !== undefined) return statement(child);
    isBroken = true;
    return block(node, []);
  };
  const optional = (node: PlainNode, field: string): Expression | undefined => {
    const child = fieldOf(node, field);
    return child && expression(child);
  };
  const test = (node: PlainNode): Expression => {
    const condition = fieldOf(node, 'condition');
    if (condition !== undefined) return expression(condition);
    isBroken = true;
    return { kind: 'other', parts: [], start: node.start, end: node.end };
  };

  /** Statements one after the other; a macro with a body is a call whose semicolon is missing. */
  const sequence = (parsed: readonly PlainNode[]): Statement[] => {
    const nodes = parsed.flatMap(unlabelled);
    const statements: Statement[] = [];
    for (let i = 0; i < nodes.length; ) {
      const taken = withBody(nodes, i);
      if (taken === undefined) statements.push(...flat(nodes[i] as PlainNode));
      else statements.push(taken.statement);
      i += taken?.count ?? 1;
    }
    return statements;
  };
  /** A macro and the statement that is its body, which may be such a macro again. */
  const withBody = (
    nodes: readonly PlainNode[],
    at: number,
  ): { statement: Statement; count: number } | undefined => {
    const node = nodes[at] as PlainNode;
    const macro = macroCall(node);
    const next = nodes[at + 1];
    if (macro === undefined) return undefined;
    const kind = macroKind((macro.kind === 'call' && macro.name) || '');
    if (next === undefined || kind === undefined) {
      isBroken = true;
      return undefined;
    }
    const inner = withBody(nodes, at + 1);
    const body = inner?.statement ?? statement(next);
    const { start } = node;
    return {
      statement: { kind, macro, body, start, end: body.end },
      count: 1 + (inner?.count ?? 1),
    };
  };
  const macroCall = (node: PlainNode): Expression | undefined => {
    if (node.type !== 'expression_statement') return undefined;
    const call = fieldOrFirst(node);
    if (call?.type !== 'call_expression' || !node.children.some(isMissingSemicolon))
      return undefined;
    return expression(call);
  };

  /** A declaration of several variables, a label and a case stand for several statements. */
  const flat = (node: PlainNode): Statement[] => {
    const { start, end } = node;
    switch (node.type) {
      case 'declaration':
        return readDeclaration(node, text);
      case 'label': {
        const label = fieldOf(node, 'label');
        return [
          {
            kind: 'label',
            name: label === undefined ? '' : text.slice(label.start, label.end),
            start,
            end,
          },
        ];
      }
      case 'case':
        return [{ kind: 'case', isDefault: node.children[0]?.type === 'default', start, end }];
      case 'labeled_statement':
      case 'case_statement':
        return sequence([node]);
      case 'comment':
      case ';':
      case 'preproc_def':
      case 'preproc_function_def':
      case 'preproc_call':
      case 'preproc_include':
      case 'type_definition':
      case 'struct_specifier':
      case 'enum_specifier':
      case 'attributed_statement':
        return [];
      default:
        return [statement(node)];
    }
  };

  const statement = (node: PlainNode): Statement => {
    const { start, end } = node;
    switch (node.type) {
      case 'compound_statement':
        return block(node, sequence(node.children.filter(isStatementNode)));
      case 'expression_statement': {
        const only = fieldOrFirst(node);
        if (node.children.some(isMissingSemicolon)) isBroken = true;
        if (only === undefined) return block(node, []);
        return { kind: 'expression', expression: expression(only), start, end };
      }
      case 'if_statement': {
        const otherwise = fieldOf(node, 'alternative');
        const inner = otherwise && namedOf(otherwise)[0];
        const no = inner && statement(inner);
        return { kind: 'if', test: test(node), yes: inField(node, 'consequence'), no, start, end };
      }
      case 'while_statement':
      case 'do_statement':
      case 'for_statement':
        return loop(node);
      case 'switch_statement':
        return { kind: 'switch', value: test(node), body: inField(node, 'body'), start, end };
      case 'return_statement': {
        const [value] = namedOf(node);
        return { kind: 'return', value: value && expression(value), start, end };
      }
      case 'goto_statement': {
        const label = fieldOf(node, 'label');
        const name = label === undefined ? '' : text.slice(label.start, label.end);
        return { kind: 'goto', name, start, end };
      }
      case 'break_statement':
        return { kind: 'break', start, end };
      case 'continue_statement':
        return { kind: 'continue', start, end };
      case 'preproc_ifdef':
      case 'preproc_if':
      case 'preproc_else':
      case 'preproc_elif':
      case 'preproc_elifdef':
        return choice(node);
      case 'function_definition':
        return namedBody(node);
      case 'declaration':
      case 'labeled_statement':
      case 'case_statement':
        return block(node, flat(node));
      default:
        if (!HARMLESS.has(node.type)) isBroken = true;
        return block(node, []);
    }
  };

  /** `scoped_guard(rcu) { … }`, which looks like a function in a function. */
  const namedBody = (node: PlainNode): Statement => {
    const { start, end } = node;
    const type = fieldOf(node, 'type');
    const declarator = fieldOf(node, 'declarator');
    const body = fieldOf(node, 'body');
    const name = type === undefined ? '' : text.slice(type.start, type.end);
    const kind = macroKind(name);
    if (declarator === undefined || body === undefined || kind === undefined) {
      isBroken = true;
      return block(node, []);
    }
    const callee: Expression = { kind: 'name', name, start, end: start + name.length };
    const args = namedOf(declarator).map(expression);
    const macro: Expression = { kind: 'call', name, callee, args, start, end: declarator.end };
    return { kind, macro, body: statement(body), start, end };
  };

  const loop = (node: PlainNode): Statement => {
    const { start, end } = node;
    const first = fieldOf(node, 'initializer');
    const begin =
      first === undefined
        ? []
        : first.type === 'declaration'
          ? readDeclaration(first, text)
          : [{ kind: 'expression' as const, expression: expression(first), start, end: first.end }];
    return {
      kind: 'loop',
      begin,
      test: optional(node, 'condition'),
      body: inField(node, 'body'),
      step: optional(node, 'update'),
      isTestedLast: node.type === 'do_statement',
      start,
      end,
    };
  };

  const choice = (node: PlainNode): Statement => {
    const { start, end } = node;
    const alternative = fieldOf(node, 'alternative');
    const skipped = new Set([fieldOf(node, 'name'), fieldOf(node, 'condition'), alternative]);
    const own = node.children.filter((each) => !skipped.has(each) && isStatementNode(each));
    const choices = [block(node, sequence(own))];
    if (node.type === 'preproc_else') return choices[0] as Statement;
    choices.push(alternative === undefined ? block(node, []) : statement(alternative));
    return { kind: 'choice', choices, start, end };
  };
  return { statement, isBroken: () => isBroken };
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

const HARMLESS: ReadonlySet<string> = new Set([
  ';',
  'comment',
  'preproc_def',
  'preproc_call',
  'gnu_asm_expression',
]);

function isStatementNode({ type, isNamed }: PlainNode): boolean {
  return isNamed && type !== 'comment' && type !== 'statement_identifier';
}

function isMissingSemicolon({ type, isMissing }: PlainNode): boolean {
  return isMissing && type === ';';
}

function fieldOrFirst(node: PlainNode): PlainNode | undefined {
  return namedOf(node)[0];
}

/** One statement for each variable that is declared. */
export function readDeclaration(node: PlainNode, text: string): Statement[] {
  const { start, end } = node;
  const first = fieldOf(node, 'declarator');
  if (first === undefined) return [];
  const written = text.slice(start, first.start).replace(/\b(?:static|register)\s+/g, '');
  return node.children
    .filter(({ field }) => field === 'declarator')
    .flatMap((declarator): Statement[] => {
      const isInit = declarator.type === 'init_declarator';
      const inner = isInit ? fieldOf(declarator, 'declarator') : declarator;
      const value = isInit ? fieldOf(declarator, 'value') : undefined;
      const named = inner && nameOfDeclarator(inner);
      if (named === undefined) return [];
      const variable = {
        name: text.slice(named.name.start, named.name.end),
        type: `${written.trim().replace(/\s+/g, ' ')} ${'*'.repeat(named.stars)}`.trim(),
        isStatic: /\bstatic\b/.test(text.slice(start, first.start)),
        cleanup: cleanupAfter(text, named.name.end),
        start: named.name.start,
        end: named.name.end,
      };
      return [
        { kind: 'declaration', variable, value: value && readExpression(value, text), start, end },
      ];
    });
}

/** The name in a declarator and how many pointers lead to it; an array counts as one. */
export function nameOfDeclarator(
  declarator: PlainNode,
): { readonly name: PlainNode; readonly stars: number } | undefined {
  switch (declarator.type) {
    case 'identifier':
      return { name: declarator, stars: 0 };
    case 'pointer_declarator': {
      const inner = fieldOf(declarator, 'declarator');
      const found = inner && nameOfDeclarator(inner);
      return found && { name: found.name, stars: found.stars + 1 };
    }
    case 'array_declarator':
    case 'parenthesized_declarator':
    case 'attributed_declarator': {
      const inner = fieldOf(declarator, 'declarator') ?? namedOf(declarator)[0];
      return inner && nameOfDeclarator(inner);
    }
    default:
      return undefined;
  }
}
