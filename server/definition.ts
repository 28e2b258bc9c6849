import type { Location } from 'vscode-languageserver/node';
import type { Span } from '../fdt/index.ts';
import { type CheckedSource, propertySchema } from '../kho/index.ts';
import { locationOf } from './diagnostic.ts';
import { compatibleOf, type Located, locate, type Place } from './locate.ts';

/**
 * Where the thing at `place` is defined: the node that a reference names, the file that is
 * included, the binding of a compatible or of a property.
 */
export function definitionAt(
  checked: CheckedSource,
  place: Place,
  uriOf: (span: Span) => string | undefined,
): Location | undefined {
  const located = locate(checked, place);
  const span = located && definingSpan(located, checked);
  return span && locationOf(span, uriOf);
}

function definingSpan(located: Located, { bindings }: CheckedSource): Span | undefined {
  switch (located.kind) {
    case 'reference':
      return located.target?.span;
    case 'include': {
      const { resolved } = located.include;
      return resolved && { source: resolved, start: 0, end: 0 };
    }
    case 'node':
      return bindings.describe(located.node)?.binding?.span;
    case 'property': {
      const described = bindings.describe(located.node);
      return described && propertySchema(described.schema, located.property.name)?.span;
    }
    case 'piece': {
      const compatible = compatibleOf(located);
      return compatible === undefined ? undefined : bindings.withCompatible(compatible)[0]?.span;
    }
    case 'label':
      return undefined;
  }
}
