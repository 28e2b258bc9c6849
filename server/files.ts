import { readFileSync, statSync } from 'node:fs';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { EditedSource, type SourceFile } from '../fdt/index.ts';
import { displayPath, type FileKey, keyOfUri, pathOfKey, roleOf } from './file-key.ts';

/**
 * Larger sources are not checked while one types: it would take seconds, in which nothing else is
 * answered. The command line checks them.
 */
export const MAX_SOURCE_BYTES: number = 16 << 20;
/** Text of closed files that is kept for the next reader. */
export const MAX_CACHED_TEXT: number = 64 << 20;

export type FileContent =
  | { readonly kind: 'text'; readonly source: SourceFile }
  | { readonly kind: 'missing' }
  | { readonly kind: 'too-large'; readonly sizeBytes: number };

/** Every file as it is for the user: an open document as it is on the screen, others from disk. */
export interface Files {
  open(document: TextDocument): void;
  close(uri: string): void;
  /** Says that the file may have another content now. */
  touch(key: FileKey): void;
  read(key: FileKey): FileContent;
  /** Bytes of a file for `/incbin/`; undefined if there is none or it is larger than `maxBytes`. */
  readBytes(key: FileKey, maxBytes: number): Uint8Array | undefined;
  /** Grows whenever the content may have changed. */
  stampOf(key: FileKey): number;
  /** Grows whenever the stamp of any file does. */
  revision(): number;
  /** The file that `source` is the content of; undefined if it did not come from here. */
  keyOf(source: SourceFile): FileKey | undefined;
  documentOf(key: FileKey): TextDocument | undefined;
  openKeys(): FileKey[];
}

interface OpenFile {
  readonly document: TextDocument;
  /** Of the document when `source` had its text. */
  version: number;
  source?: SourceFile;
}

export function createFiles(): Files {
  const open = new Map<FileKey, OpenFile>();
  const stamps = new Map<FileKey, number>();
  const keys = new WeakMap<SourceFile, FileKey>();
  const disk = createTextCache();
  let revision = 0;

  const touch = (key: FileKey): void => {
    revision++;
    stamps.set(key, revision);
    disk.drop(key);
  };
  const known = (key: FileKey, source: SourceFile): SourceFile => {
    keys.set(source, key);
    return source;
  };
  const sourceOf = (key: FileKey, text: string): SourceFile =>
    known(key, { path: displayPath(key), text });
  const readOpen = (key: FileKey): FileContent | undefined => {
    const entry = open.get(key);
    if (entry === undefined) return undefined;
    if (entry.source === undefined || entry.version !== entry.document.version) {
      entry.version = entry.document.version;
      const text = entry.document.getText();
      // Of a binding that is broken while it is edited the last good text stays in force.
      if (roleOf(key) === 'binding') entry.source = sourceOf(key, text);
      else if (entry.source instanceof EditedSource) entry.source.text = text;
      else entry.source = known(key, new EditedSource(displayPath(key), text));
    }
    const sizeBytes = entry.source.text.length;
    if (sizeBytes > MAX_SOURCE_BYTES) return { kind: 'too-large', sizeBytes };
    return { kind: 'text', source: entry.source };
  };
  return {
    open(document) {
      const key = keyOfUri(document.uri);
      open.set(key, { document, version: -1 });
      touch(key);
    },
    close(uri) {
      const key = keyOfUri(uri);
      open.delete(key);
      touch(key);
    },
    touch,
    read(key) {
      const known = readOpen(key) ?? disk.get(key);
      if (known !== undefined) return known;
      const content = readDisk(key, sourceOf);
      disk.put(key, content);
      return content;
    },
    readBytes: (key, maxBytes) => {
      const content = readDiskBytes(key, maxBytes);
      return content instanceof Uint8Array ? content : undefined;
    },
    stampOf: (key) => stamps.get(key) ?? 0,
    revision: () => revision,
    keyOf: (source) => keys.get(source),
    documentOf: (key) => open.get(key)?.document,
    openKeys: () => [...open.keys()],
  };
}

function readDisk(key: FileKey, sourceOf: (key: FileKey, text: string) => SourceFile): FileContent {
  const bytes = readDiskBytes(key, MAX_SOURCE_BYTES);
  if (!(bytes instanceof Uint8Array)) return bytes;
  const text = new TextDecoder('utf-8').decode(bytes);
  return { kind: 'text', source: sourceOf(key, text) };
}

function readDiskBytes(
  key: FileKey,
  maxBytes: number,
): Uint8Array | (FileContent & { kind: 'missing' | 'too-large' }) {
  const path = pathOfKey(key);
  if (path === undefined) return { kind: 'missing' };
  try {
    const status = statSync(path);
    // A device or a pipe could block for ever.
    if (!status.isFile()) return { kind: 'missing' };
    if (status.size > maxBytes) return { kind: 'too-large', sizeBytes: status.size };
    return readFileSync(path);
  } catch {
    return { kind: 'missing' };
  }
}

interface TextCache {
  get(key: FileKey): FileContent | undefined;
  put(key: FileKey, content: FileContent): void;
  drop(key: FileKey): void;
}

/** Keeps what was read last, up to MAX_CACHED_TEXT. */
function createTextCache(): TextCache {
  const contents = new Map<FileKey, FileContent>();
  let size = 0;
  const drop = (key: FileKey): void => {
    const content = contents.get(key);
    if (content === undefined) return;
    size -= sizeOf(content);
    contents.delete(key);
  };
  return {
    get: (key) => contents.get(key),
    put(key, content) {
      drop(key);
      contents.set(key, content);
      size += sizeOf(content);
      for (const oldest of contents.keys()) {
        if (size <= MAX_CACHED_TEXT || oldest === key) break;
        drop(oldest);
      }
    },
    drop,
  };
}

/** Even a missing file costs an entry. */
function sizeOf(content: FileContent): number {
  return 100 + (content.kind === 'text' ? content.source.text.length : 0);
}
