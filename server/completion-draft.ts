// A completion before it knows where it goes.
import {
  type CompletionItem,
  type CompletionItemKind,
  InsertTextFormat,
  type MarkupContent,
  MarkupKind,
  type Range,
} from 'vscode-languageserver/node';
import { plainText as plainTemplate, snippetText, type Template } from './completion-template.ts';
import { matchRank } from './match-rank.ts';

export interface Draft {
  readonly label: string;
  readonly kind: CompletionItemKind;
  /** Drafts of a lower rank come first; within a rank the order they are given in stays. */
  readonly rank: number;
  /** The label if absent. */
  readonly insert?: Template;
  /** What of `insert` names something, where a value or a body may be there already. */
  readonly name?: Template;
  readonly detail?: string;
  /** Markdown. */
  readonly documentation?: string;
}

export interface FinishOptions {
  readonly takesSnippets: boolean;
  readonly showsMarkdown: boolean;
}

/** Items of one answer; of more, those are kept that what has been typed finds best. */
export const MAX_COMPLETIONS = 1000;

/** The drafts as the protocol has them, each replacing `range`; `word` is typed of it so far. */
export function finishedItems(
  drafts: readonly Draft[],
  word: string,
  range: Range,
  options: FinishOptions,
): CompletionItem[] {
  return kept(drafts, word).map((draft, index) => finished(draft, index, range, options));
}

function kept(drafts: readonly Draft[], word: string): readonly Draft[] {
  const sorted = [...drafts].sort((a, b) => a.rank - b.rank);
  if (sorted.length <= MAX_COMPLETIONS) return sorted;
  const fitting = sorted.flatMap((draft) => {
    const match = matchRank(draft.label, word);
    return match === undefined ? [] : [{ draft, match }];
  });
  fitting.sort((a, b) => a.match - b.match);
  return fitting.slice(0, MAX_COMPLETIONS).map(({ draft }) => draft);
}

function finished(
  { label, kind, insert = [label], detail, documentation }: Draft,
  index: number,
  range: Range,
  { takesSnippets, showsMarkdown }: FinishOptions,
): CompletionItem {
  const isSnippet = takesSnippets && insert.some((part) => typeof part !== 'string');
  return {
    label,
    kind,
    sortText: String(index).padStart(4, '0'),
    filterText: label,
    ...(detail === undefined || detail === '' ? {} : { detail }),
    ...(documentation === undefined || documentation === ''
      ? {}
      : { documentation: markup(documentation, showsMarkdown) }),
    insertTextFormat: isSnippet ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
    textEdit: { range, newText: isSnippet ? snippetText(insert) : plainTemplate(insert) },
  };
}

function markup(markdown: string, showsMarkdown: boolean): MarkupContent | string {
  if (showsMarkdown) return { kind: MarkupKind.Markdown, value: markdown };
  return markdown.replace(/\*\*|`/g, '');
}
