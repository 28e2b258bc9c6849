import {
  type DocumentHighlight,
  DocumentHighlightKind,
  type Location,
} from 'vscode-languageserver/node';
import type { Span } from '../fdt/index.ts';
import type { CheckedSource } from '../kho/index.ts';
import { locationOf, rangeOf } from './diagnostic.ts';
import type { Place } from './locate.ts';
import { type Occurrence, occurrencesAt } from './occurrences.ts';
import { SpanSet } from './span-set.ts';

/** Places that are listed; more of them nobody reads. */
export const MAX_REFERENCES = 10_000;

/**
 * Every place, in every file of the source, where the label, node or compatible at `place` is used,
 * and with `includeDeclaration` those where it is defined. Who refers to a node by a label uses the
 * node; the definition of a compatible is the binding. At most MAX_REFERENCES.
 */
export function referencesAt(
  checked: CheckedSource,
  place: Place,
  includeDeclaration: boolean,
  uriOf: (span: Span) => string | undefined,
): Location[] {
  const at = occurrencesAt(checked, place);
  const spans = relatedTo(at)
    .filter(({ role }) => includeDeclaration || role === 'use')
    .map(({ span }) => span);
  if (includeDeclaration) spans.unshift(...bindingSpans(checked, at));
  return spans.slice(0, MAX_REFERENCES).flatMap((span) => locationOf(span, uriOf) ?? []);
}

/** The same in the asked file only: definitions as written, uses as read. */
export function highlightsAt(checked: CheckedSource, place: Place): DocumentHighlight[] {
  return relatedTo(occurrencesAt(checked, place))
    .filter(({ span }) => place.isInFile(span))
    .slice(0, MAX_REFERENCES)
    .map(({ span, role }) => ({
      range: rangeOf(span),
      kind: role === 'definition' ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
    }));
}

/** All occurrences of what is named by `at`, each place once. */
export function relatedTo(at: readonly Occurrence[]): Occurrence[] {
  const related: Occurrence[] = [];
  const seen = new SpanSet();
  const add = (occurrence: Occurrence): void => {
    if (seen.add(occurrence.span)) related.push(occurrence);
  };
  for (const { thing } of at) {
    for (const each of thing.occurrences) add(each);
    if (thing.kind !== 'node') continue;
    for (const label of thing.labels)
      for (const each of label.occurrences) if (each.role === 'use') add(each);
  }
  return related;
}

/** Where the compatibles among them are described. */
export function bindingSpans({ bindings }: CheckedSource, at: readonly Occurrence[]): Span[] {
  return at.flatMap(({ thing }) =>
    thing.kind === 'compatible' ? bindings.withCompatible(thing.name).map(({ span }) => span) : [],
  );
}
