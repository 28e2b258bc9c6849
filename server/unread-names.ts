// Broken text has parts that nobody could make sense of. A name in them would be left behind.
import { positionAt, type SourceFile } from '../fdt/index.ts';
import type { CheckedSource } from '../kho/index.ts';
import { type NamedThing, occurrencesFrom, occurrencesOf } from './occurrences.ts';

/**
 * Refuses to rename what seems to be named in a part of the text that was not understood; undefined
 * if all is well.
 */
export function unreadPlaceOf(
  checked: CheckedSource,
  { kind, name }: NamedThing,
): { readonly refused: string } | undefined {
  if (checked.isWhole || kind === 'compatible') return undefined;
  const index = occurrencesOf(checked);
  for (const source of checked.document.sources)
    for (const start of startsOf(name, kind, source)) {
      if (occurrencesFrom(index, { source, start }).length > 0) continue;
      const { line } = positionAt(source, start);
      const where = `Line ${line + 1} of ${source.path}`;
      return { refused: `${where} names '${name}' but is not understood: correct it first` };
    }
  return undefined;
}

/** Where `name` stands as a label or as a node does. */
function* startsOf(name: string, kind: 'label' | 'node', source: SourceFile): Generator<number> {
  const text = withoutComments(source.text);
  const inWord = kind === 'label' ? /\w/ : /[\w,.+*#?@-]/;
  for (let at = text.indexOf(name); at >= 0; at = text.indexOf(name, at + name.length)) {
    const end = at + name.length;
    if (inWord.test(text.charAt(at - 1)) || inWord.test(text.charAt(end))) continue;
    const before = text.slice(Math.max(0, at - CONTEXT_UNITS), at);
    const after = text.slice(end, end + CONTEXT_UNITS);
    const isNamed =
      kind === 'label'
        ? /&\{?$/.test(before) || /^\s*:/.test(after)
        : /^\s*\{/.test(after) || /(&\{[^}\s]*|\/delete-node\/\s+)$/.test(before);
    if (isNamed) yield at;
  }
}

/** How far around a name is looked to see what it is. */
const CONTEXT_UNITS = 200;

/** Spaces for comments and strings: what is in them names nothing. */
function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"/g, (all) =>
    ' '.repeat(all.length),
  );
}
