// Parenthesized C expressions of 64-bit unsigned integers. Evaluated while they are read, with
// explicit stacks, so that nesting costs no stack of ours.
import type { IssueList } from '../issue-list.ts';
import { EXPRESSION_DEPTH_LIMIT } from '../limits.ts';
import type { Span } from '../text.ts';
import { isDigitUnit, isLabelStart } from './characters.ts';
import { scanCharacter, scanInteger } from './numbers.ts';
import type { Scanner } from './scanner.ts';

/**
 * Reads the expression at the scanner, which must be at its opening parenthesis, up to the
 * matching one. A broken expression is reported once and has the value 0.
 */
export function scanExpression(scanner: Scanner, issues: IssueList): bigint {
  return new ExpressionScanner(scanner, issues).scan();
}

interface PendingOperator {
  readonly operator: string;
  readonly precedence: number;
  readonly span: Span;
}

const OPEN = 0;
const TERNARY = 1;
const UNARY = 12;

/** Longest first, so that `<<` is not taken for `<`. */
const BINARY: readonly (readonly [string, number])[] = [
  ['||', 2],
  ['&&', 3],
  ['==', 7],
  ['!=', 7],
  ['<<', 9],
  ['>>', 9],
  ['<=', 8],
  ['>=', 8],
  ['|', 4],
  ['^', 5],
  ['&', 6],
  ['<', 8],
  ['>', 8],
  ['+', 10],
  ['-', 10],
  ['*', 11],
  ['/', 11],
  ['%', 11],
];

class ExpressionScanner {
  readonly #scanner: Scanner;
  readonly #issues: IssueList;
  readonly #values: bigint[] = [];
  readonly #pending: PendingOperator[] = [];

  constructor(scanner: Scanner, issues: IssueList) {
    this.#scanner = scanner;
    this.#issues = issues;
  }

  scan(): bigint {
    do {
      const isComplete = this.#operand() && this.#operators();
      if (!isComplete) return this.#abandon();
    } while (this.#pending.length > 0);
    return this.#values.pop() ?? 0n;
  }

  /** Reads one operand with what stands before it; false after an error. */
  #operand(): boolean {
    const scanner = this.#scanner;
    for (;;) {
      const unit = scanner.skip();
      if (isDigitUnit(unit)) {
        this.#values.push(scanInteger(scanner, this.#issues));
        return true;
      }
      if (unit === 0x27) {
        this.#values.push(scanCharacter(scanner, this.#issues));
        return true;
      }
      const operator = String.fromCharCode(unit);
      if (unit < 0 || !'(-~!'.includes(operator)) return this.#fail('a number is missing here');
      const precedence = operator === '(' ? OPEN : UNARY;
      this.#push(operator, precedence);
      if (this.#pending.length > EXPRESSION_DEPTH_LIMIT) {
        const span = scanner.span(scanner.offset);
        this.#issues.error('limit-exceeded', span, 'the expression is nested too deeply');
        return false;
      }
    }
  }

  /** Reads closing parentheses and one operator; false after an error. */
  #operators(): boolean {
    const scanner = this.#scanner;
    for (;;) {
      const unit = scanner.skip();
      if (unit === 0x29) {
        this.#reduce(TERNARY);
        if (this.#pending.pop()?.operator !== '(') return this.#fail(`':' is missing before ')'`);
        scanner.offset++;
        if (this.#pending.length === 0) return true;
      } else if (unit === 0x3f) {
        this.#reduce(TERNARY + 1);
        this.#push('?', TERNARY);
        return true;
      } else if (unit === 0x3a) {
        this.#reduce(TERNARY);
        if (this.#pending.at(-1)?.operator !== '?') return this.#fail(`':' without '?'`);
        this.#pending.pop();
        this.#push(':', TERNARY);
        return true;
      } else {
        const known = BINARY.find(([text]) => scanner.startsWith(text));
        const isEnd = unit < 0 || known === undefined || this.#endsCells(known[0]);
        if (isEnd) return this.#fail(`an operator or ')' is missing`);
        this.#reduce(known[1]);
        this.#push(known[0], known[1]);
        return true;
      }
    }
  }

  /** A `>` before `;` or `,` ends the cells rather than compares. */
  #endsCells(operator: string): boolean {
    return operator === '>' && /^>\s*[;,]/.test(this.#ahead());
  }

  #ahead(): string {
    const { text, offset } = this.#scanner;
    return text.slice(offset, offset + 8);
  }

  #push(operator: string, precedence: number): void {
    const start = this.#scanner.offset;
    this.#scanner.offset += operator.length;
    this.#pending.push({ operator, precedence, span: this.#scanner.span(start) });
  }

  /** Applies the pending operators that bind at least as tightly as `precedence`. */
  #reduce(precedence: number): void {
    for (;;) {
      const top = this.#pending.at(-1);
      if (top === undefined || top.precedence < precedence || top.operator === '(') return;
      if (top.operator === '?') return;
      this.#pending.pop();
      const right = this.#values.pop() ?? 0n;
      if (top.precedence === UNARY) {
        this.#values.push(applyUnary(top.operator, right));
        continue;
      }
      const left = this.#values.pop() ?? 0n;
      if (top.operator === ':') {
        const condition = this.#values.pop() ?? 0n;
        this.#values.push(condition === 0n ? right : left);
      } else this.#values.push(this.#applyBinary(top, left, right));
    }
  }

  #applyBinary({ operator, span }: PendingOperator, left: bigint, right: bigint): bigint {
    if ((operator === '/' || operator === '%') && right === 0n) {
      this.#issues.error('division-by-zero', span, 'division by zero');
      return 0n;
    }
    return BigInt.asUintN(64, applyBinary(operator, left, right));
  }

  #fail(message: string): false {
    const { offset, text } = this.#scanner;
    const isWord = isLabelStart(text.charCodeAt(offset));
    const end = isWord ? this.#scanner.labelEnd(offset) : Math.min(offset + 1, text.length);
    const word = text.slice(offset, end);
    const help = isWord ? 'macros are not expanded here: run the C preprocessor first' : undefined;
    const found = isWord ? `unexpected '${word}'` : message;
    this.#issues.error('syntax-error', this.#scanner.span(offset, end), found, help);
    return false;
  }

  /** Moves past the rest of a broken expression, but not past what ends a value. */
  #abandon(): bigint {
    const scanner = this.#scanner;
    let depth = 0;
    for (const { operator } of this.#pending) if (operator === '(') depth++;
    while (depth > 0) {
      const unit = scanner.skip();
      if (unit < 0 || unit === 0x3b || unit === 0x7b || unit === 0x7d) break;
      if (unit === 0x3e && this.#endsCells('>')) break;
      if (unit === 0x28) depth++;
      if (unit === 0x29) depth--;
      scanner.offset++;
    }
    return 0n;
  }
}

function applyUnary(operator: string, value: bigint): bigint {
  if (operator === '!') return value === 0n ? 1n : 0n;
  return BigInt.asUintN(64, operator === '-' ? -value : ~value);
}

function applyBinary(operator: string, left: bigint, right: bigint): bigint {
  switch (operator) {
    case '||':
      return left !== 0n || right !== 0n ? 1n : 0n;
    case '&&':
      return left !== 0n && right !== 0n ? 1n : 0n;
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '&':
      return left & right;
    case '==':
      return left === right ? 1n : 0n;
    case '!=':
      return left !== right ? 1n : 0n;
    case '<':
      return left < right ? 1n : 0n;
    case '>':
      return left > right ? 1n : 0n;
    case '<=':
      return left <= right ? 1n : 0n;
    case '>=':
      return left >= right ? 1n : 0n;
    case '<<':
      return right < 64n ? left << right : 0n;
    case '>>':
      return right < 64n ? left >> right : 0n;
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    default:
      return left % right;
  }
}
