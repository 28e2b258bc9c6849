// The tree of the parser lives outside the heap, and every look at it is a call there. What is
// looked at more than once is copied, a function at a time.
import type { Node } from 'web-tree-sitter';

/** A node as it was parsed. Offsets count from the start of the function it is part of. */
export interface PlainNode {
  readonly type: string;
  readonly field: string | undefined;
  readonly start: number;
  readonly end: number;
  readonly isNamed: boolean;
  readonly isMissing: boolean;
  readonly children: readonly PlainNode[];
}

/** Deeper nesting than this is not read: no person writes it. */
export const MAX_DEPTH = 400;

/** Copies the nodes below `root`; undefined if they are nested deeper than MAX_DEPTH. */
export function plainTree(root: Node): PlainNode | undefined {
  const cursor = root.walk();
  const base = root.startIndex;
  let isTooDeep = false;
  const copy = (depth: number): PlainNode => {
    const children: PlainNode[] = [];
    const node = {
      type: cursor.nodeType,
      field: cursor.currentFieldName ?? undefined,
      start: cursor.startIndex - base,
      end: cursor.endIndex - base,
      isNamed: cursor.nodeIsNamed,
      isMissing: cursor.nodeIsMissing,
      children,
    };
    if (depth > MAX_DEPTH) {
      isTooDeep = true;
      return node;
    }
    if (cursor.gotoFirstChild()) {
      do children.push(copy(depth + 1));
      while (cursor.gotoNextSibling());
      cursor.gotoParent();
    }
    return node;
  };
  try {
    const copied = copy(0);
    return isTooDeep ? undefined : copied;
  } finally {
    cursor.delete();
  }
}

/** The child in a field, or undefined. */
export function fieldOf({ children }: PlainNode, field: string): PlainNode | undefined {
  return children.find((child) => child.field === field);
}

/** The children that say something: no punctuation and no comments. */
export function namedOf({ children }: PlainNode): PlainNode[] {
  return children.filter(({ isNamed, type }) => isNamed && type !== 'comment');
}
