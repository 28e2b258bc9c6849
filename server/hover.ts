import { type Hover, MarkupKind } from 'vscode-languageserver/node';
import type { FdtNode, Span } from '../fdt/index.ts';
import {
  type CheckedSource,
  type Described,
  describeCompatible,
  describeNode,
  describeProperty,
  describeValueAt,
  type PropertyOrigin,
  propertySchema,
  type Region,
  regionsAround,
} from '../kho/index.ts';
import { rangeOf } from './diagnostic.ts';
import {
  compatibleOf,
  type Located,
  type LocatedPiece,
  type LocatedProperty,
  locate,
  type Place,
} from './locate.ts';

export interface HoverOptions {
  /** What the client shows. */
  readonly kind: MarkupKind;
  /** A link target that opens a span in the editor; undefined if it is in no file. */
  readonly linkTo: (span: Span) => string | undefined;
}

/** What is known of the thing at `place`; undefined if nothing is there. */
export function hoverAt(
  checked: CheckedSource,
  place: Place,
  options: HoverOptions,
): Hover | undefined {
  const located = locate(checked, place);
  if (located === undefined) return undefined;
  const markdown = describe(located, checked, options);
  if (markdown === undefined) return undefined;
  const isMarkdown = options.kind === MarkupKind.Markdown;
  const value = isMarkdown ? markdown : plainText(markdown);
  return { contents: { kind: options.kind, value }, range: rangeOf(located.span) };
}

function describe(
  located: Located,
  checked: CheckedSource,
  options: HoverOptions,
): string | undefined {
  switch (located.kind) {
    case 'node':
      return nodeText(located.node, checked, options);
    case 'label':
      return `Label of \`${located.node.path}\``;
    case 'reference':
      return located.target && nodeText(located.target, checked, options);
    case 'include': {
      const { resolved } = located.include;
      return resolved === undefined ? undefined : `Includes \`${resolved.path}\``;
    }
    case 'property':
      return propertyText(located, checked, options);
    case 'piece':
      return pieceText(located, checked, options);
  }
}

function nodeText(node: FdtNode, checked: CheckedSource, options: HoverOptions): string {
  const described = checked.bindings.describe(node);
  return withLink(describeNode(node, described), bindingOf(node, checked)?.span, options);
}

function propertyText(
  { node, property }: LocatedProperty | LocatedPiece,
  checked: CheckedSource,
  options: HoverOptions,
): string {
  const described = checked.bindings.describe(node);
  const schema = described && propertySchema(described.schema, property.name);
  const context = { node, property, schema, byteOrder: checked.byteOrder };
  const origin = described && originOf(described, node, property.name, checked);
  return withLink(describeProperty(context, origin), schema?.span, options);
}

function originOf(
  { schema }: Described,
  node: FdtNode,
  name: string,
  checked: CheckedSource,
): PropertyOrigin {
  return {
    isRequired: schema.required.includes(name),
    title: schema.title,
    releases: bindingOf(node, checked)?.releases ?? [],
  };
}

/** The binding whose file describes `node`: its own, or that of the ancestor that speaks of it. */
function bindingOf(node: FdtNode, checked: CheckedSource): Described['binding'] {
  for (let each: FdtNode | undefined = node; each !== undefined; each = each.parent) {
    const described = checked.bindings.describe(each);
    if (described === undefined || described.binding !== undefined) return described?.binding;
  }
  return undefined;
}

function pieceText(
  located: LocatedPiece,
  checked: CheckedSource,
  options: HoverOptions,
): string | undefined {
  const { node, property, piece } = located;
  const compatible = compatibleOf(located);
  if (compatible !== undefined) return compatibleText(compatible, checked, options);
  const described = checked.bindings.describe(node);
  const schema = described && propertySchema(described.schema, property.name);
  const context = { node, property, schema, byteOrder: checked.byteOrder };
  const value =
    piece.kind === 'cell'
      ? describeValueAt(context, piece.offset, (address) => regionsIn(checked, address))
      : undefined;
  return value ?? propertyText(located, checked, options);
}

/** In larger sources the memory of all properties is not looked through for a hover. */
const MAX_REGION_UNITS = 512 * 1024;

function regionsIn(checked: CheckedSource, address: bigint): readonly Region[] {
  const { tree, bindings, byteOrder, source } = checked;
  if (source.text.length > MAX_REGION_UNITS) return [];
  return regionsAround(address, tree, bindings, byteOrder);
}

/** Two eras may give one compatible two meanings: all are shown, the one in force first. */
function compatibleText(compatible: string, checked: CheckedSource, options: HoverOptions): string {
  const bindings = checked.bindings.withCompatible(compatible);
  if (bindings.length === 0) return `**${compatible}**\n\n*No binding describes it.*`;
  return bindings
    .map((each) => withLink(describeCompatible(compatible, each), each.span, options))
    .join('\n\n---\n\n');
}

function withLink(markdown: string, span: Span | undefined, { linkTo }: HoverOptions): string {
  const link = span && linkTo(span);
  if (span === undefined || link === undefined) return markdown;
  const name = span.source.path.split(/[\\/]/).pop();
  return `${markdown}\n\n[${name}](${link})`;
}

/** For clients without Markdown: the same text without its marks. */
function plainText(markdown: string): string {
  return markdown
    .replace(/\[([^\]]*)\]\([^)]*\)$/gm, '$1')
    .replace(/\*\*|`/g, '')
    .replace(/^\*(.*)\*$/gm, '$1')
    .replace(/ {2}$/gm, '');
}
