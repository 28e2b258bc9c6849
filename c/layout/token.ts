// Text into the tokens that the C preprocessor works on.
import type { SourceFile, Span } from '../../fdt/index.ts';

/** One preprocessing token and where a person finds it. */
export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'char' | 'punctuator';
  readonly text: string;
  /** Of the token itself; of one that a macro put there, the place where the macro was used. */
  readonly at: Span;
  /** The first on its line: a `#` there starts a directive. */
  readonly isFirst: boolean;
  /** Whether white space or a comment stands before it. */
  readonly isSpaced: boolean;
  /** Macros that made this token, which are not expanded in it again. */
  readonly hidden?: ReadonlySet<string>;
  /** The part of the text that holds only under a condition nobody knows. */
  readonly branch?: Branch;
}

/** A branch of a conditional whose condition depends on what the text does not say. */
export interface Branch {
  /** Why the condition is open: one sentence without a full stop. */
  readonly reason: string;
  readonly at: Span;
  /** It is not the first branch of its conditional. */
  readonly isAlternative: boolean;
}

const PUNCTUATORS = /\.\.\.|<<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||##|[+\-*/%&|^]=|[^\s]/y;
const SPACE = /(?:[ \t\v\f]|\\\r?\n|\/\/(?:[^\n\\]+|\\[\s\S])*|\/\*[\s\S]*?(?:\*\/|$))+/y;
const NAME = /[A-Za-z_$][\w$]*/y;
const NUMBER = /\.?\d(?:[eEpP][+-]|[\w.])*/y;
const STRING = /(?:u8|[uUL])?"(?:[^"\\\n]+|\\[\s\S])*"?/y;
const CHAR = /[uUL]?'(?:[^'\\\n]+|\\[\s\S])*'?/y;

/** The tokens of a file. Anything is a token: what C does not have is a punctuator. */
export function tokensOf(source: SourceFile): readonly Token[] {
  const { text } = source;
  const tokens: Token[] = [];
  let isFirst = true;
  let isSpaced = false;
  for (let at = 0; at < text.length; ) {
    const newline = /[\r\n]/.test(text[at] as string);
    const space = newline ? at + 1 : endOf(SPACE, text, at);
    if (space !== undefined) {
      isFirst ||= newline;
      isSpaced = true;
      at = space;
      continue;
    }
    const { kind, end } = tokenAt(text, at);
    tokens.push({
      kind,
      text: text.slice(at, end),
      at: { source, start: at, end },
      isFirst,
      isSpaced,
    });
    isFirst = false;
    isSpaced = false;
    at = end;
  }
  return tokens;
}

/** The kind of a token that two others were pasted into. */
export function kindOf(text: string): Token['kind'] {
  return text === '' ? 'punctuator' : tokenAt(text, 0).kind;
}

function tokenAt(text: string, at: number): { kind: Token['kind']; end: number } {
  for (const [kind, pattern] of KINDS) {
    const end = endOf(pattern, text, at);
    if (end !== undefined) return { kind, end };
  }
  return { kind: 'punctuator', end: endOf(PUNCTUATORS, text, at) ?? at + 1 };
}

const KINDS = [
  ['string', STRING],
  ['char', CHAR],
  ['name', NAME],
  ['number', NUMBER],
] as const;

function endOf(pattern: RegExp, text: string, at: number): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}
