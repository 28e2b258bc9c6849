// Every bound of this room. Reaching one is an issue (`limit-exceeded`), never a hang or a throw.

/** Nesting of nodes, in source and in blobs. */
export const NODE_DEPTH_LIMIT: number = 4096;

/** Nodes and properties of one tree together. */
export const TREE_ITEM_LIMIT: number = 4_000_000;

/** Cells and references of all `< … >` arrays of one source together. */
export const CELL_LIMIT: number = 16_000_000;

/** UTF-16 code units of a source with everything that it includes, counted per inclusion. */
export const SOURCE_UNITS_LIMIT: number = 64 * 1024 * 1024;

/** Nesting of `/include/`. */
export const INCLUDE_DEPTH_LIMIT: number = 200;

/** `/include/` directives followed in one source, counted per inclusion. */
export const INCLUDE_COUNT_LIMIT: number = 20_000;

/** Operators and parentheses of one expression that wait for their operand. */
export const EXPRESSION_DEPTH_LIMIT: number = 10_000;

/** Bytes of all property values of one source together, `/incbin/` and paths included. */
export const VALUE_BYTES_LIMIT: number = 64 * 1024 * 1024;

/** Bytes of a blob that is read. */
export const BLOB_BYTES_LIMIT: number = 64 * 1024 * 1024;

/** Bytes of one name in a blob. */
export const NAME_BYTES_LIMIT: number = 64 * 1024;

/** Bytes of all names of properties of a blob together; names may overlap there. */
export const NAMES_BYTES_LIMIT: number = 64 * 1024 * 1024;

/** UTF-16 code units of a tree that is printed as source. */
export const PRINTED_UNITS_LIMIT: number = 400 * 1024 * 1024;

/** Issues of one file; those after it are counted in one last issue. */
export const ISSUE_LIMIT: number = 1000;
