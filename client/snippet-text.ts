// Source text as the body of a snippet: what differs from use to use becomes a placeholder.

/** A snippet of VS Code's own format. */
export interface SnippetDefinition {
  readonly scope: string;
  readonly prefix: string;
  readonly description: string;
  readonly body: readonly string[];
}

/** Comments, strings, bytes, /bits/, names, and numbers that are no part of a name. */
const TOKENS: RegExp = new RegExp(
  [
    // One that is not closed takes the rest: looking for its end again and again takes for ever.
    /\/\*(?:[\s\S]*?\*\/|[\s\S]*)|\/\/[^\n]*/,
    /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)+'/,
    /\[[\s\da-fA-F]*\]/,
    /\/bits\/\s*\d+/,
    /[A-Za-z_,.#?@+-][\w,.#?@+-]*/,
    /0[xX][0-9a-fA-F]+|\d+/,
  ]
    .map(({ source }) => source)
    .join('|'),
  'g',
);

/**
 * The lines of a snippet that inserts `text`: its numbers and strings are placeholders, the same
 * one where they are the same, and the indentation that all lines share is left out.
 */
export function snippetBody(text: string): string[] {
  const numbers = new Map<string, number>();
  let body = '';
  let at = 0;
  for (const match of outdented(text).matchAll(TOKENS)) {
    const { 0: token, index, input } = match;
    body += escaped(input.slice(at, index));
    body += placeholder(token, numbers);
    at = index + token.length;
  }
  body += escaped(outdented(text).slice(at));
  return body.split('\n');
}

function placeholder(token: string, numbers: Map<string, number>): string {
  const isEnclosed = /^["[]/.test(token);
  if (!isEnclosed && !/^\d/.test(token)) return escaped(token);
  const inner = isEnclosed ? token.slice(1, -1) : token;
  if (inner.trim() === '') return escaped(token);
  const known = numbers.get(token);
  const number = known ?? numbers.size + 1;
  numbers.set(token, number);
  const text = known === undefined ? `\${${number}:${escaped(inner)}}` : `$${number}`;
  return isEnclosed ? `${token.charAt(0)}${text}${token.at(-1)}` : text;
}

/** What means something in a snippet: `$`, `}` and `\`. */
function escaped(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&');
}

function outdented(text: string): string {
  const lines = text.replace(/\r\n?/g, '\n').replace(/\n+$/, '').split('\n');
  // The first line of a selection mostly begins behind its indentation.
  const indents = lines.slice(1).filter((line) => line.trim() !== '');
  const shared = indents.reduce<string | undefined>((common, line) => {
    const own = /^[ \t]*/.exec(line)?.[0] ?? '';
    if (common === undefined) return own;
    let length = 0;
    while (length < common.length && common[length] === own[length]) length++;
    return common.slice(0, length);
  }, undefined);
  const cut = shared?.length ?? 0;
  return [(lines[0] ?? '').trimStart(), ...lines.slice(1).map((line) => line.slice(cut))].join(
    '\n',
  );
}
