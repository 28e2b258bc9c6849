import { childOf, type FdtNode, propertyOf } from '../../fdt/index.ts';
import type { Binding, NodeSchema } from '../bindings/binding.ts';
import type { Described } from '../bindings/binding-set.ts';
import { code, count, paragraphs } from './markdown.ts';

/**
 * Markdown about a node: title, path and text of its binding, and which of the properties and
 * nodes that it must have are there.
 */
export function describeNode(node: FdtNode, described: Described | undefined): string {
  const name = node.name === '' ? '/' : node.name;
  const path = node.path === name ? undefined : code(node.path);
  if (described === undefined) {
    const holds = holdsText(node);
    return paragraphs(`**${name}**`, path, holds, '*No binding describes it.*');
  }
  const { schema, binding } = described;
  return paragraphs(
    `**${name}**${schema.title === '' ? '' : ` · ${schema.title}`}`,
    path,
    schema.description,
    requiredText(node, schema),
    binding && originText(binding),
  );
}

function holdsText(node: FdtNode): string {
  const properties = count(node.properties.length, 'property', 'properties');
  if (node.children.length === 0) return `Holds ${properties}`;
  return `Holds ${properties} and ${count(node.children.length, 'node', 'nodes')}`;
}

function requiredText(node: FdtNode, schema: NodeSchema): string | undefined {
  const isThere = (name: string): boolean =>
    propertyOf(node, name) !== undefined || childOf(node, name) !== undefined;
  const list = (names: readonly string[]): string => names.map((name) => code(name)).join(', ');
  const there = schema.required.filter(isThere);
  const missing = schema.required.filter((name) => !isThere(name));
  const parts: string[] = [];
  if (there.length > 0) parts.push(`Required and there: ${list(there)}`);
  if (missing.length > 0) parts.push(`**Required and missing**: ${list(missing)}`);
  return parts.join('  \n');
}

/** Markdown about a compatible string: what its binding says of the whole contract. */
export function describeCompatible(compatible: string, binding: Binding): string {
  return paragraphs(
    `**${compatible}** · ${binding.title}`,
    binding.description,
    binding.onMismatch === '' ? undefined : `If not understood: ${binding.onMismatch}`,
    originText(binding),
  );
}

function originText(binding: Binding): string {
  const releases = `Releases ${binding.releases.join(', ')}`;
  return binding.definedIn === ''
    ? releases
    : `${releases} · defined in ${code(binding.definedIn)}`;
}
