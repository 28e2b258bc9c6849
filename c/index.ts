// What C says about KHO: calls, their contracts, structs and their layout.
export { MAX_C_TEXT_LENGTH } from './limits.ts';
export { type CParser, type CParserFiles, createCParser } from './parser.ts';
