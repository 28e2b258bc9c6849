// Trees of keys, as drivers in scripts have them: the engine knows a tree by its root alone, and
// callbacks of a walk run here.
import { getUint } from '../fdt/index.ts';
import type {
  Kernel,
  KhoRadixTree,
  KhoRadixWalkBlock,
  KhoRadixWalkCb,
  Virt,
} from './driver-api.ts';
import type { RemoteCall } from './kernel-object.ts';
import type { KernelBoot } from './runtime.ts';

type RadixFunctions = Pick<Kernel, Extract<keyof Kernel, `khoRadix${string}`>>;

export function radixFunctions(
  { byteOrder }: Pick<KernelBoot, 'byteOrder'>,
  remote: RemoteCall,
): RadixFunctions {
  return {
    khoRadixInitTree(tree: KhoRadixTree, root: Virt = 0n): number {
      const answer = remote('khoRadixInitTree', root);
      if (typeof answer === 'number') return answer;
      tree.root = answer as bigint;
      return 0;
    },
    khoRadixDestroyTree(tree: KhoRadixTree): void {
      remote('khoRadixDestroyTree', tree.root);
      tree.root = 0n;
    },
    khoRadixAddKey: (tree: KhoRadixTree, key: bigint) =>
      remote('khoRadixAddKey', tree.root, key) as number,
    khoRadixDelKey: (tree: KhoRadixTree, key: bigint) =>
      void remote('khoRadixDelKey', tree.root, key),
    khoRadixAddPage: (tree: KhoRadixTree, pfn: number, order: number) =>
      remote('khoRadixAddPage', tree.root, pfn, order) as number,
    khoRadixDelPage: (tree: KhoRadixTree, pfn: number, order: number) =>
      void remote('khoRadixDelPage', tree.root, pfn, order),
    khoRadixWalkTree(tree: KhoRadixTree, cb: KhoRadixWalkCb | KhoRadixWalkBlock): number {
      const { root } = tree;
      const takesKeys = typeof cb !== 'function';
      const begun = remote('khoRadixWalkTree', root, takesKeys ? 'keys' : 'blocks');
      if (typeof begun === 'number') return begun;
      let words = begun as Uint8Array;
      try {
        while (words.length > 0) {
          for (let at = 0; at < words.length; at += 16) {
            const first = getUint(words, at, 64, byteOrder);
            const second = getUint(words, at + 8, 64, byteOrder);
            const result = takesKeys
              ? (first === 0n ? cb.leaf : cb.node)?.(second)
              : cb(first, Number(second));
            if (typeof result === 'number' && result !== 0) return result;
          }
          words = remote('khoRadixWalkNext', root) as Uint8Array;
        }
        return 0;
      } finally {
        remote('khoRadixWalkEnd', root);
      }
    },
  };
}
