// The room's contract: the FDT format as source text (DTS) and as a blob. Knows nothing of KHO.
export { assert, assertNever } from './assert.ts';
export { writeFdt } from './blob/writer.ts';
export { getUint, putUint, readCells } from './cells.ts';
export {
  type Compiled,
  type CompileOptions,
  compileDts,
  type LayoutOf,
} from './compile/compile.ts';
export * from './issue.ts';
export { FDT_RULES, type FdtRuleName } from './rules.ts';
export { type PresumedPlace, presumedPlace } from './source/line-markers.ts';
export { type ParseOptions, parseDts } from './source/parse.ts';
export type * from './source/syntax.ts';
export * from './text.ts';
export * from './tree.ts';
