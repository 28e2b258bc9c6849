import type { Span } from '../../fdt/index.ts';
import type { Token } from './token.ts';

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** Brackets that are never closed before such are looked for only nearby: each costs a search. */
const MAX_UNCLOSED = 64;
const SHORT_REACH = 1024;
const unclosed = new WeakMap<readonly Token[], number>();

/** A place in tokens that a parser moves on. */
export class TokenCursor {
  readonly tokens: readonly Token[];
  readonly #end: number;
  readonly #fallback: Span;
  index: number;
  /** The brackets around these tokens are there, both. */
  isClosed = true;

  /** Reads `tokens` from `start` to before `end`; `at` is the place of an empty list. */
  constructor(tokens: readonly Token[], at: Span, start = 0, end: number = tokens.length) {
    this.tokens = tokens;
    this.index = start;
    this.#end = end;
    this.#fallback = at;
  }

  peek(ahead = 0): Token | undefined {
    const index = this.index + ahead;
    return index < this.#end ? this.tokens[index] : undefined;
  }

  take(): Token | undefined {
    const token = this.peek();
    if (token !== undefined) this.index++;
    return token;
  }

  skip(count: number): void {
    this.index = Math.min(this.index + count, this.#end);
  }

  is(text: string): boolean {
    return this.peek()?.text === text;
  }

  /** Takes the next token if it is this one. */
  accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.index++;
    return true;
  }

  /** Where it is: the next token, or the last one. */
  get at(): Span {
    return this.peek()?.at ?? this.tokens[this.#end - 1]?.at ?? this.#fallback;
  }

  /**
   * Takes the bracket that follows with all up to the one that closes it; returns a cursor over
   * what is between. Branches that another one may stand in for are passed over, since their
   * brackets count twice. What is never closed ends before the next declaration at the margin.
   */
  skipGroup(): TokenCursor {
    const start = this.index + 1;
    const closing = this.#closing();
    const close = closing ?? this.#nextAtMargin(start);
    this.index = closing !== undefined ? close + 1 : close;
    const inside = new TokenCursor(this.tokens, this.#fallback, start, close);
    inside.isClosed = closing !== undefined;
    return inside;
  }

  /** The index of the bracket that closes the one that follows. */
  #closing(): number | undefined {
    const isAlternative = this.peek()?.branch?.isAlternative;
    const closing: string[] = [];
    const failed = unclosed.get(this.tokens) ?? 0;
    const reach = failed < MAX_UNCLOSED ? Number.POSITIVE_INFINITY : SHORT_REACH;
    const end = Math.min(this.#end, this.index + reach);
    for (let index = this.index; index < end; index++) {
      const token = this.tokens[index] as Token;
      if (token.branch?.isAlternative && !isAlternative) continue;
      const close = CLOSING[token.text];
      if (close !== undefined) closing.push(close);
      else if (token.text === closing.at(-1)) {
        closing.pop();
        if (closing.length === 0) return index;
      }
    }
    unclosed.set(this.tokens, failed + 1);
    return undefined;
  }

  #nextAtMargin(start: number): number {
    for (let index = start; index < this.#end; index++) {
      const { text, isFirst, at } = this.tokens[index] as Token;
      const isAtMargin = at.start === 0 || at.source.text[at.start - 1] === '\n';
      if (isFirst && isAtMargin && STARTS.has(text)) return index;
    }
    return this.#end;
  }
}

/** Words that a declaration begins with, where a line begins with them. */
export const STARTS: ReadonlySet<string> = new Set([
  'struct',
  'union',
  'enum',
  'typedef',
  'static',
]);
