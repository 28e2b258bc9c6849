// Which bindings may stand in the nodes of which: a binding's supertypes are those whose nodes may
// hold its node, its subtypes those of the nodes that its own may hold.
import { SymbolKind, type TypeHierarchyItem } from 'vscode-languageserver/node';
import type { Span } from '../fdt/index.ts';
import type { Binding, BindingSet, CheckedSource, ChildSchema, NodeSchema } from '../kho/index.ts';
import { locationOf } from './diagnostic.ts';
import { compatibleOf, locate, type Place } from './locate.ts';

/** Where the editor can open a span's file; undefined if it cannot. */
type UriOf = (span: Span) => string | undefined;

/** The binding of the compatible or the node at `place`; empty if there is none. */
export function prepareTypeHierarchyAt(
  checked: CheckedSource,
  place: Place,
  uriOf: UriOf,
): TypeHierarchyItem[] {
  const { bindings } = checked;
  const located = locate(checked, place);
  if (located?.kind === 'piece') {
    const compatible = compatibleOf(located);
    const known = compatible === undefined ? [] : bindings.withCompatible(compatible);
    // One node has one of them; which one may depend on how it is called.
    const own = bindings.describe(located.node)?.binding;
    return itemsOf(own !== undefined && known.includes(own) ? [own] : known, uriOf);
  }
  const node = located?.kind === 'reference' ? located.target : undefined;
  const named = located?.kind === 'node' || located?.kind === 'label' ? located.node : node;
  const binding = named && bindings.describe(named)?.binding;
  return itemsOf(binding === undefined ? [] : [binding], uriOf);
}

/** The bindings that are written in a binding file. */
export function prepareTypeHierarchyIn(
  bindings: BindingSet,
  isInFile: (span: Span) => boolean,
  uriOf: UriOf,
): TypeHierarchyItem[] {
  return itemsOf(
    bindings.bindings.filter(({ span }) => isInFile(span)),
    uriOf,
  );
}

/** Bindings whose nodes may hold a node of the item's binding. */
export function supertypesOf(
  bindings: BindingSet,
  item: TypeHierarchyItem,
  uriOf: UriOf,
): TypeHierarchyItem[] {
  const id = idOf(item);
  const known = [...byId(bindings).values()];
  return itemsOf(
    known.filter((each) => childIdsOf(each).has(id)),
    uriOf,
  );
}

/** Bindings of the nodes that a node of the item's binding may hold. */
export function subtypesOf(
  bindings: BindingSet,
  item: TypeHierarchyItem,
  uriOf: UriOf,
): TypeHierarchyItem[] {
  const known = byId(bindings);
  const binding = known.get(idOf(item));
  if (binding === undefined) return [];
  return itemsOf(
    [...childIdsOf(binding)].flatMap((id) => known.get(id) ?? []),
    uriOf,
  );
}

function itemsOf(bindings: readonly Binding[], uriOf: UriOf): TypeHierarchyItem[] {
  return bindings.flatMap((binding) => {
    const location = locationOf(binding.span, uriOf);
    if (location === undefined) return [];
    const { uri, range } = location;
    const item: TypeHierarchyItem = {
      name: binding.id,
      kind: SymbolKind.Class,
      detail: binding.title,
      uri,
      range,
      selectionRange: range,
      data: binding.id,
    };
    return [item];
  });
}

/** Clients hand an item back as they got it, or without its data. */
function idOf({ data, name }: TypeHierarchyItem): string {
  return typeof data === 'string' ? data : name;
}

/** Of several with one id, the last wins, as for `$ref`. */
function byId({ bindings }: BindingSet): ReadonlyMap<string, Binding> {
  return new Map(bindings.map((binding) => [binding.id, binding]));
}

/** Ids of the bindings that nodes below one of `binding` refer to, described in place or not. */
function childIdsOf(binding: Binding): ReadonlySet<string> {
  const ids = new Set<string>();
  // Grows while it is gone through: nodes described in place may hold others.
  const schemas = new Set<NodeSchema>([binding]);
  for (const schema of schemas)
    for (const child of childrenOf(schema)) {
      if (child.binding !== undefined) ids.add(child.binding);
      if (child.schema !== undefined) schemas.add(child.schema);
    }
  return ids;
}

function childrenOf({ children, patternChildren, otherChildren }: NodeSchema): ChildSchema[] {
  const others = typeof otherChildren === 'string' ? [] : [otherChildren];
  return [...children.values(), ...patternChildren.map(({ schema }) => schema), ...others];
}
