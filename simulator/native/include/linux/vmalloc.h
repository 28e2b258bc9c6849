/* Memory that is contiguous only virtually. */
#pragma once

#include <asm/page.h>
#include <linux/gfp.h>
#include <linux/overflow.h>
#include <linux/types.h>

/* How pages are mapped, which is always the same here. */
typedef struct {
	unsigned long pgprot;
} pgprot_t;

#define PAGE_KERNEL ((pgprot_t){ 0 })

#define VM_IOREMAP 0x00000001
#define VM_ALLOC 0x00000002
#define VM_MAP 0x00000004
#define VM_USERMAP 0x00000008
#define VM_ALLOW_HUGE_VMAP 0x00000400

void *vmalloc(unsigned long size) __alloc_size(1);
void *vzalloc(unsigned long size) __alloc_size(1);
void *vmalloc_user(unsigned long size) __alloc_size(1);
void *vmalloc_node(unsigned long size, int node) __alloc_size(1);
void *vmalloc_huge(unsigned long size, gfp_t gfp) __alloc_size(1);
void *__vmalloc(unsigned long size, gfp_t gfp) __alloc_size(1);
void vfree(const void *address);
/* An area of pages that stay whose they are. */
void *vmap(struct page **pages, unsigned int count, unsigned long flags, pgprot_t prot);
void vunmap(const void *address);
struct page *vmalloc_to_page(const void *address);
unsigned long vmalloc_to_pfn(const void *address);

#define vmalloc_array(n, size) vmalloc(size_mul(n, size))
#define vcalloc(n, size) vzalloc(size_mul(n, size))
