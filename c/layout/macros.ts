// Macros and their expansion.
import type { Span } from '../../fdt/index.ts';
import { type Branch, kindOf, type Token } from './token.ts';

/** A macro as it was defined. */
export interface Macro {
  readonly name: string;
  /** Undefined for a macro without a parameter list. */
  readonly parameters?: readonly string[];
  /** The last parameter takes all the arguments that are left. */
  readonly isVariadic: boolean;
  readonly body: readonly Token[];
  /** The name in its definition. */
  readonly at: Span;
  readonly branch?: Branch;
}

/** Tokens that macros may add to a chunk of text; those that would add more are left in it. */
export const MAX_EXPANDED_TOKENS = 50_000;
/** Arguments within arguments. */
const MAX_ARGUMENT_DEPTH = 64;

/** Replaces the macros in `tokens`, until none is left that may be replaced. */
export function expand(
  tokens: readonly Token[],
  macros: ReadonlyMap<string, Macro>,
  depth = 0,
): readonly Token[] {
  // What is still to be looked at, the next one last.
  const todo = tokens.toReversed();
  const out: Token[] = [];
  for (let token = todo.pop(); token !== undefined; token = todo.pop()) {
    const macro = token.kind === 'name' ? macros.get(token.text) : undefined;
    const isTooMuch = out.length + todo.length > MAX_EXPANDED_TOKENS + tokens.length;
    if (macro === undefined || token.hidden?.has(token.text) || isTooMuch) {
      out.push(token);
      continue;
    }
    const use = macro.parameters === undefined ? [] : takeArguments(todo, macro);
    if (use === undefined || depth > MAX_ARGUMENT_DEPTH) {
      out.push(token);
      continue;
    }
    const replacement = substitute(macro, token, use, macros, depth);
    for (let i = replacement.length - 1; i >= 0; i--) todo.push(replacement[i] as Token);
  }
  return out;
}

/** Takes `( … )` from the end of `todo`; undefined, and nothing taken, if it is not a call. */
function takeArguments(todo: Token[], { parameters, isVariadic }: Macro): Token[][] | undefined {
  if (todo.at(-1)?.text !== '(') return undefined;
  const count = parameters?.length ?? 0;
  const uses: Token[][] = [[]];
  let depth = 0;
  for (let i = todo.length - 1; i >= 0; i--) {
    const token = todo[i] as Token;
    const isOpening = token.text === '(';
    if (isOpening) depth++;
    if (token.text === ')' && --depth === 0) {
      todo.length = i;
      return uses;
    }
    if (isOpening && depth === 1) continue;
    const startsNext = token.text === ',' && depth === 1 && !(isVariadic && uses.length >= count);
    if (startsNext) uses.push([]);
    else uses.at(-1)?.push(token);
  }
  return undefined;
}

function substitute(
  macro: Macro,
  use: Token,
  uses: readonly (readonly Token[])[],
  macros: ReadonlyMap<string, Macro>,
  depth: number,
): readonly Token[] {
  const { parameters = [], body } = macro;
  const hidden = new Set([...(use.hidden ?? []), macro.name]);
  const argumentOf = (token: Token | undefined): readonly Token[] | undefined => {
    const index = token?.kind === 'name' ? parameters.indexOf(token.text) : -1;
    return index < 0 ? undefined : (uses[index] ?? []);
  };
  const out: Token[] = [];
  for (let i = 0; i < body.length; i++) {
    const token = body[i] as Token;
    const isPasted = body[i + 1]?.text === '##';
    const argument = argumentOf(token);
    if (token.text === '##') {
      const next = body[++i];
      paste(out, argumentOf(next) ?? (next === undefined ? [] : [placed(next, use, hidden)]));
    } else if (token.text === '#' && argumentOf(body[i + 1]) !== undefined) {
      out.push(stringOf(argumentOf(body[++i]) ?? [], use));
    } else if (argument !== undefined) {
      const taken = isPasted ? argument : expand(argument, macros, depth + 1);
      for (const each of taken) out.push(each);
    } else out.push(placed(token, use, hidden));
  }
  return out;
}

/** A token of a macro's body, as if it stood where the macro is used. */
function placed(token: Token, use: Token, hidden: ReadonlySet<string>): Token {
  const { branch, ...rest } = token;
  return { ...rest, at: use.at, isFirst: false, hidden, ...branchOf(use) };
}

function branchOf({ branch }: Token): { branch: Branch } | undefined {
  return branch === undefined ? undefined : { branch };
}

function paste(out: Token[], right: readonly Token[]): void {
  const last = out.pop();
  const [first, ...rest] = right;
  if (last === undefined || first === undefined) {
    // A comma pasted to no further arguments goes away, as in GNU C.
    if (last !== undefined && last.text !== ',') out.push(last);
    if (first !== undefined) out.push(first, ...rest);
    return;
  }
  const text = last.text + first.text;
  // A name that an argument gave keeps its place: it is what a person looks for.
  const { at } = first.at.start > last.at.start ? first : last;
  out.push({ ...last, kind: kindOf(text), text, at }, ...rest);
}

function stringOf(tokens: readonly Token[], use: Token): Token {
  const text = tokens.map((each) => (each.isSpaced ? ` ${each.text}` : each.text)).join('');
  return { ...use, kind: 'string', text: JSON.stringify(text.trim()), isFirst: false };
}
