// What can be repaired in a binding: words and values that are nearly right, and missing words.
import { type CodeAction, CodeActionKind } from 'vscode-languageserver/node';
import type { Issue, SourceEdit, SourceFile } from '../fdt/index.ts';
import {
  bindingPlaceOf,
  bindingWords,
  loadBinding,
  NEWEST_RELEASE,
  nearestName,
} from '../kho/index.ts';
import { valuesOf } from './binding-completion.ts';
import { type DiagnosticOptions, exactRangeOf, toDiagnostic } from './diagnostic.ts';
import { yamlLineAt } from './yaml-line.ts';

/** Repairs for what is wrong between `start` and `end` of a binding. */
export function bindingActionsAt(
  source: SourceFile,
  { start, end }: { readonly start: number; readonly end: number },
  options: DiagnosticOptions,
): CodeAction[] {
  const actions: CodeAction[] = [];
  for (const issue of loadBinding(source).issues) {
    const { span } = issue;
    if (span === undefined || span.start > end || span.end < start) continue;
    const fix = missingWordFix(source, issue) ?? nearestFix(source, issue);
    const uri = options.uriOf(span);
    if (fix === undefined || uri === undefined) continue;
    actions.push({
      title: fix.title,
      kind: CodeActionKind.QuickFix,
      diagnostics: [toDiagnostic(issue, options)],
      edit: { changes: { [uri]: [{ range: exactRangeOf(fix.span), newText: fix.text }] } },
    });
  }
  return actions;
}

type TitledEdit = SourceEdit & { readonly title: string };

/** Another word, or another value, that may stand there and is spelled much the same. */
function nearestFix(source: SourceFile, { span }: Issue): TitledEdit | undefined {
  if (span === undefined) return undefined;
  const line = yamlLineAt(source, span.start);
  if (line === undefined) return undefined;
  const written = source.text.slice(span.start, span.end);
  const name = written.replace(/^(['"])(.*)\1$/s, '$2');
  const isKey = line.ownKey?.start === span.start;
  // A whole line stands for all of the binding.
  if (isKey && line.ownKey?.end !== span.end) return undefined;
  const words = isKey
    ? bindingWords(bindingPlaceOf(line.path)).flatMap(({ word }) =>
        line.siblings.has(word) ? [] : [word],
      )
    : valuesOf(line.key ?? '');
  if (words.includes(name)) return undefined;
  const nearest = nearestName(name, words);
  return nearest === undefined ? undefined : { title: `Write ${nearest}`, span, text: nearest };
}

/** What a binding must say, with what it says most of the time. */
function missingWordFix(source: SourceFile, { rule, message }: Issue): TitledEdit | undefined {
  const word = /^the binding lacks `([^`]+)`$/.exec(message)?.[1];
  if (rule !== 'binding-schema' || word === undefined) return undefined;
  const id = /^\$id:[ \t]*['"]?([^\s'"#]+)/m.exec(source.text)?.[1];
  const fileName = /([^/\\]+?)(?:\.kho)?\.ya?ml$/.exec(source.path)?.[1] ?? 'binding';
  const values: Readonly<Record<string, string>> = {
    $id: fileName,
    title: id ?? fileName,
    'kho-releases': `["${NEWEST_RELEASE.name}.."]`,
    properties: '{}',
  };
  const value = values[word];
  // Only where the words of the top stand at the beginning of their lines.
  if (value === undefined || !/^[$\w-]+:/m.test(source.text)) return undefined;
  const isFirst = word === '$id';
  const at = isFirst
    ? (/^(?:#.*\n|---\n|\s*\n)*/.exec(source.text)?.[0].length ?? 0)
    : endOf(source);
  const text = `${word}: ${value}\n`;
  const isLineOpen = !isFirst && at > 0 && source.text[at - 1] !== '\n';
  return {
    title: `Add ${word}`,
    span: { source, start: at, end: at },
    text: isLineOpen ? `\n${text}` : text,
  };
}

/** Behind the last line that says something. */
function endOf({ text }: SourceFile): number {
  const end = text.trimEnd().length;
  return text[end] === '\n' ? end + 1 : end;
}
