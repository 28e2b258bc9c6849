// The syntax tree of DTS: what was written and where, before anything is merged or resolved. A
// broken file has a tree too; what could not be understood is left out of it and has an issue.
import type { SourceFile, Span } from '../text.ts';
import type { CellBits } from '../tree.ts';

/** How the parser and the compiler reach other files. Without a host, naming one is an issue. */
export interface SourceHost {
  /**
   * The file that `/include/ "path"` in `from` names, searched as `dtc` does: in the directory of
   * `from`, then in the include directories in order. Undefined if there is none.
   */
  readInclude(path: string, from: SourceFile): SourceFile | undefined;
  /** The bytes that `/incbin/("path")` in `from` names, searched in the same places. */
  readBytes(path: string, from: SourceFile): Uint8Array | undefined;
}

/** One source with everything that it includes. */
export interface DtsDocument {
  /** The file that was parsed. */
  readonly source: SourceFile;
  /** All files taking part, `source` first, each once. */
  readonly sources: readonly SourceFile[];
  readonly includes: readonly DtsInclude[];
  /** A document that starts with a named node instead of `/ { … }`. */
  readonly isFragment: boolean;
  /** Has `/plugin/;`: an overlay. */
  readonly isPlugin: boolean;
  /** Top-level items in source order; those of included files stand where they were included. */
  readonly items: readonly DtsItem[];
  /** From the host, for `/incbin/`. */
  readonly host: SourceHost | undefined;
}

/** `/include/ "path"`, which may stand between any two tokens. */
export interface DtsInclude {
  readonly kind: 'include';
  /** From the `/` to the closing quote. */
  readonly span: Span;
  /** Without the quotes. */
  readonly pathSpan: Span;
  readonly path: string;
  /** Undefined if it could not be read or was not followed. */
  readonly resolved: SourceFile | undefined;
}

export type DtsItem =
  | DtsVersion
  | DtsMemreserve
  | DtsNode
  | DtsDeleteNode
  | DtsDeleteProperty
  | DtsOmit
  | DtsProperty;

/** `/dts-v1/;`, with `/plugin/;` if that follows. */
export interface DtsVersion {
  readonly kind: 'version';
  readonly span: Span;
  readonly isPlugin: boolean;
}

/** `/memreserve/ address size;` */
export interface DtsMemreserve {
  readonly kind: 'memreserve';
  readonly span: Span;
  readonly labels: readonly DtsLabel[];
  readonly address: bigint;
  readonly sizeBytes: bigint;
}

/** `label:` */
export interface DtsLabel {
  readonly kind: 'label';
  /** Without the colon. */
  readonly name: string;
  /** Without the colon. */
  readonly span: Span;
}

/** `&label`, `&{/path}` or `&{label/path}`. */
export interface DtsReference {
  readonly kind: 'reference';
  /** With the ampersand and the braces. */
  readonly span: Span;
  /** What stands after `&`, without braces. */
  readonly text: string;
}

/** `name { … };`, `/ { … };` or `&reference { … };` */
export interface DtsNode {
  readonly kind: 'node';
  readonly labels: readonly DtsLabel[];
  /** With its unit address; empty for the root and for a reference. */
  readonly name: string;
  /** The name, the slash of the root, or the reference. */
  readonly nameSpan: Span;
  /** Set when it adds to the node referred to. */
  readonly target: DtsReference | undefined;
  /** From the name to the closing brace. */
  readonly whole: Span;
  /** The braces and what is between them. */
  readonly body: Span;
  readonly isOmittedIfUnreferenced: boolean;
  readonly items: readonly DtsNodeItem[];
}

export type DtsNodeItem = DtsProperty | DtsNode | DtsDeleteNode | DtsDeleteProperty;

/** `/delete-node/ name;` in a node, `/delete-node/ &reference;` at the top. */
export interface DtsDeleteNode {
  readonly kind: 'delete-node';
  readonly span: Span;
  readonly labels: readonly DtsLabel[];
  readonly name: string;
  /** The name or the reference. */
  readonly nameSpan: Span;
  readonly target: DtsReference | undefined;
}

/** `/delete-property/ name;` */
export interface DtsDeleteProperty {
  readonly kind: 'delete-property';
  readonly span: Span;
  readonly labels: readonly DtsLabel[];
  readonly name: string;
  readonly nameSpan: Span;
}

/** `/omit-if-no-ref/ &reference;` at the top. */
export interface DtsOmit {
  readonly kind: 'omit';
  readonly span: Span;
  readonly target: DtsReference;
}

/** `name;` or `name = value, value;` */
export interface DtsProperty {
  readonly kind: 'property';
  readonly labels: readonly DtsLabel[];
  readonly name: string;
  readonly nameSpan: Span;
  /** From the name to the semicolon. */
  readonly whole: Span;
  /** False for `name;`. */
  readonly hasValue: boolean;
  /**
   * The value, if any, is nothing but strings, bytes and numbers: no labels, no references, no
   * comments. `values` of such a property is read anew each time it is asked for.
   */
  readonly isPlain: boolean;
  /** Labels inside the value stand where they were written. */
  readonly values: readonly (DtsValue | DtsLabel)[];
}

/** What may stand between the commas of a value. A reference here is the path of its node. */
export type DtsValue = DtsString | DtsCells | DtsBytes | DtsReference | DtsIncbin;

/** `"text"` */
export interface DtsString {
  readonly kind: 'string';
  /** With the quotes. */
  readonly span: Span;
  /** Without the NUL that follows it in the value; escapes are resolved as characters. */
  readonly text: string;
  /** The bytes without the NUL, where they are not just the ASCII characters of `text`. */
  readonly bytes: Uint8Array | undefined;
}

/** `< … >`, with `/bits/ n` before it or not. */
export interface DtsCells {
  readonly kind: 'cells';
  /** From `/bits/` or `<` to `>`. */
  readonly span: Span;
  /** From `/bits/`; undefined without it. */
  readonly bits: CellBits | undefined;
  readonly items: readonly (DtsCell | DtsReference | DtsLabel)[];
}

/** A number, a character or a parenthesized expression. */
export interface DtsCell {
  readonly kind: 'cell';
  readonly span: Span;
  /** 64 bits, as unsigned: -1 is 0xffffffffffffffff. */
  readonly value: bigint;
}

/** `[00 ab]` */
export interface DtsBytes {
  readonly kind: 'bytes';
  readonly span: Span;
  readonly value: Uint8Array;
  readonly labels: readonly DtsLabel[];
}

/** `/incbin/("path")` or `/incbin/("path", offset, size)` */
export interface DtsIncbin {
  readonly kind: 'incbin';
  readonly span: Span;
  readonly path: string;
  /** Without the quotes. */
  readonly pathSpan: Span;
  readonly offset: bigint | undefined;
  readonly sizeBytes: bigint | undefined;
}
