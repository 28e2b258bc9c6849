// The bytes of a property value, and where in the source each of them was written.
import { assertNever } from '../assert.ts';
import { ByteBuffer } from '../byte-buffer.ts';
import type { Fix } from '../issue.ts';
import { VALUE_BYTES_LIMIT } from '../limits.ts';
import { PropertySyntax } from '../source/items.ts';
import { isFileName } from '../source/strings.ts';
import type {
  DtsCell,
  DtsCells,
  DtsIncbin,
  DtsProperty,
  DtsReference,
  DtsString,
  SourceHost,
} from '../source/syntax.ts';
import type { Span } from '../text.ts';
import type { ByteOrder, CellBits } from '../tree.ts';
import type { LiveNode, LiveProperty, PhandleUse } from './live-tree.ts';
import { reportUndefined } from './merge.ts';
import type { OwnedIssues } from './owned-issues.ts';
import { cellBits } from './pieces.ts';
import { PlainEvaluator } from './plain-values.ts';
import { ValuePool } from './value-pool.ts';

export interface ValueContext {
  readonly byteOrder: ByteOrder;
  /** What dtc cuts off with a warning is an error otherwise. */
  readonly isTruncationAllowed: boolean;
  /** Unresolved phandles are left to whoever applies the overlay. */
  readonly isPlugin: boolean;
  readonly host: SourceHost | undefined;
  readonly issues: OwnedIssues;
  resolve(reference: string): LiveNode | undefined;
  /** The phandle of `node`, which gets one if it has none. */
  phandleOf(node: LiveNode): number;
}

/** The value of a phandle that could not be resolved. */
export const UNRESOLVED_PHANDLE = 0xffff_ffffn;

const MASK = { 8: 0xffn, 16: 0xffffn, 32: 0xffff_ffffn, 64: 0xffff_ffff_ffff_ffffn } as const;

export class ValueEvaluator {
  readonly #context: ValueContext;
  readonly #buffer = new ByteBuffer();
  readonly #pool = new ValuePool();
  readonly #plain: PlainEvaluator;
  #lengths: number[] = [];
  #uses: PhandleUse[] = [];
  #layout: readonly CellBits[] | undefined;
  #cell = 0;
  /** Bytes of all values so far. */
  total = 0;

  constructor(context: ValueContext) {
    this.#context = context;
    this.#plain = new PlainEvaluator(context.byteOrder, this.#pool);
  }

  /**
   * Gives `property`, which has a definition, its value. `layout` gives the widths of successive
   * cells, repeated, where the source does not say.
   */
  evaluate(
    property: LiveProperty,
    syntax: DtsProperty,
    layout: readonly CellBits[] | undefined,
  ): void {
    property.isEvaluated = true;
    property.layout = layout !== undefined && layout.length > 0 ? layout : undefined;
    if (syntax instanceof PropertySyntax && syntax.isPlain && this.total < VALUE_BYTES_LIMIT) {
      const length = this.#plain.evaluate(syntax, property.layout);
      if (length >= 0 && this.total + length <= VALUE_BYTES_LIMIT) {
        this.#keep(property, length);
        return;
      }
    }
    this.#context.issues.owner = property;
    this.#evaluate(syntax, property.layout);
    this.#context.issues.owner = undefined;
    const { length } = this.#buffer;
    this.#pool.reserve(length);
    this.#buffer.copyTo(this.#pool.bytes, this.#pool.length);
    this.#keep(property, length);
    if (this.#lengths.length > 0) property.lengths = this.#lengths;
    if (this.#uses.length > 0) property.phandleUses = this.#uses;
  }

  /** The value was written behind what is in the pool. */
  #keep(property: LiveProperty, length: number): void {
    property.setValue(this.#pool.bytes, this.#pool.length, length);
    this.#pool.length += length;
    this.total += length;
  }

  #evaluate(property: DtsProperty, layout: readonly CellBits[] | undefined): void {
    this.#buffer.clear();
    if (this.#lengths.length > 0) this.#lengths = [];
    if (this.#uses.length > 0) this.#uses = [];
    this.#layout = layout;
    this.#cell = 0;
    for (const value of property.values) {
      if (this.#isOverLimit(value.span)) break;
      switch (value.kind) {
        case 'string':
          this.#string(value);
          break;
        case 'cells':
          this.#cells(value);
          break;
        case 'bytes':
          this.#buffer.append(value.value);
          break;
        case 'reference':
          this.#path(value);
          break;
        case 'incbin':
          this.#file(value);
          break;
        case 'label':
          break;
        default:
          assertNever(value);
      }
    }
  }

  #isOverLimit(span: Span): boolean {
    if (this.total + this.#buffer.length <= VALUE_BYTES_LIMIT) return false;
    const message = `the values are longer than ${VALUE_BYTES_LIMIT} bytes`;
    this.#context.issues.error('limit-exceeded', span, message);
    return true;
  }

  #string({ text, bytes }: DtsString): void {
    if (bytes === undefined) this.#buffer.appendText(text);
    else this.#buffer.append(bytes);
    this.#buffer.byte(0);
  }

  #cells(cells: DtsCells): void {
    const isExplicit = cells.bits !== undefined;
    for (const item of cells.items) {
      if (item.kind === 'label') continue;
      const width = cellBits(cells, this.#layout, this.#cell++);
      if (item.kind === 'cell') this.#literal(item, width, cells);
      else this.#phandle(item, isExplicit ? width : 32);
    }
  }

  #literal({ value, span }: DtsCell, bits: CellBits, cells: DtsCells): void {
    const mask = MASK[bits];
    // Negative numbers fit as long as what is cut off is only their sign.
    if (value > mask && (value | mask) !== MASK[64]) {
      const cut = this.#context.isTruncationAllowed;
      const hex = `0x${value.toString(16)}`;
      this.#context.issues.add('cell-overflow', {
        span,
        severity: cut ? 'warning' : 'error',
        message: `${hex} does not fit a cell of ${bits} bits`,
        help: bits < 32 ? 'use a wider /bits/' : 'write /bits/ 64 before the <',
        ...widthFix(cells),
      });
    }
    this.#buffer.cell(value, bits, this.#context.byteOrder);
  }

  #phandle(reference: DtsReference, bits: CellBits): void {
    const { byteOrder, isPlugin, issues } = this.#context;
    const node = this.#context.resolve(reference.text);
    let value = UNRESOLVED_PHANDLE;
    if (node !== undefined) {
      value = BigInt(this.#context.phandleOf(node));
      node.isReferenced = true;
    } else if (!isPlugin) reportUndefined(issues, reference.text, reference);
    if (bits === 32) this.#uses.push({ offset: this.#buffer.length, reference: reference.text });
    this.#buffer.cell(value, bits, byteOrder);
  }

  #path(reference: DtsReference): void {
    const node = this.#context.resolve(reference.text);
    if (node === undefined) {
      reportUndefined(this.#context.issues, reference.text, reference);
      this.#lengths.push(0);
      return;
    }
    node.isReferenced = true;
    const { path } = node;
    this.#buffer.appendText(path);
    this.#buffer.byte(0);
    this.#lengths.push(path.length + 1);
  }

  #file(incbin: DtsIncbin): void {
    const part = this.#filePart(incbin);
    this.#buffer.append(part);
    this.#lengths.push(part.length);
  }

  #filePart({ path, pathSpan, offset, sizeBytes, span }: DtsIncbin): Uint8Array {
    const { host, issues } = this.#context;
    const bytes = isFileName(path) ? host?.readBytes(path, span.source) : undefined;
    if (bytes === undefined) {
      const why = host === undefined ? 'files cannot be read here' : 'there is no such file';
      issues.error('include-not-found', pathSpan, `'${path}': ${why}`);
      return NO_BYTES;
    }
    const start = clamp(offset ?? 0n, bytes.length);
    const end = sizeBytes === undefined ? bytes.length : start + clamp(sizeBytes, bytes.length);
    const part = bytes.subarray(start, Math.min(end, bytes.length));
    if (this.total + this.#buffer.length + part.length <= VALUE_BYTES_LIMIT) return part;
    issues.error('limit-exceeded', span, `the values are longer than ${VALUE_BYTES_LIMIT} bytes`);
    return NO_BYTES;
  }
}

const NO_BYTES = new Uint8Array(0);

function clamp(value: bigint, limit: number): number {
  return value > BigInt(limit) ? limit : Number(value);
}

/** Cells without a /bits/ of their own may be given one; references need 32 bits. */
function widthFix({ bits, items, span }: DtsCells): { readonly fixes?: readonly Fix[] } {
  if (bits !== undefined || items.some(({ kind }) => kind === 'reference')) return {};
  const { source, start } = span;
  const edits = [{ span: { source, start, end: start }, text: '/bits/ 64 ' }];
  return { fixes: [{ title: 'Write /bits/ 64', edits, isObvious: true }] };
}
