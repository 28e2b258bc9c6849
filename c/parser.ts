// C text in, a concrete syntax tree out: tree-sitter with its C grammar, both WebAssembly.
import { Language, Parser, type Tree } from 'web-tree-sitter';
import { MAX_C_TEXT_LENGTH, MIN_PARSER_TURNS, PARSER_TURNS_PER_UNIT } from './limits.ts';

/** The two WebAssembly modules of the parser. Reading them from where they lie is the edge's. */
export interface CParserFiles {
  /** `web-tree-sitter.wasm`, the parser's runtime. */
  readonly runtime: Uint8Array;
  /** `tree-sitter-c.wasm`, the grammar of C with GNU extensions. */
  readonly grammar: Uint8Array;
}

/** Parses C. The trees it gives live outside the heap: `delete()` each when it is done with. */
export interface CParser {
  /**
   * The tree of `text`; broken text gives a tree with `ERROR` and missing nodes in it. Positions
   * are in UTF-16 units. `previous` is the tree of an earlier text that has been told of the edits
   * since (`Tree.edit()`), and is then only read where the text changed. Undefined for a text
   * longer than `MAX_C_TEXT_LENGTH`, and for one that takes the parser longer than its limit.
   */
  parse(text: string, previous?: Tree): Tree | undefined;
}

/** Starts the parser, once per process. Fails only if a file is not what it should be. */
export async function createCParser(files: CParserFiles): Promise<CParser> {
  await Parser.init({ wasmBinary: files.runtime });
  const parser = new Parser();
  parser.setLanguage(await Language.load(files.grammar));
  return {
    parse(text, previous) {
      if (text.length > MAX_C_TEXT_LENGTH) return undefined;
      let turns = MIN_PARSER_TURNS + text.length * PARSER_TURNS_PER_UNIT;
      const tree = parser.parse(text, previous, { progressCallback: () => turns-- < 0 });
      // What was begun would go on with the next text.
      if (tree === null) parser.reset();
      return tree ?? undefined;
    },
  };
}
