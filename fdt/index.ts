// The room's contract: the FDT format as source text (DTS) and as a blob. Knows nothing of KHO.
export { assert, assertNever } from './assert.ts';
export type { FdtHeader } from './blob/header.ts';
export * from './blob/libfdt-errors.ts';
export {
  fdtCheckHeader,
  fdtGetprop,
  fdtNodeCheckCompatible,
  fdtPathOffset,
  fdtSubnodeOffset,
  fdtTotalsize,
} from './blob/libfdt-reader.ts';
export { FdtWriter } from './blob/libfdt-writer.ts';
export { type ReadFdt, type ReadOptions, readFdt } from './blob/reader.ts';
export { fdtBytes, writeFdt } from './blob/writer.ts';
export { getUint, getUint64AsNumber, putUint, readCells } from './cells.ts';
export {
  type Compiled,
  type CompileOptions,
  compileDts,
  type LayoutOf,
  type TreeChange,
} from './compile/compile.ts';
export { applyEdits, disjointEdits } from './edits.ts';
export {
  formatDts,
  formatDtsRange,
  formattedText,
  type OffsetRange,
  unformattedSpans,
} from './format/format.ts';
export { formatDtsTyped, type TypedCharacter } from './format/on-type.ts';
export type { CellList, FormatOptions } from './format/plan.ts';
export * from './issue.ts';
export { type PrintOptions, type PrintType, printDts, printDtsBytes } from './print.ts';
export { FDT_RULES, type FdtRuleName } from './rules.ts';
export { type PresumedPlace, presumedPlace } from './source/line-markers.ts';
export { type ParseOptions, parseDts } from './source/parse.ts';
export { type DtsChange, type Reparsed, reparseDts } from './source/reparse.ts';
export type * from './source/syntax.ts';
export * from './text.ts';
export { changeBetween, type Move, movedSpan, type TextChange } from './text-change.ts';
export * from './tree.ts';
