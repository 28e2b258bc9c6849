// What the pieces before a place say of it.
import { INDENT_LEVEL_LIMIT } from './limits.ts';
import { PIECE, type Pieces, ROLE } from './pieces.ts';

/** How far a statement that begins with piece `end` is indented. */
export function levelsBefore(pieces: Pieces, end: number): number {
  let depth = 0;
  for (let at = 0; at < end; at++) {
    const role = pieces.role(at);
    if (role === ROLE.header || role === ROLE.rawHeader) depth++;
    else if (role === ROLE.closing) depth--;
  }
  return Math.min(depth, INDENT_LEVEL_LIMIT);
}

/** True if formatting is switched off at piece `end`. */
export function isSwitchedOff(pieces: Pieces, end: number): boolean {
  for (let at = end - 1; at >= 0; at--) {
    const word = switchIn(pieces, at);
    if (word !== undefined) return word === 'off';
  }
  return false;
}

/** What the comment `kho-format on` or `kho-format off` says; undefined for all other pieces. */
export function switchIn(pieces: Pieces, at: number): 'on' | 'off' | undefined {
  const kind = pieces.kind(at);
  if (kind !== PIECE.lineComment && kind !== PIECE.blockComment) return undefined;
  const start = pieces.start(at);
  const head = pieces.text.slice(start, Math.min(pieces.end(at), start + LONGEST_SWITCH));
  return /^\/[/*]\s*kho-format\s+(on|off)\b/.exec(head)?.[1] as 'on' | 'off' | undefined;
}

const LONGEST_SWITCH = 64;
