// What C says about KHO: calls, their contracts, structs and their layout.
export {
  type CallAt,
  callAt,
  isInText,
  structAt,
  type WordAt,
  wordAt,
} from './at-cursor.ts';
export { type CheckCOptions, type CheckedC, type CMemory, checkC, createCMemory } from './check.ts';
export { describeMember, describeName, isThere, type KnownCall, knownCall } from './describe.ts';
export { type CDocument, checkCText, createCDocument } from './document.ts';
export { abiIncludes } from './history/abi-includes.ts';
export type { LayoutChange } from './history/changes.ts';
export {
  type CommittedFile,
  type CommittedQuestion,
  commitQuestion,
  committedQuestion,
  GIT_ARGUMENTS,
  GIT_ENVIRONMENT,
  GIT_LEFT_OUT,
} from './history/committed.ts';
export {
  type ChangedStruct,
  type CompareOptions,
  compareLayouts,
  type FileState,
  type LayoutComparison,
} from './history/compare.ts';
export { type Leaf, leavesOf } from './history/leaves.ts';
export { HISTORY_RULES } from './history/rules.ts';
export { type VersionMacro, versionsIn, versionsOf } from './history/versions.ts';
export { isWireStruct, mayHaveWireStructs } from './history/wire-structs.ts';
export { knownNames, parametersOf } from './knowledge/calls.ts';
export {
  KNOWN_STRUCTS,
  KNOWN_WORDS,
  type KnownMember,
  type KnownStruct,
  type KnownWord,
} from './knowledge/structs.ts';
export { type Member, type Record as CRecord, sizeOf } from './layout/ctype.ts';
export { isUnknown, type Size, type Unknown } from './layout/known.ts';
export { type LayoutOptions, type Layouts, layoutsOf } from './layout/layouts-of.ts';
export { memberOf } from './layout/members.ts';
export type { ReadInclude } from './layout/preprocess.ts';
export { spellRecord, spellType } from './layout/spell.ts';
export { MAX_C_TEXT_LENGTH } from './limits.ts';
export { type CParser, type CParserFiles, createCParser } from './parser.ts';
export { C_RULES } from './rules/index.ts';
export { usesKho } from './uses-kho.ts';
