// Finds the functions of a file and reads those that matter.
import type { Node, Tree } from 'web-tree-sitter';
import type { CallExpression } from './expression.ts';
import { fieldOf, namedOf, type PlainNode, plainTree } from './plain-tree.ts';
import { nameOfDeclarator } from './read-declaration.ts';
import { readBody } from './read-statement.ts';
import type { Statement, Variable } from './statement.ts';
import { everyExpression, everyStatement } from './walk.ts';

/** A function as it stands in a file. */
export interface CFunction {
  readonly name: string;
  /** Offset of its first character in the file. */
  readonly start: number;
  readonly end: number;
  /** Its text as it was written. */
  readonly text: string;
  /** An `#if` about versions decides whether it is there. */
  readonly isConditional: boolean;
  /** Its statements; undefined if they are nested too deep. Read once, when asked for. */
  read(): ReadFunction | undefined;
}

/** What a function says. All offsets count from its start, so that it may move in its file. */
export interface ReadFunction {
  readonly name: string;
  readonly isStatic: boolean;
  /** What it returns, as it is written: `int`, `struct folio *`. */
  readonly returns: string;
  readonly parameters: readonly Variable[];
  readonly body: Statement;
  /** Every call of something that has a name, in the order of the text. */
  readonly calls: readonly CallExpression[];
  /** What `#if` and its kind decide about. */
  readonly conditional: readonly { readonly start: number; readonly end: number }[];
  /** Part of it is no C, or C that the grammar does not know: nothing is concluded from it. */
  readonly isBroken: boolean;
}

/** Functions as they were read, by their text: an edit changes one of many. */
export type FunctionCache = Map<string, ReadFunction | undefined>;

/** The functions of a file, in its order; those that `#if` leaves out too. */
export function functionsOf(tree: Tree, text: string, cache: FunctionCache): CFunction[] {
  const found: CFunction[] = [];
  for (const { node, isConditional } of definitionsIn(tree.rootNode, text)) {
    const { startIndex: start, endIndex: end } = node;
    const own = text.slice(start, end);
    const name = functionName(own);
    if (name === undefined) continue;
    const read = (): ReadFunction | undefined => {
      if (cache.has(own)) return cache.get(own);
      const copied = plainTree(node);
      const made = copied && readFunction(copied, name, own);
      cache.set(own, made);
      return made;
    };
    found.push({ name, start, end, text: own, isConditional, read });
  }
  return found;
}

/** Definitions at the top of a file, and in what `#if` and `extern "C"` hold together. */
function* definitionsIn(
  parent: Node,
  text: string,
  isConditional = false,
): Generator<{ readonly node: Node; readonly isConditional: boolean }> {
  for (const node of parent.namedChildren) {
    if (node.type === 'function_definition') yield { node, isConditional };
    else if (OUTER.test(node.type))
      yield* definitionsIn(node, text, isConditional || isAboutVersions(node, text));
  }
}

const OUTER = /^(?:preproc_(?:if|ifdef|else|elif|elifdef)|linkage_specification|ERROR)$/;

function isAboutVersions({ type, startIndex }: Node, text: string): boolean {
  const end = text.indexOf('\n', startIndex);
  return (
    /^preproc_(?:if|elif|else)$/.test(type) && /VERSION|RELEASE/.test(text.slice(startIndex, end))
  );
}

/** The word before the first parenthesis that belongs to no attribute. */
function functionName(text: string): string | undefined {
  const head = text.slice(0, text.indexOf('{')).replace(/__attribute__\s*\(\([^{]*?\)\)/g, '');
  return /(\w+)\s*\(/.exec(head)?.[1];
}

function readFunction(node: PlainNode, name: string, text: string): ReadFunction | undefined {
  const body = fieldOf(node, 'body');
  if (body === undefined) return undefined;
  const declarator = fieldOf(node, 'declarator');
  const read = readBody(body, text);
  const head = text.slice(0, body.start);
  const beforeName = head.slice(0, head.indexOf(name));
  return {
    name,
    isStatic: /\bstatic\b/.test(beforeName),
    returns: beforeName
      .replace(/\b(?:static|inline|__\w+|noinline|asmlinkage)\b/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
    parameters: declarator === undefined ? [] : parametersOf(declarator, text),
    calls: callsIn(read.body),
    conditional: [...everyStatement(read.body)].filter(({ kind }) => kind === 'choice'),
    ...read,
  };
}

function callsIn(body: Statement): CallExpression[] {
  const calls: CallExpression[] = [];
  for (const each of everyExpression(body))
    if (each.kind === 'call' && each.name !== undefined) calls.push(each);
  return calls;
}

function parametersOf(declarator: PlainNode, text: string): Variable[] {
  const list = fieldOf(declarator, 'parameters');
  if (list === undefined) {
    const inner = fieldOf(declarator, 'declarator');
    return inner === undefined ? [] : parametersOf(inner, text);
  }
  return namedOf(list).flatMap((parameter): Variable[] => {
    const inner = fieldOf(parameter, 'declarator');
    const named = inner && nameOfDeclarator(inner);
    if (inner === undefined || named === undefined) return [];
    const written = text.slice(parameter.start, inner.start).trim().replace(/\s+/g, ' ');
    const { start, end } = named.name;
    const type = `${written} ${'*'.repeat(named.stars)}`.trim();
    const name = text.slice(start, end);
    return [{ name, type, isStatic: false, cleanup: undefined, start, end }];
  });
}
