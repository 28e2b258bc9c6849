// What the editor is told of the layout of structs in C: what changed without its version, and
// what is where.
import { type Hover, MarkupKind } from 'vscode-languageserver/node';
import {
  type CommittedFile,
  type CRecord,
  compareLayouts,
  type FileState,
  isUnknown,
  type Layouts,
  type Leaf,
  layoutsOf,
  leavesOf,
  mayHaveWireStructs,
  type ReadInclude,
  type Size,
  spellRecord,
} from '../c/index.ts';
import type { Issue, SourceFile } from '../fdt/index.ts';
import { rangeOf } from './diagnostic.ts';

/** A C file, and what surrounds it. */
export interface CLayoutFile {
  readonly source: SourceFile;
  /** Reads the headers that decide layouts; see `abiIncludes()` of `c/`. */
  readonly readInclude?: ReadInclude | undefined;
  /** Headers of the same folder as they are now. */
  readonly companions?: readonly SourceFile[];
  /** The file as HEAD has it; undefined where there is none. */
  readonly head?: CommittedFile | undefined;
  /** Structs that bindings name. */
  readonly wireStructs?: ReadonlySet<string>;
}

/** Whether it is worth asking what HEAD has of this file: a look at its text. */
export function wantsHead({ source, wireStructs }: CLayoutFile): boolean {
  return mayHaveWireStructs(source, wireStructs);
}

/** Structs whose layout is not that of HEAD while their version is, with repairs. */
export function layoutIssuesOf(file: CLayoutFile): readonly Issue[] {
  const { source, head, readInclude, companions = [], wireStructs } = file;
  if (head === undefined || !wantsHead(file)) return [];
  const before: FileState = { source: head.source, companions: head.companions, readInclude };
  const after: FileState = { source, companions, readInclude };
  const options = wireStructs === undefined ? { base: 'HEAD' } : { base: 'HEAD', wireStructs };
  return compareLayouts(before, after, options).issues;
}

/** Rows of the table of a hover. */
const MAX_ROWS = 60;

/**
 * The layout of the struct whose name is at `offset`, or around the field whose name is; undefined
 * for anything else. `layouts` are those of the file, which a caller may keep while its text stays.
 */
export function layoutHoverAt(
  layouts: Layouts,
  offset: number,
  kind: MarkupKind,
): Hover | undefined {
  const { source, records } = layouts;
  const isAt = (at: CRecord['at']): boolean =>
    at.source === source && at.start <= offset && offset <= at.end;
  for (const record of records) {
    const name = spellRecord(record);
    if (name !== undefined && isAt(record.nameAt))
      return {
        contents: { kind, value: describeRecord(record, name, kind) },
        range: rangeOf(record.nameAt),
      };
  }
  // A macro may declare a field where its own name stands: only the field's is meant.
  const around = records.filter(({ at }) => isAt(at));
  for (const record of around) {
    const leaf = leavesOf(record).find(({ at }) => isAt(at));
    if (leaf === undefined) continue;
    const outer = around.findLast(({ name }) => name !== undefined) ?? record;
    const full = leavesOf(outer).find(({ at }) => at === leaf.at) ?? leaf;
    const value = describeField(full, spellRecord(outer) ?? outer.kind, kind);
    return { contents: { kind, value }, range: rangeOf(leaf.at) };
  }
  return undefined;
}

/** The layouts of a C file, for hovers. */
export function layoutsOfFile({ source, readInclude }: CLayoutFile): Layouts {
  return layoutsOf(source, { readInclude });
}

function describeRecord(record: CRecord, name: string, kind: MarkupKind): string {
  const isMarkdown = kind === MarkupKind.Markdown;
  const title = isMarkdown ? `**${name}**` : name;
  const open =
    record.condition === undefined ? '' : `\n\nOnly there under a condition: ${record.condition}`;
  const lines = leavesOf(record);
  const rows = lines.slice(0, MAX_ROWS).map((leaf) => rowOf(leaf, isMarkdown));
  if (lines.length > MAX_ROWS) rows.push(`… and ${lines.length - MAX_ROWS} more`);
  const head = isMarkdown ? ['| byte | bytes | field | type |', '|---:|---:|---|---|'] : [];
  const table = rows.length === 0 ? '' : `\n\n${[...head, ...rows].join('\n')}`;
  return `${title} · ${sizeText(record)}${table}${open}`;
}

function sizeText({ size, alignment }: CRecord): string {
  if (isUnknown(size)) return `size not known: ${size.reason}`;
  const aligned = isUnknown(alignment) ? '' : `, aligned to ${alignment}`;
  return `${countOf(size)}${aligned}, on 64-bit kernels`;
}

function rowOf(leaf: Leaf, isMarkdown: boolean): string {
  const { path, type } = leaf;
  const [offset, width] = [byteText(leaf.bitOffset), byteText(leaf.bitWidth)];
  return isMarkdown
    ? `| ${offset} | ${width} | \`${path}\` | \`${type}\` |`
    : `${offset}  ${path}  ${type}  (${width})`;
}

/** Whole bytes as such, `6 + 4 bits` otherwise. */
function byteText(bits: Size): string {
  if (isUnknown(bits)) return '?';
  const rest = bits % 8;
  const whole = Math.floor(bits / 8);
  if (rest === 0) return `${whole}`;
  return whole === 0 ? `${rest} bits` : `${whole} + ${rest} bits`;
}

function describeField(leaf: Leaf, record: string, kind: MarkupKind): string {
  const { path, type, bitOffset, bitWidth } = leaf;
  const name = kind === MarkupKind.Markdown ? `**${path}** · \`${type}\`` : `${path} · ${type}`;
  const place = isUnknown(bitOffset)
    ? `where in ${record} is not known: ${bitOffset.reason}`
    : `${offsetText(bitOffset)} of ${record}`;
  const size = isUnknown(bitWidth)
    ? `size not known: ${bitWidth.reason}`
    : bitWidth % 8 === 0
      ? countOf(bitWidth / 8)
      : `${bitWidth} ${bitWidth === 1 ? 'bit' : 'bits'}`;
  return `${name}\n\n${place}, ${size}`;
}

function offsetText(bits: number): string {
  const rest = bits % 8;
  const byte = `byte ${Math.floor(bits / 8)} (0x${Math.floor(bits / 8).toString(16)})`;
  return rest === 0 ? byte : `bit ${rest} of ${byte}`;
}

function countOf(bytes: number): string {
  return bytes === 1 ? '1 byte' : `${bytes} bytes`;
}
