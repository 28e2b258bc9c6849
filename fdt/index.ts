// The room's contract: the FDT format as source text (DTS) and as a blob. Knows nothing of KHO.
export { assert, assertNever } from './assert.ts';
export * from './issue.ts';
export * from './text.ts';
export * from './tree.ts';
