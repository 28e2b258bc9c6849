// What bounds the reading of C.

/** Largest C file that is looked into, in UTF-16 units. The largest KHO user has 60,000. */
export const MAX_C_TEXT_LENGTH = 4_000_000;
