import type { Location } from 'vscode-languageserver/node';
import type { FdtNode, Span } from '../fdt/index.ts';
import { type BindingSet, type CheckedSource, propertySchema } from '../kho/index.ts';
import { locationOf } from './diagnostic.ts';
import { compatibleOf, type Located, locate, type Place } from './locate.ts';

/**
 * Where it is said what the thing at `place` may be: the binding of a node, by whatever it is
 * named there, or what the binding says of a property.
 */
export function typeDefinitionAt(
  checked: CheckedSource,
  place: Place,
  uriOf: (span: Span) => string | undefined,
): Location | undefined {
  const located = locate(checked, place);
  const span = located && describingSpan(located, checked.bindings);
  return span && locationOf(span, uriOf);
}

function describingSpan(located: Located, bindings: BindingSet): Span | undefined {
  switch (located.kind) {
    case 'node':
    case 'label':
      return bindingSpan(located.node, bindings);
    case 'reference':
      return located.target && bindingSpan(located.target, bindings);
    case 'property':
      return propertySpan(located, bindings);
    case 'piece': {
      const compatible = compatibleOf(located);
      if (compatible === undefined) return propertySpan(located, bindings);
      return bindings.withCompatible(compatible)[0]?.span;
    }
    case 'include':
      return undefined;
  }
}

function propertySpan(
  { node, property }: Extract<Located, { readonly kind: 'property' | 'piece' }>,
  bindings: BindingSet,
): Span | undefined {
  const described = bindings.describe(node);
  return described && propertySchema(described.schema, property.name)?.span;
}

/** A node may be described in place, in the binding of a node around it. */
function bindingSpan(node: FdtNode, bindings: BindingSet): Span | undefined {
  for (let at: FdtNode | undefined = node; at !== undefined; at = at.parent) {
    const described = bindings.describe(at);
    if (described === undefined) return undefined;
    if (described.binding !== undefined) return described.binding.span;
  }
  return undefined;
}
