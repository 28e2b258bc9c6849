// Where the words of a YAML or JSON document are.
import type { Document } from 'yaml';
import type { SourceFile, Span } from '../fdt/index.ts';

/** A path of keys and indices in a document. */
export type YamlPath = readonly (string | number)[];

interface YamlPair {
  readonly key: { readonly value?: unknown; readonly range?: readonly number[] | null };
  readonly value: unknown;
}

/**
 * The place of what `path` leads to, or of the key before it. If there is nothing, that of the
 * nearest thing above. The whole document is its first line: more would underline everything.
 */
export function yamlSpan(
  document: Document,
  source: SourceFile,
  path: YamlPath,
  part: 'key' | 'value' = 'value',
): Span {
  let node: unknown = document.contents;
  let range: readonly number[] | undefined = rangeOf(node);
  for (const [index, step] of path.entries()) {
    const items = (node as { items?: readonly unknown[] } | null)?.items;
    if (items === undefined) break;
    const pair = items.find((item) => String((item as YamlPair)?.key?.value) === String(step));
    const next = pair === undefined ? items[Number(step)] : (pair as YamlPair).value;
    if (next === undefined) break;
    const key = pair === undefined ? undefined : rangeOf((pair as YamlPair).key);
    const isLast = index === path.length - 1;
    range = (isLast && part === 'key' ? key : undefined) ?? rangeOf(next) ?? key ?? range;
    node = next;
  }
  const [start = 0, end = start] = range ?? [];
  if (path.length === 0) return { source, start, end: Math.min(end, lineEnd(source.text, start)) };
  return { source, start, end };
}

function rangeOf(node: unknown): readonly number[] | undefined {
  return (node as { range?: readonly number[] | null } | null)?.range ?? undefined;
}

function lineEnd(text: string, offset: number): number {
  const end = text.indexOf('\n', offset);
  return end < 0 ? text.length : end;
}
