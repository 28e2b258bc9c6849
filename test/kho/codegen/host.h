/* A kernel for one driver, made of malloc(): what it preserves is there after the jump, once. */
#pragma once

#include <linux/types.h>

/* Each scenario has these three. */
int scenario_serialize(void **fdt, size_t *size);
void scenario_unserialize(void *fdt);
int scenario_deserialize(void *fdt, size_t size, bool compares);

/* A page of the driver's, with bytes in it. */
void *host_page(u8 fill);
void host_free(void *page);
/* Bytes as one block, for FDTs of the patch series before 6.16. */
void *host_buffer(size_t size);

/* What an abort does where there is one: nothing stays preserved. */
void host_abort(void);

/* Ends the run unless it holds. */
#define CHECK(condition) host_check(condition, __FILE__, __LINE__, #condition)
void host_check(bool holds, const char *file, int line, const char *text);
