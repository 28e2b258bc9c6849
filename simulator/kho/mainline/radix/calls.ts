// kho_radix_*() as drivers call them (from 7.1 on). A tree is told by its root, as the driver has
// it in its struct kho_radix_tree.
import { putUint } from '../../../../fdt/index.ts';
import { hexText, radixBlock, radixKey } from '../../../../kho/index.ts';
import { type Caller, siteOf } from '../../../kernel/kernel.ts';
import { kernelName } from '../../../kernel-names.ts';
import { argumentsOf, Misuse, sizeArgument } from '../../../run/arguments.ts';
import type { ApiValue } from '../../../runtime.ts';
import { EINVAL, ENOMEM, ERANGE } from '../errors.ts';
import { type CalledBy, type Context, findingAt, Oops } from '../state.ts';
import { DriverTree } from './driver-tree.ts';

/** Keys and nodes that one walk gives; a driver that has more walks for minutes. */
const MAX_VISITED: number = 1 << 20;
/** Page frames have fewer bits than a double has. */
const MAX_PFN = 2 ** 52;
const NULL = 0n;
const KIND_NODE = 1n;
/** What one answer gives of a walk: a message to a process has its limit. */
const PIECE_BYTES: number = 1 << 16;

/** A walk that goes on: the mutex of its tree is held. */
interface RadixWalk {
  readonly by: Caller;
  readonly visited: Uint8Array;
  /** Of `visited`, what the driver has not got yet begins here. */
  next: number;
}

/** Trees that are walked now, by their root. */
export type RadixWalks = Map<bigint, RadixWalk>;

interface RadixContext extends Context {
  readonly radixWalks: RadixWalks;
}

type Answerer = (args: readonly ApiValue[], context: RadixContext, by: CalledBy) => ApiValue;

export const RADIX_CALLS: Readonly<Record<string, Answerer>> = {
  /** The root, given or new. */
  khoRadixInitTree(args, { kernel }, by) {
    const [root] = argumentsOf(args, 'virt');
    if (root !== NULL) return root;
    const page = DriverTree.newNode(kernel, by);
    return page === undefined ? -ENOMEM : kernel.directMapBase + BigInt(page);
  },
  khoRadixDestroyTree(args, context, by) {
    const [root] = argumentsOf(args, 'virt');
    if (root === NULL) return undefined;
    refuseWhileWalked(root, context, by);
    new DriverTree(context, root, by).destroy();
    return undefined;
  },
  khoRadixAddKey(args, context, by) {
    const [root, key] = argumentsOf(args, 'virt', 'virt');
    return changed(root, context, by, (tree) =>
      key >= 2n ** BigInt(tree.geometry.keyBits) ? -ERANGE : tree.add(Number(key)),
    );
  },
  khoRadixDelKey(args, context, by) {
    const [root, key] = argumentsOf(args, 'virt', 'virt');
    changed(root, context, by, (tree) => {
      if (key < 2n ** BigInt(tree.geometry.keyBits)) remove(tree, Number(key), context, by);
      return 0;
    });
    return undefined;
  },
  khoRadixAddPage(args, context, by) {
    const { root, ...block } = blockArguments(args);
    return changed(root, context, by, (tree) => tree.add(keyOf(block, tree)));
  },
  khoRadixDelPage(args, context, by) {
    const { root, ...block } = blockArguments(args);
    changed(root, context, by, (tree) => {
      remove(tree, keyOf(block, tree), context, by);
      return 0;
    });
    return undefined;
  },
  /**
   * What a walk comes by first, in pairs of u64; khoRadixWalkNext() has the rest. Until
   * khoRadixWalkEnd() the tree is locked.
   */
  khoRadixWalkTree(args, context, by) {
    const [root] = argumentsOf(args, 'virt');
    const takesKeys = args[1] === 'keys';
    const row = context.release.api.find(({ name }) => name === 'kho_radix_walk_tree');
    if (takesKeys !== row?.signature.includes('kho_radix_walk_cb'))
      throw new Misuse('argument 2 is no callback of this release');
    if (isMissing(root, context, by)) return -EINVAL;
    refuseWhileWalked(root, context, by);
    const visited = visit(new DriverTree(context, root, by), takesKeys, context);
    context.radixWalks.set(root, { by: by.caller, visited, next: 0 });
    return nextPiece(root, context.radixWalks);
  },
};

/** What a walk needs that is no function of the kernel's, and in no trace; else undefined. */
export function answerWalk(
  name: string,
  args: readonly ApiValue[],
  walks: RadixWalks,
): { readonly value: ApiValue } | undefined {
  if (name !== 'khoRadixWalkNext' && name !== 'khoRadixWalkEnd') return undefined;
  const [root] = argumentsOf(args, 'virt');
  if (name === 'khoRadixWalkNext') return { value: nextPiece(root, walks) };
  walks.delete(root);
  return { value: undefined };
}

/** Nothing once there is nothing left. */
function nextPiece(root: bigint, walks: RadixWalks): Uint8Array {
  const walk = walks.get(root);
  if (walk === undefined) return new Uint8Array();
  const piece = walk.visited.slice(walk.next, walk.next + PIECE_BYTES);
  walk.next += piece.length;
  return piece;
}

function visit(tree: DriverTree, takesKeys: boolean, { kernel }: Context): Uint8Array {
  const words: bigint[] = [];
  for (const each of tree.walk()) {
    if (each.kind === 'node') {
      if (takesKeys) words.push(KIND_NODE, BigInt(each.address));
    } else if (takesKeys) words.push(0n, BigInt(each.key));
    else {
      const { pfn, order } = radixBlock(each.key, tree.geometry);
      words.push(BigInt(kernel.addressOf(pfn)), BigInt(order));
    }
    if (words.length > 2 * MAX_VISITED)
      throw new Misuse(`a walk comes by at most ${MAX_VISITED} keys in the simulator`);
  }
  const bytes = new Uint8Array(words.length * 8);
  const { byteOrder } = kernel.machine;
  for (const [index, word] of words.entries()) putUint(bytes, index * 8, word, 64, byteOrder);
  return bytes;
}

function changed(
  root: bigint,
  context: RadixContext,
  by: CalledBy,
  change: (tree: DriverTree) => number,
): number {
  if (isMissing(root, context, by)) return -EINVAL;
  refuseWhileWalked(root, context, by);
  return change(new DriverTree(context, root, by));
}

/** WARN_ON_ONCE(!tree->root). */
function isMissing(root: bigint, { kernel }: Context, { call }: CalledBy): boolean {
  if (root !== NULL) return false;
  kernel.warn(kernelName(call));
  return true;
}

function remove(tree: DriverTree, key: number, { kernel }: Context, by: CalledBy): void {
  const removal = tree.remove(key);
  if (removal === 'removed') return;
  const isWarned = removal === 'no-node';
  if (isWarned) kernel.warn(kernelName(by.call), true);
  findingAt(kernel, by.caller, {
    rule: 'radix-key-unknown',
    severity: 'warning',
    message:
      `${by.call}() of key ${hexText(key)}, which is not in the tree; ` +
      (isWarned ? 'the kernel warns' : 'the kernel does not notice'),
    help: 'take out what was added, once',
  });
}

/** The mutex of the tree is held while callbacks run, and is not recursive. */
function refuseWhileWalked(
  root: bigint,
  { kernel, radixWalks }: RadixContext,
  { call, caller }: CalledBy,
): void {
  const walker = radixWalks.get(root);
  if (walker === undefined) return;
  findingAt(kernel, caller, {
    rule: 'radix-changed-in-walk',
    severity: 'error',
    message: `${call}() in a callback of a walk of the same tree: its mutex is held, for good`,
    help: 'collect the keys in the callback, and change the tree when the walk is over',
    related: [{ message: 'the walk began here', ...siteOf(walker.by) }],
  });
  throw new Oops(`${call}() waits for a mutex that its own task holds`);
}

interface Block {
  readonly pfn: number;
  readonly order: number;
}

function blockArguments(args: readonly ApiValue[]): Block & { readonly root: bigint } {
  const [root] = argumentsOf(args, 'virt');
  return { root, pfn: sizeArgument(args, 1, MAX_PFN), order: sizeArgument(args, 2, 51) };
}

function keyOf({ pfn, order }: Block, { geometry }: DriverTree): number {
  if (order >= geometry.keyBits) throw new Misuse(`argument 3 is ${order}: no block is so large`);
  return radixKey(pfn - (pfn % 2 ** order), order, geometry);
}
