/*
 * Small allocations. What has a flags argument that may be left out, as the *_obj() family of 7.x
 * does, is GFP_KERNEL then.
 */
#pragma once

#include <linux/cleanup.h>
#include <linux/gfp.h>
#include <linux/overflow.h>
#include <linux/types.h>

#define KMALLOC_MAX_SIZE (PAGE_SIZE << MAX_PAGE_ORDER)
#define ARCH_KMALLOC_MINALIGN 8
#define ZERO_SIZE_PTR ((void *)16)
#define ZERO_OR_NULL_PTR(x) ((unsigned long)(x) <= (unsigned long)ZERO_SIZE_PTR)

void *kmalloc(size_t size, gfp_t flags) __alloc_size(1);
void *kmalloc_node(size_t size, gfp_t flags, int node) __alloc_size(1);
void *krealloc(const void *pointer, size_t size, gfp_t flags) __alloc_size(2);
void *kvmalloc(size_t size, gfp_t flags) __alloc_size(1);
void kfree(const void *pointer);
void kfree_sensitive(const void *pointer);
void kvfree(const void *pointer);
size_t ksize(const void *pointer);
void *kmemdup(const void *source, size_t size, gfp_t flags) __alloc_size(2);
void *kvmemdup(const void *source, size_t size, gfp_t flags) __alloc_size(2);
bool slab_is_available(void);

#define kzalloc(size, flags) kmalloc(size, (flags) | __GFP_ZERO)
#define kzalloc_node(size, flags, node) kmalloc_node(size, (flags) | __GFP_ZERO, node)
#define kmalloc_array(n, size, flags) kmalloc(size_mul(n, size), flags)
#define kcalloc(n, size, flags) kmalloc_array(n, size, (flags) | __GFP_ZERO)
#define krealloc_array(pointer, n, size, flags) krealloc(pointer, size_mul(n, size), flags)
#define kvzalloc(size, flags) kvmalloc(size, (flags) | __GFP_ZERO)
#define kvmalloc_array(n, size, flags) kvmalloc(size_mul(n, size), flags)
#define kvcalloc(n, size, flags) kvmalloc_array(n, size, (flags) | __GFP_ZERO)
#define kmemdup_array(source, n, size, flags) kmemdup(source, size_mul(n, size), flags)

#define KHO_GFP(unused, flags, ...) (flags)
#define KHO_GFP_OR_KERNEL(...) KHO_GFP(0, ##__VA_ARGS__, GFP_KERNEL)
#define KHO_ALLOC_OBJS(alloc, object, n, flags) \
	((typeof(object) *)alloc(size_mul(sizeof(object), n), flags))
#define KHO_ALLOC_FLEX(alloc, object, member, n, flags) \
	((typeof(object) *)alloc(struct_size_t(typeof(object), member, n), flags))

#define kmalloc_obj(object, ...) \
	KHO_ALLOC_OBJS(kmalloc, object, 1, KHO_GFP_OR_KERNEL(__VA_ARGS__))
#define kzalloc_obj(object, ...) \
	KHO_ALLOC_OBJS(kzalloc, object, 1, KHO_GFP_OR_KERNEL(__VA_ARGS__))
#define kmalloc_objs(object, n, ...) \
	KHO_ALLOC_OBJS(kmalloc, object, n, KHO_GFP_OR_KERNEL(__VA_ARGS__))
#define kzalloc_objs(object, n, ...) \
	KHO_ALLOC_OBJS(kzalloc, object, n, KHO_GFP_OR_KERNEL(__VA_ARGS__))
#define kmalloc_flex(object, member, n, ...) \
	KHO_ALLOC_FLEX(kmalloc, object, member, n, KHO_GFP_OR_KERNEL(__VA_ARGS__))
#define kzalloc_flex(object, member, n, ...) \
	KHO_ALLOC_FLEX(kzalloc, object, member, n, KHO_GFP_OR_KERNEL(__VA_ARGS__))
#define kvmalloc_obj(object, ...) \
	KHO_ALLOC_OBJS(kvmalloc, object, 1, KHO_GFP_OR_KERNEL(__VA_ARGS__))
#define kvzalloc_obj(object, ...) \
	KHO_ALLOC_OBJS(kvzalloc, object, 1, KHO_GFP_OR_KERNEL(__VA_ARGS__))
#define kvmalloc_objs(object, n, ...) \
	KHO_ALLOC_OBJS(kvmalloc, object, n, KHO_GFP_OR_KERNEL(__VA_ARGS__))
#define kvzalloc_objs(object, n, ...) \
	KHO_ALLOC_OBJS(kvzalloc, object, n, KHO_GFP_OR_KERNEL(__VA_ARGS__))
#define kvmalloc_flex(object, member, n, ...) \
	KHO_ALLOC_FLEX(kvmalloc, object, member, n, KHO_GFP_OR_KERNEL(__VA_ARGS__))
#define kvzalloc_flex(object, member, n, ...) \
	KHO_ALLOC_FLEX(kvzalloc, object, member, n, KHO_GFP_OR_KERNEL(__VA_ARGS__))

struct kmem_cache;

#define SLAB_HWCACHE_ALIGN ((slab_flags_t)0x2000)
#define SLAB_PANIC ((slab_flags_t)0x40000)
#define SLAB_ACCOUNT ((slab_flags_t)0x4000000)

struct kmem_cache *kmem_cache_create(const char *name, unsigned int size, unsigned int align,
				     slab_flags_t flags, void (*ctor)(void *object));
void kmem_cache_destroy(struct kmem_cache *cache);
void *kmem_cache_alloc(struct kmem_cache *cache, gfp_t flags);
void kmem_cache_free(struct kmem_cache *cache, void *object);

#define kmem_cache_zalloc(cache, flags) kmem_cache_alloc(cache, (flags) | __GFP_ZERO)
#define KMEM_CACHE(type, flags) \
	kmem_cache_create(#type, sizeof(struct type), __alignof__(struct type), flags, NULL)

DEFINE_FREE(kfree, void *, if (!IS_ERR_OR_NULL(_T)) kfree(_T))
DEFINE_FREE(kvfree, void *, if (!IS_ERR_OR_NULL(_T)) kvfree(_T))
