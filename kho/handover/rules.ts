// What can be wrong with a handover that only its memory shows.
import type { Rule } from '../rules/rule.ts';

/** Of files that hold memory: what readElfCore() reports. */
const IMAGE_MALFORMED: Rule = {
  name: 'image-malformed',
  severity: 'error',
  what: 'An image is a core file of the physical memory of a machine that can hand over',
};
const IMAGE_TRUNCATED: Rule = {
  name: 'image-truncated',
  severity: 'warning',
  what: 'An image is as long as it says',
};
export const IMAGE_ROOT_NOT_FOUND: Rule = {
  name: 'image-root-not-found',
  severity: 'error',
  what: 'An image holds the root FDT of a handover',
};
export const IMAGE_SEVERAL_ROOTS: Rule = {
  name: 'image-several-roots',
  severity: 'info',
  what: 'An image holds one handover',
};
/** kho_memory_init() reads the map before the page allocator starts and keeps no page of it. */
export const IMAGE_AFTER_HANDOVER: Rule = {
  name: 'image-after-handover',
  severity: 'warning',
  what: 'An image is taken before the next kernel has taken over',
};
export const IMAGE_MISSING_MEMORY: Rule = {
  name: 'image-missing-memory',
  severity: 'info',
  what: 'An image holds all memory that the handover speaks of',
};
/** kho_add_subtree() preserves nothing; nor does a pointer in a struct. */
export const STATE_NOT_PRESERVED: Rule = {
  name: 'state-not-preserved',
  severity: 'error',
  what: 'Memory that state is in, or points to, is preserved',
};
export const STATE_OVERLAP: Rule = {
  name: 'state-overlap',
  severity: 'error',
  what: 'No two owners hand over the same memory',
};
export const UNCLAIMED_MEMORY: Rule = {
  name: 'unclaimed-memory',
  severity: 'info',
  what: 'Preserved memory is part of some state that is known',
};
/** kho_radix_add_key(): -ERANGE. */
export const MAP_KEY_INVALID: Rule = {
  name: 'map-key-invalid',
  severity: 'error',
  what: 'Every key of the radix tree stands for a block of memory',
};
export const MAP_ORDER: Rule = {
  name: 'map-order',
  severity: 'warning',
  what: 'No preserved block is of a higher order than kernels restore',
};
export const MAP_BLOCKS_OVERLAP: Rule = {
  name: 'map-blocks-overlap',
  severity: 'error',
  what: 'No two preserved blocks overlap',
};
/** __kho_preserve_pages_order(). */
export const BLOCK_SPANS_NODES: Rule = {
  name: 'block-spans-nodes',
  severity: 'error',
  what: 'A preserved block lies in one NUMA node',
};
/** kho_extend_scratch(): the pages of the map themselves have no key. */
export const MAP_PAGE_REUSED: Rule = {
  name: 'map-page-reused',
  severity: 'error',
  what: 'Pages of the map and the root FDT are used for nothing else',
};
export const MAP_MALFORMED: Rule = {
  name: 'map-malformed',
  severity: 'error',
  what: 'The map of the preserved memory can be walked',
};
export const PRESERVED_IN_SCRATCH: Rule = {
  name: 'preserved-memory-in-scratch',
  severity: 'error',
  what: 'Preserved memory lies clear of scratch memory',
};
/** pfn_to_online_page() in kho_restore_page(). */
export const PRESERVED_OUTSIDE_RAM: Rule = {
  name: 'preserved-outside-ram',
  severity: 'error',
  what: 'Preserved memory is memory that the machine has',
};
export const SCRATCH_ALIGNMENT: Rule = {
  name: 'scratch-alignment',
  severity: 'error',
  what: 'Scratch regions are aligned, disjoint and not empty',
};
export const SCRATCH_REGIONS: Rule = {
  name: 'scratch-regions',
  severity: 'warning',
  what: 'There is scratch in low memory, anywhere, and on each NUMA node',
};
export const STRUCT_TEXT: Rule = {
  name: 'struct-text',
  severity: 'error',
  what: 'A text in a struct ends in a NUL and is not empty',
};
/** kho_restore_vmalloc(). */
export const VMALLOC_MALFORMED: Rule = {
  name: 'vmalloc-malformed',
  severity: 'error',
  what: 'The chunks of a vmalloc area list as many pages as it has',
};
/** kho_block_set_restore(). */
export const BLOCK_LIST_MALFORMED: Rule = {
  name: 'block-list-malformed',
  severity: 'error',
  what: 'The blocks of a list end, and hold from 1 to as many entries as fit',
};
/** luo_early_startup(), luo_session_deserialize(). */
export const LUO_MALFORMED: Rule = {
  name: 'luo-malformed',
  severity: 'error',
  what: 'What LUO hands over is what the next kernel takes back',
};
/** memfd_luo_retrieve(). */
export const MEMFD_MALFORMED: Rule = {
  name: 'memfd-malformed',
  severity: 'error',
  what: 'A preserved memfd can be put together again',
};
export const KERNEL_DEFECT: Rule = {
  name: 'kernel-defect',
  severity: 'info',
  what: 'What looks wrong is a known defect of the kernel that wrote it',
};

/** Every rule about images, in no order that matters. */
export const IMAGE_RULES: readonly Rule[] = [
  IMAGE_MALFORMED,
  IMAGE_TRUNCATED,
  IMAGE_ROOT_NOT_FOUND,
  IMAGE_SEVERAL_ROOTS,
  IMAGE_AFTER_HANDOVER,
  IMAGE_MISSING_MEMORY,
  STATE_NOT_PRESERVED,
  STATE_OVERLAP,
  UNCLAIMED_MEMORY,
  MAP_KEY_INVALID,
  MAP_ORDER,
  MAP_BLOCKS_OVERLAP,
  BLOCK_SPANS_NODES,
  MAP_PAGE_REUSED,
  MAP_MALFORMED,
  PRESERVED_IN_SCRATCH,
  PRESERVED_OUTSIDE_RAM,
  SCRATCH_ALIGNMENT,
  SCRATCH_REGIONS,
  STRUCT_TEXT,
  VMALLOC_MALFORMED,
  BLOCK_LIST_MALFORMED,
  LUO_MALFORMED,
  MEMFD_MALFORMED,
  KERNEL_DEFECT,
];
