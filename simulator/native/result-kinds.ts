// What functions of a driver mean by what they return, by the kernel's habits.

/**
 * `status`: an int, anything but 0 is a failure. `count`: a number of bytes or a negated error.
 * `other`: nothing, a pointer, a flag or a quantity, none of which tells of a failure.
 */
export type ResultKind = 'status' | 'count' | 'other';

const ATTRIBUTE = /__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)/g;
const LINE_MARKER = /^#.*$/gm;
const DEFINITION = /(?:^|[;}])([\w\s*]*?)\b(\w+)\s*\([^;{}]*\)\s*\{/gm;
const TYPEDEF = /\btypedef\s+([\w\s*]+?)\b(\w+)\s*;/g;
/** Words of a declaration that are no type. */
const OTHER_WORDS = /\b(?:static|extern|inline|__inline(?:__)?|const|volatile|signed|_Noreturn)\b/g;
/** Types are named after each other no further than this. */
const MAX_DEPTH = 8;

/** By name, of the functions that a preprocessed text defines. */
export function resultKinds(text: string): ReadonlyMap<string, ResultKind> {
  const plain = text.replace(LINE_MARKER, '').replace(ATTRIBUTE, ' ');
  const types = new Map([...plain.matchAll(TYPEDEF)].map(([, type = '', name]) => [name, type]));
  const kinds = new Map<string, ResultKind>();
  for (const [, declared = '', name = ''] of plain.matchAll(DEFINITION))
    if (declared.trim() !== '') kinds.set(name, kindOf(declared, types, MAX_DEPTH));
  return kinds;
}

function kindOf(
  declared: string,
  types: ReadonlyMap<string | undefined, string>,
  depth: number,
): ResultKind {
  const type = declared.replace(OTHER_WORDS, ' ').trim().replace(/\s+/g, ' ');
  if (type === 'int' || type === '') return 'status';
  if (/^long( long)?( int)?$/.test(type)) return 'count';
  const named = types.get(type);
  return named === undefined || depth === 0 ? 'other' : kindOf(named, types, depth - 1);
}
