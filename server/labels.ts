// Labels: where they are given, where they are used, and what they could be called instead.
import {
  type DocumentHighlight,
  DocumentHighlightKind,
  type Location,
  type Range,
  type WorkspaceEdit,
} from 'vscode-languageserver/node';
import type { DtsItem, DtsLabel, DtsNodeItem, DtsReference, Span } from '../fdt/index.ts';
import type { CheckedSource } from '../kho/index.ts';
import { exactRangeOf, locationOf } from './diagnostic.ts';
import type { Place } from './locate.ts';

/** One place where a label is written; `span` is its name alone. */
interface Occurrence {
  readonly name: string;
  readonly span: Span;
  readonly isDefinition: boolean;
}

const known = new WeakMap<CheckedSource, readonly Occurrence[]>();

/** Every label of the source and all it includes, in the order in which they are written. */
function occurrencesOf(checked: CheckedSource): readonly Occurrence[] {
  const before = known.get(checked);
  if (before !== undefined) return before;
  const found: Occurrence[] = [];
  // A stack of our own: sources may nest deeper than calls.
  const pending: (DtsItem | DtsNodeItem)[] = [...checked.document.items].reverse();
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    collect(item, found);
    if (item.kind === 'node')
      for (let i = item.items.length - 1; i >= 0; i--) pending.push(item.items[i] as DtsNodeItem);
  }
  known.set(checked, found);
  return found;
}

function collect(item: DtsItem | DtsNodeItem, found: Occurrence[]): void {
  if ('labels' in item) for (const label of item.labels) found.push(definition(label));
  if ('target' in item && item.target !== undefined) use(item.target, found);
  if (item.kind !== 'property') return;
  for (const value of item.values)
    for (const part of value.kind === 'cells' ? value.items : [value])
      if (part.kind === 'reference') use(part, found);
      else if (part.kind === 'label') found.push(definition(part));
      else if (part.kind === 'bytes') for (const each of part.labels) found.push(definition(each));
}

function definition({ name, span }: DtsLabel): Occurrence {
  return { name, span, isDefinition: true };
}

/** `&label` or `&{label/path}`; a path from the root has no label. */
function use({ text, span }: DtsReference, found: Occurrence[]): void {
  const [name = ''] = text.split('/');
  if (name === '') return;
  const start = span.source.text.indexOf(name, span.start);
  if (start < 0 || start >= span.end) return;
  const place = { source: span.source, start, end: start + name.length };
  found.push({ name, span: place, isDefinition: false });
}

function occurrenceAt(checked: CheckedSource, { offset, isInFile }: Place): Occurrence | undefined {
  // The cursor behind a word is still on it.
  return occurrencesOf(checked).find(
    ({ span }) => span.start <= offset && offset <= span.end && isInFile(span),
  );
}

function allOf(checked: CheckedSource, name: string): readonly Occurrence[] {
  return occurrencesOf(checked).filter((each) => each.name === name);
}

/** Everywhere the label at `place` is used, in every file that takes part. */
export function referencesAt(
  checked: CheckedSource,
  place: Place,
  isWithDefinition: boolean,
  uriOf: (span: Span) => string | undefined,
): Location[] {
  const at = occurrenceAt(checked, place);
  if (at === undefined) return [];
  return allOf(checked, at.name)
    .filter(({ isDefinition }) => isWithDefinition || !isDefinition)
    .flatMap(({ span }) => locationOf(span, uriOf) ?? []);
}

/** The same, in the file itself. */
export function highlightsAt(checked: CheckedSource, place: Place): DocumentHighlight[] {
  const at = occurrenceAt(checked, place);
  if (at === undefined) return [];
  return allOf(checked, at.name)
    .filter(({ span }) => place.isInFile(span))
    .map(({ span, isDefinition }) => ({
      range: exactRangeOf(span),
      kind: isDefinition ? DocumentHighlightKind.Write : DocumentHighlightKind.Read,
    }));
}

/** The label that can be renamed at `place`. */
export function prepareRenameAt(
  checked: CheckedSource,
  place: Place,
): { range: Range; placeholder: string } | undefined {
  const at = occurrenceAt(checked, place);
  return at && { range: exactRangeOf(at.span), placeholder: at.name };
}

/** The edits that call the label at `place` otherwise, or why it cannot be called so. */
export function renameAt(
  checked: CheckedSource,
  place: Place,
  newName: string,
  uriOf: (span: Span) => string | undefined,
): WorkspaceEdit | { readonly refused: string } {
  const at = occurrenceAt(checked, place);
  if (at === undefined) return { refused: 'there is no label here' };
  if (!/^[A-Za-z_]\w*$/.test(newName))
    return { refused: 'a label has letters, digits and _, and begins with no digit' };
  if (newName !== at.name && allOf(checked, newName).some(({ isDefinition }) => isDefinition))
    return { refused: `there is a label ${newName} already` };
  const changes: Record<string, { range: Range; newText: string }[]> = {};
  for (const { span } of allOf(checked, at.name)) {
    const uri = uriOf(span);
    if (uri === undefined) return { refused: `${span.source.path} cannot be opened` };
    changes[uri] = [...(changes[uri] ?? []), { range: exactRangeOf(span), newText: newName }];
  }
  return { changes };
}
