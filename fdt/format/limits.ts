// What keeps a formatted text readable, and in proportion to what was written.

/** Columns of the longest line that is not broken. */
export const LINE_COLUMNS = 100;

/** Deeper nodes are not indented further. */
export const INDENT_LEVEL_LIMIT = 32;

/** Lines are not aligned with what stands further than this behind the indentation. */
export const ALIGNED_COLUMNS = 60;

/** Cells that are wider are not aligned with those above and below. */
export const PADDED_CELL_COLUMNS = 40;

/** Comments behind longer lines are not aligned. */
export const ALIGNED_COMMENT_COLUMNS = 200;

/** Columns of a tab, unless told otherwise: those of the kernel's coding style. */
export const TAB_COLUMNS = 8;
