// C as the kernel writes it: tabs of eight columns, lines of at most a hundred.

/** Columns of a line; a tab is eight. */
export const C_COLUMNS = 100;
const TAB_COLUMNS = 8;

/** Columns that `line` takes up. */
export function columnsOf(line: string): number {
  let columns = 0;
  for (const character of line)
    columns += character === '\t' ? TAB_COLUMNS - (columns % TAB_COLUMNS) : 1;
  return columns;
}

/** Tabs, and then blanks, that take up `columns`. */
export function indentTo(columns: number): string {
  return '\t'.repeat(Math.floor(columns / TAB_COLUMNS)) + ' '.repeat(columns % TAB_COLUMNS);
}

/**
 * A declaration, a definition's head, a call or a condition in as many lines as it needs: broken
 * after commas, semicolons, && and ||, the rest below the opening parenthesis.
 */
export function wrapDeclaration(text: string): readonly string[] {
  if (columnsOf(text) <= C_COLUMNS) return [text];
  const open = text.indexOf('(');
  const indent = indentTo(columnsOf(text.slice(0, open + 1)));
  const lines: string[] = [];
  let line = '';
  for (const part of splitAtBreaks(text)) {
    if (line.trim() !== '' && columnsOf(`${line}${part}`.trimEnd()) > C_COLUMNS) {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += line === indent ? part.trimStart() : part;
  }
  return [...lines, line];
}

/** A function's head, its type on a line of its own where the rest would be too long beside it. */
export function wrapHead(text: string): readonly string[] {
  const lines = wrapDeclaration(text);
  if (lines.every((line) => columnsOf(line) <= C_COLUMNS)) return lines;
  const [, type = '', rest = text] = /^((?:[\w ]+ )\**)(\w+\(.*)$/.exec(text) ?? [];
  return type === '' ? lines : [type.trimEnd(), ...wrapDeclaration(rest)];
}

/** Pieces that end where the outermost parentheses may be broken, strings left whole. */
function splitAtBreaks(text: string): readonly string[] {
  const parts: string[] = [];
  let depth = 0;
  let isString = false;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i];
    if (character === '"' && text[i - 1] !== '\\') isString = !isString;
    if (isString) continue;
    if (character === '(') depth++;
    else if (character === ')') depth--;
    else if (depth === 1 && /^(?:[,;]|&& |\|\| )/.test(text.slice(i, i + 3))) {
      const end = character === ',' || character === ';' ? i + 1 : i + 2;
      parts.push(text.slice(start, end));
      start = end;
    }
  }
  return [...parts, text.slice(start)];
}

/** A C string. */
export function quoted(text: string): string {
  const octal = (character: string): string =>
    `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they would end the line, or worse.
  return `"${text.replace(/["\\?]/g, '\\$&').replace(/[\x00-\x1f]/g, octal)}"`;
}

/** The words of `text`, which goes into a comment, in lines of at most `columns`. */
export function wrapText(text: string, columns: number): readonly string[] {
  const lines: string[] = [];
  const inside = text.replaceAll('*/', '* /').replaceAll('/*', '/ *');
  for (const word of inside.split(/\s+/).filter(Boolean)) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > columns) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines;
}
