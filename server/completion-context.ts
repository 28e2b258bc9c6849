// What is being typed in a source: from the syntax tree and the text around the cursor.
import type { DtsItem, DtsNodeItem, Span } from '../fdt/index.ts';
import type { CheckedSource } from '../kho/index.ts';
import { type CursorNode, cursorNode } from './cursor-node.ts';
import type { Place } from './locate.ts';
import { type ScannedStatement, scanStatement } from './statement-scan.ts';

export type CompletionContext =
  /** A name or a directive at the start of a statement. */
  | { readonly kind: 'statement' }
  /** Behind `=` or a comma, where a value must follow. */
  | { readonly kind: 'value'; readonly property: string }
  | { readonly kind: 'string'; readonly property: string }
  | CellsContext
  /** Behind `&`; `owner` is what the reference begins or is part of. */
  | { readonly kind: 'label'; readonly owner: 'statement' | 'directive' | 'value' }
  /** In `&{…}`, behind the names `above`. */
  | { readonly kind: 'path'; readonly above: string }
  | { readonly kind: 'bits' }
  /** In the quotes of /include/ or /incbin/. */
  | { readonly kind: 'file'; readonly directive: 'include' | 'incbin' }
  | { readonly kind: 'deleted'; readonly what: 'node' | 'property' };

export interface CellsContext {
  readonly kind: 'cells';
  readonly property: string;
  /** Cells of the value before the one that is being typed. */
  readonly index: number;
  /** Width that the source gives the cells of this array; undefined without /bits/. */
  readonly bits: number | undefined;
  /** In parentheses or behind an operator. */
  readonly isExpression: boolean;
}

export interface Typing {
  readonly context: CompletionContext;
  readonly enclosing: CursorNode | undefined;
  /** What has been typed of the word. */
  readonly word: string;
  /** All of the word that the cursor is in, as offsets. */
  readonly start: number;
  readonly end: number;
  /** The last finished item before the cursor in the same body. */
  readonly afterItem: DtsItem | DtsNodeItem | undefined;
}

/** Code units between the last finished item and the cursor; of more than that nothing is said. */
export const MAX_STATEMENT_UNITS = 8_000_000;

/** Undefined in comments and where nothing can be offered. */
export function typingAt(checked: CheckedSource, text: string, place: Place): Typing | undefined {
  const enclosing = cursorNode(checked, place);
  const { offset, isInFile } = place;
  const items = enclosing?.syntax.items ?? checked.document.items;
  const body = enclosing?.syntax.body;
  const { afterItem, end: itemEnd } = lastFinished(items, place);
  const bodyStart = body !== undefined && isInFile(body) ? body.start + 1 : 0;
  const from = Math.max(bodyStart, itemEnd);
  if (offset - from > MAX_STATEMENT_UNITS) return undefined;
  const scanned = scanStatement(text.slice(from, offset));
  const found = scanned && contextOf(scanned);
  if (found === undefined) return undefined;
  const { context, word } = found;
  const end = offset + restOfWord(context, word, text.slice(offset, offset + MAX_WORD)).length;
  return { context, enclosing, word, start: offset - word.length, end, afterItem };
}

/** Code units of a word behind the cursor that are replaced with it. */
const MAX_WORD = 1024;

/** Code units between a directive and its semicolon. */
const MAX_GAP = 256;

interface LastFinished {
  readonly afterItem: DtsItem | DtsNodeItem | undefined;
  /** Where the last property or node before the cursor ends; 0 if there is none. */
  readonly end: number;
}

function lastFinished(
  items: readonly (DtsItem | DtsNodeItem)[],
  { offset, isInFile }: Place,
): LastFinished {
  let afterItem: DtsItem | DtsNodeItem | undefined;
  let last = 0;
  for (const item of items) {
    const span: Span = 'whole' in item ? item.whole : item.span;
    if (!isInFile(span) || span.start >= offset) continue;
    const { text } = span.source;
    if ('whole' in item) {
      // What was recovered from goes on where it ends.
      if (span.end > offset || !/[;}]/.test(text[span.end - 1] ?? '')) continue;
      last = Math.max(last, span.end);
      afterItem = item;
    } else if (text.slice(span.start, Math.min(span.end + MAX_GAP, offset)).includes(';'))
      afterItem = item;
  }
  return { afterItem, end: last };
}

interface Found {
  readonly context: CompletionContext;
  readonly word: string;
}

function contextOf(scanned: ScannedStatement): Found | undefined {
  const { phase, token } = scanned;
  const owner = ownerOf(scanned);
  if (token.startsWith('&') && phase !== 'expression')
    return owner && referenceContext(token, owner);
  if (token.startsWith('"')) return stringContext(scanned);
  if (token.startsWith("'")) return undefined;
  switch (phase) {
    case 'start':
      return { context: { kind: 'statement' }, word: token };
    case 'value':
      if (!scanned.isValueDue || !/^(?:\/.*)?$/.test(token)) return undefined;
      return { context: { kind: 'value', property: scanned.property }, word: token };
    case 'cells':
    case 'expression':
      return cellsContext(scanned);
    case 'bits':
      return /^\d*$/.test(token) ? { context: { kind: 'bits' }, word: token } : undefined;
    case 'delete-node':
      return { context: { kind: 'deleted', what: 'node' }, word: token };
    case 'delete-property':
      return { context: { kind: 'deleted', what: 'property' }, word: token };
    case 'omit':
    case 'named':
    case 'bytes':
    case 'include':
    case 'incbin':
    case 'other':
      return undefined;
  }
}

function ownerOf({
  phase,
  isValueDue,
}: ScannedStatement): 'statement' | 'directive' | 'value' | undefined {
  if (phase === 'start') return 'statement';
  if (phase === 'delete-node' || phase === 'omit') return 'directive';
  return phase === 'cells' || (phase === 'value' && isValueDue) ? 'value' : undefined;
}

function referenceContext(token: string, owner: 'statement' | 'directive' | 'value'): Found {
  if (!token.startsWith('&{')) return { context: { kind: 'label', owner }, word: token.slice(1) };
  const slash = token.lastIndexOf('/');
  const above = token.slice(2, Math.max(2, slash + 1));
  return { context: { kind: 'path', above }, word: token.slice(2 + above.length) };
}

function stringContext({
  phase,
  token,
  property,
  isValueDue,
}: ScannedStatement): Found | undefined {
  const word = token.slice(1);
  if (phase === 'include' || phase === 'incbin')
    return { context: { kind: 'file', directive: phase }, word };
  if (phase !== 'value' || !isValueDue) return undefined;
  return { context: { kind: 'string', property }, word };
}

function cellsContext({ phase, token, property, cells, bits }: ScannedStatement): Found {
  const isExpression = phase === 'expression' || !/^\w*$/.test(token);
  const context: CellsContext = { kind: 'cells', property, index: cells, bits, isExpression };
  return { context, word: token };
}

/** The part of the word behind the cursor. */
function restOfWord({ kind }: CompletionContext, word: string, text: string): string {
  switch (kind) {
    case 'statement':
    case 'value':
      if (word.startsWith('/')) return word.endsWith('/') ? '' : matched(text, /^[\w-]*\/?/);
      return matched(text, /^[\w,.+*#?@-]*/);
    case 'deleted':
      return matched(text, /^[\w,.+*#?@-]*/);
    case 'string':
    case 'file':
      return matched(text, /^[^"\n]*(?=")/) || matched(text, /^[\w,.+/-]*/);
    case 'path':
      return matched(text, /^[\w,.+*#?@-]*/);
    case 'cells':
    case 'label':
    case 'bits':
      return matched(text, /^\w*/);
  }
}

function matched(text: string, pattern: RegExp): string {
  return pattern.exec(text)?.[0] ?? '';
}
