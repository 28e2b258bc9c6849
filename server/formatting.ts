// Formatting of a whole source, of a part of it, and of what was just typed.
import type { FormattingOptions, Range, TextEdit } from 'vscode-languageserver/node';
import {
  type FormatOptions,
  formatDts,
  formatDtsRange,
  formatDtsTyped,
  offsetAt,
  type Position,
  positionAt,
  type SourceEdit,
  type SourceFile,
  type TypedCharacter,
} from '../fdt/index.ts';
import { tupleCells } from '../kho/index.ts';
import type { OpenTree } from './session.ts';

/** Characters that format what they end, the one that clients must name first. */
export const FORMATTING_TRIGGERS: readonly [TypedCharacter, ...TypedCharacter[]] = ['}', ';', '\n'];

/** More edits are sent as one: clients take long over many. */
export const MAX_EDITS = 10_000;
/** Wider levels are no indentation that anybody wants. */
const MAX_INDENT_SPACES = 16;

export function formattingEdits(tree: OpenTree, options: FormattingOptions): TextEdit[] {
  return textEdits(tree.source, formatDts(tree.source, optionsFor(tree, options)));
}

export function rangeFormattingEdits(
  tree: OpenTree,
  { start, end }: Range,
  options: FormattingOptions,
): TextEdit[] {
  const range = { start: offsetAt(tree.source, start), end: offsetAt(tree.source, end) };
  return textEdits(tree.source, formatDtsRange(tree.source, range, optionsFor(tree, options)));
}

/** `position` is behind `typed`, which may be any character. */
export function typingEdits(
  tree: OpenTree,
  position: Position,
  typed: string,
  options: FormattingOptions,
): TextEdit[] {
  const trigger = FORMATTING_TRIGGERS.find((each) => each === typed);
  if (trigger === undefined) return [];
  const offset = offsetAt(tree.source, position);
  const edits = formatDtsTyped(tree.source, offset, trigger, optionsFor(tree, options));
  return textEdits(tree.source, edits);
}

/**
 * Tabs count as the kernel counts them, whatever the width that an editor shows: where a line is
 * too long must not depend on who formats it.
 */
function optionsFor(
  { checked, isInFile }: OpenTree,
  { insertSpaces, tabSize }: FormattingOptions,
): FormatOptions {
  const elementsPerTuple = tupleCells(checked, isInFile);
  if (!insertSpaces) return { elementsPerTuple };
  const indentSpaces = Math.min(Math.max(1, Math.floor(tabSize) || 1), MAX_INDENT_SPACES);
  return { elementsPerTuple, indentSpaces, tabColumns: indentSpaces };
}

function textEdits(source: SourceFile, edits: readonly SourceEdit[]): TextEdit[] {
  const bounded = edits.length > MAX_EDITS ? [asOne(source, edits)] : edits;
  return bounded.map(({ span: { start, end }, text }) => ({
    range: { start: positionAt(source, start), end: positionAt(source, end) },
    newText: text,
  }));
}

function asOne(source: SourceFile, edits: readonly SourceEdit[]): SourceEdit {
  const start = edits[0]?.span.start ?? 0;
  const parts: string[] = [];
  let at = start;
  for (const { span, text } of edits) {
    parts.push(source.text.slice(at, span.start), text);
    at = span.end;
  }
  return { span: { source, start, end: at }, text: parts.join('') };
}
