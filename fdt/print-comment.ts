// Comments of printed source. What stands in them comes from bindings and blobs, which may be
// hostile: nothing in a comment may end it.

/** Longest text of a comment, in UTF-16 code units; what is longer is cut and says so. */
const COMMENT_UNITS_LIMIT = 240;

/**
 * `text` as a comment: on one line, in ASCII with `?` for the rest, and not too long to read. Empty
 * if there is nothing to say.
 */
export function printComment(text: string): string {
  const isCut = text.length > COMMENT_UNITS_LIMIT;
  const ascii = text
    .slice(0, COMMENT_UNITS_LIMIT)
    .replace(/\s+/g, ' ')
    .replace(/[^ -~]/g, '?');
  const shown = `${withoutMarks(ascii).trim()}${isCut ? ' ...' : ''}`;
  return shown === '' ? '' : `/* ${shown} */`;
}

/** `text` with a space inside whatever would begin or end a comment. */
export function withoutMarks(text: string): string {
  return text.replaceAll('*/', '* /').replaceAll('/*', '/ *');
}
