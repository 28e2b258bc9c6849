#pragma once

#include <linux/string.h>
#include <linux/types.h>

#define UUID_SIZE 16

typedef struct {
	u8 b[UUID_SIZE];
} uuid_t;

typedef uuid_t guid_t;

void uuid_gen(uuid_t *uuid);
int uuid_parse(const char *text, uuid_t *uuid);

static inline bool uuid_equal(const uuid_t *a, const uuid_t *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

static inline void uuid_copy(uuid_t *to, const uuid_t *from)
{
	memcpy(to, from, sizeof(*to));
}

static inline bool uuid_is_null(const uuid_t *uuid)
{
	return uuid_equal(uuid, &(uuid_t){ { 0 } });
}
