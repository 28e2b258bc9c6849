// What may stand in a value: what the binding allows, compatibles, references.
import { CompletionItemKind } from 'vscode-languageserver/node';
import { childOf, type FdtNode, nodesOf } from '../fdt/index.ts';
import {
  type Binding,
  type CheckedSource,
  compatiblesOf,
  describeCompatible,
  hexText,
  integerText,
  type PropertySchema,
  propertySchema,
  typeText,
} from '../kho/index.ts';
import type { CellsContext } from './completion-context.ts';
import { VALUE_DIRECTIVES } from './completion-directives.ts';
import type { Draft } from './completion-draft.ts';
import { plainText, type Template, valueTemplate } from './completion-template.ts';
import { fittingBindings } from './fitting-bindings.ts';

/** What the binding of the node says of its property. */
export function schemaAt(
  { bindings }: CheckedSource,
  node: FdtNode | undefined,
  property: string,
): PropertySchema | undefined {
  const described = node && bindings.describe(node);
  return described && propertySchema(described.schema, property);
}

/** Behind `=`: a whole value, or a directive that begins one. */
export function valueDrafts(
  checked: CheckedSource,
  node: FdtNode | undefined,
  property: string,
): Draft[] {
  const schema = schemaAt(checked, node, property);
  if (property === 'compatible' && node !== undefined)
    return compatibleDrafts(checked, node, '').map((draft) => ({
      ...draft,
      label: `"${draft.label}"`,
    }));
  if (schema === undefined) return [...VALUE_DIRECTIVES];
  const templates: Template[] =
    schema.type.kind === 'cells' || schema.allowed === undefined
      ? [valueTemplate(schema)]
      : schema.allowed.map((each) => [`"${each}"`]);
  const drafts = templates.map((insert): Draft => {
    const label = plainText(insert);
    const detail = typeText(schema.type);
    return { label, kind: CompletionItemKind.Value, rank: 0, insert, detail };
  });
  return [...drafts, ...VALUE_DIRECTIVES];
}

/** In a string: what the property may say. */
export function stringDrafts(
  checked: CheckedSource,
  node: FdtNode | undefined,
  property: string,
  word: string,
): Draft[] {
  if (property === 'compatible')
    return node === undefined ? [] : compatibleDrafts(checked, node, word);
  const allowed = schemaAt(checked, node, property)?.allowed ?? [];
  return allowed.map((value) => allowedDraft(String(value), ''));
}

function allowedDraft(label: string, detail: string): Draft {
  return { label, kind: CompletionItemKind.EnumMember, rank: 0, detail };
}

/** Those whose node may stand here first: asked for by the parent, named for it, of the release. */
function compatibleDrafts(checked: CheckedSource, node: FdtNode, word: string): Draft[] {
  const { best, others } = fittingBindings(checked, node);
  const known = new Set(compatiblesOf(node).filter((each) => each !== word));
  const drafts = new Map<string, Draft>();
  const add = (binding: Binding, rank: number): void => {
    for (const label of binding.compatibles) {
      if (known.has(label) || drafts.has(label)) continue;
      drafts.set(label, {
        label,
        kind: CompletionItemKind.EnumMember,
        rank,
        detail: binding.title,
        documentation: describeCompatible(label, binding),
      });
    }
  };
  for (const binding of best) add(binding, 0);
  for (const binding of others) add(binding, 1);
  return [...drafts.values()];
}

/** In an array: the values that a cell may have, and references where a cell is as wide as one. */
export function cellDrafts(
  checked: CheckedSource,
  node: FdtNode | undefined,
  { property, index, bits, isExpression }: CellsContext,
): Draft[] {
  if (isExpression) return [];
  const schema = schemaAt(checked, node, property);
  const allowed = schema?.allowed ?? [];
  if (allowed.length > 0)
    return allowed.map((value) =>
      typeof value === 'bigint'
        ? allowedDraft(hexText(value), integerText(value))
        : allowedDraft(value, ''),
    );
  const elements = schema?.type.kind === 'cells' ? schema.type.elements : [];
  const width = bits ?? elements[index % elements.length]?.bits ?? 32;
  if (width !== 32 || (schema !== undefined && schema.type.kind !== 'cells')) return [];
  return labelDrafts(checked).map((draft) => {
    const label = `&${draft.label}`;
    return { ...draft, label };
  });
}

/** Labels, one for each name. */
export function labelDrafts({ tree }: CheckedSource): Draft[] {
  const drafts = new Map<string, Draft>();
  for (const { labels, path } of nodesOf(tree.root))
    for (const label of labels)
      drafts.set(label, { label, kind: CompletionItemKind.Reference, rank: 0, detail: path });
  return [...drafts.values()];
}

/** Nodes in the one that the names `above` (`/`, `/a/`, `label/`) lead to, and labels to begin. */
export function pathDrafts(checked: CheckedSource, above: string): Draft[] {
  const { root } = checked.tree;
  if (above === '') {
    const children = root.children.map(({ path }) => pathDraft(path, path));
    return [...children, ...labelDrafts(checked)];
  }
  const [first = '', ...names] = above.split('/');
  let node: FdtNode | undefined = root;
  if (first !== '') node = labelled(root, first);
  for (const name of names) if (name !== '') node = node && childOf(node, name);
  return (node?.children ?? []).map(({ name, path }) => pathDraft(name, path));
}

function pathDraft(label: string, path: string): Draft {
  return { label, kind: CompletionItemKind.Reference, rank: 0, detail: path };
}

function labelled(root: FdtNode, label: string): FdtNode | undefined {
  for (const node of nodesOf(root)) if (node.labels.includes(label)) return node;
  return undefined;
}
