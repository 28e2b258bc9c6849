import {
  type CompletionItem,
  CompletionItemKind,
  CompletionItemTag,
  InsertTextFormat,
  MarkupKind,
  type Range,
} from 'vscode-languageserver/node';
import {
  describeMember,
  describeName,
  isInText,
  isThere,
  KNOWN_STRUCTS,
  KNOWN_WORDS,
  type KnownMember,
  knownCall,
  knownNames,
  parametersOf,
  structAt,
  wordAt,
} from '../c/index.ts';
import { positionAt, type SourceFile } from '../fdt/index.ts';
import type { Release } from '../kho/index.ts';

export interface CCompletionOptions {
  readonly takesSnippets: boolean;
  readonly showsMarkdown: boolean;
}

/** What comes before the name of a member, which other languages have in other places. */
export const C_ACCESS: readonly string[] = ['.', '>'];

/** Letters after which names are offered: with fewer they would be in the way of others. */
const MIN_LETTERS = 2;

/** Names of KHO, LUO and libfdt that go on from what is typed, and members of their structs. */
export function cCompletionsAt(
  source: SourceFile,
  offset: number,
  release: Release | undefined,
  options: CCompletionOptions,
): CompletionItem[] {
  const { text } = source;
  const word = wordAt(text, offset) ?? { text: '', start: offset, end: offset };
  if (isInText(text, word.start)) return [];
  const range = { start: positionAt(source, word.start), end: positionAt(source, word.end) };
  const typed = text.slice(word.start, offset);
  const struct = structAt(text, word.start);
  if (struct !== undefined) return members(struct, text.slice(0, word.start), range, options);
  if (typed.length < MIN_LETTERS) return [];
  const hasArguments = /^\s*\(/.test(text.slice(word.end, word.end + 20));
  const functions = knownNames()
    .filter((name) => name.startsWith(typed))
    .map((name) => functionItem(name, release, range, hasArguments, options));
  const words = KNOWN_WORDS.filter(({ name }) => name.startsWith(typed)).map((each) =>
    wordItem(each.name, each.signature, isThere(each.releases, release), range, options),
  );
  return [...functions, ...words];
}

function functionItem(
  name: string,
  release: Release | undefined,
  range: Range,
  hasArguments: boolean,
  options: CCompletionOptions,
): CompletionItem {
  const call = knownCall(name, release);
  const parameters = call === undefined ? [] : parametersOf(call.signature).map(nameOfParameter);
  const isMissing = call?.isMissing === true;
  const inserted = hasArguments ? { newText: name } : callText(name, parameters, options);
  return {
    label: name,
    kind: CompletionItemKind.Function,
    detail: [call?.signature, call?.releases].filter((each) => each !== undefined).join(' · '),
    // What the release does not have comes last.
    sortText: `${isMissing ? '1' : '0'}${name}`,
    ...(isMissing ? { tags: [CompletionItemTag.Deprecated] } : {}),
    ...documented(describeName(name, release), options),
    textEdit: { range, newText: inserted.newText },
    ...(inserted.isSnippet === true ? { insertTextFormat: InsertTextFormat.Snippet } : {}),
  };
}

/** `name(${1:folio})`, or the name alone where there are no placeholders. */
function callText(
  name: string,
  parameters: readonly string[],
  { takesSnippets }: CCompletionOptions,
): { newText: string; isSnippet?: boolean } {
  if (!takesSnippets) return { newText: name };
  const places = parameters.map((each, index) => `\${${index + 1}:${each}}`);
  return { newText: `${name}(${places.join(', ')})`, isSnippet: true };
}

/** `folio` of `struct folio *folio`. */
function nameOfParameter(parameter: string): string {
  return /(\w+)(?:\[\])?$/.exec(parameter)?.[1] ?? parameter;
}

function wordItem(
  name: string,
  signature: string,
  isThereNow: boolean,
  range: Range,
  options: CCompletionOptions,
): CompletionItem {
  const takesArguments = signature.includes('(');
  const parameters = takesArguments ? parametersOf(signature) : [];
  const inserted = takesArguments ? callText(name, parameters, options) : { newText: name };
  return {
    label: name,
    kind: CompletionItemKind.Constant,
    detail: signature,
    sortText: `${isThereNow ? '0' : '1'}${name}`,
    ...(isThereNow ? {} : { tags: [CompletionItemTag.Deprecated] }),
    ...documented(describeName(name), options),
    textEdit: { range, newText: inserted.newText },
    ...(inserted.isSnippet === true ? { insertTextFormat: InsertTextFormat.Snippet } : {}),
  };
}

/** Members of a struct: as designators in its initializer, as they are after `->`. */
function members(
  struct: string,
  before: string,
  range: Range,
  options: CCompletionOptions,
): CompletionItem[] {
  const known = KNOWN_STRUCTS.find(({ name }) => name === struct);
  const isDesignator = !/\w\s*(?:->|\.)\s*$/.test(before.slice(-200));
  return (known?.members ?? []).map((member, index): CompletionItem => {
    const isSnippet = isDesignator && options.takesSnippets;
    return {
      label: member.name,
      kind: member.declaration.includes('(*')
        ? CompletionItemKind.Method
        : CompletionItemKind.Field,
      detail: member.declaration,
      // Required ones first, and each kind as the struct has them.
      sortText: `${member.isRequired === true ? 0 : 1}${String(index).padStart(2, '0')}`,
      ...documented(describeMember(struct, member.name), options),
      textEdit: { range, newText: isSnippet ? designator(member) : member.name },
      ...(isSnippet ? { insertTextFormat: InsertTextFormat.Snippet } : {}),
    };
  });
}

function designator({ name }: KnownMember): string {
  const value = name === 'owner' ? 'THIS_MODULE' : `\${1:${name}}`;
  return `${name} = ${value},`;
}

function documented(
  markdown: string | undefined,
  { showsMarkdown }: CCompletionOptions,
): Pick<CompletionItem, 'documentation'> {
  if (markdown === undefined) return {};
  const plain = markdown.replace(/```c?\n?|`|\*/g, '');
  return {
    documentation: showsMarkdown ? { kind: MarkupKind.Markdown, value: markdown } : plain,
  };
}
