// Names that fit a pattern of a binding, as far as its shape tells.
import type { Template } from './completion-template.ts';

export interface PatternName {
  /** As a list shows it: `cpu0`, `global-trace`. */
  readonly label: string;
  /** The name with the part of it that may differ as a place to fill in. */
  readonly parts: Template;
}

/** Ends that are tried behind the fixed part of a pattern. */
const ENDS = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'x', '@0', '-0', '_0', 'a0'];

const LITERAL = /^\^?((?:[\w,@-]|\\[.+/-])*)/;

/**
 * A name for each alternative of `pattern` that no taken name has: the fixed text it begins with,
 * and an end that makes it fit. None for a pattern that says too little.
 */
export function namesOfPattern(pattern: RegExp, isTaken: (name: string) => boolean): PatternName[] {
  const choice = /^\^\((?:\?:)?([\w,@|-]+)\)\$$/.exec(pattern.source)?.[1];
  if (choice !== undefined)
    return choice.split('|').flatMap((label) => (isTaken(label) ? [] : [exact(label)]));
  if (!pattern.source.startsWith('^')) return [];
  const [whole = '', literal = ''] = LITERAL.exec(pattern.source) ?? [];
  const fixed = literal.replaceAll('\\', '');
  const rest = pattern.source.slice(whole.length);
  if (rest === '$') return isTaken(fixed) ? [] : [exact(fixed)];
  // What a quantifier follows may not be there at all.
  const start = /^[?*{]/.test(rest) ? fixed.slice(0, -1) : fixed;
  const end = ENDS.find((each) => pattern.test(start + each) && !isTaken(start + each));
  if (start === '' || end === undefined) return [];
  return [{ label: start + end, parts: [start, { hint: end, plain: end }] }];
}

/** The only name that fits `pattern`; undefined if there are more. */
export function onlyNameOf(pattern: RegExp): string | undefined {
  return /^\^((?:[\w,@-]|\\[.+/-])+)\$$/.exec(pattern.source)?.[1]?.replaceAll('\\', '');
}

function exact(label: string): PatternName {
  return { label, parts: [label] };
}
