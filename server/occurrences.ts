// Where each label, node and compatible of a source is defined and used.
import type { DtsIncbin, FdtNode, SourceFile, Span } from '../fdt/index.ts';
import type { CheckedSource } from '../kho/index.ts';
import type { Place } from './locate.ts';
import { collectOccurrences } from './occurrence-walk.ts';

/** What has a name that may be written in several places. */
export type NamedThing = NamedLabel | NamedNode | NamedCompatible;

export interface NamedLabel {
  readonly kind: 'label';
  readonly name: string;
  /** By file in the order in which they take part, then by place; each place once. */
  readonly occurrences: Occurrence[];
}

/**
 * A node by its parent and its name, which is what it is merged by: all definitions of it are one,
 * also if it is deleted in between, or in the end.
 */
export interface NamedNode {
  readonly kind: 'node';
  /** Empty for the root, and for what a label that is not defined here stands for. */
  readonly name: string;
  readonly parent: NamedNode | undefined;
  readonly children: Map<string, NamedNode>;
  /** Labels that are given to it. */
  readonly labels: Set<NamedLabel>;
  readonly occurrences: Occurrence[];
}

export interface NamedCompatible {
  readonly kind: 'compatible';
  readonly name: string;
  readonly occurrences: Occurrence[];
}

/** One place where a thing is named. */
export interface Occurrence {
  readonly thing: NamedThing;
  /** The name alone: no ampersand, quotes or slashes, except the slash of the root. */
  readonly span: Span;
  readonly role: 'definition' | 'use';
}

export interface OccurrenceIndex {
  readonly labels: ReadonlyMap<string, NamedLabel>;
  /** The node that the compiler made of a named node, if it is still there. */
  readonly builtOf: ReadonlyMap<NamedNode, FdtNode>;
  readonly incbins: readonly DtsIncbin[];
  /** A label that two nodes are given, be it that one of them is deleted; undefined if none is. */
  readonly sharedLabel: string | undefined;
  /** All in each file, ascending. */
  readonly inSource: ReadonlyMap<SourceFile, readonly Occurrence[]>;
}

const known = new WeakMap<CheckedSource, OccurrenceIndex>();

/** The index of a source, made when it is first asked for. */
export function occurrencesOf(checked: CheckedSource): OccurrenceIndex {
  let index = known.get(checked);
  if (index === undefined) {
    index = collectOccurrences(checked);
    known.set(checked, index);
  }
  return index;
}

/**
 * What is named at a place: several things where a file is included more than once. A cursor right
 * behind a name, or before it on an ampersand, is at the name too.
 */
export function occurrencesAt(checked: CheckedSource, place: Place): readonly Occurrence[] {
  const index = occurrencesOf(checked);
  for (const source of checked.document.sources) {
    if (!place.isInFile({ source, start: 0, end: 0 })) continue;
    const { text } = source;
    let { offset } = place;
    if (text[offset] === '&') offset += text[offset + 1] === '{' ? 2 : 1;
    const ascending = index.inSource.get(source) ?? [];
    const near = ascending[lastStarting(ascending, offset)]?.span;
    if (near !== undefined && offset <= near.end) return occurrencesFrom(index, near);
  }
  return [];
}

/** All that start where `span` does. */
export function occurrencesFrom(
  { inSource }: OccurrenceIndex,
  { source, start }: Pick<Span, 'source' | 'start'>,
): readonly Occurrence[] {
  const ascending = inSource.get(source) ?? [];
  const last = lastStarting(ascending, start);
  let first = last;
  while (first >= 0 && ascending[first]?.span.start === start) first--;
  return ascending.slice(first + 1, last + 1);
}

/** The index of the last one that starts at `offset` or before; -1 if none does. */
function lastStarting(ascending: readonly Occurrence[], offset: number): number {
  let low = -1;
  let high = ascending.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((ascending[middle] as Occurrence).span.start <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
