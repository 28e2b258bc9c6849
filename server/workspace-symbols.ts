import { type SymbolInformation, SymbolKind } from 'vscode-languageserver/node';
import { type FdtNode, nodesOf, type Span } from '../fdt/index.ts';
import { type CheckedSource, compatiblesOf } from '../kho/index.ts';
import { rangeOf } from './diagnostic.ts';
import { matchRank } from './match-rank.ts';
import { occurrencesOf } from './occurrences.ts';

/** Symbols that are answered; a longer query finds what is beyond. */
export const MAX_WORKSPACE_SYMBOLS = 500;

interface Candidate {
  readonly name: string;
  readonly kind: SymbolKind;
  readonly span: Span;
  readonly uri: string;
  /** What it is in; empty for what is in nothing. */
  readonly container: string;
  readonly rank: number;
}

/**
 * The labels, the nodes with a compatible and the bindings whose name holds the letters of `query`
 * in its order; best first, at most MAX_WORKSPACE_SYMBOLS. An empty query finds all.
 */
export function workspaceSymbols(
  trees: Iterable<CheckedSource>,
  query: string,
  uriOf: (span: Span) => string | undefined,
): SymbolInformation[] {
  const found: Candidate[] = [];
  // Files may be part of several trees, and every tree has all bindings.
  const seen = new Set<string>();
  const add = (name: string, kind: SymbolKind, span: Span, containerOf: () => string): void => {
    const rank = matchRank(name, query);
    const uri = rank === undefined ? undefined : uriOf(span);
    if (rank === undefined || uri === undefined) return;
    const key = `${span.start} ${uri} ${name}`;
    if (seen.has(key)) return;
    seen.add(key);
    found.push({ name, kind, span, uri, container: containerOf(), rank });
  };
  for (const checked of new Set(trees)) {
    for (const { name, occurrences } of occurrencesOf(checked).labels.values())
      for (const { span, role } of occurrences)
        if (role === 'definition') add(name, SymbolKind.Key, span, nothing);
    for (const node of nodesOf(checked.tree.root)) {
      const [compatible] = compatiblesOf(node);
      if (compatible === undefined || node.span === undefined) continue;
      const containerOf = (): string => node.parent?.path ?? '';
      add(nameOf(node, compatible), SymbolKind.Object, node.span, containerOf);
    }
    for (const { id, title, span } of checked.bindings.bindings)
      add(id, SymbolKind.Class, span, () => title);
  }
  return found.sort(byRank).slice(0, MAX_WORKSPACE_SYMBOLS).map(symbolOf);
}

const nothing = (): string => '';

/** Clients filter what they get by the name alone, so all that is searched must be in it. */
function nameOf({ name }: FdtNode, compatible: string): string {
  return `${name || '/'} (${compatible})`;
}

function byRank(a: Candidate, b: Candidate): number {
  return (
    a.rank - b.rank ||
    a.name.length - b.name.length ||
    order(a.name, b.name) ||
    order(a.uri, b.uri) ||
    a.span.start - b.span.start
  );
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function symbolOf({ name, kind, span, uri, container }: Candidate): SymbolInformation {
  return {
    name,
    kind,
    location: { uri, range: rangeOf(span) },
    ...(container === '' ? {} : { containerName: container }),
  };
}
