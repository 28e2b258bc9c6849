import type { ApiFunction, Release, UserFile } from '../release.ts';
import { KEXEC_METADATA, KHO_DATA, LUO_SER, MEMFD_LUO_SER } from '../structs/index.ts';

const DEBUGFS = '/sys/kernel/debug/kho';

function readOnly(path: string, format: string, exists?: string): UserFile {
  const file: UserFile = { path: `${DEBUGFS}/${path}`, mode: 0o400, format, writeErrors: [] };
  return exists === undefined ? file : { ...file, exists };
}

const PRESERVE_ERRORS = ['-EINVAL', '-ERANGE', '-ENOMEM'];

/** include/linux/kexec_handover.h. */
const API: readonly ApiFunction[] = [
  {
    name: 'kho_is_enabled',
    signature: 'bool kho_is_enabled(void)',
    description: 'True unless KHO is off or its scratch memory could not be reserved',
    errors: [],
  },
  {
    name: 'is_kho_boot',
    signature: 'bool is_kho_boot(void)',
    description: 'True if a previous kernel handed something over',
    errors: [],
  },
  {
    name: 'kho_preserve_folio',
    signature: 'int kho_preserve_folio(struct folio *folio)',
    description: 'Marks a folio, with its order as it is now, to survive the next kexec',
    errors: PRESERVE_ERRORS,
  },
  {
    name: 'kho_unpreserve_folio',
    signature: 'void kho_unpreserve_folio(struct folio *folio)',
    description: 'Undoes kho_preserve_folio; the folio must have the order it had then',
    errors: [],
  },
  {
    name: 'kho_preserve_pages',
    signature: 'int kho_preserve_pages(struct page *page, unsigned long nr_pages)',
    description: 'Marks contiguous pages to survive; undoes partial work itself',
    errors: PRESERVE_ERRORS,
  },
  {
    name: 'kho_unpreserve_pages',
    signature: 'void kho_unpreserve_pages(struct page *page, unsigned long nr_pages)',
    description: 'Undoes kho_preserve_pages for the same page and count',
    errors: [],
  },
  {
    name: 'kho_preserve_vmalloc',
    signature: 'int kho_preserve_vmalloc(void *ptr, struct kho_vmalloc *preservation)',
    description: 'Marks a vmalloc area to survive and describes it',
    errors: ['-EINVAL', '-EOPNOTSUPP', '-ENOMEM'],
  },
  {
    name: 'kho_unpreserve_vmalloc',
    signature: 'void kho_unpreserve_vmalloc(struct kho_vmalloc *preservation)',
    description: 'Undoes kho_preserve_vmalloc; the area itself stays',
    errors: [],
  },
  {
    name: 'kho_alloc_preserve',
    signature: 'void *kho_alloc_preserve(size_t size)',
    description: 'Allocates zeroed pages that survive; returns an ERR_PTR on failure',
    errors: ['-EINVAL', '-E2BIG', '-ENOMEM'],
  },
  {
    name: 'kho_unpreserve_free',
    signature: 'void kho_unpreserve_free(void *mem)',
    description: 'Undoes kho_alloc_preserve; NULL is fine, an ERR_PTR is not',
    errors: [],
  },
  {
    name: 'kho_restore_free',
    signature: 'void kho_restore_free(void *mem)',
    description: 'In the next kernel: takes back and frees what kho_alloc_preserve made',
    errors: [],
  },
  {
    name: 'kho_restore_folio',
    signature: 'struct folio *kho_restore_folio(phys_addr_t phys)',
    description: 'Takes back a preserved folio, once; NULL if none was preserved there',
    errors: [],
  },
  {
    name: 'kho_restore_pages',
    signature: 'struct page *kho_restore_pages(phys_addr_t phys, unsigned long nr_pages)',
    description: 'Takes back preserved pages, once; NULL on failure, with partial work kept',
    errors: [],
  },
  {
    name: 'kho_restore_vmalloc',
    signature: 'void *kho_restore_vmalloc(const struct kho_vmalloc *preservation)',
    description: 'Maps a preserved vmalloc area anew; NULL on failure',
    errors: [],
  },
  {
    name: 'kho_add_subtree',
    signature: 'int kho_add_subtree(const char *name, void *blob, size_t size)',
    description: 'Names a blob in the root FDT; preserving its memory is up to the caller',
    errors: ['-EEXIST', '-ENOMEM'],
  },
  {
    name: 'kho_remove_subtree',
    signature: 'void kho_remove_subtree(void *blob)',
    description: 'Takes a blob out of the root FDT',
    errors: [],
  },
  {
    name: 'kho_retrieve_subtree',
    signature: 'int kho_retrieve_subtree(const char *name, phys_addr_t *phys, size_t *size)',
    description: 'Where the previous kernel left the blob of that name',
    errors: ['-ENOENT', '-EINVAL'],
  },
];

/** Linux 7.3: kernel/liveupdate/kexec_handover.c, include/linux/kho/abi/kexec_handover.h. */
export const V7_3: Release = {
  name: '7.3',
  title: 'Linux 7.3',
  rootCompatible: 'kho-v4',
  memoryMap: { kind: 'radix-tree', property: 'preserved-memory-map' },
  subtrees: {
    kind: 'by-reference',
    addressProperty: 'preserved-data',
    sizeProperty: 'blob-size',
  },
  fdtSize: { kind: 'one-page' },
  serialization: 'live',
  scratch: { regions: 'list', alignment: 'max-order', isExtended: true },
  restore: { checksMagic: true },
  formats: [
    { name: 'memblock', format: 'memblock-v1', onMismatch: 'fresh-region' },
    { name: 'kho_test', format: 'kho-test-v1', onMismatch: 'not-restored' },
    {
      name: 'kexec-metadata',
      format: '1',
      struct: KEXEC_METADATA,
      minSizeBytes: KEXEC_METADATA.sizeBytes,
      onMismatch: 'ignored',
    },
    {
      name: 'LUO',
      format: 'luo-v5',
      struct: LUO_SER,
      minSizeBytes: LUO_SER.sizeBytes,
      onMismatch: 'panic',
    },
    { name: 'LUO/memfd', format: 'memfd-v2', struct: MEMFD_LUO_SER, onMismatch: 'io-error' },
  ],
  pageSizes: { x86_64: [4096], arm64: [4096, 16384, 65536] },
  bootData: {
    x86_64: { kind: 'setup-data', type: 10, payload: KHO_DATA },
    arm64: { kind: 'chosen', properties: ['linux,kho-fdt', 'linux,kho-scratch'] },
  },
  userFiles: [
    readOnly('out/scratch_phys', 'one address a line, 0x%llx'),
    readOnly('out/scratch_len', 'one length in bytes a line, 0x%llx'),
    readOnly('out/fdt', 'the root FDT, cut at the size it had at boot', 'on a cold boot'),
    readOnly('out/sub_fdts/<name>', 'a blob given to kho_add_subtree'),
    readOnly('in/fdt', 'the root FDT of the previous kernel', 'on a KHO boot'),
    readOnly('in/sub_fdts/<name>', 'a blob of the previous kernel', 'on a KHO boot'),
  ],
  parameters: [
    { name: 'kho', syntax: 'on|off', description: 'Enables handovers' },
    {
      name: 'kho_scratch',
      syntax: 'll[KMG],mm[KMG],nn[KMG] | nn%',
      description: 'Scratch sizes: low memory, anywhere, per NUMA node; or scaled (200%)',
    },
  ],
  api: API,
};
