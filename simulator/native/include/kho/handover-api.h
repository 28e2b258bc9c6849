/*
 * What drivers call of KHO.
 * Made of the table of releases: UPDATE_GOLDEN=1 with its test writes it anew.
 */
#pragma once

#include <kho/release.h>
#include <linux/types.h>

struct folio;
struct kho_mem;
struct kho_serialization;
struct kho_vmalloc;
struct notifier_block;
struct page;

/* Calls nb to add subtrees (KEXEC_KHO_FINALIZE) or when all is undone (ABORT): -EEXIST */
#if KHO_LINUX <= KHO_RELEASE(6, 18)
int register_kho_notifier(struct notifier_block *nb);
#endif

/* Ends what register_kho_notifier began: -ENOENT */
#if KHO_LINUX <= KHO_RELEASE(6, 18)
int unregister_kho_notifier(struct notifier_block *nb);
#endif

/* True while state is serialized and must not change */
#if KHO_LINUX == KHO_SEED
bool kho_is_active(void);
#endif

/* True unless KHO is off or its scratch memory could not be reserved */
#if KHO_LINUX >= KHO_RELEASE(6, 16)
bool kho_is_enabled(void);
#endif

/* True if there is scratch memory, so also in a first kernel that reserved it */
#if KHO_LINUX == KHO_SEED
bool is_kho_boot(void);
#endif

/* True if a previous kernel handed something over */
#if KHO_LINUX >= KHO_RELEASE(6, 18)
bool is_kho_boot(void);
#endif

/* The FDT of the previous kernel; NULL if it handed nothing over */
#if KHO_LINUX <= KHO_V4
const void *kho_get_fdt(void);
#endif

/* Takes over a range and returns its address; warns if it is not singly held */
#if KHO_LINUX <= KHO_V4
void *kho_claim_mem(const struct kho_mem *mem);
#endif

/* Drops one reference to each page of a range; the last one frees the page */
#if KHO_LINUX <= KHO_V4
void kho_return_mem(const struct kho_mem *mem);
#endif

/*
 * Marks a folio, with its order as it is now, to survive the next kexec: -EINVAL, -ERANGE, -ENOMEM
 */
#if KHO_LINUX >= KHO_RELEASE(6, 16)
int kho_preserve_folio(struct folio *folio);
#endif

/* Undoes kho_preserve_folio; the folio must have the order it had then */
#if KHO_LINUX >= KHO_RELEASE(6, 19)
void kho_unpreserve_folio(struct folio *folio);
#endif

/*
 * Marks whole pages to survive; undoes partial work itself; not once finalized: -EBUSY, -EINVAL,
 * -ENOMEM
 */
#if KHO_LINUX >= KHO_RELEASE(6, 16) && KHO_LINUX <= KHO_RELEASE(6, 17)
int kho_preserve_phys(phys_addr_t phys, size_t size);
#endif

/* Marks contiguous pages to survive; undoes partial work itself: -EINVAL, -ENOMEM */
#if KHO_LINUX >= KHO_RELEASE(6, 18) && KHO_LINUX <= KHO_RELEASE(6, 19)
int kho_preserve_pages(struct page *page, unsigned int nr_pages);
#endif

/* Marks contiguous pages to survive; undoes partial work itself: -EINVAL, -ERANGE, -ENOMEM */
#if KHO_LINUX >= KHO_RELEASE(7, 0)
int kho_preserve_pages(struct page *page, unsigned long nr_pages);
#endif

/* Undoes kho_preserve_pages for the same page and count */
#if KHO_LINUX == KHO_RELEASE(6, 19)
void kho_unpreserve_pages(struct page *page, unsigned int nr_pages);
#endif

/* Undoes kho_preserve_pages for the same page and count */
#if KHO_LINUX >= KHO_RELEASE(7, 0)
void kho_unpreserve_pages(struct page *page, unsigned long nr_pages);
#endif

/* Marks a vmalloc area to survive and describes it: -EINVAL, -EOPNOTSUPP, -ENOMEM */
#if KHO_LINUX >= KHO_RELEASE(6, 18)
int kho_preserve_vmalloc(void *ptr, struct kho_vmalloc *preservation);
#endif

/* Undoes kho_preserve_vmalloc; the area itself stays */
#if KHO_LINUX >= KHO_RELEASE(6, 19)
void kho_unpreserve_vmalloc(struct kho_vmalloc *preservation);
#endif

/* Allocates zeroed pages that survive; returns an ERR_PTR on failure: -EINVAL, -E2BIG, -ENOMEM */
#if KHO_LINUX >= KHO_RELEASE(6, 19)
void *kho_alloc_preserve(size_t size);
#endif

/* Undoes kho_alloc_preserve; NULL is fine, an ERR_PTR is not */
#if KHO_LINUX >= KHO_RELEASE(6, 19)
void kho_unpreserve_free(void *mem);
#endif

/* In the next kernel: takes back and frees what kho_alloc_preserve made */
#if KHO_LINUX >= KHO_RELEASE(6, 19)
void kho_restore_free(void *mem);
#endif

/* Takes back a preserved folio, once; NULL if none was preserved there */
#if KHO_LINUX >= KHO_RELEASE(6, 16)
struct folio *kho_restore_folio(phys_addr_t phys);
#endif

/* Takes back preserved pages, once; NULL on failure, with partial work kept */
#if KHO_LINUX >= KHO_RELEASE(6, 18) && KHO_LINUX <= KHO_RELEASE(6, 19)
struct page *kho_restore_pages(phys_addr_t phys, unsigned int nr_pages);
#endif

/* Takes back preserved pages, once; NULL on failure, with partial work kept */
#if KHO_LINUX >= KHO_RELEASE(7, 0)
struct page *kho_restore_pages(phys_addr_t phys, unsigned long nr_pages);
#endif

/* Maps a preserved vmalloc area anew; NULL on failure */
#if KHO_LINUX >= KHO_RELEASE(6, 18)
void *kho_restore_vmalloc(const struct kho_vmalloc *preservation);
#endif

/*
 * Names an FDT in the root FDT, from a notifier only; preserves nothing: -FDT_ERR_NOSPACE, -ENOMEM
 */
#if KHO_LINUX >= KHO_RELEASE(6, 16) && KHO_LINUX <= KHO_RELEASE(6, 18)
int kho_add_subtree(struct kho_serialization *ser, const char *name, void *fdt);
#endif

/*
 * Names an FDT in the root FDT; preserving its memory is up to the caller: -EEXIST, -ENOMEM,
 * -FDT_ERR_NOSPACE
 */
#if KHO_LINUX >= KHO_RELEASE(6, 19) && KHO_LINUX <= KHO_RELEASE(7, 0)
int kho_add_subtree(const char *name, void *fdt);
#endif

/* Names a blob in the root FDT; preserving its memory is up to the caller: -EEXIST, -ENOMEM */
#if KHO_LINUX >= KHO_RELEASE(7, 1)
int kho_add_subtree(const char *name, void *blob, size_t size);
#endif

/* Takes an FDT out of the root FDT */
#if KHO_LINUX >= KHO_RELEASE(6, 19) && KHO_LINUX <= KHO_RELEASE(7, 0)
void kho_remove_subtree(void *fdt);
#endif

/* Takes a blob out of the root FDT */
#if KHO_LINUX >= KHO_RELEASE(7, 1)
void kho_remove_subtree(void *blob);
#endif

/* Where the previous kernel left the FDT of that name: -ENOENT, -EINVAL */
#if KHO_LINUX >= KHO_RELEASE(6, 16) && KHO_LINUX <= KHO_RELEASE(7, 0)
int kho_retrieve_subtree(const char *name, phys_addr_t *phys);
#endif

/* Where the previous kernel left the blob of that name: -ENOENT, -EINVAL */
#if KHO_LINUX >= KHO_RELEASE(7, 1)
int kho_retrieve_subtree(const char *name, phys_addr_t *phys, size_t *size);
#endif
