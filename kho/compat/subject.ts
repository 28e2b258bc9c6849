// The two sides of a handover as far as formats go: what one wrote, what the other reads.
import { childOf, type FdtNode, type FdtTree, propertyOf, stringsOf } from '../../fdt/index.ts';
import { type BindingSet, compatiblesOf } from '../bindings/binding-set.ts';
import type { Handover } from '../handover/decode.ts';
import type { Subtree } from '../handover/subtrees.ts';
import type { Architecture } from '../image/handover-image.ts';
import type { Release, StateFormat } from '../release.ts';

/** State that is handed over: which, and what its bytes call their format. */
export interface WrittenState {
  /** As StateFormat has it: `memblock`, `LUO/memfd`. */
  readonly name: string;
  /** Undefined if nothing in the bytes says, or they are not there. */
  readonly format?: string;
}

/** The writing side. */
export interface Writer {
  readonly title: string;
  readonly release: Release;
  /** What the root calls itself, where that is known from bytes and not from the release. */
  readonly rootCompatible?: string;
  readonly states: readonly WrittenState[];
  /** Undefined for a release, which may run on any. */
  readonly pageSizeBytes?: number;
  readonly architecture?: Architecture;
}

/** The reading side. */
export interface Reader {
  readonly title: string;
  readonly release: Release;
  readonly formats: readonly StateFormat[];
  /** Who reads what is not of the kernel itself. */
  readonly bindings?: BindingSet;
  readonly pageSizeBytes?: number;
  readonly architecture?: Architecture;
}

/** A release as a writer: it writes all of its formats. */
export function writerOfRelease(release: Release): Writer {
  const { title, formats } = release;
  return { title, release, states: formats.map(({ name, format }) => ({ name, format })) };
}

/** A release as a reader, with `bindings` for what is not of the kernel itself. */
export function readerOfRelease(release: Release, bindings?: BindingSet): Reader {
  const { title, formats } = release;
  return { title, release, formats, ...(bindings === undefined ? {} : { bindings }) };
}

/** What an image holds, and nothing of what its release could have written besides. */
export function writerOfHandover(handover: Handover, title: string): Writer {
  const { release, root, subtrees, luo, image } = handover;
  const states: WrittenState[] = subtrees.map((subtree) => {
    const format = formatOf(subtree);
    return format === undefined ? { name: subtree.name } : { name: subtree.name, format };
  });
  states.push(...partsOfLuo(subtrees));
  const files = new Set<string>();
  for (const session of luo?.sessions ?? [])
    for (const { compatible } of session.files) files.add(compatible);
  for (const compatible of files) {
    const isMemfd = compatible.startsWith('memfd-');
    states.push({ name: isMemfd ? 'LUO/memfd' : `LUO/${compatible}`, format: compatible });
  }
  const [rootCompatible] = root === undefined ? [] : compatiblesOf(root.tree.root);
  return {
    title,
    release,
    ...(rootCompatible === undefined ? {} : { rootCompatible }),
    states,
    pageSizeBytes: image.pageSizeBytes,
    architecture: image.architecture,
  };
}

/** A tree alone: a root tells its subtrees, and the tree of a subsystem itself. */
export function writerOfTree(
  tree: FdtTree,
  release: Release,
  isRoot: boolean,
  title: string,
): Writer {
  const [rootCompatible] = compatiblesOf(tree.root);
  if (!isRoot) return { title, release, states: statesOfNodes([tree.root], release) };
  const states =
    release.subtrees.kind === 'inline'
      ? statesOfNodes(tree.root.children, release)
      : tree.root.children.map(({ name }) => ({ name }));
  return { title, release, ...(rootCompatible === undefined ? {} : { rootCompatible }), states };
}

function statesOfNodes(nodes: readonly FdtNode[], { formats }: Release): WrittenState[] {
  return nodes.flatMap((node) => {
    const [format] = compatiblesOf(node);
    if (format === undefined && node.name === '') return [];
    const known = formats.find((each) => each.format === format);
    const name = known?.name ?? (node.name === '' ? (format ?? '') : node.name);
    return [format === undefined ? { name } : { name, format }];
  });
}

function formatOf({ state }: Subtree): string | undefined {
  switch (state.kind) {
    case 'fdt':
      return compatibleOf(state.tree.root);
    case 'struct': {
      const field = state.fields.find(({ name }) => name === 'compatible' || name === 'version');
      return field === undefined ? undefined : String(field.value);
    }
    case 'bytes':
    case 'missing':
      return undefined;
  }
}

function compatibleOf(node: FdtNode): string | undefined {
  return stringsOf(propertyOf(node, 'compatible')?.value ?? new Uint8Array())?.[0];
}

/** Before 7.2 the parts of LUO have versions of their own. */
function partsOfLuo(subtrees: readonly Subtree[]): WrittenState[] {
  const luo = subtrees.find(({ name }) => name === 'LUO')?.state;
  if (luo?.kind !== 'fdt') return [];
  return (['session', 'flb'] as const).flatMap((part) => {
    const node = childOf(luo.tree.root, `luo-${part}`);
    const format = node && compatibleOf(node);
    return format === undefined ? [] : [{ name: `LUO/${part}`, format }];
  });
}
