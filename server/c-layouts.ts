// Layouts of C files as they are in the editor, against what git has of them.
import type { Hover, MarkupKind } from 'vscode-languageserver/node';
import { abiIncludes, type Layouts } from '../c/index.ts';
import type { Issue, SourceFile } from '../fdt/index.ts';
import {
  type CLayoutFile,
  layoutHoverAt,
  layoutIssuesOf,
  layoutsOfFile,
  wantsHead,
} from './c-layout.ts';
import { type FileKey, keyOfPath, pathOfKey } from './file-key.ts';
import type { Files } from './files.ts';
import type { GitHeads } from './git-heads.ts';

/** What the editor is told of layouts, for the files that it names. */
export interface CLayouts {
  /**
   * Structs that changed without their version, as far as git has answered by now; when it has, the
   * `changed` of `GitHeads` says so, and it is to be asked again.
   */
  issuesOf(key: FileKey): readonly Issue[];
  hoverAt(key: FileKey, offset: number, kind: MarkupKind): Hover | undefined;
  /** Lets go of what is kept of a file that was closed. */
  forget(key: FileKey): void;
}

/** `heads` is undefined where no program may be started: in folders that are not trusted. */
export function createCLayouts(files: Files, heads: () => GitHeads | undefined): CLayouts {
  const kept = new Map<FileKey, { readonly stamp: number; readonly layouts: Layouts }>();

  const sourceAt = (key: FileKey): SourceFile | undefined => {
    const content = files.read(key);
    return content.kind === 'text' ? content.source : undefined;
  };
  const readInclude = abiIncludes((file) => sourceAt(keyOfPath(file)));
  return {
    issuesOf(key) {
      const source = sourceAt(key);
      const path = pathOfKey(key);
      if (source === undefined || path === undefined || !wantsHead({ source })) return [];
      const head = heads()?.peek(path);
      // A header that HEAD does not have yet says no version that it ever had.
      const companions = (head?.companions ?? []).flatMap(
        (each) => sourceAt(keyOfPath(each.path)) ?? [],
      );
      return layoutIssuesOf({ source, readInclude, companions, head });
    },
    hoverAt(key, offset, kind) {
      const source = sourceAt(key);
      if (source === undefined) return undefined;
      // What it includes changes seldom, and a change of any file is enough to look again.
      const stamp = files.revision();
      const known = kept.get(key);
      const file: CLayoutFile = { source, readInclude };
      const layouts = known?.stamp === stamp ? known.layouts : layoutsOfFile(file);
      kept.set(key, { stamp, layouts });
      return layoutHoverAt(layouts, offset, kind);
    },
    forget(key) {
      kept.delete(key);
    },
  };
}
