/**
 * Offsets of the definitions of callbacks in a driver's `text`, in ascending order: what exports
 * the names that KHO calls, and what is put into a struct's members or passed to what registers
 * it. What is only called by the driver itself is none.
 */
export function callbacksOf(text: string, language: string): number[] {
  const inC = language === 'c';
  const code = withoutComments(text);
  const named = namedFunctions(code, inC ? C_USES : SCRIPT_USES);
  const found: number[] = [];
  for (const match of code.matchAll(inC ? C_FUNCTION : SCRIPT_FUNCTION)) {
    const name = match[1] ?? '';
    const isExported = !inC && match[0].startsWith('export') && EXPORTED.has(name);
    const isInitcall = inC && INITCALL.test(match[0]);
    if (isExported || isInitcall || named.has(name)) found.push(match.index);
  }
  for (const { 1: name = '', index } of inC ? [] : code.matchAll(SCRIPT_METHOD)) {
    if (OPS.has(name)) found.push(index);
  }
  return found.sort((a, b) => a - b);
}

/** What drivers in TypeScript export to be called by name. */
const EXPORTED: ReadonlySet<string> = new Set(['serialize', 'deserialize', 'init']);
const INITCALL = /\b__init\b/;

const C_FUNCTION = /^[A-Za-z_][\w \t*]*?[ \t*\n](\w+)\([^;{}]*\)\s*\{/gm;
const SCRIPT_FUNCTION =
  /^(?:export +const|const(?=\s[^\n]*=>)|(?:export +)?(?:async +)?function) +(\w+)\b/gm;

/** Callbacks of a file handler, written where they are put into its `ops`. */
const OPS: ReadonlySet<string> = new Set([
  'canPreserve',
  'preserve',
  'unpreserve',
  'freeze',
  'unfreeze',
  'retrieve',
  'canFinish',
  'finish',
]);
const SCRIPT_METHOD = /(?<=^[ \t]+)(\w+)(?:\([^(){};]*\)[^(){};\n]*\{|: *\()/gm;

const REGISTERED = /\w*(?:[Rr]egister|initcall|module_init|module_exit)\w*\s*\(([^;{}]*?)\)/g;
const C_USES: readonly RegExp[] = [REGISTERED, /\.\w+\s*=\s*&?(\w+)\s*[,}]/g];
const SCRIPT_USES: readonly RegExp[] = [REGISTERED, /\b\w+\s*:\s*(\w+)\s*[,}]/g];

function namedFunctions(code: string, uses: readonly RegExp[]): Set<string> {
  const named = new Set<string>();
  for (const use of uses) {
    for (const [, names = ''] of code.matchAll(use)) {
      for (const [name] of names.matchAll(/\w+/g)) named.add(name);
    }
  }
  return named;
}

/** `text` with blanks for its comments, so that offsets stay what they are. */
function withoutComments(text: string): string {
  const blank = (comment: string): string => comment.replace(/[^\n]/g, ' ');
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, blank);
}
