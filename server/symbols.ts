import { type DocumentSymbol, SymbolKind } from 'vscode-languageserver/node';
import type { DtsItem, DtsNode, DtsNodeItem, Span } from '../fdt/index.ts';
import type { CheckedSource } from '../kho/index.ts';
import { rangeOf } from './diagnostic.ts';

/** Nodes of one document that are listed; the outline of more helps nobody. */
export const MAX_SYMBOLS = 20_000;
/** Nodes in nodes that are listed: clients walk the answer recursively. */
export const MAX_SYMBOL_DEPTH = 100;

/** The nodes that are written in the file, as they are nested there. */
export function symbolsOf(
  { document }: CheckedSource,
  isInFile: (span: Span) => boolean,
): DocumentSymbol[] {
  let left = MAX_SYMBOLS;
  const symbols = (items: readonly (DtsItem | DtsNodeItem)[], depth: number): DocumentSymbol[] =>
    items.flatMap((item) => {
      if (item.kind !== 'node' || depth > MAX_SYMBOL_DEPTH) return [];
      // A node that is included may hold nothing of this file, and the other way round.
      if (!isInFile(item.whole)) return symbols(item.items, depth + 1);
      if (left-- <= 0) return [];
      const children = symbols(item.items, depth + 1);
      return [{ ...symbolOf(item), ...(children.length === 0 ? {} : { children }) }];
    });
  return symbols(document.items, 0);
}

function symbolOf(item: DtsNode): DocumentSymbol {
  const name = item.target === undefined ? item.name || '/' : `&${item.target.text}`;
  const compatible = item.items.find(
    (each) => each.kind === 'property' && each.name === 'compatible',
  );
  const [value] = compatible?.kind === 'property' ? compatible.values : [];
  return {
    name,
    kind: SymbolKind.Object,
    range: rangeOf(item.whole),
    selectionRange: rangeOf(item.nameSpan),
    ...(value?.kind === 'string' ? { detail: value.text } : {}),
  };
}
