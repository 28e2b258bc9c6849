// What may stand at the top of a document.
import { CompletionItemKind } from 'vscode-languageserver/node';
import type { DtsItem } from '../fdt/index.ts';
import type { CheckedSource } from '../kho/index.ts';
import { directive, INCLUDE } from './completion-directives.ts';
import type { Draft } from './completion-draft.ts';
import { driverDrafts, nodeDraft } from './completion-members.ts';
import type { TemplateHole } from './completion-template.ts';
import { inForce, isPartIn } from './fitting-bindings.ts';

const LABEL: TemplateHole = { hint: 'label', plain: 'label' };
const HERE: TemplateHole = { hint: '', plain: '' };

/** What may come after `afterItem` at the top: headers first, then reservations, then nodes. */
export function topDrafts(checked: CheckedSource, afterItem: DtsItem | undefined): Draft[] {
  const { items, isFragment } = checked.document;
  const version = items.find((item) => item.kind === 'version');
  const hasNodes = items.some((item) => item.kind === 'node');
  const isDocument = version !== undefined || (hasNodes && !isFragment);
  const drafts: Draft[] = [];
  if (version === undefined && afterItem === undefined)
    drafts.push(directive('/dts-v1/', ['/dts-v1/;'], 'A source of a whole tree', 0));
  if (afterItem?.kind === 'version' && !afterItem.isPlugin)
    drafts.push(directive('/plugin/', ['/plugin/;'], 'An overlay', 0));
  if (afterItem === undefined || afterItem.kind === 'version' || afterItem.kind === 'memreserve')
    drafts.push(memreserve());
  if (!isFragment)
    drafts.push({
      label: '/ { … }',
      kind: CompletionItemKind.Snippet,
      rank: 0,
      insert: ['/ {\n\t', HERE, '\n};'],
      name: ['/'],
      detail: 'The root',
    });
  drafts.push({ ...INCLUDE, rank: 1 });
  const holds = new Set(checked.tree.root.children.map(({ name }) => name));
  if (!isDocument) drafts.push(...fragmentDrafts(checked, holds));
  if (hasNodes) drafts.push(...referenceDrafts());
  return drafts;
}

function memreserve(): Draft {
  const address = { hint: 'address', plain: '0x0' };
  const size = { hint: 'size', plain: '0x1000' };
  const insert = ['/memreserve/ ', address, ' ', size, ';'];
  return directive('/memreserve/', insert, 'Memory that nobody else may have');
}

function referenceDrafts(): Draft[] {
  return [
    {
      label: '&label { … }',
      kind: CompletionItemKind.Snippet,
      rank: 4,
      insert: ['&', LABEL, ' {\n\t', HERE, '\n};'],
      name: ['&', LABEL],
      detail: 'Adds to a node',
    },
    directive('/delete-node/', ['/delete-node/ &', LABEL, ';'], 'Takes a node away'),
    directive('/omit-if-no-ref/', ['/omit-if-no-ref/ &', LABEL, ';'], 'Drops an unused node'),
  ];
}

/** Nodes of drivers as documents of their own; those without a name of their own by their id. */
function fragmentDrafts(checked: CheckedSource, holds: ReadonlySet<string>): Draft[] {
  const { bindings, release } = checked;
  const drafts = driverDrafts(checked, holds, 2, { otherReleases: true });
  const isPart = isPartIn(bindings);
  for (const binding of bindings.bindings) {
    const { id, nodeName, compatibles } = binding;
    if (nodeName !== undefined || compatibles.length === 0 || isPart(binding)) continue;
    const name = id.replace(/-v\d+$/, '');
    if (holds.has(name) || !inForce(binding, release)) continue;
    drafts.push(nodeDraft(name, [name], { schema: binding }, bindings, 2));
  }
  return drafts;
}
