// What stands around a place in C text, broken or not: no tree is asked, only the text before it.

/** A word, and where it is. */
export interface WordAt {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** How far back is looked for the call around a place. */
const MAX_LOOK_BACK = 4000;

/** The identifier that `offset` is in or at the end of. */
export function wordAt(text: string, offset: number): WordAt | undefined {
  let start = offset;
  while (start > 0 && /\w/.test(text.charAt(start - 1))) start--;
  let end = offset;
  while (end < text.length && /\w/.test(text.charAt(end))) end++;
  return start === end ? undefined : { text: text.slice(start, end), start, end };
}

/** The call whose arguments `offset` is in, and which of them, from 0. */
export interface CallAt {
  readonly name: string;
  readonly argument: number;
}

/** The innermost call around a place; undefined outside of any. */
export function callAt(text: string, offset: number): CallAt | undefined {
  const from = Math.max(0, offset - MAX_LOOK_BACK);
  const before = withoutTexts(text.slice(from, offset));
  let depth = 0;
  let argument = 0;
  for (let i = before.length - 1; i >= 0; i--) {
    const character = before.charAt(i);
    if (character === ')' || character === ']') depth++;
    else if (character === ';' || character === '{' || character === '}') return undefined;
    else if (character === ',' && depth === 0) argument++;
    else if (character === '(' || character === '[') {
      if (depth > 0) {
        depth--;
        continue;
      }
      const name = /(\w+)\s*$/.exec(before.slice(0, i))?.[1];
      if (character === '(' && name !== undefined && !KEYWORD.test(name)) return { name, argument };
      argument = 0;
    }
  }
  return undefined;
}

const KEYWORD = /^(?:if|while|for|switch|return|sizeof)$/;

/** Strings, characters and comments hold no parentheses that count. */
function withoutTexts(text: string): string {
  return text.replace(
    /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*(?:"|$)|'(?:[^'\\\n]|\\.)*(?:'|$)/g,
    (found) => ' '.repeat(found.length),
  );
}

/** Whether a place is in a comment, a string or the name of an included file. */
export function isInText(text: string, offset: number): boolean {
  const from = Math.max(0, offset - MAX_LOOK_BACK);
  const before = text.slice(from, offset);
  const comment = before.lastIndexOf('/*');
  if (comment >= 0 && before.indexOf('*/', comment) < 0) return true;
  const line = before.slice(before.lastIndexOf('\n') + 1);
  if (/^\s*#\s*include/.test(line) || line.includes('//') || /^\s*\*\s/.test(line)) return true;
  return (line.match(/(?<!\\)"/g)?.length ?? 0) % 2 === 1;
}

/**
 * The struct whose member is being named: in `struct x y = { .` by the declaration, in `y->` by
 * the declaration of y above.
 */
export function structAt(text: string, wordStart: number): string | undefined {
  const before = text.slice(0, wordStart);
  const access = /(\w+)\s*(?:->|\.)\s*$/.exec(before.slice(-200));
  if (access?.[1] !== undefined) {
    const declared = new RegExp(`struct\\s+(\\w+)\\s*\\*?\\s*${access[1]}\\b`, 'g');
    return [...before.slice(-MAX_LOOK_BACK * 2).matchAll(declared)].at(-1)?.[1];
  }
  if (!/\.\s*$/.test(before.slice(-20))) return undefined;
  const opening = openBrace(withoutTexts(before.slice(-MAX_LOOK_BACK)));
  return opening && /struct\s+(\w+)[^;{}]*=\s*$/.exec(opening)?.[1];
}

/** The text before the brace that is open at the end. */
function openBrace(text: string): string | undefined {
  let depth = 0;
  for (let i = text.length - 1; i >= 0; i--) {
    const character = text.charAt(i);
    if (character === '}') depth++;
    else if (character === '{' && depth-- === 0) return text.slice(0, i);
  }
  return undefined;
}
