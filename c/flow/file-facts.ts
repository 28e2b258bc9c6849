// What the functions of a file call, by their text: enough to know what a helper may undo.
import { contractOf } from '../knowledge/calls.ts';
import type { CFunction } from '../syntax/functions.ts';

export interface FileFacts {
  /** The file hands something over or takes it back, and not only knows of those who do. */
  readonly isOfKho: boolean;
  /**
   * Functions of the file, and those with a contract, that a function of the file calls, itself or
   * through others; undefined for outsiders.
   * `without` is a function whose own calls are left out.
   */
  closureOf(name: string, without?: string): ReadonlySet<string> | undefined;
  /** The functions of the file that name a function. */
  callersOf(name: string): readonly CFunction[];
}

/** `words` keeps what is in a text, for the next time it is asked. */
export function fileFacts(
  functions: readonly CFunction[],
  words: WordCache = new Map(),
): FileFacts {
  const own = new Set(functions.map(({ name }) => name));
  const direct = new Map(
    functions.map(({ name, text }) => {
      const found = words.get(text) ?? namesIn(text);
      words.set(text, found);
      return [name, found.filter((each) => own.has(each) || contractOf(each) !== undefined)];
    }),
  );
  const closures = new Map<string, ReadonlySet<string>>();
  const closureOf = (name: string, without = ''): ReadonlySet<string> | undefined => {
    if (!direct.has(name)) return undefined;
    const id = `${name} ${without}`;
    const known = closures.get(id);
    if (known !== undefined) return known;
    const found = new Set<string>();
    const due = [name];
    for (let each = due.pop(); each !== undefined; each = due.pop())
      for (const called of direct.get(each) ?? []) {
        if (found.has(called)) continue;
        found.add(called);
        if (called !== without) due.push(called);
      }
    closures.set(id, found);
    return found;
  };
  return {
    isOfKho: functions.some(({ text }) => HANDS_OVER.test(text)),
    closureOf,
    callersOf: (name) =>
      functions.filter(
        (each) => each.name !== name && direct.get(each.name)?.includes(name) === true,
      ),
  };
}

/** Words by the text of the function they are in. */
export type WordCache = Map<string, readonly string[]>;

const HANDS_OVER = new RegExp(
  '\\bkho_(?:add_subtree|retrieve_subtree|get_fdt|preserve_\\w+|alloc_preserve|restore_\\w+' +
    '|claim_mem)\\b|\\bKEXEC_KHO_\\w+|\\bKHO_SUB_TREE_\\w+',
);

/** The words of a function's body that are not in comments: calls and functions that are passed. */
function namesIn(text: string): readonly string[] {
  const body = text.slice(text.indexOf('{')).replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, ' ');
  return [...new Set(body.match(/\b[A-Za-z_]\w*\b/g) ?? [])];
}
