import {
  type CellBits,
  type FdtNode,
  type LayoutOf,
  propertyOf,
  stringsOf,
} from '../../fdt/index.ts';
import { isInReleases } from '../releases/index.ts';
import type { Binding, ChildSchema, NodeSchema, PropertySchema } from './binding.ts';

/** What describes a node: its own binding, or the place that its parent's binding gives it. */
export interface Described {
  readonly schema: NodeSchema;
  /** Undefined if the parent's binding describes the node in place. */
  readonly binding?: Binding;
}

/** Bindings by compatible. Of several for one compatible the last that was given wins. */
export interface BindingSet {
  readonly bindings: readonly Binding[];
  /** What describes `node`, or undefined if nothing does. */
  describe(node: FdtNode): Described | undefined;
  /** Bindings for a compatible string, of every release, the one that wins first. */
  withCompatible(compatible: string): readonly Binding[];
  /** Widths of a property's cells, for compileDts(). */
  readonly layoutOf: LayoutOf;
  /** Compatibles for which another order of the same bindings makes another one win. */
  reorderedIn(other: BindingSet): ReadonlySet<string>;
  /** The same bindings, of which those that exist in the release called `name` win. */
  preferring(name: string): BindingSet;
}

export function createBindingSet(bindings: readonly Binding[]): BindingSet {
  const byCompatible = new Map<string, Binding[]>();
  const byId = new Map<string, Binding>();
  for (const binding of bindings) {
    byId.set(binding.id, binding);
    for (const compatible of binding.compatibles) {
      const others = byCompatible.get(compatible);
      if (others === undefined) byCompatible.set(compatible, [binding]);
      else others.unshift(binding);
    }
  }
  const withCompatible = (compatible: string): readonly Binding[] =>
    byCompatible.get(compatible) ?? [];
  const describe = (node: FdtNode): Described | undefined => {
    for (const compatible of compatiblesOf(node)) {
      const binding = withCompatible(compatible).find((each) => isNamedFor(each, node));
      if (binding !== undefined) return { schema: binding, binding };
    }
    return describeByParent(node, describe, byId);
  };
  // Making a set anew for every check of every tree would cost more than the checks.
  const byRelease = new Map<string, BindingSet>();
  const preferring = (name: string): BindingSet => {
    let set = byRelease.get(name);
    if (set === undefined) {
      set = createBindingSet(preferred(bindings, name));
      byRelease.set(name, set);
    }
    return set;
  };
  return {
    bindings,
    describe,
    withCompatible,
    layoutOf: (node, propertyName) => layoutIn(describe(node)?.schema, propertyName),
    preferring,
    reorderedIn(other) {
      const reordered = new Set<string>();
      for (const [compatible, own] of byCompatible) {
        const others = other.withCompatible(compatible);
        if (own.some((binding, i) => binding !== others[i])) reordered.add(compatible);
      }
      return reordered;
    },
  };
}

/** Strings of the node's `compatible`, most specific first; empty if there are none. */
export function compatiblesOf(node: FdtNode): readonly string[] {
  const property = propertyOf(node, 'compatible');
  return (property && stringsOf(property.value)) ?? [];
}

/** What `schema` says of a property, or undefined. */
export function propertySchema(schema: NodeSchema, name: string): PropertySchema | undefined {
  return (
    schema.properties.get(name) ??
    schema.patternProperties.find(({ pattern }) => pattern.test(name))?.schema
  );
}

/** What `schema` says of a child node: `none` if it must not be there, `any` if it may be. */
export function childSchema(schema: NodeSchema, name: string): ChildSchema | 'any' | 'none' {
  return (
    schema.children.get(name) ??
    schema.patternChildren.find(({ pattern }) => pattern.test(name))?.schema ??
    schema.otherChildren
  );
}

/** True unless the binding is for nodes of another name. */
export function isNamedFor(binding: Binding, node: FdtNode): boolean {
  return binding.nodeName?.test(node.parent === undefined ? '/' : node.name) ?? true;
}

function describeByParent(
  node: FdtNode,
  describe: (node: FdtNode) => Described | undefined,
  byId: ReadonlyMap<string, Binding>,
): Described | undefined {
  const parent = node.parent && describe(node.parent);
  if (parent === undefined) return undefined;
  const child = childSchema(parent.schema, node.name);
  if (typeof child === 'string') return undefined;
  if (child.schema !== undefined) return { schema: child.schema };
  // A compatible of its own that no binding has is not what the parent's binding speaks of.
  if (compatiblesOf(node).length > 0) return undefined;
  const binding = child.binding === undefined ? undefined : byId.get(child.binding);
  return binding && { schema: binding, binding };
}

function layoutIn(schema: NodeSchema | undefined, name: string): readonly CellBits[] | undefined {
  const type = schema && propertySchema(schema, name)?.type;
  return type?.kind === 'cells' ? type.elements.map((element) => element.bits) : undefined;
}

/** Later bindings win, so those of the release go last; the order is kept otherwise. */
function preferred(bindings: readonly Binding[], name: string): Binding[] {
  const isPreferred = (binding: Binding): boolean => isInReleases(name, binding.releases);
  return [...bindings.filter((each) => !isPreferred(each)), ...bindings.filter(isPreferred)];
}
