// Sources of several files to ask navigation about: `$0` in one of them is where it is asked.
import assert from 'node:assert/strict';
import type { Range, TextEdit } from 'vscode-languageserver/node';
import { offsetAt, type SourceFile, type SourceHost, type Span } from '../../fdt/index.ts';
import { type BindingSet, type CheckedSource, checkSource } from '../../kho/index.ts';
import type { Place } from '../../server/locate.ts';
import { SHIPPED } from '../kho/shipped-bindings.ts';
import { parseMarks } from '../support/marks.ts';

/** Texts by file name; the first is the source, which may include the others. */
export type Texts = Readonly<Record<string, string>>;

export interface MarkedSource {
  readonly checked: CheckedSource;
  readonly place: Place;
  readonly texts: Texts;
}

/** The URI of a file of these tests; bindings have one as well. */
export const uriOf = ({ source }: Span): string => `file:///${source.path}`;

export function checkTexts(texts: Texts, bindings: BindingSet = SHIPPED): CheckedSource {
  const sources = new Map<string, SourceFile>();
  for (const [path, text] of Object.entries(texts)) sources.set(path, { path, text });
  const host: SourceHost = {
    readInclude: (path) => sources.get(path),
    readBytes: () => new Uint8Array(4),
  };
  const [main] = sources.values();
  assert.ok(main !== undefined);
  return checkSource(main, { bindings, host });
}

export function markedSource(fixtures: string | Texts): MarkedSource {
  const texts: Record<string, string> = {};
  let at: { readonly path: string; readonly offset: number } | undefined;
  const files = typeof fixtures === 'string' ? { 'a.kho': fixtures } : fixtures;
  for (const [path, fixture] of Object.entries(files)) {
    const { text, cursor } = parseMarks(fixture);
    texts[path] = text;
    if (cursor !== undefined) at = { path, offset: cursor };
  }
  assert.ok(at !== undefined, 'no $0 in the fixture');
  return { checked: checkTexts(texts), place: placeAt(at.path, at.offset), texts };
}

export function placeAt(path: string, offset: number): Place {
  return { offset, isInFile: ({ source }) => source.path === path };
}

/** Ranges as `line:character text`, with the name of the file where it is not a.kho. */
export function show(
  texts: Texts,
  places: readonly { readonly uri?: string; readonly range: Range }[],
): string[] {
  return places.map(({ uri = 'file:///a.kho', range }) => {
    const path = uri.replace('file:///', '');
    const text = texts[path] ?? '';
    const source = { path, text };
    const { start, end } = range;
    const what = text.slice(offsetAt(source, start), offsetAt(source, end));
    const file = path === 'a.kho' ? '' : `${path}:`;
    return `${file}${start.line}:${start.character} ${what}`.trimEnd();
  });
}

/** The texts after the edits of a rename, which must not overlap. */
export function edited(texts: Texts, changes: Readonly<Record<string, TextEdit[]>>): Texts {
  const result: Record<string, string> = { ...texts };
  for (const [uri, edits] of Object.entries(changes)) {
    const path = uri.replace('file:///', '');
    const source = { path, text: texts[path] ?? '' };
    let last = source.text.length;
    const backwards = edits
      .map(({ range, newText }) => ({
        start: offsetAt(source, range.start),
        end: offsetAt(source, range.end),
        newText,
      }))
      .sort((a, b) => b.start - a.start);
    for (const { start, end, newText } of backwards) {
      assert.ok(end <= last, 'edits overlap');
      last = start;
      result[path] = `${result[path]?.slice(0, start)}${newText}${result[path]?.slice(end)}`;
    }
  }
  return result;
}
