import type { Range, TextEdit, WorkspaceEdit } from 'vscode-languageserver/node';
import type { Span } from '../fdt/index.ts';
import type { CheckedSource } from '../kho/index.ts';
import { exactRangeOf } from './diagnostic.ts';
import type { Place } from './locate.ts';
import {
  type NamedThing,
  type Occurrence,
  occurrencesAt,
  occurrencesFrom,
  occurrencesOf,
} from './occurrences.ts';
import { whyNoName, whyNotByBinding, whyNotCertain, whyNotFree } from './rename-refusals.ts';
import { SpanSet } from './span-set.ts';
import { unreadPlaceOf } from './unread-names.ts';

/** Places that are renamed at once; editors preview and undo the edit as a whole. */
export const MAX_RENAMED_PLACES = 100_000;

/** Why something is not renamed: a sentence for the user. */
export interface RenameRefusal {
  readonly refused: string;
}

/** What would be renamed at `place`; undefined where there is nothing that can be. */
export function prepareRenameAt(
  checked: CheckedSource,
  place: Place,
): { range: Range; placeholder: string } | undefined {
  const at = occurrencesAt(checked, place);
  const [first] = at;
  if (first === undefined || whyNotRenamed(at) !== undefined) return undefined;
  return { range: exactRangeOf(first.span), placeholder: first.thing.name };
}

/**
 * Renames the label or node at `place` wherever this source and what it includes name it. The tree
 * stays what it is except for the name; what could not be renamed without more is refused.
 */
export function renameAt(
  checked: CheckedSource,
  place: Place,
  newName: string,
  uriOf: (span: Span) => string | undefined,
): WorkspaceEdit | RenameRefusal {
  const at = occurrencesAt(checked, place);
  const [first] = at;
  const refused = whyNotRenamed(at);
  if (first === undefined || refused !== undefined)
    return { refused: refused ?? 'There is no label and no node here to rename' };
  if (newName === first.thing.name) return { changes: {} };
  const things = namedTogether(checked, at);
  for (const thing of things) {
    const why =
      whyNoName(thing, newName, checked.document.isPlugin) ??
      whyNotFree(thing, newName, occurrencesOf(checked).labels) ??
      whyNotCertain(checked, thing) ??
      whyNotByBinding(checked, thing, newName);
    if (why !== undefined) return { refused: why };
  }
  return unreadPlaceOf(checked, first.thing) ?? editsOf(things, newName, uriOf);
}

function whyNotRenamed(at: readonly Occurrence[]): string | undefined {
  const thing = at[0]?.thing;
  if (thing?.kind === 'compatible')
    return `The compatible '${thing.name}' is what kernels look for, it is not renamed`;
  if (thing?.kind === 'node' && thing.name === '') return 'The root has no name to change';
  if (thing === undefined || at.some((each) => isDefined(each.thing))) return undefined;
  return `The ${thing.kind} '${thing.name}' is not defined in this source`;
}

function isDefined({ occurrences }: NamedThing): boolean {
  return occurrences.some(({ role }) => role === 'definition');
}

/**
 * A file that is included in two nodes names a node of each in one place: those can only be renamed
 * together, and so on for wherever they are named.
 */
function namedTogether(checked: CheckedSource, at: readonly Occurrence[]): ReadonlySet<NamedThing> {
  const index = occurrencesOf(checked);
  const things = new Set(at.map(({ thing }) => thing));
  const seen = new SpanSet();
  // A set that grows while it is gone through goes on to what was added.
  for (const thing of things)
    for (const { span } of thing.occurrences) {
      if (!seen.add(span)) continue;
      for (const other of occurrencesFrom(index, span)) things.add(other.thing);
    }
  return things;
}

function editsOf(
  things: ReadonlySet<NamedThing>,
  newName: string,
  uriOf: (span: Span) => string | undefined,
): WorkspaceEdit | RenameRefusal {
  const seen = new SpanSet();
  const changes: Record<string, TextEdit[]> = {};
  let left = MAX_RENAMED_PLACES;
  for (const { occurrences } of things)
    for (const { span } of occurrences) {
      const uri = uriOf(span);
      if (uri === undefined)
        return { refused: `It is also named in ${span.source.path}, which cannot be edited` };
      if (!seen.add(span)) continue;
      if (left-- <= 0) return { refused: `It is named in more than ${MAX_RENAMED_PLACES} places` };
      changes[uri] ??= [];
      changes[uri].push({ range: exactRangeOf(span), newText: newName });
    }
  return { changes };
}
