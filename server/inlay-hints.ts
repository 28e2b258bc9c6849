// What a source leaves unsaid: the names of a tuple's elements, sizes in units, totals.
import { type InlayHint, InlayHintKind } from 'vscode-languageserver/node';
import {
  type FdtNode,
  type FdtProperty,
  getUint,
  nodesOf,
  positionAt,
  type Span,
} from '../fdt/index.ts';
import {
  type CheckedSource,
  cellAt,
  type PropertyType,
  propertySchema,
  roundSizeText,
  type ValueCell,
} from '../kho/index.ts';
import { behind, sizeLabel, wholeNumberHint } from './inlay-labels.ts';
import type { OffsetRange } from './semantic-tokens.ts';

/** Which hints are shown. */
export interface InlayHintSettings {
  /** `addr:` before the cells of a tuple. */
  readonly elements: boolean;
  /** `4 MiB` behind a size. */
  readonly sizes: boolean;
  /** `4 ranges, 8.1 KiB` behind an array of ranges. */
  readonly totals: boolean;
  /** `56 pages` behind a size that is whole pages. */
  readonly pages: boolean;
  /** `= 0x100002000` behind two cells that are one u64. */
  readonly values: boolean;
  /** The path of the node behind `&label`. */
  readonly references: boolean;
}

export const ALL_HINTS: InlayHintSettings = {
  elements: true,
  sizes: true,
  totals: true,
  pages: true,
  values: true,
  references: true,
};
/** Who counts in pages, or has many labels, switches the others on. */
export const DEFAULT_HINTS: InlayHintSettings = { ...ALL_HINTS, pages: false, references: false };

/** Tuples of one property whose elements are named; after these, everybody knows. */
const NAMED_TUPLES = 4;
/** Hints of one answer. */
const MAX_HINTS = 5000;
/** Smaller sizes are as plain as they are written. */
const LEAST_SIZE = 1024n;

type CellsType = PropertyType & { readonly kind: 'cells' };

/** Hints for what is written between `start` and `end` of the file. */
export function inlayHintsOf(
  checked: CheckedSource,
  range: OffsetRange,
  isInFile: (span: Span) => boolean,
  settings: InlayHintSettings,
): InlayHint[] {
  const hints: InlayHint[] = [];
  for (const node of nodesOf(checked.tree.root))
    for (const property of node.properties) {
      const { whole } = property;
      if (whole === undefined || whole.end < range.start || whole.start > range.end) continue;
      if (!isInFile(whole) || hints.length >= MAX_HINTS) continue;
      hints.push(...hintsOf(node, property, checked, range, settings));
      if (settings.references) hints.push(...referenceHints(property, checked, range));
    }
  return hints.slice(0, MAX_HINTS);
}

function hintsOf(
  node: FdtNode,
  property: FdtProperty,
  checked: CheckedSource,
  range: OffsetRange,
  settings: InlayHintSettings,
): InlayHint[] {
  const described = checked.bindings.describe(node);
  const schema = described && propertySchema(described.schema, property.name);
  if (schema?.type.kind !== 'cells') return [];
  const { type } = schema;
  const hints: InlayHint[] = [];
  const size = sizeIndex(type);
  let named = 0;
  /** Where a half of a number ended, in the value. */
  let lastEnd = -1;
  for (const { kind, offset, lengthBytes, span } of property.pieces) {
    if (kind !== 'cell' || named >= NAMED_TUPLES * type.elements.length) continue;
    const cell = cellAt(property, schema, offset, checked.byteOrder);
    // Half of an element has neither its name nor its value.
    if (cell?.offset !== offset || cell.bits !== lengthBytes * 8) {
      const isHigh = cell?.bits === 64 && lengthBytes === 4 && cell.offset === offset - 4;
      const isSeen = span.end >= range.start && span.start <= range.end;
      if (settings.values && isHigh && isSeen && lastEnd === offset)
        hints.push(wholeNumberHint(span, cell.value));
      lastEnd = lengthBytes === 4 ? offset + 4 : -1;
      continue;
    }
    named++;
    if (span.end < range.start || span.start > range.end) continue;
    if (settings.elements && type.elements.length > 1) hints.push(nameHint(cell, span));
    const isSizeOfTuple = cell.element !== undefined && cell.element === type.elements[size];
    const label = isSize(cell, isSizeOfTuple)
      ? sizeLabel(cell.value, settings.sizes, settings.pages)
      : undefined;
    if (label !== undefined) hints.push(behind(span, label, `${cell.value} bytes`));
  }
  const isEndSeen = (property.whole?.end ?? -1) <= range.end;
  const total = settings.totals && isEndSeen ? totalHint(property, type, size, checked) : undefined;
  return total === undefined ? hints : [...hints, total];
}

function nameHint({ element }: ValueCell, { source, start }: Span): InlayHint {
  return {
    position: positionAt(source, start),
    label: `${element?.name ?? ''}:`,
    kind: InlayHintKind.Parameter,
    paddingRight: true,
    ...(element?.description ? { tooltip: element.description } : {}),
  };
}

/** `&{/path}` says by itself where it leads. */
function referenceHints(
  { pieces }: FdtProperty,
  { compiled }: CheckedSource,
  range: OffsetRange,
): InlayHint[] {
  const hints: InlayHint[] = [];
  for (const { kind, span } of pieces) {
    if (hints.length >= MAX_HINTS) break;
    if ((kind !== 'cell' && kind !== 'path') || span.source.text[span.start] !== '&') continue;
    if (span.end < range.start || span.start > range.end) continue;
    const label = /^&(\w+)$/.exec(span.source.text.slice(span.start, span.end))?.[1];
    const node = label === undefined ? undefined : compiled.resolve(label);
    if (node !== undefined) hints.push(behind(span, node.path, `${label} is ${node.path}`));
  }
  return hints;
}

function isSize({ element, value }: ValueCell, isSizeOfTuple: boolean): boolean {
  return value >= LEAST_SIZE && (isSizeOfTuple || element?.unit === 'bytes');
}

/** The element that says how large what another one points to is, or -1. */
function sizeIndex({ elements }: CellsType): number {
  const name = elements.find(({ phys }) => phys?.size !== undefined)?.phys?.size;
  return name === undefined ? -1 : elements.findIndex((element) => element.name === name);
}

function totalHint(
  { value, whole }: FdtProperty,
  { elements }: CellsType,
  size: number,
  { byteOrder }: CheckedSource,
): InlayHint | undefined {
  const tupleBytes = elements.reduce((sum, { bits }) => sum + bits / 8, 0);
  const at = elements.slice(0, Math.max(0, size)).reduce((sum, { bits }) => sum + bits / 8, 0);
  const bits = elements[size]?.bits;
  const count = value.length / tupleBytes;
  if (bits === undefined || whole === undefined || !Number.isInteger(count) || count < 2)
    return undefined;
  let total = 0n;
  for (let i = 0; i < count; i++) total += getUint(value, i * tupleBytes + at, bits, byteOrder);
  return behind(whole, `${count} ranges, ${roundSizeText(total)}`, `${total} bytes together`);
}
