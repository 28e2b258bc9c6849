// Puts the deletions in the body of a node where a reader looks for them: those of properties
// first, those of nodes before the nodes. What deletes nothing goes.
import {
  applyEdits,
  compileDts,
  type DtsDeleteNode,
  type DtsDeleteProperty,
  type DtsItem,
  type DtsNode,
  type DtsNodeItem,
  parseDts,
  type SourceEdit,
  type SourceFile,
  type SourceHost,
  type Span,
  writeFdt,
} from '../fdt/index.ts';
import type { CheckedSource } from '../kho/index.ts';

type Deletion = DtsDeleteProperty | DtsDeleteNode;

/** How much is done: what was tried is given up where it would change the blob. */
const WAYS = [
  { moves: true, removesUnknown: true },
  { moves: true, removesUnknown: false },
  { moves: false, removesUnknown: true },
  { moves: false, removesUnknown: false },
] as const;
type Way = (typeof WAYS)[number];

/**
 * Edits of `source`, one of the files of a tree without errors, after which the same blob comes of
 * it; none if there is nothing to organise or every way would change the blob.
 */
export function organizedDeletions(
  checked: CheckedSource,
  source: SourceFile,
): readonly SourceEdit[] {
  if (!checked.isWhole) return [];
  let before: Uint8Array | undefined;
  for (const way of WAYS) {
    const edits = editsOf(checked, source, way);
    if (edits.length === 0) continue;
    before ??= blobOf(checked, source, source);
    const path = source.path;
    const after = blobOf(checked, source, { path, text: applyEdits(source, edits) });
    if (before !== undefined && after !== undefined && isSame(before, after)) return edits;
  }
  return [];
}

/** What the tree compiles to with `next` in place of `source`; undefined if that is broken. */
function blobOf(
  { document, source: main, bindings, byteOrder }: CheckedSource,
  source: SourceFile,
  next: SourceFile,
): Uint8Array | undefined {
  const { host } = document;
  const original = (from: SourceFile): SourceFile => (from === next ? source : from);
  const replacing: SourceHost = {
    readInclude(path, from) {
      const found = host?.readInclude(path, original(from));
      return found === source ? next : found;
    },
    readBytes: (path, from) => host?.readBytes(path, original(from)),
  };
  const parsed = parseDts(main === source ? next : main, { host: replacing });
  const compiled = compileDts(parsed.value, {
    byteOrder,
    layoutOf: bindings.layoutOf,
    host: replacing,
  });
  const issues = [...parsed.issues, ...compiled.issues];
  return issues.some(({ severity }) => severity === 'error') ? undefined : writeFdt(compiled.value);
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function editsOf({ document }: CheckedSource, source: SourceFile, way: Way): SourceEdit[] {
  const edits: SourceEdit[] = [];
  /** Names that were defined so far, anywhere: what is not among them is deleted in vain. */
  const defined = { property: new Set<string>(), node: new Set<string>() };
  const frames: { items: readonly (DtsItem | DtsNodeItem)[]; next: number }[] = [
    { items: document.items, next: 0 },
  ];
  for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
    const item = frame.items[frame.next++];
    if (item === undefined) frames.pop();
    else if (item.kind === 'property') defined.property.add(item.name);
    else if (item.kind === 'node') {
      if (item.body.source === source) edits.push(...organizedBody(item, defined, way));
      if (item.name !== '') defined.node.add(item.name);
      frames.push({ items: item.items, next: 0 });
    }
  }
  return edits;
}

interface Defined {
  readonly property: ReadonlySet<string>;
  readonly node: ReadonlySet<string>;
}

function organizedBody(node: DtsNode, defined: Defined, way: Way): SourceEdit[] {
  const { body, items } = node;
  const isOwn = items.every((item) => spanOf(item).source === body.source);
  if (!isOwn || !items.some(isDeletion)) return [];
  const edits: SourceEdit[] = [];
  const groups = { 'delete-property': 'property', 'delete-node': 'node' } as const;
  for (const [kind, what] of Object.entries(groups) as ['delete-property', 'property'][]) {
    const here = new Set<string>();
    const deleted = new Set<string>();
    const moved: Span[] = [];
    let isBehindOthers = false;
    let anchor = what === 'property' ? openingOf(body) : undefined;
    anchor ??= lastBefore(items, 'node') ?? openingOf(body);
    for (const item of items)
      if (item.kind === what) {
        here.add(item.name);
        deleted.delete(item.name);
        isBehindOthers = true;
      } else if (item.kind === kind && item.labels.length === 0) {
        const whole = spanOf(item);
        const isUnknown = !here.has(item.name) && !defined[what].has(item.name);
        if (deleted.has(item.name) || (way.removesUnknown && isUnknown))
          edits.push({ span: withLine(whole) ?? whole, text: '' });
        else if (!isBehindOthers) anchor = whole;
        else if (!here.has(item.name)) moved.push(whole);
        deleted.add(item.name);
      }
    if (way.moves && anchor !== undefined) edits.push(...movedTo(anchor, moved));
  }
  return edits;
}

function isDeletion(item: DtsNodeItem): item is Deletion {
  return item.kind === 'delete-property' || item.kind === 'delete-node';
}

/** Code units between a statement and its semicolon. */
const MAX_GAP = 100;

/** With the semicolon. */
function spanOf(item: DtsNodeItem): Span {
  const span = item.kind === 'property' || item.kind === 'node' ? item.whole : item.span;
  const { source, end } = span;
  if (source.text[end - 1] === ';') return span;
  const rest = /^\s*;/.exec(source.text.slice(end, end + MAX_GAP))?.[0] ?? '';
  return { ...span, end: end + rest.length };
}

function openingOf(body: Span): Span {
  return { ...body, end: body.start + 1 };
}

/** The last statement that stands before everything of the kind. */
function lastBefore(items: readonly DtsNodeItem[], kind: 'node'): Span | undefined {
  let last: Span | undefined;
  for (const item of items) {
    if (item.kind === kind || item.kind === 'delete-node') break;
    last = spanOf(item);
  }
  return last;
}

/** Only statements that have their lines to themselves, to the end of a line. */
function movedTo(anchor: Span, moved: readonly Span[]): SourceEdit[] {
  const { source } = anchor;
  const lineEnd = source.text.indexOf('\n', anchor.end);
  if (lineEnd < 0 || source.text.slice(anchor.end, lineEnd).trim() !== '') return [];
  const lines = moved.flatMap((span) => withLine(span) ?? []);
  if (lines.length === 0) return [];
  const text = lines.map(({ start, end }) => `\n${source.text.slice(start, end - 1)}`).join('');
  const at = { source, start: lineEnd, end: lineEnd };
  return [{ span: at, text }, ...lines.map((span) => ({ span, text: '' }))];
}

/** The line of a statement that has it to itself, with its end. */
function withLine({ source, start, end }: Span): Span | undefined {
  const { text } = source;
  const lineStart = text.lastIndexOf('\n', start - 1) + 1;
  const lineEnd = text.indexOf('\n', end);
  if (lineEnd < 0) return undefined;
  const beside = text.slice(lineStart, start) + text.slice(end, lineEnd);
  return beside.trim() === '' ? { source, start: lineStart, end: lineEnd + 1 } : undefined;
}
