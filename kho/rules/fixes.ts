// Repairs that rules offer with what they report.
import type { FdtNode, FdtProperty, Fix, Span } from '../../fdt/index.ts';
import type { NodeSchema } from '../bindings/binding.ts';
import { nodeSkeleton, propertySkeleton } from '../skeleton.ts';

/** What an issue has of these repairs, of which some may not be possible. */
export function fixed(fixes: readonly (Fix | undefined)[]): { readonly fixes?: readonly Fix[] } {
  const possible = fixes.filter((fix) => fix !== undefined);
  return possible.length === 0 ? {} : { fixes: possible };
}

/** Replaces what stands at `span`. */
export function replaceFix(title: string, span: Span, text: string, isObvious = true): Fix {
  return { title, edits: [{ span, text }], isObvious };
}

/** Writes a property, or a node, that `node` lacks; undefined for a node that no source has. */
export function insertFix(node: FdtNode, name: string, schema: NodeSchema): Fix | undefined {
  const place = placeInside(node);
  if (place === undefined) return undefined;
  const { span, indent } = place;
  const property = schema.properties.get(name);
  const child = schema.children.get(name);
  const lines =
    property === undefined && child !== undefined
      ? nodeSkeleton(name, child.schema, indent)
      : [`${indent}${propertySkeleton(name, property)}`];
  const edits = [{ span, text: `\n${lines.join('\n')}` }];
  return { title: `Add ${name}`, edits, isObvious: property?.allowed?.length === 1 };
}

/** Renames a property that is most likely meant to be `name`, which `node` lacks. */
export function misspelledFix(
  node: FdtNode,
  name: string,
  isKnown: (name: string) => boolean,
): Fix | undefined {
  const unknown = node.properties.filter((property) => !isKnown(property.name));
  const nearest = nearestName(
    name,
    unknown.map((property) => property.name),
  );
  const span = unknown.find((property) => property.name === nearest)?.span;
  return span && replaceFix(`Rename ${nearest} to ${name}`, span, name, false);
}

/** Writes `name = value;`, which `node` lacks; undefined for a node that no source has. */
export function insertValueFix(
  node: FdtNode,
  name: string,
  value: string,
  isObvious: boolean,
): Fix | undefined {
  const place = placeInside(node);
  if (place === undefined) return undefined;
  const text = `\n${place.indent}${name} = ${value};`;
  return { title: `Add ${name} = ${value}`, edits: [{ span: place.span, text }], isObvious };
}

/** Where a new property goes: behind the last one, else behind the brace that opens the node. */
function placeInside(node: FdtNode): { span: Span; indent: string } | undefined {
  const { span, whole } = node;
  if (span === undefined || whole === undefined || span.source !== whole.source) return undefined;
  const { source } = whole;
  const last = lastWritten(node.properties, whole);
  if (last !== undefined)
    return { span: { source, start: last.end, end: last.end }, indent: indentAt(last) };
  const opening = OPENING.exec(source.text.slice(span.end, whole.end));
  if (opening === null) return undefined;
  const at = span.end + opening[0].length;
  return { span: { source, start: at, end: at }, indent: `${indentAt(span)}\t` };
}

/** What may stand between the name of a node and its brace. */
const OPENING = /^(?:\s|\/\*[\s\S]*?\*\/|\/\/[^\n]*\n)*\{/;

/** A node may be written in several places: only what stands in this one counts. */
function lastWritten(properties: readonly FdtProperty[], within: Span): Span | undefined {
  return properties
    .flatMap(({ whole }) => (whole === undefined ? [] : [whole]))
    .filter(({ source, start }) => source === within.source && within.start <= start)
    .filter(({ end }) => end <= within.end)
    .reduce<Span | undefined>(
      (last, each) => (last && last.end > each.end ? last : each),
      undefined,
    );
}

/** The white space that the line of a span begins with. */
function indentAt({ source, start }: Span): string {
  const line = source.text.lastIndexOf('\n', start - 1) + 1;
  return /^[ \t]*/.exec(source.text.slice(line, start))?.[0] ?? '';
}

/** Takes a property away, with the line it stands on if that is all there is on it. */
export function removeFix(title: string, { whole }: FdtProperty): Fix | undefined {
  return whole && removeSpanFix(title, whole, true);
}

/** Takes a statement away, with the line it stands on if that is all there is on it. */
export function removeSpanFix(title: string, whole: Span, isObvious: boolean): Fix {
  const { source } = whole;
  const { text } = source;
  const lineStart = text.lastIndexOf('\n', whole.start - 1) + 1;
  const lineEnd = text.indexOf('\n', whole.end);
  const isAlone =
    text.slice(lineStart, whole.start).trim() === '' &&
    text.slice(whole.end, lineEnd < 0 ? undefined : lineEnd).trim() === '';
  const span = isAlone && lineEnd >= 0 ? { source, start: lineStart, end: lineEnd + 1 } : whole;
  return { title, edits: [{ span, text: '' }], isObvious };
}

/** Leaves the name of a property, which is all there is to a flag. */
export function flagFix({ span, whole, pieces }: FdtProperty): Fix | undefined {
  if (span === undefined || whole === undefined || span.source !== whole.source) return undefined;
  if (pieces.some((piece) => piece.span.source !== whole.source)) return undefined;
  const isClosed = whole.source.text[whole.end - 1] === ';';
  const value = { ...whole, start: span.end, end: isClosed ? whole.end - 1 : whole.end };
  return replaceFix('Remove the value', value, '', false);
}

/** Of the /bits/ before the cells that the cell at `span` is among; undefined if there is none. */
export function widthFix({ source, start }: Span, bits: number): Fix | undefined {
  const open = source.text.lastIndexOf('<', start);
  const before = /\/bits\/\s*(\d+)\s*$/.exec(source.text.slice(Math.max(0, open - 40), open));
  const number = before?.[1];
  if (before === null || number === undefined) return undefined;
  const end = open - (before[0].length - before[0].lastIndexOf(number) - number.length);
  return replaceFix(
    `Write /bits/ ${bits}`,
    { source, start: end - number.length, end },
    String(bits),
  );
}

/** The name among `names` that `name` was likely meant to be. */
export function nearestName(name: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.min(MAX_DISTANCE, Math.floor(name.length / 2)) + 1;
  for (const each of names) {
    if (Math.abs(each.length - name.length) >= least) continue;
    const distance = editDistance(name, each);
    if (distance < least) {
      least = distance;
      best = each;
    }
  }
  return best;
}

const MAX_DISTANCE = 3;
/** Longer names are not compared letter by letter. */
const MAX_NAME = 64;

/** Letters to change, insert or drop to make one name of the other. */
function editDistance(a: string, b: string): number {
  if (a.length > MAX_NAME || b.length > MAX_NAME) return Number.POSITIVE_INFINITY;
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] as number) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[b.length] as number;
}
