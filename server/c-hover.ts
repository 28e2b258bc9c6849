import { type Hover, MarkupKind } from 'vscode-languageserver/node';
import { describeMember, describeName, isInText, structAt, wordAt } from '../c/index.ts';
import { positionAt, type SourceFile } from '../fdt/index.ts';
import type { Release } from '../kho/index.ts';

/** What is known of the name at `offset` of a C file; undefined for names that are not of KHO. */
export function cHoverAt(
  source: SourceFile,
  offset: number,
  release: Release | undefined,
  kind: MarkupKind,
): Hover | undefined {
  const { text } = source;
  const word = wordAt(text, offset);
  if (word === undefined || isInText(text, word.start)) return undefined;
  const struct = structAt(text, word.start);
  const described =
    struct === undefined ? describeName(word.text, release) : describeMember(struct, word.text);
  if (described === undefined) return undefined;
  const value = kind === MarkupKind.Markdown ? described : described.replace(/```c?\n?|`|\*/g, '');
  const range = { start: positionAt(source, word.start), end: positionAt(source, word.end) };
  return { contents: { kind, value }, range };
}
