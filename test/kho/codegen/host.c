/*
 * Runs a scenario of generated code:
 *   write FILE      serializes, writes the FDT, undoes it, and looks for what is left
 *   roundtrip       serializes, jumps, deserializes and compares
 *   faults          serializes with the first, second, ... call that may fail failing
 *   hostile         deserializes the FDT truncated and with each byte changed
 */
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/kexec.h>
#include <linux/kexec_handover.h>
#include <linux/libfdt.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/vmalloc.h>
#if KHO_LINUX >= KHO_RELEASE(7, 0)
#include <linux/kho/abi/kexec_handover.h>
#endif

#include "host.h"

/* Of the C library, whose headers are not those of a kernel. */
void *calloc(size_t count, size_t size);
void *aligned_alloc(size_t alignment, size_t size);
void free(void *pointer);
int printf(const char *fmt, ...) __printf(1, 2);
__noreturn void exit(int status);
typedef struct host_file FILE;
FILE *fopen(const char *path, const char *mode);
size_t fwrite(const void *from, size_t size, size_t count, FILE *file);
int fclose(FILE *file);

#define BLOCKS 4096

enum state { FREE, USED, PRESERVED, HANDED_OVER };

static struct block {
	void *address;
	size_t size;
	enum state state;
	struct page page[2];
	unsigned int pages_put;
} blocks[BLOCKS];

static unsigned int calls;
static unsigned int failing_call;

void host_check(bool holds, const char *file, int line, const char *text)
{
	if (holds)
		return;
	printf("%s:%d: does not hold: %s\n", file, line, text);
	exit(1);
}

static bool fails(void)
{
	return ++calls == failing_call;
}

static struct block *find(const void *address)
{
	for (struct block *each = blocks; each < blocks + BLOCKS; each++)
		if (each->state != FREE && each->address == address)
			return each;
	return NULL;
}

/* What is handed over at `phys` and was not taken back yet. */
static struct block *find_handed(phys_addr_t phys)
{
	struct block *block = find((void *)phys);

	return block && block->state == HANDED_OVER ? block : NULL;
}

static struct block *find_page(const struct page *page)
{
	for (struct block *each = blocks; each < blocks + BLOCKS; each++)
		if (each->state != FREE && page >= each->page && page < each->page + 2)
			return each;
	CHECK(!"a page that was allocated");
	return NULL;
}

static void *allocate(size_t size, bool isPage)
{
	struct block *block = blocks;

	if (fails())
		return NULL;
	while (block->state != FREE)
		block++;
	CHECK(block < blocks + BLOCKS);
	/* Whole pages are aligned; all else ends where it ends, so that no byte more is read. */
	block->address = isPage ? aligned_alloc(PAGE_SIZE, PAGE_ALIGN(size)) : calloc(1, size);
	CHECK(block->address);
	if (isPage)
		memset(block->address, 0, PAGE_ALIGN(size));
	block->size = size;
	block->state = USED;
	block->pages_put = 0;
	return block->address;
}

static void release(const void *address)
{
	struct block *block = find(address);

	if (!address || address == ZERO_SIZE_PTR)
		return;
	CHECK(block && block->state == USED);
	free(block->address);
	block->state = FREE;
}

static __maybe_unused int preserve(const void *address)
{
	struct block *block = find(address);

	CHECK(block && block->state == USED);
	if (fails())
		return -ENOMEM;
	block->state = PRESERVED;
	return 0;
}

static __maybe_unused void unpreserve(const void *address)
{
	struct block *block = find(address);

	CHECK(block && block->state == PRESERVED);
	block->state = USED;
}

static __maybe_unused struct block *take_back(phys_addr_t phys)
{
	struct block *block = find_handed(phys);

	if (!block || fails())
		return NULL;
	block->state = USED;
	return block;
}

static void forget(struct block *block)
{
	free(block->address);
	block->state = FREE;
}

/*
 * What is not preserved is gone. Before 6.16, what the FDT names is handed over: here, all that the
 * driver has.
 */
static void jump(void)
{
	enum state kept = KHO_LINUX < KHO_RELEASE(6, 16) ? USED : PRESERVED;

	for (struct block *each = blocks; each < blocks + BLOCKS; each++) {
		if (each->state == kept)
			each->state = HANDED_OVER;
		else if (each->state == USED)
			forget(each);
	}
}

static void forget_all(void)
{
	for (struct block *each = blocks; each < blocks + BLOCKS; each++) {
		if (each->state != FREE)
			forget(each);
	}
}

void host_abort(void)
{
	for (struct block *each = blocks; each < blocks + BLOCKS; each++)
		if (each->state == PRESERVED)
			each->state = USED;
}

static unsigned int left(enum state state)
{
	unsigned int count = 0;

	for (struct block *each = blocks; each < blocks + BLOCKS; each++)
		count += each->state == state;
	return count;
}

void *host_page(u8 fill)
{
	void *page = allocate(PAGE_SIZE, true);

	if (page)
		memset(page, fill, PAGE_SIZE);
	return page;
}

void host_free(void *page)
{
	release(page);
}

void *host_buffer(size_t size)
{
	return allocate(size, true);
}

phys_addr_t virt_to_phys(const volatile void *address)
{
	return (phys_addr_t)address;
}

void *phys_to_virt(phys_addr_t phys)
{
	return (void *)phys;
}

void *kmalloc(size_t size, gfp_t flags)
{
	return size ? allocate(size, false) : ZERO_SIZE_PTR;
}

void *kmemdup(const void *source, size_t size, gfp_t flags)
{
	void *copy = kmalloc(size, flags);

	return copy && size ? memcpy(copy, source, size) : copy;
}

char *kstrdup(const char *text, gfp_t flags)
{
	return kmemdup(text, strlen(text) + 1, flags);
}

void kfree(const void *pointer)
{
	release(pointer);
}

void *vmalloc(unsigned long size)
{
	return allocate(size, true);
}

void vfree(const void *address)
{
	release(address);
}

struct folio *folio_alloc(gfp_t gfp, unsigned int order)
{
	void *address = allocate(PAGE_SIZE << order, true);

	return address ? (struct folio *)find(address)->page : NULL;
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	return (struct page *)folio_alloc(gfp, order);
}

void folio_put(struct folio *folio)
{
	release(find_page(&folio->page)->address);
}

void put_page(struct page *page)
{
	struct block *block = find_page(page);

	/* The pages of a range are freed one by one. */
	if (++block->pages_put == PFN_UP(block->size))
		release(block->address);
}

void *page_address(const struct page *page)
{
	return find_page(page)->address;
}

unsigned long page_to_pfn(const struct page *page)
{
	return PHYS_PFN(virt_to_phys(page_address(page)));
}

struct page *virt_to_page(const void *address)
{
	return find(address)->page;
}

struct folio *page_folio(const struct page *page)
{
	return (struct folio *)page;
}

#if KHO_LINUX < KHO_RELEASE(6, 16)
void *kho_claim_mem(const struct kho_mem *mem)
{
	return phys_to_virt(mem->addr);
}

void kho_return_mem(const struct kho_mem *mem)
{
	struct block *block = find_handed(mem->addr);

	if (!block)
		return;
	block->state = USED;
	release(block->address);
}
#else
int kho_preserve_folio(struct folio *folio)
{
	return preserve(folio_address(folio));
}

struct folio *kho_restore_folio(phys_addr_t phys)
{
	struct block *block = take_back(phys);

	return block ? (struct folio *)block->page : NULL;
}
#endif

#if KHO_LINUX >= KHO_RELEASE(6, 18)
int kho_preserve_vmalloc(void *ptr, struct kho_vmalloc *preservation)
{
	int err = preserve(ptr);

	memset(preservation, 0, sizeof(*preservation));
	if (err)
		return err;
	preservation->first.phys = virt_to_phys(ptr);
	preservation->total_pages = PFN_UP(find(ptr)->size);
	return 0;
}

void *kho_restore_vmalloc(const struct kho_vmalloc *preservation)
{
	struct block *block = find_handed(preservation->first.phys);

	if (!block || preservation->total_pages != PFN_UP(block->size))
		return NULL;
	block = take_back(preservation->first.phys);
	return block ? block->address : NULL;
}
#endif

#if KHO_LINUX >= KHO_RELEASE(6, 19)
void kho_unpreserve_folio(struct folio *folio)
{
	unpreserve(folio_address(folio));
}

void kho_unpreserve_vmalloc(struct kho_vmalloc *preservation)
{
	unpreserve(phys_to_virt(preservation->first.phys));
}

void *kho_alloc_preserve(size_t size)
{
	void *address = size > PAGE_SIZE << MAX_PAGE_ORDER ? NULL : allocate(size, true);

	if (!address)
		return ERR_PTR(-ENOMEM);
	find(address)->state = PRESERVED;
	return address;
}

void kho_unpreserve_free(void *mem)
{
	if (!mem)
		return;
	unpreserve(mem);
	release(mem);
}

void kho_restore_free(void *mem)
{
	struct block *block = find_handed(virt_to_phys(mem));

	if (!block)
		return;
	block->state = USED;
	release(mem);
}
#endif

#if KHO_LINUX >= KHO_RELEASE(7, 0)
int kho_preserve_pages(struct page *page, unsigned long nr_pages)
{
	CHECK(nr_pages == PFN_UP(find_page(page)->size));
	return preserve(page_address(page));
}

void kho_unpreserve_pages(struct page *page, unsigned long nr_pages)
{
	CHECK(nr_pages == PFN_UP(find_page(page)->size));
	unpreserve(page_address(page));
}

struct page *kho_restore_pages(phys_addr_t phys, unsigned long nr_pages)
{
	struct block *block = find_handed(phys);

	if (!block || nr_pages != PFN_UP(block->size))
		return NULL;
	block = take_back(phys);
	return block ? block->page : NULL;
}
#endif

static void write_fdt(const char *path)
{
	size_t size;
	void *fdt;
	FILE *file = fopen(path, "wb");

	CHECK(file);
	CHECK(scenario_serialize(&fdt, &size) == 0);
	CHECK(fdt_totalsize(fdt) <= size);
	fwrite(fdt, 1, fdt_totalsize(fdt), file);
	fclose(file);
	scenario_unserialize(fdt);
	CHECK(left(PRESERVED) == 0);
	CHECK(left(USED) == 0);
}

static void roundtrip(void)
{
	size_t size;
	void *fdt;

	CHECK(scenario_serialize(&fdt, &size) == 0);
	jump();
	CHECK(scenario_deserialize(fdt, size, true) == 0);
	CHECK(left(HANDED_OVER) == 0);
}

static void faults(void)
{
	size_t size;
	void *fdt;
	int err;

	for (failing_call = 1;; failing_call++) {
		calls = 0;
		err = scenario_serialize(&fdt, &size);
		if (!err)
			break;
		CHECK(left(PRESERVED) == 0);
		CHECK(left(USED) == 0);
	}
	CHECK(failing_call > 1);
	CHECK(calls < failing_call);
	jump();
	/* Nothing is held after an error, so that another attempt is a fresh one. */
	for (failing_call = 1;; failing_call++) {
		unsigned int used = left(USED);

		calls = 0;
		err = scenario_deserialize(fdt, size, false);
		if (!err)
			break;
		CHECK(left(USED) <= used);
		if (err == -EINVAL)
			break;
		CHECK(err == -ENOMEM);
	}
}

/* Deserializes `size` bytes of what is serialized, with one bit changed if it is among them. */
static int deserialize_changed(size_t size, size_t bit)
{
	size_t whole;
	void *fdt;
	u8 *copy;
	int err;

	CHECK(scenario_serialize(&fdt, &whole) == 0);
	CHECK(size <= fdt_totalsize(fdt));
	/* With nothing behind it, so that every byte too many that is read shows. */
	copy = calloc(1, size ?: 1);
	memcpy(copy, fdt, size);
	if (bit / 8 < size)
		copy[bit / 8] ^= 1 << bit % 8;
	jump();
	err = scenario_deserialize(copy, size, false);
	CHECK(left(USED) == 0);
	free(copy);
	forget_all();
	return err;
}

static void hostile(void)
{
	size_t size, whole;
	void *fdt;

	CHECK(scenario_serialize(&fdt, &whole) == 0);
	whole = fdt_totalsize(fdt);
	forget_all();
	for (size = 0; size < whole; size++)
		CHECK(deserialize_changed(size, SIZE_MAX) < 0);
	for (size_t bit = 0; bit < 8 * whole; bit++)
		deserialize_changed(whole, bit);
	CHECK(deserialize_changed(whole, SIZE_MAX) == 0);
}

int main(int argc, char **argv)
{
	CHECK(argc >= 2);
	if (!strcmp(argv[1], "write"))
		write_fdt(argv[2]);
	else if (!strcmp(argv[1], "roundtrip"))
		roundtrip();
	else if (!strcmp(argv[1], "faults"))
		faults();
	else if (!strcmp(argv[1], "hostile"))
		hostile();
	else
		CHECK(!"a mode");
	return 0;
}
