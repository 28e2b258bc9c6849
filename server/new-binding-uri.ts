import { URI, Utils } from 'vscode-uri';
import { type FileKey, keyOfPath, keyOfUri, pathOfKey } from './file-key.ts';
import type { Project } from './project.ts';

/**
 * Where a new binding called `fileName` goes: to the bindings that the workspace has, else beside
 * the source that needs it. Undefined if there is no folder, or the file is there already.
 */
export function newBindingUri(
  project: Project,
  source: FileKey,
  fileName: string,
  shippedBindings: string | undefined,
): string | undefined {
  const shipped = shippedBindings === undefined ? undefined : `${keyOfPath(shippedBindings)}/`;
  const isOwn = (key: FileKey | undefined): key is FileKey =>
    key !== undefined && (shipped === undefined || !key.startsWith(shipped));
  const own = project
    .bindings()
    .bindings.map((binding) => project.files.keyOf(binding.source))
    .filter(isOwn);
  const beside = own.at(-1) ?? source;
  if (pathOfKey(beside) === undefined) return undefined;
  const uri = Utils.joinPath(Utils.dirname(URI.parse(beside)), fileName).toString();
  return project.files.read(keyOfUri(uri)).kind === 'missing' ? uri : undefined;
}
