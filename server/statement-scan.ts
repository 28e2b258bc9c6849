// What stands between the start of a statement and the cursor, divided as the parser divides it
// and started anew where the parser would recover.

export type StatementPhase =
  /** Before the name, or in it. */
  | 'start'
  /** Behind a name that has neither `=` nor `{` yet. */
  | 'named'
  /** Behind `=`, outside of brackets. */
  | 'value'
  /** In `<…>`. */
  | 'cells'
  /** In `(…)` inside `<…>`. */
  | 'expression'
  /** In `[…]`. */
  | 'bytes'
  /** Behind `/bits/`. */
  | 'bits'
  | 'include'
  | 'incbin'
  | 'delete-node'
  | 'delete-property'
  | 'omit'
  /** Where nothing is expected any more. */
  | 'other';

export interface ScannedStatement {
  readonly phase: StatementPhase;
  /** What is being typed, as it is written: `0x1`, `"ft`, `&gl`, `/del`; empty between tokens. */
  readonly token: string;
  /** The property that `=` stood behind; empty before that. */
  readonly property: string;
  /** True behind `=` and `,`: a value must follow. */
  readonly isValueDue: boolean;
  /** Whole cells in the value before `token`. */
  readonly cells: number;
  /** Of the `/bits/` before the array that is open. */
  readonly bits: number | undefined;
}

/** The statement that `text`, which starts outside of any, ends in; undefined in a comment. */
export function scanStatement(text: string): ScannedStatement | undefined {
  return new StatementScanner(text).scan();
}

const SPACE = /(?:\s+|\/\/[^\n]*\n|\/\*[\s\S]*?\*\/)+/y;
const LITERAL = /"(?:[^"\\\n]|\\.)*"?|'(?:[^'\\\n]|\\.)*'?/y;
const REFERENCE = /&(?:\{[^{}<>;\s"]*\}?|\w*)/y;
const KEYWORD = /\/(?:[\w,.+#?@-]+\/?)?/y;
/** A name, or a label with its colon. */
const NAME = /[A-Za-z_]\w*:|[\w,.+*#?@\\-]+/y;
/** A number, a macro, or a label with its colon. */
const WORD = /\w+:?/y;

const CLOSED_LITERAL = /^"(?:[^"\\\n]|\\.)*"$|^'(?:[^'\\\n]|\\.)*'$/;

const KEYWORD_PHASES: ReadonlyMap<string, StatementPhase> = new Map<string, StatementPhase>([
  ['/bits/', 'bits'],
  ['/include/', 'include'],
  ['/incbin/', 'incbin'],
  ['/delete-node/', 'delete-node'],
  ['/delete-property/', 'delete-property'],
  ['/omit-if-no-ref/', 'omit'],
  ['/', 'named'],
]);

class StatementScanner {
  readonly #text: string;
  #at = 0;
  #phase: StatementPhase = 'start';
  #name = '';
  #isValueDue = false;
  #cells = 0;
  #bits: number | undefined;
  /** Where `/include/`, which may stand anywhere, goes back to. */
  #resumed: StatementPhase = 'start';
  #depth = 0;
  /** The last word of an array, which a `=` behind it makes a name. */
  #lastWord = '';

  constructor(text: string) {
    this.#text = text;
  }

  scan(): ScannedStatement | undefined {
    const text = this.#text;
    for (;;) {
      const space = this.#match(SPACE);
      if (text.startsWith('//', this.#at) || text.startsWith('/*', this.#at)) return undefined;
      if (space.includes('\n') && this.#startsAnew()) this.#restart();
      if (this.#at === text.length) return this.#found('');
      const token = this.#next();
      if (this.#at === text.length && isOpen(token)) return this.#found(token);
      this.#take(token, space === '');
    }
  }

  #found(token: string): ScannedStatement {
    const isInValue = !['start', 'named', 'other'].includes(this.#phase);
    return {
      phase: this.#phase,
      token,
      property: isInValue ? this.#name : '',
      isValueDue: this.#isValueDue,
      cells: this.#cells,
      bits: this.#bits,
    };
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #next(): string {
    const unit = this.#text[this.#at] ?? '';
    let found = '';
    if (unit === '"' || unit === "'") found = this.#match(LITERAL);
    else if (unit === '&' && this.#phase !== 'expression') found = this.#match(REFERENCE);
    else if (unit === '/' && this.#phase !== 'expression') found = this.#match(KEYWORD);
    else found = this.#match(this.#takesNames() ? NAME : WORD);
    if (found === '') this.#at++;
    return found === '' ? unit : found;
  }

  #takesNames(): boolean {
    return ['start', 'named', 'other', 'delete-node', 'delete-property'].includes(this.#phase);
  }

  /** A line that starts with a word or is empty, behind what may be whole, is a new statement. */
  #startsAnew(): boolean {
    const unit = this.#text[this.#at] ?? '';
    if (this.#phase === 'named' || this.#phase === 'other') return /^[\w\\#/&"]?$/.test(unit);
    if (this.#phase !== 'value') return false;
    return /[\w\\#]/.test(unit) || (/^[/&]?$/.test(unit) && !this.#isValueDue);
  }

  #restart(): void {
    this.#phase = 'start';
    this.#name = '';
    this.#isValueDue = false;
    this.#cells = 0;
    this.#bits = undefined;
    this.#depth = 0;
    this.#lastWord = '';
  }

  #take(token: string, touchesLast: boolean): void {
    const lastWord = this.#lastWord;
    this.#lastWord = '';
    if (token === ';' || token === '{' || token === '}') this.#restart();
    else if (token === '=') this.#takeEquals(lastWord);
    else if (token.startsWith('"')) this.#takeString();
    else if (token.startsWith("'")) this.#takeCell();
    else if (token.startsWith('&') && this.#phase !== 'expression') this.#takeReference();
    else if (token.startsWith('/') && this.#phase !== 'expression') this.#takeKeyword(token);
    else if (/^[\w,.+*#?@\\-]+$/.test(token) && token !== ',') this.#takeWord(token);
    else this.#takeMark(token, touchesLast && lastWord !== '');
  }

  #takeEquals(lastWord: string): void {
    const name = this.#phase === 'named' ? this.#name : lastWord;
    const isAssigned = this.#phase === 'named' || (this.#phase === 'cells' && name !== '');
    if (this.#phase === 'expression') return;
    this.#restart();
    this.#name = name;
    this.#phase = isAssigned ? 'value' : 'other';
    this.#isValueDue = isAssigned;
  }

  #takeString(): void {
    if (this.#phase === 'include') this.#phase = this.#resumed;
    else if (this.#phase === 'incbin' || this.#phase === 'value') {
      this.#phase = 'value';
      this.#isValueDue = false;
    }
  }

  #takeCell(): void {
    if (this.#phase === 'cells') this.#cells++;
  }

  #takeReference(): void {
    if (this.#phase === 'start') this.#phase = 'named';
    else if (this.#phase === 'cells') this.#cells++;
    else if (this.#phase === 'value') this.#isValueDue = false;
    else if (this.#phase !== 'bytes') this.#phase = 'other';
  }

  #takeKeyword(token: string): void {
    const phase = KEYWORD_PHASES.get(token) ?? 'other';
    if (phase === 'include') this.#resumed = this.#phase;
    else if (phase !== 'bits' && phase !== 'incbin') this.#restart();
    this.#phase = phase;
  }

  #takeWord(token: string): void {
    switch (this.#phase) {
      case 'start':
        this.#phase = 'named';
        this.#name = token.replace('\\', '');
        return;
      case 'cells':
        this.#cells++;
        this.#lastWord = token;
        return;
      case 'bits':
        this.#bits = Number(token);
        this.#phase = 'value';
        return;
      // It may stand before the name of a node.
      case 'omit':
      case 'value':
      case 'named':
      case 'delete-node':
      case 'delete-property':
        this.#phase = 'other';
        return;
      default:
    }
  }

  #takeMark(token: string, isCall: boolean): void {
    if (token === '<' && (this.#phase === 'value' || this.#phase === 'bits')) {
      this.#phase = 'cells';
      this.#isValueDue = false;
    } else if (token === '>' && this.#phase === 'cells') {
      this.#phase = 'value';
      this.#bits = undefined;
    } else if (token === '[' && this.#phase === 'value') {
      this.#phase = 'bytes';
      this.#isValueDue = false;
    } else if (token === ']' && this.#phase === 'bytes') this.#phase = 'value';
    else if (token === ',' && this.#phase === 'value') this.#isValueDue = true;
    else if (token === '(' && (this.#phase === 'cells' || this.#phase === 'expression')) {
      this.#phase = 'expression';
      // What a macro is called with belongs to the macro.
      if (this.#depth++ === 0 && isCall) this.#cells--;
    } else if (token === ')' && this.#phase === 'expression' && --this.#depth === 0) {
      this.#phase = 'cells';
      this.#cells++;
    }
  }
}

/** Whether a character behind it would belong to it. */
function isOpen(token: string): boolean {
  if (/^["']/.test(token)) return !CLOSED_LITERAL.test(token) || token.length < 2;
  if (token.startsWith('&')) return !token.endsWith('}');
  return !token.endsWith(':') && /^[\w,.+*#?@\\/-]/.test(token) && token !== ',';
}
