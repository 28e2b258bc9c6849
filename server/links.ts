import type { DocumentLink } from 'vscode-languageserver/node';
import type { SourceFile, Span } from '../fdt/index.ts';
import type { CheckedSource } from '../kho/index.ts';
import { exactRangeOf } from './diagnostic.ts';
import { occurrencesOf } from './occurrences.ts';

/** Links of one document that are answered. */
export const MAX_LINKS = 10_000;

export interface LinkOptions {
  /** The URI of the file that `/incbin/("path")` in `from` names; without it those get no link. */
  readonly uriOfBytes?: (path: string, from: SourceFile) => string | undefined;
}

/** The paths of `/include/` and `/incbin/` that are written in the file and lead to a file. */
export function documentLinksOf(
  checked: CheckedSource,
  isInFile: (span: Span) => boolean,
  uriOf: (span: Span) => string | undefined,
  { uriOfBytes }: LinkOptions = {},
): DocumentLink[] {
  const links = new Map<number, DocumentLink>();
  const add = (pathSpan: Span, targetOf: () => string | undefined): void => {
    // A file that is included twice has its paths twice.
    if (links.size >= MAX_LINKS || links.has(pathSpan.start) || !isInFile(pathSpan)) return;
    const target = targetOf();
    if (target !== undefined) links.set(pathSpan.start, { range: exactRangeOf(pathSpan), target });
  };
  for (const { pathSpan, resolved } of checked.document.includes)
    add(pathSpan, () => resolved && uriOf({ source: resolved, start: 0, end: 0 }));
  // Going through all names of a large source for something that is rarely there takes long.
  const hasIncbins = checked.document.sources.some(({ text }) => text.includes('/incbin/'));
  if (uriOfBytes !== undefined && hasIncbins)
    for (const { path, pathSpan } of occurrencesOf(checked).incbins)
      add(pathSpan, () => uriOfBytes(path, pathSpan.source));
  return [...links.values()];
}
