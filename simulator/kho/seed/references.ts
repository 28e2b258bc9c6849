// Entries of `mem` properties: each is one reference to every page it touches.
import { type FdtTree, nodesOf, propertyOf } from '../../../fdt/index.ts';
import { KHO_MEM, readStruct } from '../../../kho/index.ts';
import type { Machine } from '../../machine/machine.ts';
import type { Range } from '../../machine/range-set.ts';
import type { CallSite } from '../../result.ts';

/** One range that is, or was, handed over. */
export interface Reference {
  readonly range: Range;
  /** Path of the node that lists it. */
  readonly node: string;
  readonly index: number;
  readonly driver?: string;
  /** Where the driver wrote the property. */
  readonly site?: CallSite;
}

/**
 * The ranges of every `mem` property, in document order. As in kho_alloc_mem_cache() a property
 * whose length is not a multiple of a struct kho_mem is passed over.
 */
export function referencesIn(
  tree: FdtTree,
  property: string,
  machine: Machine,
  originOf: (node: string) => { readonly driver?: string; readonly site?: CallSite },
): Reference[] {
  const references: Reference[] = [];
  for (const node of nodesOf(tree.root)) {
    const mem = propertyOf(node, property);
    if (mem === undefined || mem.value.length % KHO_MEM.sizeBytes !== 0) continue;
    for (let offset = 0; offset < mem.value.length; offset += KHO_MEM.sizeBytes) {
      const { addr = 0n, len = 0n } = readStruct(KHO_MEM, mem.value, offset, machine.byteOrder);
      const range = { start: Number(addr), end: Number(addr + len) };
      const index = offset / KHO_MEM.sizeBytes;
      references.push({ range, node: node.path, index, ...originOf(node.path) });
    }
  }
  return references;
}
