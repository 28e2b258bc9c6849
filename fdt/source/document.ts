import type { NameTable } from '../names.ts';
import type { SourceFile } from '../text.ts';
import type { PlaceTable } from './place-table.ts';
import type { DtsDocument, DtsInclude, DtsItem, SourceHost } from './syntax.ts';

/** A document with what is needed to read again only what changes of it. */
export class ParsedDocument implements DtsDocument {
  readonly source: SourceFile;
  readonly sources: readonly SourceFile[];
  includes: readonly DtsInclude[];
  readonly isFragment: boolean;
  readonly isPlugin: boolean;
  readonly items: DtsItem[];
  readonly host: SourceHost | undefined;
  /** The text that was read, which that of the source may no longer be. */
  text: string;
  /** Names that were read, which are the same strings when they are read again. */
  readonly names: NameTable;
  /** Of the properties of `source`. */
  readonly places: PlaceTable;
  /** Nodes and properties read since the document was read as a whole. */
  count: number;
  /** Cells read since then. */
  cells: number;
  /** What was made of a node depends on nothing that stands after it. */
  readonly isSteady: boolean;

  constructor(
    about: DtsDocument & { readonly includes: DtsInclude[]; readonly items: DtsItem[] },
    kept: {
      readonly names: NameTable;
      readonly places: PlaceTable;
      readonly count: number;
      readonly cells: number;
      readonly isSteady: boolean;
    },
  ) {
    this.source = about.source;
    this.sources = about.sources;
    this.includes = about.includes;
    this.isFragment = about.isFragment;
    this.isPlugin = about.isPlugin;
    this.items = about.items;
    this.host = about.host;
    this.text = about.source.text;
    this.names = kept.names;
    this.places = kept.places;
    this.count = kept.count;
    this.cells = kept.cells;
    this.isSteady = kept.isSteady;
  }
}
