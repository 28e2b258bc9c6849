// A binding to begin with: what a node that no binding describes has now, and how it is written.
import { type FdtNode, type FdtProperty, stringsOf } from '../fdt/index.ts';
import { compatiblesOf } from './bindings/binding-set.ts';
import type { Release } from './release.ts';

/** Nodes in nodes that are described in place; deeper ones may have anything. */
const MAX_DEPTH = 4;
/** Members of a node that are described; whoever has more describes them by a pattern. */
const MAX_MEMBERS = 100;

/**
 * The text of a `*.kho.yaml` for the first compatible of `node`, by which it is valid as it is;
 * undefined if it has none. Types are those of the values that stand there: cells are as wide as
 * they are written, and several of them are an array.
 */
export function bindingSkeleton(node: FdtNode, release: Release): string | undefined {
  const [compatible] = compatiblesOf(node);
  if (compatible === undefined || compatible === '') return undefined;
  const since = release.subtrees.kind === 'inline' ? release.name : `${release.name}..`;
  const lines = [
    `$id: ${word(compatible)}`,
    `title: ${word(node.name === '' ? compatible : node.name)}`,
    `description: ${JSON.stringify(`What ${compatible} means to whoever reads it.`)}`,
    `kho-releases: ["${since}"]`,
    ...memberLines(node, '', 0, compatible),
  ];
  return `${lines.join('\n')}\n`;
}

function memberLines(
  node: FdtNode,
  indent: string,
  depth: number,
  compatible: string | undefined,
): string[] {
  // A broken tree may have two of a name; a binding says each once.
  const taken = new Set<string>();
  const isFirst = ({ name }: FdtProperty | FdtNode): boolean =>
    !taken.has(name) && taken.add(name) !== undefined;
  const properties = node.properties.slice(0, MAX_MEMBERS).filter(isFirst);
  const children = node.children.slice(0, MAX_MEMBERS).filter(isFirst);
  const inner = `${indent}  `;
  const lines = properties.flatMap((property) => propertyLines(property, inner, compatible));
  for (const child of children)
    lines.push(`${inner}${word(child.name)}:`, ...childLines(child, `${inner}  `, depth + 1));
  const isAll =
    properties.length === node.properties.length && children.length === node.children.length;
  const required = properties.map(({ name }) => word(name)).join(', ');
  return [
    ...(lines.length === 0 ? [`${indent}properties: {}`] : [`${indent}properties:`, ...lines]),
    ...(required === '' ? [] : [`${indent}required: [${required}]`]),
    `${indent}additionalProperties: ${!isAll}`,
  ];
}

/** A child with a compatible of its own has, or will have, a binding of its own. */
function childLines(child: FdtNode, indent: string, depth: number): string[] {
  const lines = [`${indent}type: object`];
  const [compatible] = compatiblesOf(child);
  if (compatible !== undefined && compatible !== '')
    return [...lines, `${indent}$ref: ${word(compatible)}`];
  if (depth >= MAX_DEPTH) return [...lines, `${indent}additionalProperties: true`];
  return [...lines, ...memberLines(child, indent, depth, undefined)];
}

function propertyLines(
  property: FdtProperty,
  indent: string,
  compatible: string | undefined,
): string[] {
  const name = `${indent}${word(property.name)}:`;
  if (property.name === 'compatible' && compatible !== undefined)
    return [name, `${indent}  const: ${word(compatible)}`];
  const type = typeOf(property);
  // A value of several kinds may be anything.
  if (type === undefined) return [`${name} true`];
  return [name, `${indent}  $ref: /schemas/types.yaml#/definitions/${type}`];
}

/** The name that dt-schema has for the type of a value; undefined for a mixture. */
function typeOf({ value, pieces }: FdtProperty): string | undefined {
  if (value.length === 0) return 'flag';
  const [first] = pieces;
  if (first === undefined) return stringsOf(value) === undefined ? 'uint8-array' : 'string-array';
  if (pieces.some(({ kind }) => kind !== first.kind)) return undefined;
  switch (first.kind) {
    case 'string':
    case 'path': {
      // What is not plain text is no string for bindings.
      const strings = stringsOf(value);
      if (strings === undefined) return undefined;
      return strings.length === 1 ? 'string' : 'string-array';
    }
    case 'bytes':
    case 'file':
      return 'uint8-array';
    case 'cell': {
      if (pieces.some(({ lengthBytes }) => lengthBytes !== first.lengthBytes)) return undefined;
      return `uint${first.lengthBytes * 8}${pieces.length === 1 ? '' : '-array'}`;
    }
  }
}

/** In quotes where YAML would take it for something else than text. */
function word(text: string): string {
  const isPlain = /^[A-Za-z_][\w,.+-]*$/.test(text) && !text.includes(',');
  const meansMore = /^(true|false|null|yes|no|on|off|y|n)$/i.test(text);
  return isPlain && !meansMore ? text : JSON.stringify(text);
}
