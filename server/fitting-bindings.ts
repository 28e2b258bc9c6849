// Which bindings a node may be meant to have before its `compatible` says so.
import type { FdtNode } from '../fdt/index.ts';
import {
  type Binding,
  type BindingSet,
  type CheckedSource,
  childSchema,
  isInReleases,
  type Release,
} from '../kho/index.ts';
import { onlyNameOf } from './pattern-names.ts';

export interface FittingBindings {
  /** What the parent's binding asks for, else what is named for the node, of the release if any. */
  readonly best: readonly Binding[];
  /** Others that a node of this name may have, the likelier first. */
  readonly others: readonly Binding[];
}

/** Bindings with a compatible that may describe `node`, whatever it says it is. */
export function fittingBindings(
  { bindings, release }: CheckedSource,
  node: FdtNode,
): FittingBindings {
  const name = node.parent === undefined ? '/' : node.name;
  // The last wins, so it comes first.
  const fitting = bindings.bindings
    .filter((each) => each.compatibles.length > 0 && (each.nodeName?.test(name) ?? true))
    .reverse();
  const asked = askedOfChild(bindings, node);
  const isAsked = ({ id, compatibles }: Binding): boolean =>
    asked !== undefined && (id === asked || compatibles.includes(asked));
  const isNamed = ({ nodeName }: Binding): boolean => nodeName !== undefined;
  const likeliest = [
    fitting.filter(isAsked),
    fitting.filter((each) => isNamed(each) && inForce(each, release)),
    fitting.filter(isNamed),
  ];
  const best = likeliest.find((each) => each.length > 0) ?? [];
  // A root is more often that of KHO than that of a driver's blob.
  const isRoot = ({ compatibles }: Binding): boolean =>
    compatibles.includes(release.rootCompatible);
  best.sort((a, b) => Number(isRoot(b)) - Number(isRoot(a)));
  const rest = fitting.filter((each) => !best.includes(each));
  const others = [
    ...rest.filter(isNamed),
    ...rest.filter((each) => !isNamed(each) && inForce(each, release)),
    ...rest.filter((each) => !isNamed(each) && !inForce(each, release)),
  ];
  return { best, others };
}

export function inForce({ releases }: Binding, { name }: Release): boolean {
  return isInReleases(name, releases);
}

/** Tells bindings of nodes inside nodes of others: by reference, or by the name they are for. */
export function isPartIn({ bindings }: BindingSet): (binding: Binding) => boolean {
  const ids = new Set<string>();
  const names = new Set<string>();
  for (const { id, children, patternChildren, otherChildren } of bindings) {
    const schemas = [...children.values(), ...patternChildren.map(({ schema }) => schema)];
    if (typeof otherChildren !== 'string') schemas.push(otherChildren);
    // One that may hold itself is no part for that.
    const isOther = (binding: string | undefined): binding is string =>
      binding !== undefined && binding !== id;
    for (const { binding } of schemas) if (isOther(binding)) ids.add(binding);
    // Of what has changed with the releases, only one is referred to.
    for (const [name, { binding }] of children) if (isOther(binding)) names.add(name);
  }
  return ({ id, nodeName }) => {
    const name = nodeName && onlyNameOf(nodeName);
    return ids.has(id) || (name !== undefined && names.has(name));
  };
}

/** The binding that the parent's binding has for a child of this name. */
function askedOfChild(bindings: BindingSet, { parent, name }: FdtNode): string | undefined {
  const described = parent && bindings.describe(parent);
  if (described === undefined) return undefined;
  const child = childSchema(described.schema, name);
  return typeof child === 'string' ? undefined : child.binding;
}
