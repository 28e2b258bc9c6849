// What the tests of this room say of a source: its issues in one line each, and its blob.
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import {
  type CompileOptions,
  compileDts,
  type FdtTree,
  type Issue,
  parseDts,
  positionAt,
  type SourceFile,
  type SourceHost,
  writeFdt,
} from '../../fdt/index.ts';

export interface Built {
  readonly tree: FdtTree;
  readonly issues: readonly Issue[];
  readonly blob: Uint8Array;
}

/** As `dtc -I dts -O dtb` would. */
export function buildAsDtc(source: SourceFile, host?: SourceHost): Built {
  return build(source, { byteOrder: 'big', dtc: true }, host);
}

/** Little-endian by default, as KHO's trees are. */
export function build(
  source: SourceFile | string,
  options: Partial<CompileOptions> = {},
  host?: SourceHost,
): Built {
  const file = typeof source === 'string' ? { path: 'test.dts', text: source } : source;
  const dtcOnly = options.dtc === true;
  const parsed = parseDts(file, host === undefined ? { dtcOnly } : { dtcOnly, host });
  const compiled = compileDts(parsed.value, { byteOrder: 'little', ...options });
  const issues = [...parsed.issues, ...compiled.issues];
  return { tree: compiled.value, issues, blob: writeFdt(compiled.value) };
}

/** `line:character rule 'text' message`, from 1 as editors count. */
export function describeIssue({ rule, span, message }: Issue): string {
  if (span === undefined) return `${rule} ${message}`;
  const { line, character } = positionAt(span.source, span.start);
  const text = span.source.text.slice(span.start, span.end);
  return `${line + 1}:${character + 1} ${rule} '${text}' ${message}`;
}

/** Files of a folder and of `folders`, as dtc's -i. */
export function hostOf(...folders: string[]): SourceHost {
  const find = (name: string, from: SourceFile): string | undefined =>
    [path.dirname(from.path), ...folders]
      .map((folder) => path.resolve(folder, name))
      .find((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true);
  return {
    readInclude(name, from) {
      const file = find(name, from);
      return file === undefined ? undefined : readSource(file);
    },
    readBytes(name, from) {
      const file = find(name, from);
      return file === undefined ? undefined : new Uint8Array(readFileSync(file));
    },
  };
}

/** Latin-1 if it is not UTF-8. */
export function readSource(file: string): SourceFile {
  const bytes = readFileSync(file);
  const text = bytes.toString('utf8');
  if (Buffer.from(text, 'utf8').equals(bytes)) return { path: file, text };
  return { path: file, text: bytes.toString('latin1'), isLatin1: true };
}

/** A host of files that are given here. */
export function filesHost(files: Readonly<Record<string, string>>): SourceHost {
  return {
    readInclude: (name) => {
      const text = files[name];
      return text === undefined ? undefined : { path: name, text };
    },
    readBytes: (name) => {
      const text = files[name];
      return text === undefined ? undefined : new Uint8Array(Buffer.from(text, 'latin1'));
    },
  };
}
