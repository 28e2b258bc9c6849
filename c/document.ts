// A C file that is open: its text changes, its tree follows, and checks go on from the last one.
import type { Tree } from 'web-tree-sitter';
import type { SourceFile } from '../fdt/index.ts';
import type { Release } from '../kho/index.ts';
import { type CheckedC, checkC, createCMemory } from './check.ts';
import type { CParser } from './parser.ts';
import { withoutKernelWords } from './syntax/kernel-words.ts';
import { usesKho } from './uses-kho.ts';

export interface CDocument {
  /** Checks the text as it is now; equal text of the same release is not checked twice. */
  check(source: SourceFile, release: Release | undefined): CheckedC;
  /** Frees the tree. The document can be checked again. */
  close(): void;
}

export function createCDocument(parser: CParser): CDocument {
  const memory = createCMemory();
  let tree: Tree | undefined;
  let parsed = '';
  let last: Last | undefined;
  const close = (): void => {
    tree?.delete();
    tree = undefined;
    parsed = '';
    last = undefined;
  };
  const parse = (text: string): Tree | undefined => {
    const shown = withoutKernelWords(text);
    const old = tree;
    if (old !== undefined) editTree(old, parsed, shown);
    tree = parser.parse(shown, old);
    old?.delete();
    parsed = shown;
    return tree;
  };
  return {
    close,
    check(source, release) {
      const { text } = source;
      if (last?.text === text && last.release === release) return last.checked;
      // A file that never was about KHO costs no tree.
      const made = tree !== undefined || usesKho(text) ? parse(text) : undefined;
      const checked: CheckedC =
        made === undefined
          ? { source, usesKho: false, release: undefined, issues: [], cutShort: [] }
          : checkC(source, made, { release, memory });
      last = { checked, text, release };
      return checked;
    },
  };
}

interface Last {
  readonly checked: CheckedC;
  /** The source may have another text by now. */
  readonly text: string;
  readonly release: Release | undefined;
}

/** Checks a text once. */
export function checkCText(
  parser: CParser,
  source: SourceFile,
  release?: Release | undefined,
): CheckedC {
  const document = createCDocument(parser);
  try {
    return document.check(source, release);
  } finally {
    document.close();
  }
}

/** Tells a tree that one text became another: what lies between their common ends. */
function editTree(tree: Tree, before: string, after: string): void {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  let tail = 0;
  while (
    tail < shorter - start &&
    before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)
  )
    tail++;
  const oldEnd = before.length - tail;
  const newEnd = after.length - tail;
  tree.edit(
    editOf({
      startIndex: start,
      oldEndIndex: oldEnd,
      newEndIndex: newEnd,
      startPosition: pointAt(before, start),
      oldEndPosition: pointAt(before, oldEnd),
      newEndPosition: pointAt(after, newEnd),
    }),
  );
}

type TreeEdit = Parameters<Tree['edit']>[0];

/** Only the fields are looked at. */
function editOf(fields: Omit<TreeEdit, 'editPoint' | 'editRange'>): TreeEdit {
  return fields as TreeEdit;
}

function pointAt(text: string, offset: number): { row: number; column: number } {
  let row = 0;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < offset; at = text.indexOf('\n', at + 1)) {
    row++;
    lineStart = at + 1;
  }
  return { row, column: offset - lineStart };
}
