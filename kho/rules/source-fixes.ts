// Repairs of what is wrong with the text of a source, looked for when they are asked for: most
// need the finished tree, or all that is written.
import {
  childOf,
  type DtsItem,
  type DtsNode,
  type DtsNodeItem,
  type DtsProperty,
  type FdtNode,
  type Fix,
  type Issue,
  nodesOf,
  type Span,
} from '../../fdt/index.ts';
import type { CheckedSource } from '../check.ts';
import { nearestName, removeSpanFix, replaceFix, widthFix } from './fixes.ts';

/** Labels that are compared with one that does not exist. */
const MAX_LABELS = 10_000;

/** What the issue brings along, else what can be found out about it. */
export function fixesFor(checked: CheckedSource, issue: Issue): readonly Fix[] {
  if (issue.fixes !== undefined) return issue.fixes;
  const { span } = issue;
  const find = span === undefined ? undefined : FINDERS.get(issue.rule);
  const fix = span && find?.(checked, span);
  return fix === undefined ? [] : [fix];
}

/** The repair that may be made without asking; it is looked for only where there can be one. */
export function obviousFixFor(checked: CheckedSource, issue: Issue): Fix | undefined {
  if (issue.fixes === undefined && !SOME_ARE_OBVIOUS.has(issue.rule)) return undefined;
  return fixesFor(checked, issue).find(({ isObvious }) => isObvious);
}

const SOME_ARE_OBVIOUS: ReadonlySet<string> = new Set(['property-after-node']);

type Finder = (checked: CheckedSource, span: Span) => Fix | undefined;

const FINDERS: ReadonlyMap<string, Finder> = new Map<string, Finder>([
  ['undefined-label', nearestLabel],
  ['undefined-path', nearestPath],
  ['duplicate-label', (_, span) => withoutLabel(span)],
  ['duplicate-property', withoutProperty],
  ['property-after-node', movedUp],
  ['bad-cell-width', (_, span) => nearestWidth(span)],
  ['reference-width', (_, span) => withReferences(span)],
  ['bad-literal', (_, span) => decimal(span)],
  ['bad-node-name', (_, span) => withoutBadCharacters(span)],
  ['bad-property-name', (_, span) => withoutBadCharacters(span)],
]);

function textOf({ source, start, end }: Span): string {
  return source.text.slice(start, end);
}

/** `&lable`, `&{lable/path}` */
function nearestLabel({ tree }: CheckedSource, span: Span): Fix | undefined {
  const written = /^&\{?(\w+)/.exec(textOf(span));
  const label = written?.[1];
  if (written === null || label === undefined) return undefined;
  const labels = new Set<string>();
  for (const node of nodesOf(tree.root)) {
    for (const each of node.labels) labels.add(each);
    if (labels.size > MAX_LABELS) break;
  }
  const nearest = nearestName(label, labels);
  if (nearest === undefined) return undefined;
  const end = span.start + written[0].length;
  return replaceFix(
    `Write ${nearest}`,
    { ...span, start: end - label.length, end },
    nearest,
    false,
  );
}

/** The first name of the path that is not there, if there is one like it. */
function nearestPath({ tree }: CheckedSource, span: Span): Fix | undefined {
  const text = textOf(span);
  if (!text.startsWith('&{')) return undefined;
  let node: FdtNode | undefined = tree.root;
  for (const { 0: name, index } of text.slice(2).matchAll(/[^/{}]+/g)) {
    const isLabel = index === 0;
    const next: FdtNode | undefined = isLabel ? labelled(tree.root, name) : childOf(node, name);
    if (next !== undefined) {
      node = next;
      continue;
    }
    const names = isLabel ? [] : node.children.map((child) => child.name);
    const nearest = names.find((each) => each.startsWith(`${name}@`)) ?? nearestName(name, names);
    if (nearest === undefined) return undefined;
    const start = span.start + 2 + index;
    const place = { ...span, start, end: start + name.length };
    return replaceFix(`Write ${nearest}`, place, nearest, false);
  }
  return undefined;
}

function labelled(root: FdtNode, label: string): FdtNode | undefined {
  for (const node of nodesOf(root)) if (node.labels.includes(label)) return node;
  return undefined;
}

function withoutLabel(span: Span): Fix | undefined {
  const colon = /^\s*:[ \t]*/.exec(span.source.text.slice(span.end, span.end + 80))?.[0];
  if (colon === undefined) return undefined;
  const whole = { ...span, end: span.end + colon.length };
  return replaceFix(`Remove the label ${textOf(span)}`, whole, '', false);
}

function withoutProperty(checked: CheckedSource, span: Span): Fix | undefined {
  const found = propertyAt(checked, span);
  if (found === undefined) return undefined;
  return removeSpanFix(`Remove this ${found.property.name}`, wholeOf(found.property), false);
}

/** To where properties end; what stands beside it in its line stays there. */
function movedUp(checked: CheckedSource, span: Span): Fix | undefined {
  const found = propertyAt(checked, span);
  const first = found?.node.items.find((item) => item.kind === 'node');
  if (found === undefined || first === undefined) return undefined;
  const whole = wholeOf(found.property);
  const firstSpan = first.labels[0]?.span ?? first.nameSpan;
  const isAbove = firstSpan.source === whole.source && firstSpan.end <= whole.start;
  if (!isAbove || first.isOmittedIfUnreferenced || first.target !== undefined) return undefined;
  const { source, start } = firstSpan;
  const lineStart = source.text.lastIndexOf('\n', start - 1) + 1;
  const indent = source.text.slice(lineStart, start);
  const separator = indent.trim() === '' ? `\n${indent}` : ' ';
  const removal = removeSpanFix('', whole, true);
  return {
    title: `Move ${found.property.name} before the nodes`,
    edits: [
      { span: { source, start, end: start }, text: `${textOf(whole)}${separator}` },
      ...removal.edits,
    ],
    isObvious: true,
  };
}

/** With its labels, which belong to it. */
function wholeOf({ whole, labels }: DtsProperty): Span {
  const [first] = labels;
  const isBefore = first?.span.source === whole.source && first.span.start < whole.start;
  return isBefore ? { ...whole, start: first.span.start } : whole;
}

/** The property whose name stands at `span`, and the node that it is written in. */
function propertyAt(
  { document }: CheckedSource,
  { source, start }: Span,
): { readonly property: DtsProperty; readonly node: DtsNode } | undefined {
  // A stack of our own: sources may nest deeper than calls.
  const pending: (DtsItem | DtsNodeItem)[] = [...document.items];
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    if (item.kind !== 'node') continue;
    const { body } = item;
    const isElsewhere = body.source === source && (start < body.start || body.end < start);
    if (isElsewhere) continue;
    for (const each of item.items)
      if (each.kind === 'node') pending.push(each);
      else if (each.kind === 'property' && each.nameSpan.start === start)
        if (each.nameSpan.source === source) return { property: each, node: item };
  }
  return undefined;
}

function nearestWidth(span: Span): Fix | undefined {
  const bits = Number(textOf(span));
  if (!Number.isInteger(bits)) return undefined;
  const width = [8, 16, 32].find((each) => bits <= each) ?? 64;
  return replaceFix(`Write /bits/ ${width}`, span, String(width), false);
}

/** The other cells of the array may have been meant to be as wide as they are. */
function withReferences(span: Span): Fix | undefined {
  const fix = widthFix(span, 32);
  return fix && { ...fix, isObvious: false };
}

/** What has a leading zero is octal, and 8 is no octal digit. */
function decimal(span: Span): Fix | undefined {
  const number = /^0+([1-9]\d*)$/.exec(textOf(span))?.[1];
  return number === undefined ? undefined : replaceFix(`Write ${number}`, span, number, false);
}

function withoutBadCharacters(span: Span): Fix | undefined {
  const name = textOf(span);
  const isProperty = /^\s*[=;]/.test(span.source.text.slice(span.end, span.end + 80));
  const [first = '', ...others] = isProperty
    ? [name.replaceAll('@', '-')]
    : name.replace(/[^a-zA-Z0-9,._+@-]/g, '-').split('@');
  const repaired = others.length === 0 ? first : `${first}@${others.join('-')}`;
  if (repaired === name || first === '') return undefined;
  return replaceFix(`Rename to ${repaired}`, span, repaired, false);
}
