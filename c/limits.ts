// What bounds the reading of C.

/** Largest C file that is looked into, in UTF-16 units. The largest KHO user has 60,000. */
export const MAX_C_TEXT_LENGTH = 4_000_000;

/**
 * How often the parser may ask whether to go on, for each UTF-16 unit: C of any kind makes it ask
 * once in 150 units, bytes at random once in 36. Beyond, it is lost in repairing what is no C.
 */
export const PARSER_TURNS_PER_UNIT = 0.1;

/** The same for a text of any length. */
export const MIN_PARSER_TURNS = 1000;
