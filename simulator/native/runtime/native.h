/*
 * What the parts of the runtime know of each other. Some of them are written against the C library
 * and some against the kernel's headers, which do not go together: nothing here needs either.
 */
#pragma once

/* One value of a message. */
struct kho_value {
	/* 'i' number, 'u' word, 'p' virtual address, 's' text, 'b' bytes, 'n' nothing */
	char kind;
	unsigned long long number; /* of text and bytes: their length */
	const char *bytes; /* text ends in NUL, which its length does not count */
};

enum { KHO_MAX_VALUES = 512 };

struct kho_message {
	int count;
	struct kho_value values[KHO_MAX_VALUES];
};

/*
 * Asks the engine. `kinds` has a letter for each argument, as above; bytes are an address and an
 * unsigned long. What the engine refuses ends the callback that is running.
 */
const struct kho_message *kho_native_call(const char *name, const char *kinds, ...);
long long kho_native_call_int(const struct kho_message *reply);
void *kho_native_call_pointer(const struct kho_message *reply);

/* Ends the callback that is running, as an oops ends what runs in a kernel. */
__attribute__((noreturn, format(printf, 1, 2))) void kho_native_oops(const char *format, ...);

/* Work that was queued; runs when a callback returns. */
void kho_native_run_work(void);

/* Takes from the process what no driver needs. */
void kho_native_confine(void);

/* From here on what runs of drivers is noted, if somebody wants to know. */
void kho_native_start_coverage(void);

/* What the sanitizers are told of memory; nothing of this does anything without them. */
void kho_native_start_sanitizers(void);
_Bool kho_native_is_poisoning(void);
unsigned long kho_native_redzone(void); /* bytes behind an object */
void kho_native_poison(const void *address, unsigned long size);
void kho_native_unpoison(const void *address, unsigned long size);

/* This kernel's view of memory. */
extern unsigned long kho_native_direct_map;
extern unsigned long kho_native_memory_end; /* physical */
extern unsigned long long kho_native_seed;
/* The areas of vmalloc() lie between these in every kernel. */
#define KHO_VMALLOC_START 0x400000000000UL
#define KHO_VMALLOC_END 0x500000000000UL

/* Called once, before any driver. */
void kho_native_start_pages(void *pages);
unsigned long kho_native_page_bytes(void); /* sizeof(struct page) */

/* The initcalls of all drivers, told to `tell` one by one. */
void kho_native_each_initcall(void (*tell)(const char *modname, const char *name, void *function,
					   int level));
/* Suites of KUnit, the same way; each is run by where it is in the program. */
void kho_native_each_suite(void (*tell)(const char *modname, const char *name, void *suite));
int kho_native_run_suite(unsigned long offset);
/* Around that: mm/memblock.c, if it is a driver, is told of memory and tells what it reserved. */
extern _Bool kho_native_is_early; /* while memory is memblock's to give */
void kho_native_start_memblock(const char *line);
void kho_native_finish_memblock(void);
/* Something is to be called before the jump, such as this function. */
void kho_native_wants_reboot(const void *function);
void kho_native_shut_down_devices(void);
/* Before any driver: the kernel's command line, which is changed by it. */
int kho_native_parse_parameters(char *line);
