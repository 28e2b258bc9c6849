// Files are told apart by key: their URI in the one spelling that vscode-uri gives it. Editors
// differ in what they escape (a comma, the colon of a drive), and two spellings would be two files.
import { URI } from 'vscode-uri';

/** A URI in normal form. */
export type FileKey = string & { readonly __brand: 'FileKey' };

export function keyOfUri(uri: string): FileKey {
  return URI.parse(uri).toString() as FileKey;
}

export function keyOfPath(path: string): FileKey {
  return URI.file(path).toString() as FileKey;
}

/** The path on this machine; undefined for what is not a file of it (untitled, virtual). */
export function pathOfKey(key: FileKey): string | undefined {
  const uri = URI.parse(key);
  return uri.scheme === 'file' ? uri.fsPath : undefined;
}

/** What a person would call the file: its path, or the URI of what has none. */
export function displayPath(key: FileKey): string {
  return pathOfKey(key) ?? key;
}

export type FileRole = 'source' | 'binding' | 'other';

/** What a file is by its name alone. */
export function roleOf(key: FileKey): FileRole {
  const { path } = URI.parse(key);
  if (/\.kho\.ya?ml$/.test(path)) return 'binding';
  return /\.kho(\.dts)?$/.test(path) ? 'source' : 'other';
}
