import type { ApiHistory } from './api-history.ts';

/** How memory survives a jump and is taken back: kernel/liveupdate/kexec_handover.c. */
export const MEMORY_API: readonly ApiHistory[] = [
  {
    name: 'kho_claim_mem',
    versions: [
      {
        releases: ['seed..v4'],
        signature: 'void *kho_claim_mem(const struct kho_mem *mem)',
        description: 'Takes over a range and returns its address; warns if it is not singly held',
        errors: [],
      },
    ],
  },
  {
    name: 'kho_return_mem',
    versions: [
      {
        releases: ['seed..v4'],
        signature: 'void kho_return_mem(const struct kho_mem *mem)',
        description: 'Drops one reference to each page of a range; the last one frees the page',
        errors: [],
      },
    ],
  },
  {
    name: 'kho_preserve_folio',
    versions: [
      {
        releases: ['6.16..6.17'],
        signature: 'int kho_preserve_folio(struct folio *folio)',
        description: 'Marks a folio, with its order as it is now, to survive; not once finalized',
        errors: ['-EBUSY', '-ENOMEM'],
      },
      {
        releases: ['6.18'],
        signature: 'int kho_preserve_folio(struct folio *folio)',
        description: 'Marks a folio, with its order as it is now, to survive; not once finalized',
        errors: ['-EBUSY', '-EINVAL', '-ENOMEM'],
      },
      {
        releases: ['6.19..7.2'],
        signature: 'int kho_preserve_folio(struct folio *folio)',
        description: 'Marks a folio, with its order as it is now, to survive the next kexec',
        errors: ['-EINVAL', '-ENOMEM'],
      },
      {
        releases: ['7.3..'],
        signature: 'int kho_preserve_folio(struct folio *folio)',
        description: 'Marks a folio, with its order as it is now, to survive the next kexec',
        errors: ['-EINVAL', '-ERANGE', '-ENOMEM'],
      },
    ],
  },
  {
    name: 'kho_unpreserve_folio',
    versions: [
      {
        releases: ['6.19..'],
        signature: 'void kho_unpreserve_folio(struct folio *folio)',
        description: 'Undoes kho_preserve_folio; the folio must have the order it had then',
        errors: [],
      },
    ],
  },
  {
    name: 'kho_preserve_phys',
    versions: [
      {
        releases: ['6.16..6.17'],
        signature: 'int kho_preserve_phys(phys_addr_t phys, size_t size)',
        description: 'Marks whole pages to survive; undoes partial work itself; not once finalized',
        errors: ['-EBUSY', '-EINVAL', '-ENOMEM'],
      },
    ],
  },
  {
    name: 'kho_preserve_pages',
    versions: [
      {
        releases: ['6.18'],
        signature: 'int kho_preserve_pages(struct page *page, unsigned int nr_pages)',
        description: 'Marks contiguous pages to survive; undoes partial work; not once finalized',
        errors: ['-EBUSY', '-EINVAL', '-ENOMEM'],
      },
      {
        releases: ['6.19'],
        signature: 'int kho_preserve_pages(struct page *page, unsigned int nr_pages)',
        description: 'Marks contiguous pages to survive; undoes partial work itself',
        errors: ['-EINVAL', '-ENOMEM'],
      },
      {
        releases: ['7.0..7.2'],
        signature: 'int kho_preserve_pages(struct page *page, unsigned long nr_pages)',
        description: 'Marks contiguous pages to survive; undoes partial work itself',
        errors: ['-EINVAL', '-ENOMEM'],
      },
      {
        releases: ['7.3..'],
        signature: 'int kho_preserve_pages(struct page *page, unsigned long nr_pages)',
        description: 'Marks contiguous pages to survive; undoes partial work itself',
        errors: ['-EINVAL', '-ERANGE', '-ENOMEM'],
      },
    ],
  },
  {
    name: 'kho_unpreserve_pages',
    versions: [
      {
        releases: ['6.19'],
        signature: 'void kho_unpreserve_pages(struct page *page, unsigned int nr_pages)',
        description: 'Undoes kho_preserve_pages for the same page and count',
        errors: [],
      },
      {
        releases: ['7.0..'],
        signature: 'void kho_unpreserve_pages(struct page *page, unsigned long nr_pages)',
        description: 'Undoes kho_preserve_pages for the same page and count',
        errors: [],
      },
    ],
  },
  {
    name: 'kho_preserve_vmalloc',
    versions: [
      {
        // 412a32f0e53f made running out of memory for a chunk but the first an error.
        releases: ['6.18..6.19'],
        signature: 'int kho_preserve_vmalloc(void *ptr, struct kho_vmalloc *preservation)',
        description: 'Marks a vmalloc area to survive; may return 0 when memory ran out half-way',
        errors: ['-EINVAL', '-EOPNOTSUPP', '-ENOMEM'],
      },
      {
        releases: ['7.0..'],
        signature: 'int kho_preserve_vmalloc(void *ptr, struct kho_vmalloc *preservation)',
        description: 'Marks a vmalloc area to survive and describes it',
        errors: ['-EINVAL', '-EOPNOTSUPP', '-ENOMEM'],
      },
    ],
  },
  {
    name: 'kho_unpreserve_vmalloc',
    versions: [
      {
        releases: ['6.19..'],
        signature: 'void kho_unpreserve_vmalloc(struct kho_vmalloc *preservation)',
        description: 'Undoes kho_preserve_vmalloc; the area itself stays',
        errors: [],
      },
    ],
  },
  {
    name: 'kho_alloc_preserve',
    versions: [
      {
        releases: ['6.19..'],
        signature: 'void *kho_alloc_preserve(size_t size)',
        description: 'Allocates zeroed pages that survive; returns an ERR_PTR on failure',
        errors: ['-EINVAL', '-E2BIG', '-ENOMEM'],
      },
    ],
  },
  {
    name: 'kho_unpreserve_free',
    versions: [
      {
        releases: ['6.19..'],
        signature: 'void kho_unpreserve_free(void *mem)',
        description: 'Undoes kho_alloc_preserve; NULL is fine, an ERR_PTR is not',
        errors: [],
      },
    ],
  },
  {
    name: 'kho_restore_free',
    versions: [
      {
        releases: ['6.19..'],
        signature: 'void kho_restore_free(void *mem)',
        description: 'In the next kernel: takes back and frees what kho_alloc_preserve made',
        errors: [],
      },
    ],
  },
  {
    name: 'kho_restore_folio',
    versions: [
      {
        releases: ['6.16..6.17'],
        signature: 'struct folio *kho_restore_folio(phys_addr_t phys)',
        description: 'Takes back a folio; whether one was preserved there is not checked',
        errors: [],
      },
      {
        releases: ['6.18..'],
        signature: 'struct folio *kho_restore_folio(phys_addr_t phys)',
        description: 'Takes back a preserved folio, once; NULL if none was preserved there',
        errors: [],
      },
    ],
  },
  {
    name: 'kho_restore_pages',
    versions: [
      {
        releases: ['6.18..6.19'],
        signature: 'struct page *kho_restore_pages(phys_addr_t phys, unsigned int nr_pages)',
        description: 'Takes back preserved pages, once; NULL on failure, with partial work kept',
        errors: [],
      },
      {
        releases: ['7.0..'],
        signature: 'struct page *kho_restore_pages(phys_addr_t phys, unsigned long nr_pages)',
        description: 'Takes back preserved pages, once; NULL on failure, with partial work kept',
        errors: [],
      },
    ],
  },
  {
    name: 'kho_restore_vmalloc',
    versions: [
      {
        releases: ['6.18..'],
        signature: 'void *kho_restore_vmalloc(const struct kho_vmalloc *preservation)',
        description: 'Maps a preserved vmalloc area anew; NULL on failure',
        errors: [],
      },
    ],
  },
];
