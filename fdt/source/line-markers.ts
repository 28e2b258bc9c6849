// Line markers of the C preprocessor: `# 12 "file" 1` and `#line 12 "file"`.
import type { SourceFile } from '../text.ts';
import { lineStarts, positionAt } from '../text.ts';
import { isDigitUnit } from './characters.ts';

/** Where a person should be sent: what the preprocessor read, if a marker tells, or the text. */
export interface PresumedPlace {
  readonly path: string;
  /** Zero-based. */
  readonly line: number;
  /** In UTF-16 code units. */
  readonly character: number;
}

/** A line marker: the line after it is line `line` (as written, from 1) of `path`. */
export interface LineMarker {
  readonly line: number;
  /** As written, escapes unresolved; undefined if the marker names none. */
  readonly path: string | undefined;
  /** Past the last character that belongs to it; its line may go on with a comment. */
  readonly end: number;
}

/** The marker that starts at `offset`, which must be a `#` at the start of a line. */
export function lineMarkerAt(text: string, offset: number): LineMarker | undefined {
  let at = offset + 1;
  if (text.startsWith('line', at)) at += 4;
  const digits = skipBlanks(text, at);
  if (digits === at) return undefined;
  at = digits;
  while (isDigitUnit(text.charCodeAt(at))) at++;
  if (at === digits) return undefined;
  const line = Number(text.slice(digits, Math.min(at, digits + 15)));
  const quote = skipBlanks(text, at);
  if (text[quote] !== '"' || quote === at) {
    const isAlone = quote >= text.length || text[quote] === '\n' || text[quote] === '\r';
    return isAlone ? { line, path: undefined, end: at } : undefined;
  }
  const close = closingQuote(text, quote + 1);
  if (close === undefined) return undefined;
  return { line, path: text.slice(quote + 1, close), end: skipFlags(text, close + 1) };
}

/**
 * The file and line that the text at `offset` came from according to the last line marker before
 * it, or its own file and line if there is none.
 */
export function presumedPlace(source: SourceFile, offset: number): PresumedPlace {
  const own = positionAt(source, offset);
  const markers = markersOf(source);
  let low = -1;
  let high = markers.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((markers[middle] as PlacedMarker).atLine < own.line) low = middle;
    else high = middle - 1;
  }
  const marker = markers[low];
  if (marker === undefined) return { path: source.path, ...own };
  const line = Math.max(0, marker.line - 1 + (own.line - marker.atLine - 1));
  return { path: marker.path, line, character: own.character };
}

interface PlacedMarker {
  readonly atLine: number;
  readonly line: number;
  readonly path: string;
}

const markersCache = new WeakMap<SourceFile, readonly PlacedMarker[]>();

function markersOf(source: SourceFile): readonly PlacedMarker[] {
  const known = markersCache.get(source);
  if (known !== undefined) return known;
  const { text } = source;
  const markers: PlacedMarker[] = [];
  if (text.startsWith('#') || text.includes('\n#')) {
    let path = source.path;
    for (const [atLine, start] of lineStarts(source).entries()) {
      if (text[start] !== '#') continue;
      const marker = lineMarkerAt(text, start);
      if (marker === undefined) continue;
      if (marker.path !== undefined) path = marker.path.replace(/\\(.)/g, '$1');
      markers.push({ atLine, line: marker.line, path });
    }
  }
  markersCache.set(source, markers);
  return markers;
}

function skipBlanks(text: string, offset: number): number {
  let at = offset;
  while (text[at] === ' ' || text[at] === '\t') at++;
  return at;
}

function closingQuote(text: string, offset: number): number | undefined {
  for (let at = offset; at < text.length; at++) {
    const unit = text[at];
    if (unit === '"') return at;
    if (unit === '\n') return undefined;
    if (unit === '\\') at++;
  }
  return undefined;
}

/** The digits after the file name; they must not reach into the next line. */
function skipFlags(text: string, offset: number): number {
  let end = offset;
  for (;;) {
    let at = skipBlanks(text, end);
    if (at === end || !isDigitUnit(text.charCodeAt(at))) return end;
    while (isDigitUnit(text.charCodeAt(at))) at++;
    end = at;
  }
}
