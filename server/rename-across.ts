// Renames a label or a node in all the sources that share a file which names it, or in none.
import type { Range, TextEdit, WorkspaceEdit } from 'vscode-languageserver/node';
import { offsetAt, type SourceFile, type Span } from '../fdt/index.ts';
import type { CheckedSource } from '../kho/index.ts';
import type { Place } from './locate.ts';
import { occurrencesAt } from './occurrences.ts';
import { treesByFile } from './references-across.ts';
import { MAX_RENAMED_PLACES, type RenameRefusal, renameAt } from './rename.ts';

type UriOf = (span: Span) => string | undefined;

/**
 * Renames what is at `place` of the first tree, and what the trees that share a file with an edit
 * have at that place. What one tree refuses is refused: the others would be left with half of it.
 */
export function renameAcross(
  trees: readonly CheckedSource[],
  place: Place,
  newName: string,
  uriOf: UriOf,
): WorkspaceEdit | RenameRefusal {
  const [first] = trees;
  if (first === undefined) return { refused: 'There is no label and no node here to rename' };
  const treesOf = treesByFile(trees, uriOf);
  const changes: Record<string, TextEdit[]> = {};
  /** Places that are renamed, and in which trees that was decided. */
  const done = new Map<CheckedSource, Set<string>>(trees.map((tree) => [tree, new Set()]));
  const edited = new Set<string>();
  const pending = [{ tree: first, place, key: '' }];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { tree, key: asked } = next;
    if (done.get(tree)?.has(asked)) continue;
    done.get(tree)?.add(asked);
    const edit = renameAt(tree, next.place, newName, uriOf);
    if ('refused' in edit) {
      if (tree === first) return edit;
      return { refused: `${edit.refused} (in ${tree.source.path}, which shares a file)` };
    }
    for (const [uri, edits] of Object.entries(edit.changes ?? {})) {
      const fresh: TextEdit[] = [];
      for (const each of edits) {
        const key = keyOf(uri, each.range);
        done.get(tree)?.add(key);
        if (!edited.has(key)) fresh.push(each);
        edited.add(key);
      }
      if (edited.size > MAX_RENAMED_PLACES)
        return { refused: `It is named in more than ${MAX_RENAMED_PLACES} places` };
      if (fresh.length > 0) changes[uri] = [...(changes[uri] ?? []), ...fresh];
      for (const other of treesOf.get(uri) ?? []) {
        const source = sourceIn(other, uri, uriOf);
        if (other === tree || source === undefined) continue;
        const isInFile = (span: Span): boolean => span.source === source;
        for (const { range } of fresh) {
          const there = { offset: offsetAt(source, range.start), isInFile };
          if (occurrencesAt(other, there).length === 0)
            return { refused: `It is also named in ${other.source.path}: correct that first` };
          pending.push({ tree: other, place: there, key: keyOf(uri, range) });
        }
      }
    }
  }
  return { changes };
}

function keyOf(uri: string, { start }: Range): string {
  return `${start.line}:${start.character} ${uri}`;
}

function sourceIn({ document }: CheckedSource, uri: string, uriOf: UriOf): SourceFile | undefined {
  return document.sources.find((source) => uriOf({ source, start: 0, end: 0 }) === uri);
}
