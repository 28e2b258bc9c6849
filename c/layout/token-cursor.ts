import type { Span } from '../../fdt/index.ts';
import type { Token } from './token.ts';

const CLOSING: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };

/** A place in tokens that a parser moves on. */
export class TokenCursor {
  readonly tokens: readonly Token[];
  readonly #end: number;
  readonly #fallback: Span;
  index: number;

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
   * Takes the bracket that follows with all up to the one that closes it, or to the end; returns a
   * cursor over what is between. Branches that another one may stand in for are passed over, since
   * their brackets count twice.
   */
  skipGroup(): TokenCursor {
    const open = this.take();
    const start = this.index;
    const closing: string[] = [CLOSING[open?.text ?? ''] ?? ''];
    for (let token = this.take(); token !== undefined; token = this.take()) {
      if (token.branch?.isAlternative && !open?.branch?.isAlternative) continue;
      const close = CLOSING[token.text];
      if (close !== undefined) closing.push(close);
      else if (token.text === closing.at(-1)) {
        closing.pop();
        if (closing.length === 0) return this.#over(start, this.index - 1);
      }
    }
    return this.#over(start, this.index);
  }

  #over(start: number, end: number): TokenCursor {
    return new TokenCursor(this.tokens, this.#fallback, start, end);
  }
}
