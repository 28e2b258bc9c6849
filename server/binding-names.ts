// What bindings call each other: the `$id` of one is the `$ref` of others, and its compatibles are
// those of nodes.
import type { Location, Range, TextEdit, WorkspaceEdit } from 'vscode-languageserver/node';
import type { SourceFile, Span } from '../fdt/index.ts';
import type { Binding, BindingSet, CheckedSource } from '../kho/index.ts';
import { exactRangeOf, locationOf } from './diagnostic.ts';
import { locationsOf, usesOfCompatibles } from './references-across.ts';
import type { RenameRefusal } from './rename.ts';

type UriOf = (span: Span) => string | undefined;

/** A line that names a binding: the word, and what is written before it. */
const NAMING_LINE = /^[ \t-]*(\$id|\$ref|const)[ \t]*:[ \t]*(['"]?)([\w,.+@-]+)\2[ \t]*(?:#.*)?$/gm;

interface NamedBinding {
  readonly binding: Binding;
  /** `const` is the compatible, the others are the name of the binding. */
  readonly word: '$id' | '$ref' | 'const';
  /** Of the name alone. */
  readonly span: Span;
}

/** The binding that the line at `offset` names: by `$id`, by `$ref`, or by its compatible. */
export function bindingNamedAt(
  source: SourceFile,
  offset: number,
  { bindings, withCompatible }: BindingSet,
): NamedBinding | undefined {
  const start = source.text.lastIndexOf('\n', offset - 1) + 1;
  const end = source.text.indexOf('\n', offset);
  const line = source.text.slice(start, end < 0 ? undefined : end);
  const [found] = namesIn(source, line, start);
  if (found === undefined || offset < found.span.start || found.span.end < offset) return undefined;
  const { word, name, span } = found;
  const binding =
    word === 'const'
      ? withCompatible(name).find((each) => each.source.path === source.path)
      : bindings.findLast(({ id }) => id === name);
  return binding && { binding, word, span };
}

function* namesIn(
  source: SourceFile,
  text: string = source.text,
  at = 0,
): Generator<{ readonly word: NamedBinding['word']; readonly name: string; readonly span: Span }> {
  for (const { 0: line, 1: word, 3: name = '', index } of text.matchAll(NAMING_LINE)) {
    const start = at + index + line.indexOf(name, line.indexOf(':') + 1);
    const span = { source, start, end: start + name.length };
    yield { word: word as NamedBinding['word'], name, span };
  }
}

/** Where the binding that is named at `offset` is written. */
export function bindingDefinitionAt(
  source: SourceFile,
  offset: number,
  set: BindingSet,
  uriOf: UriOf,
): Location | undefined {
  const named = bindingNamedAt(source, offset, set);
  return named && locationOf(named.binding.span, uriOf);
}

/** The `$ref`s to the binding named at `offset`, and the nodes that have its compatibles. */
export function bindingReferencesAt(
  source: SourceFile,
  offset: number,
  set: BindingSet,
  trees: readonly CheckedSource[],
  includeDeclaration: boolean,
  uriOf: UriOf,
): Location[] {
  const named = bindingNamedAt(source, offset, set);
  if (named === undefined) return [];
  const { binding } = named;
  const spans = includeDeclaration ? [binding.span] : [];
  spans.push(
    ...referencesTo(binding, set),
    ...usesOfCompatibles(trees, new Set(binding.compatibles)),
  );
  return locationsOf(spans, uriOf);
}

/** Every `$ref` of the bindings in force that means this one. */
function referencesTo({ id }: Binding, { bindings }: BindingSet): Span[] {
  const sources = new Set(bindings.map(({ source }) => source));
  return [...sources].flatMap((source) =>
    [...namesIn(source)].flatMap(({ word, name, span }) =>
      word === '$ref' && name === id ? [span] : [],
    ),
  );
}

/** The name of a binding at `offset`, where it can be another one. */
export function prepareBindingRename(
  source: SourceFile,
  offset: number,
  set: BindingSet,
): { range: Range; placeholder: string } | undefined {
  const named = bindingNamedAt(source, offset, set);
  if (named === undefined || named.word === 'const') return undefined;
  return { range: exactRangeOf(named.span), placeholder: named.binding.id };
}

/**
 * Another `$id` for the binding that is named at `offset`, and for all `$ref`s to it. What is no
 * file of the user's (`isOwn`) is not edited.
 */
export function renameBindingAt(
  source: SourceFile,
  offset: number,
  newName: string,
  set: BindingSet,
  uriOf: UriOf,
  isOwn: (uri: string) => boolean,
): WorkspaceEdit | RenameRefusal {
  const named = bindingNamedAt(source, offset, set);
  if (named === undefined) return { refused: 'There is no name of a binding here' };
  const { binding, word } = named;
  if (word === 'const')
    return {
      refused: `The compatible '${binding.id}' is what kernels look for, it is not renamed`,
    };
  if (!/^[\w,.+@-]+$/.test(newName))
    return { refused: 'The name of a binding is made of letters, digits and , . _ + @ -' };
  if (newName !== binding.id && set.bindings.some(({ id }) => id === newName))
    return { refused: `There is a binding '${newName}' already` };
  // Bindings of one name for several releases are named by the same $ref.
  const definitions = set.bindings.filter(({ id }) => id === binding.id).map(idSpan);
  const changes: Record<string, TextEdit[]> = {};
  for (const span of [...definitions, ...referencesTo(binding, set)]) {
    const uri = uriOf(span);
    if (uri === undefined || !isOwn(uri))
      return { refused: `It is also named in ${span.source.path}, which ships with the extension` };
    changes[uri] = [...(changes[uri] ?? []), { range: exactRangeOf(span), newText: newName }];
  }
  return { changes };
}

/** Without the quotes that the name may have. */
function idSpan({ source, span, id }: Binding): Span {
  const start = source.text.indexOf(id, span.start);
  return { source, start, end: start + id.length };
}
