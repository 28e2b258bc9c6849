import { existsSync } from 'node:fs';
import path from 'node:path';
import { FileChangeType, type FileEvent } from 'vscode-languageserver/node';
import { type FileKey, keyOfUri, pathOfKey, roleOf } from './file-key.ts';
import type { Log } from './log.ts';
import type { Project } from './project.ts';
import { scanFolder } from './scan.ts';

/** Finds the sources and bindings that the project is made of, and follows their changes. */
export interface WorkspaceFiles {
  setFolders(folders: readonly FileKey[]): void;
  /** The folders of the setting, absolute or relative to each workspace folder. */
  setBindingFolders(folders: readonly string[]): void;
  /** Absolute paths of the folders of the setting. */
  bindingFolders(): string[];
  /** Looks for files again, wherever they may be. */
  scan(): Promise<void>;
  /** Takes in what the client has seen; answers which files are different now. */
  noticed(events: readonly FileEvent[]): FileKey[];
}

export function createWorkspaceFiles(
  project: Project,
  shippedBindings: string | undefined,
  log: Log,
): WorkspaceFiles {
  let folders: readonly FileKey[] = [];
  let bindingFolders: readonly string[] = [];
  let shipped: readonly FileKey[] = [];
  let configured: readonly FileKey[] = [];
  let found = new Set<FileKey>();

  const apply = (): void => {
    const inWorkspace = [...found];
    const isBinding = (key: FileKey): boolean => roleOf(key) === 'binding';
    // The nearer to the user the stronger: the last binding for a compatible wins.
    project.setFiles(
      inWorkspace.filter((key) => roleOf(key) === 'source'),
      [...shipped, ...configured, ...inWorkspace].filter(isBinding),
    );
  };
  const scanAll = async (paths: readonly string[]): Promise<FileKey[]> => {
    const keys: FileKey[] = [];
    for (const each of paths) keys.push(...(await scanFolder(each, log)));
    return keys;
  };
  const folderPaths = (): string[] => folders.flatMap((folder) => pathOfKey(folder) ?? []);
  const absoluteBindingFolders = (): string[] =>
    bindingFolders.flatMap((folder) =>
      path.isAbsolute(folder) ? [folder] : folderPaths().map((base) => path.resolve(base, folder)),
    );
  return {
    setFolders(next) {
      folders = next;
    },
    setBindingFolders(next) {
      bindingFolders = next;
    },
    bindingFolders: absoluteBindingFolders,
    async scan() {
      shipped = await scanAll(shippedBindings === undefined ? [] : [shippedBindings]);
      configured = await scanAll(absoluteBindingFolders());
      for (const folder of absoluteBindingFolders().filter((each) => !existsSync(each)))
        log.info(`kho.bindings.folders: there is no folder ${folder}`);
      apply();
      found = new Set(await scanAll(folderPaths()));
      apply();
    },
    noticed(events) {
      const changed: FileKey[] = [];
      const concerned = concernedBy(events, project);
      if (concerned.length === 0) return changed;
      for (const { key, type } of concerned) {
        // What is open is as it is on the screen; that it was saved changes nothing.
        if (project.files.documentOf(key) === undefined) {
          project.files.touch(key);
          changed.push(key);
        }
        if (roleOf(key) === 'other') continue;
        if (type === FileChangeType.Deleted) {
          found.delete(key);
          configured = configured.filter((each) => each !== key);
        } else if (isIn(key, folderPaths())) found.add(key);
        else if (isIn(key, absoluteBindingFolders())) configured = [...configured, key];
      }
      apply();
      return changed;
    },
  };
}

/** What is known is asked for once for all that goes at once, and not at all for what is saved. */
function concernedBy(events: readonly FileEvent[], project: Project): ReturnType<typeof filesOf> {
  let known: readonly FileKey[] | undefined;
  const allKnown = (): readonly FileKey[] => {
    known ??= project.keys();
    return known;
  };
  return events.flatMap((event) => filesOf(event, allKnown));
}

/**
 * Of a folder that is gone only the folder is told: all that was known in it is gone too. Of what
 * was deleted, most has nothing to do with us: a build removes thousands of files.
 */
function filesOf(
  { uri, type }: FileEvent,
  known: () => readonly FileKey[],
): { readonly key: FileKey; readonly type: FileChangeType }[] {
  const key = keyOfUri(uri);
  if (type !== FileChangeType.Deleted || roleOf(key) !== 'other') return [{ key, type }];
  const gone = known().filter((each) => each === key || each.startsWith(`${key}/`));
  return gone.map((each) => ({ key: each, type }));
}

function isIn(key: FileKey, folders: readonly string[]): boolean {
  const file = pathOfKey(key);
  if (file === undefined) return false;
  return folders.some((folder) => {
    const relative = path.relative(folder, file);
    return !relative.startsWith('..') && !path.isAbsolute(relative);
  });
}
