import {
  type CellBits,
  type FdtNode,
  type LayoutOf,
  propertyOf,
  stringsOf,
} from '../../fdt/index.ts';
import { isInReleases } from '../releases/index.ts';
import type { Binding, ChildSchema, ElementSchema, NodeSchema, PropertySchema } from './binding.ts';

/** What describes a node: its own binding, or the place that its parent's binding gives it. */
export interface Described {
  readonly schema: NodeSchema;
  /** Undefined if the parent's binding describes the node in place. */
  readonly binding?: Binding;
}

/** Describes the nodes of one tree, each once, as long as they are found for the same. */
export interface Describer {
  describe(node: FdtNode): Described | undefined;
  readonly layoutOf: LayoutOf;
  /**
   * A node was described before the value of its `compatible` was known, which can be while the
   * tree is compiled. Then nothing that this has said holds any longer.
   */
  isOutdated(): boolean;
  /** Must be called when the node is no longer part of the tree. */
  forget(node: FdtNode): void;
  /** What was said so far, but not of `others`. */
  described(others?: ReadonlySet<FdtNode>): Map<FdtNode, Described | undefined>;
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
  /**
   * For one tree, which is being compiled or is finished. What `known` has said of nodes that are
   * not among `others` is taken over.
   */
  describer(known?: Describer, others?: ReadonlySet<FdtNode>): Describer;
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
  const describeBy = (
    node: FdtNode,
    describeParent: (parent: FdtNode) => Described | undefined,
  ): Described | undefined => {
    const compatibles = compatiblesOf(node);
    for (const compatible of compatibles) {
      const binding = withCompatible(compatible).find((each) => isNamedFor(each, node));
      if (binding !== undefined) return { schema: binding, binding };
    }
    const parent = node.parent && describeParent(node.parent);
    return parent && describeAsChild(node, parent.schema, compatibles, byId);
  };
  const describe = (node: FdtNode): Described | undefined => describeBy(node, describe);
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
    describer: (known, others) => createDescriber(describeBy, known?.described(others)),
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

/** What the binding of the parent says of a child that has none of its own. */
function describeAsChild(
  node: FdtNode,
  parent: NodeSchema,
  compatibles: readonly string[],
  byId: ReadonlyMap<string, Binding>,
): Described | undefined {
  const child = childSchema(parent, node.name);
  if (typeof child === 'string') return undefined;
  if (child.schema !== undefined) return { schema: child.schema };
  // A compatible of its own that no binding has is not what the parent's binding speaks of.
  if (compatibles.length > 0) return undefined;
  const binding = child.binding === undefined ? undefined : byId.get(child.binding);
  return binding && { schema: binding, binding };
}

type DescribeBy = (
  node: FdtNode,
  describeParent: (parent: FdtNode) => Described | undefined,
) => Described | undefined;

/** Every property and every rule asks what describes a node; looking it up costs more than both. */
function createDescriber(
  describeBy: DescribeBy,
  known: Map<FdtNode, Described | undefined> = new Map(),
): Describer {
  let isOutdated = false;
  const describe = (node: FdtNode): Described | undefined => {
    const before = known.get(node);
    if (before !== undefined || known.has(node)) return before;
    const described = describeBy(node, describe);
    if (described?.binding === undefined && propertyOf(node, 'compatible')?.value.length === 0)
      isOutdated = true;
    known.set(node, described);
    return described;
  };
  return {
    describe,
    layoutOf: (node, propertyName) => layoutIn(describe(node)?.schema, propertyName),
    isOutdated: () => isOutdated,
    forget: (node) => void known.delete(node),
    described(others) {
      const copy = new Map(known);
      for (const node of others ?? []) copy.delete(node);
      return copy;
    },
  };
}

function layoutIn(schema: NodeSchema | undefined, name: string): readonly CellBits[] | undefined {
  const property = schema && propertySchema(schema, name);
  return property?.type.kind === 'cells' ? layoutOfElements(property.type.elements) : undefined;
}

const layouts = new WeakMap<readonly ElementSchema[], readonly CellBits[]>();

/** One array for a type, however many properties have it. */
function layoutOfElements(elements: readonly ElementSchema[]): readonly CellBits[] {
  const known = layouts.get(elements);
  if (known !== undefined) return known;
  const layout = elements.map(({ bits }) => bits);
  layouts.set(elements, layout);
  return layout;
}

/** Later bindings win, so those of the release go last; the order is kept otherwise. */
function preferred(bindings: readonly Binding[], name: string): Binding[] {
  const isPreferred = (binding: Binding): boolean => isInReleases(name, binding.releases);
  return [...bindings.filter((each) => !isPreferred(each)), ...bindings.filter(isPreferred)];
}
