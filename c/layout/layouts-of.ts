// A text of C in, the layout of everything it defines out.
import type { SourceFile } from '../../fdt/index.ts';
import type { Record } from './ctype.ts';
import { Declarations, type Typedef } from './declarations.ts';
import type { EnumConstant } from './enums.ts';
import { isBuiltInHeader, knownMacros } from './known-types.ts';
import type { Macro } from './macros.ts';
import { preprocess, type ReadInclude } from './preprocess.ts';
import { TokenCursor } from './token-cursor.ts';

export interface LayoutOptions {
  /** Page size of the kernel, in bytes: a power of two. 4096 unless said otherwise. */
  readonly pageBytes?: number | undefined;
  /** Gives the text of an included file, the same object for the same file; none by default. */
  readonly readInclude?: ReadInclude | undefined;
}

/** What a text says of layouts. Of included files too, where they were read. */
export interface Layouts {
  readonly source: SourceFile;
  /** Structs and unions with a body, inner ones before the ones around them. */
  readonly records: readonly Record[];
  readonly typedefs: ReadonlyMap<string, Typedef>;
  /** Names of enums. */
  readonly constants: ReadonlyMap<string, EnumConstant>;
  readonly macros: ReadonlyMap<string, Macro>;
}

export const DEFAULT_PAGE_BYTES = 4096;

/**
 * Lays out every struct, union, enum and typedef of `source` as gcc does for a 64-bit kernel
 * (LP64, System V x86-64). Macros are expanded and conditionals followed, so that what the
 * kernel's own macros declare is laid out too. What the text does not say (the type of an unread
 * header, a CONFIG_ option) is a value of kind `unknown` with its reason and place; nothing is
 * guessed and nothing thrown.
 */
export function layoutsOf(source: SourceFile, options: LayoutOptions = {}): Layouts {
  const { pageBytes = DEFAULT_PAGE_BYTES, readInclude } = options;
  const known = builtInMacros(pageBytes);
  const preprocessed = preprocess(source, {
    readInclude,
    isBuiltIn: isBuiltInHeader,
    macros: known,
  });
  const declarations = new Declarations(preprocessed);
  declarations.read(new TokenCursor(preprocessed.tokens, { source, start: 0, end: 0 }));
  const { records, typedefs, constants } = declarations;
  return { source, records, typedefs, constants, macros: preprocessed.macros };
}

const builtIn = new Map<number, ReadonlyMap<string, Macro>>();

function builtInMacros(pageBytes: number): ReadonlyMap<string, Macro> {
  const known = builtIn.get(pageBytes);
  if (known !== undefined) return known;
  const nothing = { isBuiltIn: () => false, macros: new Map<string, Macro>() };
  const { macros } = preprocess(knownMacros(pageBytes), nothing);
  builtIn.set(pageBytes, macros);
  return macros;
}
