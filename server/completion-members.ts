// What may stand in the body of a node: what its binding has and the node has not.
import { CompletionItemKind } from 'vscode-languageserver/node';
import type { DtsNodeItem, FdtNode } from '../fdt/index.ts';
import {
  type BindingSet,
  type CheckedSource,
  type ChildSchema,
  elementMeaning,
  type NodeSchema,
  type PropertySchema,
  typeText,
} from '../kho/index.ts';
import type { Draft } from './completion-draft.ts';
import { nodeTemplate, propertyTemplate, schemaOf, type Template } from './completion-template.ts';
import { fittingBindings, inForce, isPartIn } from './fitting-bindings.ts';
import { namesOfPattern, onlyNameOf } from './pattern-names.ts';

/** In the order of the list. */
const RANKS = { required: 0, property: 1, node: 2, anyNode: 3, late: 4 } as const;

/** Where the cursor is in the body of a node. */
export interface Membership {
  readonly checked: CheckedSource;
  /** Undefined where the compiler dropped it. */
  readonly node: FdtNode | undefined;
  /** The item before the cursor. */
  readonly afterItem: DtsNodeItem | undefined;
  /** All of the word at the cursor: it may be the name of what is there already. */
  readonly word: string;
}

/** Properties and nodes that may be added, those that the node must have first. */
export function memberDrafts(membership: Membership): Draft[] {
  const { checked, node, afterItem } = membership;
  const { bindings } = checked;
  const schema = node && bindings.describe(node)?.schema;
  const taken = new Set<string>();
  for (const { name } of [...(node?.properties ?? []), ...(node?.children ?? [])])
    if (name !== membership.word) taken.add(name);
  // Properties precede nodes; those that come too late are still what is meant.
  const isLate = afterItem?.kind === 'node' || afterItem?.kind === 'delete-node';
  const properties = schema === undefined ? [] : [...propertiesOf(schema, taken)];
  if (schema === undefined && node !== undefined && !taken.has('compatible'))
    properties.push(...compatibleDrafts(checked, node));
  const late = properties.map((draft) => ({ ...draft, rank: RANKS.late }));
  const nodes = schema === undefined ? [] : nodesIn(schema, taken, checked);
  return [...(isLate ? late : properties), ...nodes];
}

function* propertiesOf(schema: NodeSchema, taken: ReadonlySet<string>): Generator<Draft> {
  const required = new Set(schema.required);
  for (const [name, property] of schema.properties)
    if (!taken.has(name)) yield propertyDraft(name, [name], property, required.has(name));
  for (const { pattern, schema: property } of schema.patternProperties)
    for (const { label, parts } of namesOfPattern(pattern, (name) => taken.has(name)))
      yield propertyDraft(label, parts, property, false);
}

function propertyDraft(
  label: string,
  name: Template,
  schema: PropertySchema,
  isRequired: boolean,
): Draft {
  return {
    label,
    kind: CompletionItemKind.Property,
    rank: isRequired ? RANKS.required : RANKS.property,
    insert: propertyTemplate(name, schema),
    name,
    detail: isRequired ? `${typeText(schema.type)}, required` : typeText(schema.type),
    documentation: propertyDocumentation(schema),
  };
}

/** Markdown of a property that is not written yet. */
function propertyDocumentation({ title, description, type, restoredBy }: PropertySchema): string {
  const elements =
    type.kind !== 'cells'
      ? []
      : type.elements.map((element) => {
          const meaning = elementMeaning(element);
          if (type.elements.length === 1) return meaning;
          return `- \`${element.name}\` u${element.bits}${meaning === '' ? '' : `: ${meaning}`}`;
        });
  return [
    title,
    description,
    elements.join('\n'),
    restoredBy === undefined ? '' : `The next kernel takes it back with \`${restoredBy}\``,
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** For a node that nothing describes yet: `compatible` says what it is. */
function compatibleDrafts(checked: CheckedSource, node: FdtNode): Draft[] {
  const { best } = fittingBindings(checked, node);
  const values = [...new Set(best.flatMap(({ compatibles }) => compatibles))];
  const type = { kind: 'strings' } as const;
  const shape = { type, ...(values.length === 0 ? {} : { allowed: values }) };
  return [
    {
      label: 'compatible',
      kind: CompletionItemKind.Property,
      rank: RANKS.required,
      insert: propertyTemplate(['compatible'], shape),
      name: ['compatible'],
      detail: typeText(type),
      documentation: 'What the node is: it names the binding that describes the node.',
    },
  ];
}

function nodesIn(schema: NodeSchema, taken: ReadonlySet<string>, checked: CheckedSource): Draft[] {
  const { bindings } = checked;
  const required = new Set(schema.required);
  const drafts: Draft[] = [];
  const add = (label: string, name: Template, child: ChildSchema, rank: number): unknown =>
    drafts.push(nodeDraft(label, name, child, bindings, rank));
  for (const [name, child] of schema.children)
    if (!taken.has(name))
      add(name, [name], child, required.has(name) ? RANKS.required : RANKS.node);
  for (const { pattern, schema: child } of schema.patternChildren)
    for (const { label, parts } of namesOfPattern(pattern, (name) => taken.has(name)))
      add(label, parts, child, RANKS.node);
  const { otherChildren } = schema;
  if (otherChildren === 'none') return drafts;
  if (otherChildren === 'any' || schemaOf(otherChildren, bindings) === undefined)
    drafts.push(...driverDrafts(checked, taken, RANKS.node, { otherReleases: false }));
  else add('name { … }', [{ hint: 'name', plain: 'name' }], otherChildren, RANKS.anyNode);
  return drafts;
}

/** A node with what it must have. */
export function nodeDraft(
  label: string,
  name: Template,
  child: ChildSchema,
  bindings: BindingSet,
  rank: number,
): Draft {
  const schema = schemaOf(child, bindings);
  return {
    label,
    kind: CompletionItemKind.Struct,
    rank,
    insert: nodeTemplate(name, child, bindings),
    name,
    detail: schema?.title ?? 'node',
    documentation: schema?.description ?? '',
  };
}

/** Nodes of drivers, where any node may stand: those that their binding gives a name. */
export function driverDrafts(
  checked: CheckedSource,
  taken: ReadonlySet<string>,
  rank: number,
  { otherReleases }: { readonly otherReleases: boolean },
): Draft[] {
  const { bindings, release } = checked;
  const isPart = isPartIn(bindings);
  const drafts = new Map<string, Draft>();
  // Of two for one name the later is in force.
  for (const binding of bindings.bindings) {
    const name = binding.nodeName && onlyNameOf(binding.nodeName);
    if (name === undefined || name === '/') continue;
    if (isPart(binding) || taken.has(name)) continue;
    const isOfRelease = inForce(binding, release);
    if (!isOfRelease && !otherReleases) continue;
    const child = { schema: binding };
    drafts.set(name, nodeDraft(name, [name], child, bindings, isOfRelease ? rank : rank + 1));
  }
  return [...drafts.values()];
}
