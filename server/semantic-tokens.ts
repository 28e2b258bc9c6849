// Colours for what the grammar of the editor cannot know: what a name means in the finished tree.
import type { SemanticTokensEdit, SemanticTokensLegend } from 'vscode-languageserver/node';
import type { SourceFile, Span } from '../fdt/index.ts';
import type { CheckedSource } from '../kho/index.ts';
import { TokenColumns } from './token-columns.ts';
import { walkTokens } from './token-walk.ts';

/** Names of types and modifiers; their indices are the numbers in tokens. */
export const SEMANTIC_LEGEND: SemanticTokensLegend = {
  /**
   * `class` is the name of a node that is in the tree (a struct would be coloured like a keyword),
   * `property` that of a property, `variable` a label or what refers to a node, `type` a
   * compatible, `number` a cell that is a physical address.
   */
  tokenTypes: ['class', 'property', 'variable', 'type', 'number'],
  /**
   * `declaration` is where a name is given, `defaultLibrary` what a binding describes, `static` a
   * physical address: where the memory stays while everything else moves.
   */
  tokenModifiers: ['declaration', 'defaultLibrary', 'static'],
};

/** Places of one file, in UTF-16 code units. */
export interface OffsetRange {
  readonly start: number;
  readonly end: number;
}

/**
 * The tokens of one file, or of those of its items that reach into `range`, five numbers each. What
 * has no token is left to the grammar: punctuation, unit addresses, macros, `compatible`, plain
 * values, and names that came to nothing, such as a reference to no node or a node that is deleted.
 */
export function semanticTokensOf(
  checked: CheckedSource,
  isInFile: (span: Span) => boolean,
  range?: OffsetRange,
): number[] {
  const source = checked.document.sources.find((each) => isInFile(wholeOf(each)));
  if (source === undefined) return [];
  const { start, end } = range ?? wholeOf(source);
  const columns = new TokenColumns(source);
  const isOf = ownSources(isInFile);
  walkTokens(checked, {
    has: (span) => isOf(span) && span.start < end && span.end > start,
    mayHold: (span) => !isOf(span) || (span.start < end && span.end > start),
    isFull: () => columns.isFull,
    add: (from, to, type, modifiers) => {
      if (from < end && to > start) columns.add(from, to, type, modifiers);
    },
  });
  return columns.encode();
}

/**
 * What makes `next` of `previous`: nothing or one edit of whole tokens. Tokens are relative to the
 * one before, so that what is typed in one line changes few numbers.
 */
export function semanticTokensDelta(
  previous: readonly number[],
  next: readonly number[],
): SemanticTokensEdit[] {
  const shorter = Math.min(previous.length, next.length);
  let same = 0;
  while (same < shorter && previous[same] === next[same]) same++;
  if (same === previous.length && same === next.length) return [];
  const start = same - (same % NUMBERS_OF_TOKEN);
  let tail = 0;
  while (
    tail < shorter - start &&
    previous[previous.length - 1 - tail] === next[next.length - 1 - tail]
  )
    tail++;
  tail -= tail % NUMBERS_OF_TOKEN;
  const deleteCount = previous.length - tail - start;
  const data = next.slice(start, next.length - tail);
  return [{ start, deleteCount, ...(data.length === 0 ? {} : { data }) }];
}

const NUMBERS_OF_TOKEN = 5;

function wholeOf(source: SourceFile): Span {
  return { source, start: 0, end: source.text.length };
}

/** Asks once for each source: which file it is takes longer to tell than what stands there. */
function ownSources(isInFile: (span: Span) => boolean): (span: Span) => boolean {
  const known = new Map<SourceFile, boolean>();
  return ({ source }) => {
    let isOwn = known.get(source);
    if (isOwn === undefined) {
      isOwn = isInFile(wholeOf(source));
      known.set(source, isOwn);
    }
    return isOwn;
  };
}
