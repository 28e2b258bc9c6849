// Completion in KHO FDT sources: what the bindings allow where the cursor is.
import { type CompletionItem, CompletionItemKind } from 'vscode-languageserver/node';
import { assertNever, type DtsNodeItem, type SourceFile } from '../fdt/index.ts';
import type { CheckedSource } from '../kho/index.ts';
import { type Typing, typingAt } from './completion-context.ts';
import { NODE_DIRECTIVES } from './completion-directives.ts';
import { type Draft, finishedItems } from './completion-draft.ts';
import { memberDrafts } from './completion-members.ts';
import type { Template } from './completion-template.ts';
import { topDrafts } from './completion-top.ts';
import {
  cellDrafts,
  labelDrafts,
  pathDrafts,
  stringDrafts,
  valueDrafts,
} from './completion-values.ts';
import { exactRangeOf } from './diagnostic.ts';
import type { PathDirective } from './include-paths.ts';
import type { Place } from './locate.ts';

export interface CompletionOptions {
  /** Whether the client takes placeholders. */
  readonly takesSnippets: boolean;
  /** Whether the client shows Markdown; false if absent. */
  readonly showsMarkdown?: boolean;
  /**
   * Files and folders that a path may go on with, as paths beside the file that is completed, the
   * likeliest first. `prefix` is what has been typed; folders end in `/`.
   */
  readonly includeFiles?: (prefix: string, directive: PathDirective) => readonly string[];
}

/** What may be written at `place` of `source`, the best first; nothing in comments. */
export function completionsAt(
  checked: CheckedSource,
  source: SourceFile,
  place: Place,
  options: CompletionOptions,
): CompletionItem[] {
  const typing = typingAt(checked, source.text, place);
  if (typing === undefined) return [];
  const { word, start, end } = typing;
  const drafts = draftsOf(checked, typing, source.text, options);
  const range = exactRangeOf({ source, start, end });
  const { takesSnippets, showsMarkdown = false } = options;
  const tail = source.text.slice(end, end + MAX_TAIL);
  const fitted = drafts.map((draft) => before(tail, draft, typing));
  return finishedItems(fitted, word, range, { takesSnippets, showsMarkdown });
}

/** Code units behind the word that are looked at. */
const MAX_TAIL = 256;

function draftsOf(
  checked: CheckedSource,
  typing: Typing,
  text: string,
  { includeFiles }: CompletionOptions,
): readonly Draft[] {
  const { context, enclosing, afterItem } = typing;
  const node = enclosing?.node;
  const whole = text.slice(typing.start, typing.end);
  switch (context.kind) {
    case 'statement': {
      // What stands in a node is never of the top.
      const member = { checked, node, afterItem: afterItem as DtsNodeItem | undefined };
      const drafts =
        enclosing === undefined
          ? topDrafts(checked, afterItem)
          : [...memberDrafts({ ...member, word: whole }), ...NODE_DIRECTIVES];
      // No name has a slash.
      return whole.startsWith('/') ? drafts.filter(({ label }) => label.startsWith('/')) : drafts;
    }
    case 'value':
      return valueDrafts(checked, node, context.property);
    case 'string':
      return stringDrafts(checked, node, context.property, whole);
    case 'cells':
      return cellDrafts(checked, node, context);
    case 'label':
      return referenceDrafts(checked, typing);
    case 'path':
      return pathDrafts(checked, context.above);
    case 'bits':
      return ['8', '16', '32', '64'].map((label) => named(label, CompletionItemKind.Value));
    case 'file':
      return (includeFiles?.(typing.word, context.directive) ?? []).map((path) =>
        named(path, path.endsWith('/') ? CompletionItemKind.Folder : CompletionItemKind.File),
      );
    case 'deleted': {
      const [members, kind] =
        context.what === 'node'
          ? [node?.children, CompletionItemKind.Struct]
          : [node?.properties, CompletionItemKind.Property];
      return (members ?? []).map(({ name }) => named(name, kind));
    }
    default:
      return assertNever(context);
  }
}

function named(label: string, kind: CompletionItemKind): Draft {
  return { label, kind, rank: 0 };
}

/** Labels; at the top a reference begins a node. */
function referenceDrafts(checked: CheckedSource, { context, enclosing }: Typing): Draft[] {
  const labels = labelDrafts(checked);
  if (context.kind !== 'label' || context.owner !== 'statement') return labels;
  // Inside a node no reference begins anything.
  if (enclosing !== undefined) return [];
  return labels.map((draft) => ({
    ...draft,
    insert: [draft.label, ' {\n\t', { hint: '', plain: '' }, '\n};'],
    name: [draft.label],
  }));
}

/** The draft without what stands behind the cursor already. */
function before(tail: string, draft: Draft, { context }: Typing): Draft {
  const { insert = [draft.label], name } = draft;
  const next = /^[ \t]*([={;"])?/.exec(tail)?.[1];
  switch (context.kind) {
    case 'string':
    case 'file': {
      // In a folder the path goes on.
      const isClosed = next === '"' || draft.label.endsWith('/');
      return isClosed ? draft : { ...draft, insert: [...insert, '"'] };
    }
    case 'statement':
    case 'label':
      if (next === ';') return { ...draft, insert: withoutSemicolon(insert) };
      if (next === '=' || next === '{') return { ...draft, insert: name ?? insert };
      return draft;
    default:
      return draft;
  }
}

function withoutSemicolon(insert: Template): Template {
  const last = insert.at(-1);
  if (typeof last !== 'string' || !last.endsWith(';')) return insert;
  return [...insert.slice(0, -1), last.slice(0, -1)];
}
