// Which structs of C are handed over from one kernel to the next.
import type { SourceFile } from '../../fdt/index.ts';
import { STRUCTS } from '../../kho/index.ts';
import type { Record } from '../layout/ctype.ts';
import { commentBefore, markOf, type VersionMacro } from './versions.ts';

/** Where the kernel keeps what is handed over: every struct of such a header is. */
const ABI_FOLDER = /(?:^|[\\/])kho[\\/]abi[\\/]/;
/** How the kernel names what is serialized. */
const SERIALIZED = /_ser$/;
const VERSION_TEXT = /-v\d+"|_VERSION\b/;

/**
 * Whether a struct is handed over: it is in a header under `kho/abi/`, a comment before it says
 * `kho-abi: <version macro>`, it is one of `wireStructs` (by
 * default those that a binding can name with `kho-struct`), or its name ends in `_ser` in a file
 * that defines a version.
 */
export function isWireStruct(
  record: Record,
  versions: readonly VersionMacro[],
  wireStructs: ReadonlySet<string> = OF_BINDINGS,
): boolean {
  const { source } = record.at;
  const { name = '' } = record;
  return (
    ABI_FOLDER.test(source.path) ||
    wireStructs.has(name) ||
    (SERIALIZED.test(name) && versions.length > 0) ||
    markOf(commentBefore(source.text, record.at.start)) !== undefined
  );
}

/** Those that a binding can name with `kho-struct`. */
const OF_BINDINGS: ReadonlySet<string> = new Set(STRUCTS.keys());

/** Whether a file may have such structs: a look at its text, without reading it as C. */
export function mayHaveWireStructs(
  { path, text }: SourceFile,
  wireStructs: ReadonlySet<string> = OF_BINDINGS,
): boolean {
  if (!/\b(?:struct|union)\b/.test(text)) return false;
  if (ABI_FOLDER.test(path) || text.includes('kho-abi:')) return true;
  if (/_ser\b/.test(text) && VERSION_TEXT.test(text)) return true;
  for (const name of wireStructs) if (text.includes(name)) return true;
  return false;
}
