// What a handover says, decoded from the memory it is in.
export { writeBitmaps } from './bitmaps.ts';
export type { OwnerTotal } from './claims.ts';
export type { Content } from './contents.ts';
export { type DecodeOptions, decodeHandover, type Handover } from './decode.ts';
export { writeBlockList } from './entries.ts';
export type { LuoFile, LuoFlb, LuoSession, LuoState } from './luo.ts';
export type { PlacePage } from './map-pages.ts';
export type { Memfd } from './memfd.ts';
export type { OrderTotal, PreservedMemory } from './memory-map.ts';
export { mergeRuns, PageRunList, type PageRuns } from './page-runs.ts';
export {
  type RadixGeometry,
  radixBlock,
  radixGeometry,
  radixKey,
  readRadixTree,
  writeRadixTree,
} from './radix-tree.ts';
export { IMAGE_RULES } from './rules.ts';
export { scratchAlignment } from './scratch.ts';
export type { DecodedField, NamedArea, Subtree, SubtreeState } from './subtrees.ts';
export { type VmallocArea, writeVmallocArea } from './vmalloc.ts';
