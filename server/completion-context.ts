// What is being typed in a source: the statement that is not finished yet, up to the cursor.
import type { DtsItem, DtsNodeItem, Span } from '../fdt/index.ts';
import type { CheckedSource } from '../kho/index.ts';
import { type Enclosing, enclosingNode, type Place } from './locate.ts';

export type CompletionContext =
  /** A name or a directive at the start of a statement. */
  | { readonly kind: 'statement'; readonly word: string }
  | { readonly kind: 'string'; readonly property: string; readonly word: string }
  | {
      readonly kind: 'cells';
      readonly property: string;
      readonly word: string;
      /** Cells of the value before the one that is being typed. */
      readonly index: number;
    }
  | { readonly kind: 'label'; readonly word: string }
  | { readonly kind: 'path'; readonly word: string }
  | { readonly kind: 'bits'; readonly word: string };

export interface Typing {
  readonly context: CompletionContext;
  readonly enclosing: Enclosing | undefined;
}

/** Names have more characters than words of other languages. */
const STATEMENT = /^\s*(?:[A-Za-z_]\w*:\s*)*([\w,.#?@+/-]*)$/;
const PROPERTY = /^\s*(?:[A-Za-z_]\w*:\s*)*([\w,.#?@+-]+)\s*=/;
/** A statement longer than this is not one that is being typed. */
const MAX_STATEMENT = 100_000;

/** Undefined in comments and where nothing can be offered. */
export function typingAt(checked: CheckedSource, text: string, place: Place): Typing | undefined {
  const enclosing = enclosingNode(checked, place);
  const items = enclosing?.syntax.items ?? checked.document.items;
  const from = Math.max(
    enclosing === undefined ? 0 : enclosing.syntax.body.start + 1,
    lastEndBefore(items, place),
    place.offset - MAX_STATEMENT,
  );
  const statement = openStatement(text.slice(from, place.offset));
  const context = statement === undefined ? undefined : contextOf(statement);
  return context && { context, enclosing };
}

function lastEndBefore(
  items: readonly (DtsItem | DtsNodeItem)[],
  { offset, isInFile }: Place,
): number {
  let last = 0;
  for (const item of items) {
    const span: Span = 'whole' in item ? item.whole : item.span;
    // What was recovered from goes on where it ends.
    const isFinished = /[;}]/.test(span.source.text[span.end - 1] ?? '');
    if (isInFile(span) && isFinished && span.end <= offset) last = Math.max(last, span.end);
  }
  return last;
}

interface Statement {
  /** Without comments; what strings hold is blanked out. */
  readonly text: string;
  /** What has been typed of a string that is not closed. */
  readonly string: string | undefined;
}

/** What follows the last `;`, `{` or `}` that is no part of a string or comment. */
function openStatement(text: string): Statement | undefined {
  let statement = '';
  const token = /\/\*[\s\S]*?(?:\*\/|$)|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"?|[;{}]|[^;{}"/]+|\//g;
  for (const { 0: each, index } of text.matchAll(token)) {
    const isLast = index + each.length === text.length;
    if (each.startsWith('//')) {
      if (isLast) return undefined;
    } else if (each.startsWith('/*')) {
      if (!each.endsWith('*/') || each.length < 4) return undefined;
    } else if (each.startsWith('"')) {
      const isOpen = isLast && !/^"(?:[^"\\]|\\.)*"$/.test(each);
      if (isOpen) return { text: statement, string: each.slice(1) };
      statement += '""';
    } else if (each === '{' && /&\s*$/.test(statement)) statement += '{';
    else if (each === '}' && /&\s*\{[^{}]*$/.test(statement)) statement += '}';
    else if (/^[;{}]$/.test(each)) statement = '';
    else statement += each;
  }
  return { text: statement, string: undefined };
}

/** Whole cells in the arrays of an unfinished statement: numbers, references, expressions. */
function cellsIn(text: string): number {
  let count = 0;
  for (const [array] of text.slice(text.indexOf('=') + 1).matchAll(/<[^>]*/g)) {
    const cells = array
      .slice(1)
      .match(/\([^()]*(?:\([^()]*\)[^()]*)*\)|&?[\w{}/@,.+-]+:?|'[^']*'/g);
    // A label is no cell, and what touches the cursor is not whole.
    count += (cells ?? []).filter((each) => !each.endsWith(':')).length;
  }
  return /[\w}')]$/.test(text) ? count - 1 : count;
}

function contextOf({ text, string }: Statement): CompletionContext | undefined {
  const property = PROPERTY.exec(text)?.[1] ?? '';
  if (string !== undefined)
    return property === '' ? undefined : { kind: 'string', property, word: string };
  const path = /&\s*\{([^{}]*)$/.exec(text)?.[1];
  if (path !== undefined) return { kind: 'path', word: path };
  const label = /&([A-Za-z_]?\w*)$/.exec(text)?.[1];
  if (label !== undefined) return { kind: 'label', word: label };
  const bits = /\/bits\/\s+(\d*)$/.exec(text)?.[1];
  if (bits !== undefined) return { kind: 'bits', word: bits };
  if (text.lastIndexOf('<') > text.lastIndexOf('>'))
    return { kind: 'cells', property, word: /\w*$/.exec(text)?.[0] ?? '', index: cellsIn(text) };
  const word = STATEMENT.exec(text)?.[1];
  return word === undefined ? undefined : { kind: 'statement', word };
}
