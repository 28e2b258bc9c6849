// Completion and hover in bindings (`*.kho.yaml`): the words are those of the binding schema.
import {
  type CompletionItem,
  CompletionItemKind,
  type Hover,
  type MarkupKind,
} from 'vscode-languageserver/node';
import type { SourceFile } from '../fdt/index.ts';
import {
  API_HISTORY,
  BINDING_TYPES,
  bindingPlaceOf,
  bindingWords,
  isText,
  RELEASES,
  STRUCTS,
} from '../kho/index.ts';
import { exactRangeOf } from './diagnostic.ts';
import { type YamlLine, yamlLineAt } from './yaml-line.ts';

/** What may be written at `offset` of a binding. */
export function bindingCompletionsAt(source: SourceFile, offset: number): CompletionItem[] {
  const line = yamlLineAt(source, offset);
  if (line === undefined) return [];
  const range = exactRangeOf({ source, ...line.word });
  const item = (label: string, newText: string, kind: CompletionItemKind): CompletionItem => ({
    label,
    kind,
    textEdit: { range, newText },
  });
  if (line.key !== undefined)
    return valuesOf(line.key).map((value) => item(value, value, CompletionItemKind.Value));
  return bindingWords(bindingPlaceOf(line.path))
    .filter(({ word }) => !line.siblings.has(word))
    .map(({ word, description, isContainer }) => ({
      ...item(word, isContainer ? `${word}:` : `${word}: `, CompletionItemKind.Property),
      ...(description === undefined ? {} : { documentation: description }),
    }));
}

/** What a word of the vocabulary means. */
export function bindingHoverAt(
  source: SourceFile,
  offset: number,
  kind: MarkupKind,
): Hover | undefined {
  const line = yamlLineAt(source, offset);
  const key = line?.ownKey;
  if (key === undefined || line === undefined || !isOn(line, offset)) return undefined;
  const found = bindingWords(bindingPlaceOf(line.path)).find(({ word }) => word === key.text);
  if (found?.description === undefined) return undefined;
  const range = exactRangeOf({ source, start: key.start, end: key.end });
  return { contents: { kind, value: found.description }, range };
}

function isOn({ ownKey }: YamlLine, offset: number): boolean {
  return ownKey !== undefined && ownKey.start <= offset && offset <= ownKey.end;
}

/** Values that the word before the colon takes, where they are known. */
export function valuesOf(key: string): readonly string[] {
  switch (key) {
    case '$ref':
      return BINDING_TYPES;
    case 'type':
      return ['object'];
    case 'kho-struct':
      // Only structs of integers can be the value of a property.
      return [...STRUCTS.values()]
        .filter(({ fields, tail }) => tail === undefined && fields.length > 0)
        .filter(({ fields }) => fields.every((field) => !isText(field) && !field.part))
        .map(({ name }) => name);
    case 'kho-releases':
      return RELEASES.flatMap(({ name }) => [name, `${name}..`]);
    case 'kho-unit':
      return ['bytes', 'pages'];
    case 'kho-contents':
      return ['folios'];
    case 'kho-restored-by':
      return API_HISTORY.map(({ name }) => name).filter((name) => /restore|claim/.test(name));
    case 'additionalProperties':
    case 'deprecated':
      return ['false', 'true'];
    default:
      return [];
  }
}
