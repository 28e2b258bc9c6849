// The node that the cursor is in, also where the file is included inside a node of another file.
import type { DtsItem, DtsNode, DtsNodeItem, FdtNode } from '../fdt/index.ts';
import type { CheckedSource } from '../kho/index.ts';
import { locate, type Place } from './locate.ts';

/** A node as it is written and as it came to be. */
export interface CursorNode {
  readonly syntax: DtsNode;
  /** Undefined where the compiler dropped it. */
  readonly node: FdtNode | undefined;
}

/** Includes that are followed outwards; the parser follows no more inwards. */
const MAX_INCLUDERS = 200;

/** The innermost node that `place` is in the body of; undefined at the top of the document. */
export function cursorNode(checked: CheckedSource, place: Place): CursorNode | undefined {
  const { document } = checked;
  let at = place;
  for (let i = 0; i < MAX_INCLUDERS; i++) {
    const syntax = innermost(document.items, at);
    if (syntax !== undefined) return { syntax, node: becomes(checked, syntax) };
    const include = document.includes.find(
      ({ resolved }) => resolved && at.isInFile({ source: resolved, start: 0, end: 0 }),
    );
    if (include === undefined) return undefined;
    const { source, start } = include.span;
    at = { offset: start, isInFile: (span) => span.source === source };
  }
  return undefined;
}

function innermost(items: readonly (DtsItem | DtsNodeItem)[], place: Place): DtsNode | undefined {
  let best: DtsNode | undefined;
  // A stack of our own: sources may nest deeper than calls.
  const pending = [items];
  for (let next = pending.pop(); next !== undefined; next = pending.pop())
    for (const item of next) {
      if (item.kind !== 'node') continue;
      const isAround = isInBody(item, place);
      if (isAround && (best === undefined || best.body.start < item.body.start)) best = item;
      // What is included inside a node lies in another file than the node.
      if (isAround || !place.isInFile(item.body)) pending.push(item.items);
    }
  return best;
}

/** Between the braces, or behind the opening one where the closing one is missing. */
function isInBody({ body }: DtsNode, { offset, isInFile }: Place): boolean {
  if (!isInFile(body) || offset <= body.start) return false;
  // Of a body that ends in another file only the opening brace is known.
  const isLeftOpen = body.end === body.start + 1;
  if (isLeftOpen || offset < body.end) return true;
  return offset === body.end && body.source.text[body.end - 1] !== '}';
}

function becomes(checked: CheckedSource, { nameSpan }: DtsNode): FdtNode | undefined {
  const { source, start } = nameSpan;
  const found = locate(checked, { offset: start, isInFile: (span) => span.source === source });
  if (found?.kind === 'reference') return found.target;
  return found?.kind === 'node' ? found.node : undefined;
}
