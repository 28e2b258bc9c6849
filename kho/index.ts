// The room's contract: what KHO puts in an FDT.

export { bindingSkeleton } from './binding-skeleton.ts';
export type {
  Binding,
  ChildSchema,
  ElementSchema,
  NodeSchema,
  PhysicalAddress,
  PropertySchema,
  PropertyType,
} from './bindings/binding.ts';
export { tupleBytes } from './bindings/binding.ts';
export {
  type BindingSet,
  childSchema,
  compatiblesOf,
  createBindingSet,
  type Described,
  type Describer,
  propertySchema,
} from './bindings/binding-set.ts';
export { loadBinding } from './bindings/load.ts';
export {
  BINDING_TYPES,
  type BindingPlace,
  type BindingWord,
  bindingPlaceOf,
  bindingWords,
} from './bindings/vocabulary.ts';
export * from './check.ts';
export * from './codegen/index.ts';
export * from './compat/index.ts';
export * from './describe/index.ts';
export * from './handover/index.ts';
export { type ByteSource, bytesSource } from './image/byte-source.ts';
export { type ElfCore, readElfCore } from './image/elf-core.ts';
export {
  type CoreHeader,
  type CoreOptions,
  type CoreSegment,
  elfCoreHeader,
} from './image/elf-core-writer.ts';
export * from './image/handover-image.ts';
export {
  type KernelFiles,
  type KernelFilesImage,
  type KernelFilesOptions,
  readKernelFiles,
} from './image/kernel-files.ts';
export { type Candidate, type LocateOptions, locateHandover } from './image/locate.ts';
export { type MemoryPiece, sparseMemory } from './image/sparse-memory.ts';
export { LARGEST_MAX_ORDER, type PageGeometry, pageGeometry } from './page-geometry.ts';
export { createPrintTypes } from './print-types.ts';
export type * from './release.ts';
export {
  API_HISTORY,
  type ApiHistory,
  type ApiVersion,
  apiOf,
  isInReleases,
  KERNEL_BUGS,
  type KernelBug,
  kernelBugOf,
  NEWEST_RELEASE,
  RELEASES,
  releaseNamed,
  whyNotMended,
  whyNotWithBug,
  withKernelBugs,
} from './releases/index.ts';
export * from './report/index.ts';
export { nearestName } from './rules/fixes.ts';
export { BINDING_FILE_RULES, KHO_RULES } from './rules/index.ts';
export type { Rule, TreeRole } from './rules/rule.ts';
export { fixesFor, obviousFixFor } from './rules/source-fixes.ts';
export { nodeSkeleton, propertySkeleton } from './skeleton.ts';
export * from './structs/index.ts';
export {
  type AnyStruct,
  entriesInPage,
  isText,
  readField,
  readStruct,
  type Struct,
  type StructField,
  type StructValue,
  writeStruct,
} from './structs/struct.ts';
export { tupleCells } from './tuples.ts';
export { type DecodedValue, decodeValue, typeText } from './value.ts';
export { type YamlPath, yamlSpan } from './yaml-span.ts';
