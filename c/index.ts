// What C says about KHO: calls, their contracts, structs and their layout.
export { type CheckCOptions, type CheckedC, type CMemory, checkC, createCMemory } from './check.ts';
export { type CDocument, checkCText, createCDocument } from './document.ts';
export { MAX_C_TEXT_LENGTH } from './limits.ts';
export { type CParser, type CParserFiles, createCParser } from './parser.ts';
export { C_RULES } from './rules/index.ts';
export { usesKho } from './uses-kho.ts';
