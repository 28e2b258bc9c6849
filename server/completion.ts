// Completion in KHO FDT sources: what the bindings allow where the cursor is.
import {
  type CompletionItem,
  CompletionItemKind,
  InsertTextFormat,
  type Range,
} from 'vscode-languageserver/node';
import { childOf, type FdtNode, nodesOf, propertyOf, type SourceFile } from '../fdt/index.ts';
import {
  type Binding,
  type CheckedSource,
  hexText,
  type NodeSchema,
  nodeSkeleton,
  type PropertySchema,
  propertySchema,
  propertySkeleton,
  typeText,
} from '../kho/index.ts';
import { type Typing, typingAt } from './completion-context.ts';
import { exactRangeOf } from './diagnostic.ts';
import type { Place } from './locate.ts';

export interface CompletionOptions {
  /** Whether the client takes placeholders. */
  readonly takesSnippets: boolean;
}

/** Items of one answer; more names than anybody reads are cut. */
const MAX_ITEMS = 1000;

/** What may be written at `place` of `source`. */
export function completionsAt(
  checked: CheckedSource,
  source: SourceFile,
  place: Place,
  options: CompletionOptions,
): CompletionItem[] {
  const typing = typingAt(checked, source.text, place);
  if (typing === undefined) return [];
  const { offset } = place;
  const start = offset - typing.context.word.length;
  const range = exactRangeOf({ source, start, end: offset });
  return itemsOf(checked, typing, options)
    .slice(0, MAX_ITEMS)
    .map((item) => finished(item, range, options));
}

/** An item before it knows where it goes. `insert` may have placeholders. */
interface Draft {
  readonly label: string;
  readonly kind: CompletionItemKind;
  readonly insert?: string;
  readonly detail?: string;
  readonly documentation?: string;
  /** Sorts before the others. */
  readonly isFirst?: boolean;
}

function finished(
  { label, kind, insert, detail, documentation, isFirst }: Draft,
  range: Range,
  { takesSnippets }: CompletionOptions,
): CompletionItem {
  const text = insert ?? label;
  const plain = text.replace(/\$\{\d+:([^}]*)\}|\$\d/g, '$1');
  return {
    label,
    kind,
    sortText: `${isFirst === true ? 0 : 1}${label}`,
    filterText: label,
    ...(detail === undefined ? {} : { detail }),
    ...(documentation === undefined || documentation === '' ? {} : { documentation }),
    insertTextFormat: takesSnippets ? InsertTextFormat.Snippet : InsertTextFormat.PlainText,
    textEdit: { range, newText: takesSnippets ? text : plain },
  };
}

function itemsOf(
  checked: CheckedSource,
  { context, enclosing }: Typing,
  { takesSnippets }: CompletionOptions,
): Draft[] {
  const { bindings, tree } = checked;
  const node = enclosing?.node;
  const described = node && bindings.describe(node);
  switch (context.kind) {
    case 'statement':
      if (enclosing === undefined) return topLevel(checked);
      return [...members(node, described?.schema, takesSnippets), ...DIRECTIVES];
    case 'string':
      if (context.property === 'compatible') return compatibles(checked, node);
      return allowedOf(described?.schema, context.property, (each) => String(each));
    case 'cells':
      return allowedOf(described?.schema, context.property, (each) =>
        typeof each === 'bigint' ? hexText(each) : each,
      );
    case 'label':
      return [...nodesOf(tree.root)].flatMap((each) =>
        each.labels.map((label) => ({
          label,
          kind: CompletionItemKind.Reference,
          detail: each.path,
        })),
      );
    case 'path':
      return paths(tree.root, context.word);
    case 'bits':
      return ['8', '16', '32', '64'].map((label) => ({ label, kind: CompletionItemKind.Value }));
  }
}

/** A placeholder of a snippet. */
function hole(number: number, text: string): string {
  return `\${${number}:${text}}`;
}

const DIRECTIVES: readonly Draft[] = ['/delete-node/ ', '/delete-property/ ', '/include/ "'].map(
  (insert) => ({
    label: insert.replace(/[ "]+$/, ''),
    kind: CompletionItemKind.Keyword,
    insert: insert.endsWith('"')
      ? `/include/ "${hole(1, 'file.dtsi')}"`
      : `${insert}${hole(1, 'name')};`,
  }),
);

/** Properties and nodes that the binding has and the node has not, those it must have first. */
function members(
  node: FdtNode | undefined,
  schema: NodeSchema | undefined,
  takesSnippets: boolean,
): Draft[] {
  if (schema === undefined) return [];
  const required = new Set(schema.required);
  const properties = [...schema.properties]
    .filter(([name]) => node === undefined || propertyOf(node, name) === undefined)
    .map(([name, property]): Draft => {
      const statement = propertySkeleton(name, property);
      return {
        label: name,
        kind: CompletionItemKind.Property,
        insert: takesSnippets ? withPlaceholders(statement) : statement,
        detail: typeText(property.type),
        documentation: property.description,
        isFirst: required.has(name),
      };
    });
  const children = [...schema.children]
    .filter(([name]) => node === undefined || childOf(node, name) === undefined)
    .map(
      ([name, child]): Draft => ({
        label: name,
        kind: CompletionItemKind.Struct,
        insert: nodeSkeleton(name, child.schema, '').map(escaped).join('\n'),
        detail: child.schema?.title ?? child.binding ?? 'node',
        documentation: child.schema?.description ?? '',
        isFirst: required.has(name),
      }),
    );
  return [...properties, ...children];
}

/** Each number and string of a statement becomes a placeholder. */
function withPlaceholders(statement: string): string {
  let number = 0;
  return escaped(statement).replace(/0x[0-9a-f]+|(?<=")[^"]*(?=")/g, (value) => {
    number += 1;
    return hole(number, value);
  });
}

function escaped(text: string): string {
  return text.replace(/[\\$}]/g, '\\$&');
}

/** What may stand at the top: directives, and a node for every binding of a driver. */
function topLevel({ bindings, release }: CheckedSource): Draft[] {
  const fixed: Draft[] = [
    { label: '/dts-v1/', kind: CompletionItemKind.Keyword, insert: '/dts-v1/;' },
    { label: '/plugin/', kind: CompletionItemKind.Keyword, insert: '/plugin/;' },
    { label: '/ { … }', kind: CompletionItemKind.Snippet, insert: '/ {\n\t$1\n\\};' },
    {
      label: '/memreserve/',
      kind: CompletionItemKind.Keyword,
      insert: `/memreserve/ ${hole(1, '0x0')} ${hole(2, '0x1000')};`,
    },
    {
      label: '/include/',
      kind: CompletionItemKind.Keyword,
      insert: `/include/ "${hole(1, 'file.dtsi')}"`,
    },
  ];
  const preferred = bindings.preferring(release.name).bindings;
  const parts = new Set(preferred.flatMap((each) => [...childBindings(each)]));
  return [
    ...fixed,
    ...preferred.flatMap((binding): Draft[] => {
      const name = parts.has(binding.id) ? undefined : topName(binding);
      if (name === undefined) return [];
      return [
        {
          label: name,
          kind: CompletionItemKind.Struct,
          insert: nodeSkeleton(name, binding, '').map(escaped).join('\n'),
          detail: binding.title,
          documentation: binding.description,
        },
      ];
    }),
  ];
}

/** The name that a node of the binding has at the top; undefined if it is a root of its own. */
function topName({ id, nodeName, compatibles: own }: Binding): string | undefined {
  if (own.length === 0 || nodeName?.test('/') === true) return undefined;
  const demanded =
    nodeName === undefined ? undefined : /^\^([\w,.+-]+)\$$/.exec(nodeName.source)?.[1];
  return demanded ?? id.replace(/-v\d+$/, '');
}

/** Bindings of nodes inside nodes of this one. */
function* childBindings({ children, patternChildren, otherChildren }: Binding): Generator<string> {
  const schemas = [...children.values(), ...patternChildren.map(({ schema }) => schema)];
  if (typeof otherChildren !== 'string') schemas.push(otherChildren);
  for (const { binding } of schemas) if (binding !== undefined) yield binding;
}

/** Those whose node may stand here first: named for it, and of the release. */
function compatibles({ bindings, release }: CheckedSource, node: FdtNode | undefined): Draft[] {
  const fits = ({ nodeName, releases }: Binding): boolean =>
    releases.length > 0 &&
    (nodeName === undefined ||
      node === undefined ||
      nodeName.test(node.parent === undefined ? '/' : node.name));
  const drafts = new Map<string, Draft>();
  for (const binding of bindings.preferring(release.name).bindings)
    for (const label of binding.compatibles)
      drafts.set(label, {
        label,
        kind: CompletionItemKind.EnumMember,
        detail: binding.title,
        documentation: binding.description,
        isFirst: fits(binding),
      });
  return [...drafts.values()];
}

function allowedOf(
  schema: NodeSchema | undefined,
  name: string,
  textOf: (value: string | bigint) => string,
): Draft[] {
  const property: PropertySchema | undefined = schema && propertySchema(schema, name);
  return (property?.allowed ?? []).map((value) => ({
    label: textOf(value),
    kind: CompletionItemKind.EnumMember,
  }));
}

/** Nodes below the path that has been typed, whole paths at a time. */
function paths(root: FdtNode, word: string): Draft[] {
  const above = word.slice(0, word.lastIndexOf('/')).split('/').filter(Boolean);
  let node: FdtNode | undefined = root;
  for (const name of above) node = node && childOf(node, name);
  return (node?.children ?? []).map(({ path }) => ({
    label: path,
    kind: CompletionItemKind.Reference,
  }));
}
