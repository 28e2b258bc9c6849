// The little Markdown that descriptions are made of.

/** Characters of one value that a description shows. */
export const MAX_SHOWN_TEXT = 120;
/** Rows of a table that a description shows. */
export const MAX_SHOWN_ROWS = 8;

/** `text` as inline code, on one line and cut at {@link MAX_SHOWN_TEXT}. */
export function code(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  const shown = line.length > MAX_SHOWN_TEXT ? `${line.slice(0, MAX_SHOWN_TEXT)}…` : line;
  if (shown === '') return '` `';
  if (!shown.includes('`')) return `\`${shown}\``;
  return `\`\` ${shown.replaceAll('``', "''")} \`\``;
}

/** A table; a bar inside a cell would end it and is escaped. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replace(/\s+/g, ' ')).join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)].join('\n');
}

/** Paragraphs, those that are empty left out. */
export function paragraphs(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join('\n\n');
}

/** A number and what it counts: `1 entry`, `3 entries`. */
export function count(number: number, one: string, several: string): string {
  return `${number} ${number === 1 ? one : several}`;
}
