// Where a name is used in all the sources that share the file it is in.
import type { Location } from 'vscode-languageserver/node';
import type { Span } from '../fdt/index.ts';
import type { CheckedSource } from '../kho/index.ts';
import { locationOf } from './diagnostic.ts';
import type { Place } from './locate.ts';
import { type NamedThing, type Occurrence, occurrencesAt, occurrencesOf } from './occurrences.ts';
import { bindingSpans, MAX_REFERENCES, relatedTo } from './references.ts';

type UriOf = (span: Span) => string | undefined;

/**
 * Every place where what is named at `place` of the first tree is used, in any of the trees, and
 * with `includeDeclaration` those where it is defined. A compatible is the same everywhere; a label
 * or a node is so in the trees that share a file which names it. At most MAX_REFERENCES.
 */
export function referencesAcross(
  trees: readonly CheckedSource[],
  place: Place,
  includeDeclaration: boolean,
  uriOf: UriOf,
): Location[] {
  const [first] = trees;
  const at = first === undefined ? [] : occurrencesAt(first, place);
  const compatibles = new Set(
    at.flatMap(({ thing }) => (thing.kind === 'compatible' ? [thing.name] : [])),
  );
  const spans =
    compatibles.size > 0
      ? usesOfCompatibles(trees, compatibles)
      : sharedOccurrences(trees, at, uriOf)
          .filter(({ role }) => includeDeclaration || role === 'use')
          .map(({ span }) => span);
  if (includeDeclaration && first !== undefined) spans.unshift(...bindingSpans(first, at));
  return locationsOf(spans, uriOf);
}

/** Each place once, whichever tree it is in. */
export function locationsOf(spans: readonly Span[], uriOf: UriOf): Location[] {
  const locations = new Map<string, Location>();
  for (const span of spans) {
    if (locations.size >= MAX_REFERENCES) break;
    const location = locationOf(span, uriOf);
    if (location !== undefined) locations.set(`${location.uri} ${span.start}`, location);
  }
  return [...locations.values()];
}

/** Where nodes have one of the compatibles, in the order of the trees. */
export function usesOfCompatibles(
  trees: readonly CheckedSource[],
  compatibles: ReadonlySet<string>,
): Span[] {
  const spans: Span[] = [];
  for (const tree of trees)
    for (const occurrences of occurrencesOf(tree).inSource.values())
      for (const { thing, span } of occurrences)
        if (thing.kind === 'compatible' && compatibles.has(thing.name)) spans.push(span);
  return spans;
}

/**
 * From tree to tree by the places that they have in common, each thing of each tree once. Only a
 * thing of the kind that was asked for leads on: who uses a label of a node shares no label.
 */
function sharedOccurrences(
  trees: readonly CheckedSource[],
  at: readonly Occurrence[],
  uriOf: UriOf,
): Occurrence[] {
  const kind = at[0]?.thing.kind;
  const treesOf = treesByFile(trees, uriOf);
  const found: Occurrence[] = [];
  const known = new Set<NamedThing>();
  let pending: readonly Occurrence[] = at;
  while (pending.length > 0) {
    const next: Occurrence[] = [];
    const fresh = pending.filter(({ thing }) => thing.kind === kind && !known.has(thing));
    for (const { thing } of fresh) known.add(thing);
    const related = relatedTo(fresh);
    found.push(...related);
    for (const { span, thing } of related) {
      if (thing.kind !== kind || found.length > MAX_REFERENCES) continue;
      const uri = uriOf(span);
      const others = (uri === undefined ? undefined : treesOf.get(uri)) ?? [];
      if (others.length < 2) continue;
      const place = { offset: span.start, isInFile: (each: Span) => uriOf(each) === uri };
      for (const other of others) next.push(...occurrencesAt(other, place));
    }
    pending = next;
  }
  return found;
}

/** The trees that each file takes part in. */
export function treesByFile(
  trees: readonly CheckedSource[],
  uriOf: UriOf,
): ReadonlyMap<string, readonly CheckedSource[]> {
  const treesOf = new Map<string, CheckedSource[]>();
  for (const tree of trees)
    for (const source of tree.document.sources) {
      const uri = uriOf({ source, start: 0, end: 0 });
      if (uri === undefined) continue;
      const known = treesOf.get(uri);
      if (known === undefined) treesOf.set(uri, [tree]);
      else known.push(tree);
    }
  return treesOf;
}
