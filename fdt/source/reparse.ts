// Reads again only what changed of a document. The parser is between two items of a node in a state
// that depends on nothing but the node: so if it comes, reading from before a change, to where two
// items met in the old text after the change, all that follows is what it was, only moved.
import { type Issue, movedIssue, type Outcome } from '../issue.ts';
import { CELL_LIMIT, ISSUE_LIMIT, TREE_ITEM_LIMIT } from '../limits.ts';
import { replaceRange } from '../replace-range.ts';
import { changeBetween, type Move, movedSpan, movesSpan, type TextChange } from '../text-change.ts';
import { ParsedDocument } from './document.ts';
import { NodeSyntax, PropertySyntax } from './items.ts';
import { moveItem } from './move.ts';
import { type ParseOptions, Parser } from './parse.ts';
import type { DtsDocument, DtsNode, DtsNodeItem } from './syntax.ts';

/** Items of one node that were replaced by others. */
export interface DtsChange {
  readonly parent: DtsNode;
  /** Of the first of them, in the items of `parent`. */
  readonly index: number;
  readonly removed: readonly DtsNodeItem[];
  readonly added: readonly DtsNodeItem[];
  readonly move: Move;
}

export interface Reparsed {
  readonly parsed: Outcome<DtsDocument>;
  /** Undefined if the text is the same. */
  readonly change: DtsChange | undefined;
}

/**
 * Brings a document up to date with the text of its source, which has changed since it was read.
 * The document is changed in place: what was taken from it before is no longer right. Undefined,
 * and nothing is changed, if all of it has to be read again.
 */
export function reparseDts(
  { value, issues }: Outcome<DtsDocument>,
  options: ParseOptions = {},
): Reparsed | undefined {
  if (!(value instanceof ParsedDocument)) return undefined;
  const { source } = value;
  const change = changeBetween(value.text, source.text);
  if (change === undefined) return { parsed: { value, issues }, change };
  if (!value.isSteady) return undefined;
  const chain = nodesAround(value, change);
  const parent = chain.at(-1);
  if (parent === undefined) return undefined;
  const window = windowOf(parent, value.text, change);
  const read = readWindow(value, chain, window, options);
  if (read === undefined) return undefined;
  const move = { source, from: read.end, delta: change.newEnd - change.oldEnd };
  const endsAtBrace = read.end === parent.end - 1;
  const isReplaced = (offset: number): boolean =>
    // What is missing before the brace is reported where the brace is.
    offset >= window.start && (offset < read.end || (endsAtBrace && offset === read.end));
  const moved = mergeIssues(issues, read.issues, isReplaced, move);
  if (moved === undefined) return undefined;
  const removed = parent.items.slice(window.first, read.last + 1);
  moveAfter(value, chain, read.last + 1, move);
  replaceRange(parent.items, window.first, removed.length, read.items);
  parent.hasNodes = parent.items.some(isNodeItem);
  value.text = source.text;
  value.count += read.count;
  value.cells += read.cells;
  const parsed = { value, issues: moved };
  const { first: index } = window;
  return { parsed, change: { parent, index, removed, added: read.items, move } };
}

/** The nodes in which a change stands, the outermost first: inside their braces. */
function nodesAround({ source, items }: ParsedDocument, change: TextChange): NodeSyntax[] {
  const chain: NodeSyntax[] = [];
  const holds = (item: DtsDocument['items'][number]): item is NodeSyntax =>
    item instanceof NodeSyntax &&
    item.bodySource === source &&
    item.endSource === source &&
    item.bodyStart < change.start &&
    change.oldEnd < item.end;
  for (let inner = items.find(holds); inner !== undefined; inner = inner.items.find(holds)) {
    chain.push(inner as NodeSyntax);
  }
  return chain;
}

interface Window {
  /** Where to start to read, in both texts. */
  readonly start: number;
  /** The first item that may be another now. */
  readonly first: number;
  /** Ends of items after the change, ascending, last that of the node's body; in the new text. */
  readonly ends: readonly number[];
  /** The item that ends at each of `ends`. */
  readonly lasts: readonly number[];
  /** How far what stands after the change has moved. */
  readonly delta: number;
}

function windowOf(parent: NodeSyntax, text: string, change: TextChange): Window {
  const delta = change.newEnd - change.oldEnd;
  let start = parent.bodyStart + 1;
  let first = 0;
  const ends: number[] = [];
  const lasts: number[] = [];
  for (const [index, item] of parent.items.entries()) {
    const end = itemEnd(item, text);
    if (end < 0) continue;
    if (end <= change.start) {
      start = end;
      first = index + 1;
    } else if (end > change.oldEnd) {
      ends.push(end + delta);
      lasts.push(index);
    }
  }
  ends.push(parent.end - 1 + delta);
  lasts.push(parent.items.length - 1);
  return { start, first, ends, lasts, delta };
}

/** After the semicolon of an item; -1 if it has none, or what follows may belong to it. */
function itemEnd(item: DtsNodeItem, text: string): number {
  if (item instanceof NodeSyntax) return item.itemEnd;
  const isEnded = item instanceof PropertySyntax && text.charCodeAt(item.end - 1) === 0x3b;
  return isEnded ? item.end : -1;
}

interface WindowRead {
  readonly items: readonly DtsNodeItem[];
  readonly issues: readonly Issue[];
  /** The last item that was replaced. */
  readonly last: number;
  /** Where what was replaced ends, in the old text. */
  readonly end: number;
  readonly count: number;
  readonly cells: number;
}

function readWindow(
  document: ParsedDocument,
  chain: readonly NodeSyntax[],
  { start, first, ends, lasts, delta }: Window,
  options: ParseOptions,
): WindowRead | undefined {
  const { source, names, places } = document;
  const parent = chain.at(-1) as NodeSyntax;
  const into = new NodeSyntax(parent, source, parent.bodyStart);
  into.hasNodes = parent.items.slice(0, first).some(isNodeItem);
  const parser = new Parser(source, options, { offset: start, names, places });
  let next = 0;
  const isEnd = (offset: number): boolean => {
    while (next < ends.length && (ends[next] as number) < offset) next++;
    return ends[next] === offset;
  };
  const items = parser.readInside([...chain.slice(0, -1), into], isEnd);
  if (items === undefined) return undefined;
  const { count, cells, issues } = parser;
  const last = lasts[next] as number;
  const isTooMuch = document.count + count > TREE_ITEM_LIMIT || document.cells + cells > CELL_LIMIT;
  if (isTooMuch || issues.length >= ISSUE_LIMIT) return undefined;
  const after = parent.items.slice(last + 1);
  // Whether properties come after nodes, and so in the wrong place, must be what it was.
  const hadNodes = parent.items.slice(0, last + 1).some(isNodeItem);
  if (hadNodes !== into.hasNodes && after.some((item) => !isNodeItem(item))) return undefined;
  return { items, issues, last, end: (ends[next] as number) - delta, count, cells };
}

function isNodeItem({ kind }: DtsNodeItem): boolean {
  return kind === 'node' || kind === 'delete-node';
}

/** Issues of what was not read again, moved, with those of what was. */
function mergeIssues(
  before: readonly Issue[],
  added: readonly Issue[],
  isReplaced: (offset: number) => boolean,
  move: Move,
): readonly Issue[] | undefined {
  const kept = before.filter(({ span }) => span?.source !== move.source || !isReplaced(span.start));
  if (kept.some(({ span }) => span === undefined)) return undefined;
  const merged = [...kept.map((issue) => movedIssue(issue, move)), ...added];
  return merged.length >= ISSUE_LIMIT ? undefined : merged;
}

/** Moves all that stands after the items `next - 1` of the last of `chain`. */
function moveAfter(
  document: ParsedDocument,
  chain: readonly NodeSyntax[],
  next: number,
  move: Move,
): void {
  if (move.delta === 0) return;
  const moveRest = (items: readonly DtsDocument['items'][number][], from: number): void => {
    for (let i = from; i < items.length; i++) moveItem(items[i] as DtsNodeItem, move);
  };
  let items: readonly DtsDocument['items'][number][] = document.items;
  for (const node of chain) {
    moveRest(items, items.indexOf(node) + 1);
    node.end += move.delta;
    if (node.itemEnd >= 0) node.itemEnd += move.delta;
    items = node.items;
  }
  moveRest(items, next);
  document.includes = document.includes.map((include) => {
    const { span, pathSpan } = include;
    if (!movesSpan(span, move)) return include;
    return { ...include, span: movedSpan(span, move), pathSpan: movedSpan(pathSpan, move) };
  });
}
