// What stands between `=` and `;` of a property.
import { IssueList } from '../issue-list.ts';
import { CELL_LIMIT } from '../limits.ts';
import type { SourceFile, Span } from '../text.ts';
import type { CellBits } from '../tree.ts';
import { hexValue, isDigitUnit, isHexUnit, isLabelStart, isPathUnit } from './characters.ts';
import { scanExpression } from './expressions.ts';
import { scanCharacter, scanInteger } from './numbers.ts';
import type { Scanner } from './scanner.ts';
import type {
  DtsBytes,
  DtsCell,
  DtsCells,
  DtsIncbin,
  DtsLabel,
  DtsReference,
  DtsString,
  DtsValue,
} from './syntax.ts';

/** Reads values, labels in and between them, and references. */
export class ValueScanner {
  readonly #scanner: Scanner;
  readonly #issues: IssueList;
  /** How many were read. */
  cells = 0;

  constructor(scanner: Scanner, issues: IssueList) {
    this.#scanner = scanner;
    this.#issues = issues;
  }

  /** Notes that many cells; false, and nothing noted, if that is more than there may be. */
  count(cells: number): boolean {
    if (this.cells + cells > CELL_LIMIT) return false;
    this.cells += cells;
    return true;
  }

  /** Everything up to the `;`, which is not read. Stops before what cannot be part of a value. */
  values(): (DtsValue | DtsLabel)[] {
    const values: (DtsValue | DtsLabel)[] = [];
    let isValueDue = true;
    for (;;) {
      const unit = this.#scanner.skip();
      const label = isLabelStart(unit) ? this.label() : undefined;
      if (label !== undefined) {
        values.push(label);
        continue;
      }
      if (unit === 0x2c) {
        if (isValueDue) this.#missing('a value is missing before the comma');
        isValueDue = true;
        this.#scanner.offset++;
        continue;
      }
      if (!this.#startsValue(unit)) break;
      // A comma may be missing, but the next line's node or property must not become a value.
      if (!isValueDue) this.#missing(`',' is missing between two values`);
      const value = this.#value(unit);
      if (value !== undefined) values.push(value);
      isValueDue = false;
    }
    if (isValueDue) this.#missing('a value is missing');
    return values;
  }

  /** The label at the scanner, or undefined if the word there is none. */
  label(): DtsLabel | undefined {
    const scanner = this.#scanner;
    const start = scanner.offset;
    const end = scanner.labelEnd(start);
    if (scanner.text.charCodeAt(end) !== 0x3a) return undefined;
    scanner.offset = end + 1;
    return { kind: 'label', name: scanner.text.slice(start, end), span: scanner.span(start, end) };
  }

  /** The reference at the scanner, which must be at `&`; undefined if it is malformed. */
  reference(): DtsReference | undefined {
    const scanner = this.#scanner;
    const start = scanner.offset++;
    if (isLabelStart(scanner.peek(0))) {
      scanner.offset = scanner.labelEnd(scanner.offset);
      const text = scanner.text.slice(start + 1, scanner.offset);
      return { kind: 'reference', span: scanner.span(start), text };
    }
    if (scanner.peek(0) !== 0x7b) {
      this.#error(scanner.span(start), `'&' must be followed by a label or by '{/path}'`);
      return undefined;
    }
    scanner.offset++;
    while (isPathUnit(scanner.peek(0))) scanner.offset++;
    const text = scanner.text.slice(start + 2, scanner.offset);
    if (scanner.peek(0) !== 0x7d) {
      this.#error(scanner.span(start), `'}' is missing at the end of the reference`);
      return { kind: 'reference', span: scanner.span(start), text };
    }
    scanner.offset++;
    const span = scanner.span(start);
    if (text !== '') return { kind: 'reference', span, text };
    this.#error(span, 'the reference names nothing');
    return undefined;
  }

  /** A number, character or parenthesized expression; undefined, and reported, if none is here. */
  integer(what: string): DtsCell | undefined {
    const scanner = this.#scanner;
    const unit = scanner.skip();
    const { source, offset: start } = scanner;
    let value: bigint;
    if (isDigitUnit(unit)) value = scanInteger(scanner, this.#issues);
    else if (unit === 0x28) value = scanExpression(scanner, this.#issues);
    else if (unit === 0x27) value = scanCharacter(scanner, this.#issues);
    else {
      this.#missing(`${what} is missing`);
      return undefined;
    }
    const end = scanner.source === source ? scanner.offset : source.text.length;
    return { kind: 'cell', span: { source, start, end }, value };
  }

  #startsValue(unit: number): boolean {
    if (unit === 0x22 || unit === 0x3c || unit === 0x5b || unit === 0x26) return true;
    if (unit !== 0x2f) return false;
    return this.#scanner.startsWith('/bits/') || this.#scanner.startsWith('/incbin/');
  }

  #value(unit: number): DtsValue | undefined {
    if (unit === 0x22) return this.#string();
    if (unit === 0x26) return this.reference();
    if (unit === 0x5b) return this.#bytes();
    if (unit === 0x3c) {
      return this.#array(this.#scanner.source, this.#scanner.offset, undefined);
    }
    return this.#scanner.startsWith('/bits/') ? this.#sizedArray() : this.#incbin();
  }

  #string(): DtsString {
    const { source, offset } = this.#scanner;
    const scanned = this.#scanner.literal(this.#issues);
    this.#scanner.offset = scanned.end;
    const span = { source, start: offset, end: scanned.end };
    return { kind: 'string', span, text: scanned.text, bytes: scanned.bytes };
  }

  #sizedArray(): DtsCells | undefined {
    const scanner = this.#scanner;
    const { source, offset: first } = scanner;
    scanner.offset += '/bits/'.length;
    let bits: CellBits | undefined;
    if (isDigitUnit(scanner.skip())) {
      const start = scanner.offset;
      const value = Number(scanInteger(scanner, this.#issues));
      if (value === 8 || value === 16 || value === 32 || value === 64) bits = value;
      else {
        const message = 'cells must be 8, 16, 32 or 64 bits wide';
        this.#issues.error('bad-cell-width', scanner.span(start), message);
      }
    } else this.#missing('the width in bits is missing');
    if (scanner.skip() === 0x3c) return this.#array(source, first, bits ?? 32);
    this.#missing(`'<' is missing after /bits/`);
    return undefined;
  }

  /** The scanner is at `<`; `first` in `source` is where the value starts. */
  #array(source: SourceFile, first: number, bits: CellBits | undefined): DtsCells {
    const scanner = this.#scanner;
    scanner.offset++;
    const items: (DtsCell | DtsReference | DtsLabel)[] = [];
    for (;;) {
      const unit = scanner.skip();
      if (unit === 0x3e) {
        scanner.offset++;
        break;
      }
      const item = this.#cellsItem(unit, bits);
      if (item === 'end') {
        this.#missing(`'>' is missing at the end of the cells`);
        break;
      }
      if (item !== undefined) items.push(item);
    }
    return { kind: 'cells', span: this.#since(source, first), bits, items };
  }

  #cellsItem(
    unit: number,
    bits: CellBits | undefined,
  ): DtsCell | DtsReference | DtsLabel | 'end' | undefined {
    if (isDigitUnit(unit) || unit === 0x28 || unit === 0x27) {
      return this.#isOverLimit() ? 'end' : this.integer('a number');
    }
    if (unit === 0x26) {
      const reference = this.reference();
      if (reference !== undefined && bits !== undefined && bits !== 32) {
        const help = 'a phandle is 32 bits wide';
        const message = `a reference cannot be a cell of ${bits} bits`;
        this.#issues.error('reference-width', reference.span, message, help);
      }
      return this.#isOverLimit() ? 'end' : reference;
    }
    if (isLabelStart(unit)) return this.label() ?? this.#unexpectedWord();
    if (unit === 0x2c) {
      const { offset } = this.#scanner;
      const span = this.#scanner.span(offset, offset + 1);
      this.#issues.error('syntax-error', span, 'cells have spaces between them, not commas');
    } else if (unit === 0x2d || unit === 0x7e || unit === 0x21) {
      const help = 'write (-1), with parentheses';
      this.#error(this.#here(), 'an expression needs parentheses here', help);
    } else if ('+*/%|^?:)'.includes(String.fromCharCode(unit)) && !this.#startsKeyword(unit)) {
      this.#error(this.#here(), 'an expression needs parentheses here');
    } else return 'end';
    this.#scanner.offset++;
    return undefined;
  }

  #startsKeyword(unit: number): boolean {
    return unit === 0x2f && isLabelStart(this.#scanner.peek(1));
  }

  #isOverLimit(): boolean {
    this.cells++;
    if (this.cells <= CELL_LIMIT) return false;
    if (this.cells === CELL_LIMIT + 1) {
      this.#issues.error('limit-exceeded', this.#here(), `more than ${CELL_LIMIT} cells`);
    }
    for (;;) {
      const unit = this.#scanner.skip();
      if (unit < 0 || unit === 0x3b || unit === 0x3e || unit === 0x7d) return true;
      this.#scanner.offset++;
    }
  }

  /** A word that is no label: most likely a macro. Stands for 0 so that offsets stay. */
  #unexpectedWord(): DtsCell {
    const scanner = this.#scanner;
    const start = scanner.offset;
    scanner.offset = scanner.labelEnd(start);
    const span = scanner.span(start);
    const word = scanner.text.slice(start, scanner.offset);
    const help = 'macros are not expanded here: run the C preprocessor first';
    this.#error(span, `unexpected '${word}'`, help);
    if (scanner.peek(0) === 0x28) scanExpression(scanner, new IssueList());
    return { kind: 'cell', span, value: 0n };
  }

  #bytes(): DtsBytes {
    const scanner = this.#scanner;
    const { source, offset: first } = scanner;
    scanner.offset++;
    const bytes: number[] = [];
    const labels: DtsLabel[] = [];
    // No label starts before here: a run of digits is searched for its colon once.
    let noLabelBefore = -1;
    let labelSource = scanner.source;
    for (;;) {
      const unit = scanner.skip();
      if (unit === 0x5d) {
        scanner.offset++;
        break;
      }
      const mayBeLabel = scanner.offset >= noLabelBefore || scanner.source !== labelSource;
      if (isLabelStart(unit) && mayBeLabel) {
        const label = this.label();
        if (label !== undefined) {
          labels.push(label);
          continue;
        }
        noLabelBefore = scanner.labelEnd(scanner.offset);
        labelSource = scanner.source;
      }
      if (isHexUnit(unit) && isHexUnit(scanner.peek(1))) {
        bytes.push(hexValue(unit) * 16 + hexValue(scanner.peek(1)));
        scanner.offset += 2;
      } else if (unit < 0 || ';}{=<>"&'.includes(String.fromCharCode(unit))) {
        this.#missing(`']' is missing at the end of the bytes`);
        break;
      } else {
        const word = isHexUnit(unit) ? 'a byte needs two digits' : 'bytes are written as digits';
        this.#error(this.#here(), word, 'for example [00 ff]');
        scanner.offset++;
      }
    }
    return {
      kind: 'bytes',
      span: this.#since(source, first),
      value: Uint8Array.from(bytes),
      labels,
    };
  }

  #incbin(): DtsIncbin | undefined {
    const scanner = this.#scanner;
    const { source: firstSource, offset: first } = scanner;
    scanner.offset += '/incbin/'.length;
    if (!this.#expect(0x28, `'(' is missing after /incbin/`)) return undefined;
    if (scanner.skip() !== 0x22) {
      this.#missing('the name of the file is missing');
      return undefined;
    }
    const path = this.#string();
    const { source, start, end } = path.span;
    const pathSpan = { source, start: start + 1, end: Math.max(start + 1, end - 1) };
    let offset: bigint | undefined;
    let sizeBytes: bigint | undefined;
    if (scanner.skip() === 0x2c) {
      scanner.offset++;
      offset = this.integer('the offset')?.value;
      if (this.#expect(0x2c, `',' and the size are missing`)) {
        sizeBytes = this.integer('the size')?.value;
      }
    }
    this.#expect(0x29, `')' is missing after /incbin/`);
    const span = this.#since(firstSource, first);
    return { kind: 'incbin', span, path: path.text, pathSpan, offset, sizeBytes };
  }

  #expect(unit: number, message: string): boolean {
    if (this.#scanner.skip() === unit) {
      this.#scanner.offset++;
      return true;
    }
    this.#missing(message);
    return false;
  }

  /** From `start` in `first` to the scanner, if that is still in the same file. */
  #since(first: SourceFile, start: number): Span {
    const { source, offset } = this.#scanner;
    return { source: first, start, end: source === first ? offset : start + 1 };
  }

  #here(): Span {
    const { offset, text } = this.#scanner;
    return this.#scanner.span(offset, Math.min(offset + 1, text.length));
  }

  #missing(message: string): void {
    this.#issues.error('syntax-error', this.#scanner.spanOfGap(), message);
  }

  #error(span: Span, message: string, help?: string): void {
    this.#issues.error('syntax-error', span, message, help);
  }
}
