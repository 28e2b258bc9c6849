// The trees of several sources that have files in common: a name in one of those files belongs to
// all of them.
import type { CancellationToken } from 'vscode-languageserver/node';
import type { CheckedSource } from '../kho/index.ts';
import { type FileKey, roleOf } from './file-key.ts';
import { nextTurn } from './log.ts';
import type { Project } from './project.ts';

/** Sources that are looked at for one name. */
export const MAX_PARTAKING = 200;

export interface PartakingTrees {
  readonly trees: readonly CheckedSource[];
  /** False if there are more sources than are looked at, or the request was cancelled. */
  readonly areAll: boolean;
}

/**
 * `start` and the trees that have a file in common with it or with one of those, and so on; all
 * trees of the workspace if `start` is undefined. Other requests get their turn in between.
 */
export async function partakingTrees(
  project: Project,
  start: CheckedSource | undefined,
  token: CancellationToken,
): Promise<PartakingTrees> {
  const filesOf = ({ document }: CheckedSource): FileKey[] =>
    document.sources.flatMap((source) => project.files.keyOf(source) ?? []);
  const trees = new Map<FileKey | undefined, CheckedSource>();
  const common = new Set<FileKey>();
  const take = (tree: CheckedSource): void => {
    trees.set(project.files.keyOf(tree.source), tree);
    for (const key of filesOf(tree)) common.add(key);
  };
  if (start !== undefined) take(start);
  // What a source includes is known once it has been checked.
  const candidates = new Map<FileKey, readonly FileKey[]>();
  for (const key of project.keys()) {
    if (token.isCancellationRequested) return { trees: [...trees.values()], areAll: false };
    if (roleOf(key) === 'binding') continue;
    project.report(key);
    candidates.set(key, [key, ...project.includesOf(key)]);
    await nextTurn();
  }
  for (let grown = true; grown; ) {
    grown = false;
    for (const [key, files] of candidates) {
      if (start !== undefined && !files.some((each) => common.has(each))) continue;
      candidates.delete(key);
      if (trees.has(key)) continue;
      if (token.isCancellationRequested || trees.size >= MAX_PARTAKING)
        return { trees: [...trees.values()], areAll: false };
      // Of a file that is no source by itself it is the tree of one that includes it.
      const tree = project.treeAround(key);
      if (tree === undefined || trees.has(project.files.keyOf(tree.source))) continue;
      take(tree);
      grown = true;
      await nextTurn();
    }
  }
  return { trees: [...trees.values()], areAll: true };
}
