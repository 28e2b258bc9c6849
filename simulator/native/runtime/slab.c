/* Small allocations, and areas that are contiguous in virtual memory alone. */
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/mm.h>
#include <linux/numa.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>

#include "native.h"
#include "pages.h"

/* What memory holds that was not asked to be zero: POISON_INUSE of SLUB. */
#define POISON_INUSE 0x5a
#define TABLE_SIZE 4096

/* The C library's, for what the kernel of a process itself has to remember. */
void *kho_host_calloc(size_t count, size_t size) __asm__("calloc");
void kho_host_free(void *pointer) __asm__("free");

/* Sizes of what was allocated, for ksize() and krealloc(). */
struct size_entry {
	struct size_entry *next;
	const void *address;
	size_t size;
};

static struct size_entry *sizes[TABLE_SIZE];

static struct size_entry **slot_of(const void *address)
{
	struct size_entry **slot = &sizes[((unsigned long)address >> 3) % TABLE_SIZE];

	while (*slot && (*slot)->address != address)
		slot = &(*slot)->next;
	return slot;
}

static void remember(const void *address, size_t size)
{
	struct size_entry **slot = slot_of(address);

	if (!*slot)
		*slot = kho_host_calloc(1, sizeof(**slot));
	(*slot)->address = address;
	(*slot)->size = size;
}

static void forget(const void *address)
{
	struct size_entry **slot = slot_of(address), *entry = *slot;

	if (!entry)
		return;
	*slot = entry->next;
	kho_host_free(entry);
}

void *kmalloc_node(size_t size, gfp_t flags, int node)
{
	unsigned long bytes = size + kho_native_redzone();
	const char *text = kho_native_gfp_text(flags);
	bool is_zeroed = flags & __GFP_ZERO;
	const struct kho_message *reply;
	void *address;

	if (size == 0)
		return ZERO_SIZE_PTR;
	if (size > KMALLOC_MAX_SIZE)
		return NULL;
	if (node < 0)
		reply = kho_native_call(is_zeroed ? "kzalloc" : "kmalloc", "is", bytes, text);
	else
		reply = kho_native_call(is_zeroed ? "kzallocNode" : "kmallocNode", "isi", bytes,
					text, (unsigned long)node);
	address = kho_native_call_pointer(reply);
	if (!address)
		return NULL;
	kho_native_unpoison(address, size);
	kho_native_poison((char *)address + size, kho_native_redzone());
	remember(address, size);
	if (!is_zeroed)
		memset(address, POISON_INUSE, size);
	return address;
}

void *kmalloc(size_t size, gfp_t flags)
{
	return kmalloc_node(size, flags, NUMA_NO_NODE);
}

void kfree(const void *pointer)
{
	if (ZERO_OR_NULL_PTR(pointer))
		return;
	kho_native_poison(pointer, ksize(pointer));
	forget(pointer);
	kho_native_call("kfree", "p", pointer);
}

size_t ksize(const void *pointer)
{
	struct size_entry *entry = *slot_of(pointer);

	return entry ? entry->size : 0;
}

void *krealloc(const void *pointer, size_t size, gfp_t flags)
{
	size_t before = ZERO_OR_NULL_PTR(pointer) ? 0 : ksize(pointer);
	void *address;

	if (size == 0) {
		kfree(pointer);
		return ZERO_SIZE_PTR;
	}
	address = kmalloc(size, flags);
	if (!address)
		return NULL;
	memcpy(address, pointer, before < size ? before : size);
	kfree(pointer);
	return address;
}

void kfree_sensitive(const void *pointer)
{
	if (!ZERO_OR_NULL_PTR(pointer))
		memset((void *)pointer, 0, ksize(pointer));
	kfree(pointer);
}

void *kmemdup(const void *source, size_t size, gfp_t flags)
{
	void *copy = kmalloc(size, flags);

	if (copy)
		memcpy(copy, source, size);
	return copy;
}

bool slab_is_available(void)
{
	return !kho_native_is_early;
}

/* As much as kmalloc() gives without asking for more than a few pages; vmalloc() beyond that. */
void *kvmalloc(size_t size, gfp_t flags)
{
	return kvmalloc_node(size, flags, NUMA_NO_NODE);
}

void *kvmalloc_node(size_t size, gfp_t flags, int node)
{
	return size > PAGE_SIZE << PAGE_ALLOC_COSTLY_ORDER ? __vmalloc(size, flags) :
							    kmalloc_node(size, flags, node);
}

void *kvmemdup(const void *source, size_t size, gfp_t flags)
{
	void *copy = kvmalloc(size, flags);

	if (copy)
		memcpy(copy, source, size);
	return copy;
}

void kvfree(const void *pointer)
{
	if (is_vmalloc_addr(pointer))
		vfree(pointer);
	else
		kfree(pointer);
}

/* A cache of objects of one size; the engine's slabs have all sizes anyway. */
struct kmem_cache {
	unsigned int size;
	void (*ctor)(void *object);
};

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *object))
{
	struct kmem_cache *cache = kho_host_calloc(1, sizeof(*cache));

	cache->size = size;
	cache->ctor = ctor;
	return cache;
}

void kmem_cache_destroy(struct kmem_cache *cache)
{
	kho_host_free(cache);
}

void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t flags)
{
	void *object = kmalloc(cache->size, flags);

	if (object && cache->ctor)
		cache->ctor(object);
	return object;
}

void kmem_cache_free(struct kmem_cache *cache, void *object)
{
	kfree(object);
}

static void *area(const char *name, unsigned long size, gfp_t gfp)
{
	void *address = kho_native_call_pointer(kho_native_call(name, "i", size));

	if (address && (gfp & __GFP_ZERO))
		memset(address, 0, size);
	return address;
}

void *__vmalloc(unsigned long size, gfp_t gfp)
{
	return area("vmalloc", size, gfp);
}

void *vmalloc(unsigned long size)
{
	return __vmalloc(size, GFP_KERNEL);
}

void *vzalloc(unsigned long size)
{
	return __vmalloc(size, GFP_KERNEL | __GFP_ZERO);
}

void *vmalloc_user(unsigned long size)
{
	return vzalloc(size);
}

void *vmalloc_node(unsigned long size, int node)
{
	return vmalloc(size);
}

void *vmalloc_huge(unsigned long size, gfp_t gfp)
{
	return area("vmallocHuge", size, gfp);
}

void *vmap(struct page **pages, unsigned int count, unsigned long flags, pgprot_t prot)
{
	unsigned long size = count * sizeof(u64);
	u64 *addresses = kho_host_calloc(count, sizeof(*addresses));
	void *area;

	for (unsigned int i = 0; i < count; i++)
		addresses[i] = (u64)page_address(pages[i]);
	area = kho_native_call_pointer(kho_native_call("vmap", "b", addresses, size));
	kho_host_free(addresses);
	return area;
}

void vunmap(const void *address)
{
	kho_native_call("vunmap", "p", address);
}

struct page *vmalloc_to_page(const void *address)
{
	void *direct = kho_native_call_pointer(kho_native_call("vmallocToPage", "p", address));

	return direct ? virt_to_page(direct) : NULL;
}

unsigned long vmalloc_to_pfn(const void *address)
{
	return page_to_pfn(vmalloc_to_page(address));
}

void vfree(const void *address)
{
	if (address)
		kho_native_call("vfree", "p", address);
}

/* Where memory is seen outside of the direct map, it is what the direct map shows too. */
/* RAM is mapped where it is anyway; there is nothing else. */
void *memremap(resource_size_t offset, size_t size, unsigned long flags)
{
	if (!flags || size == 0 || offset + size > kho_native_memory_end)
		return NULL;
	return phys_to_virt(offset);
}

void __iomem *ioremap(phys_addr_t offset, size_t size)
{
	WARN(offset < kho_native_memory_end, "ioremap on RAM at %pa: it is for memremap()", &offset);
	return NULL;
}

void iounmap(volatile void __iomem *address)
{
}

void *devm_memremap(struct device *dev, resource_size_t offset, size_t size, unsigned long flags)
{
	return memremap(offset, size, flags) ?: ERR_PTR(-ENXIO);
}

void __iomem *devm_ioremap(struct device *dev, resource_size_t offset, resource_size_t size)
{
	return ioremap(offset, size);
}

void memunmap(void *address)
{
}
