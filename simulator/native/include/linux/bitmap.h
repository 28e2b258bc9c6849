#pragma once

#include <linux/bitops.h>
#include <linux/slab.h>
#include <linux/string.h>

static inline void bitmap_zero(unsigned long *map, unsigned int bits)
{
	memset(map, 0, BITS_TO_LONGS(bits) * sizeof(*map));
}

static inline void bitmap_fill(unsigned long *map, unsigned int bits)
{
	memset(map, 0xff, BITS_TO_LONGS(bits) * sizeof(*map));
}

static inline void bitmap_copy(unsigned long *to, const unsigned long *from, unsigned int bits)
{
	memcpy(to, from, BITS_TO_LONGS(bits) * sizeof(*to));
}

static inline bool bitmap_empty(const unsigned long *map, unsigned int bits)
{
	return find_first_bit(map, bits) == bits;
}

static inline bool bitmap_full(const unsigned long *map, unsigned int bits)
{
	return find_first_zero_bit(map, bits) == bits;
}

static inline unsigned int bitmap_weight(const unsigned long *map, unsigned int bits)
{
	unsigned int count = 0;
	unsigned long bit;

	for_each_set_bit(bit, map, bits)
		count++;
	return count;
}

static inline void bitmap_set(unsigned long *map, unsigned int start, unsigned int count)
{
	for (unsigned int bit = start; bit < start + count; bit++)
		set_bit(bit, map);
}

static inline void bitmap_clear(unsigned long *map, unsigned int start, unsigned int count)
{
	for (unsigned int bit = start; bit < start + count; bit++)
		clear_bit(bit, map);
}

static inline unsigned long *bitmap_zalloc(unsigned int bits, gfp_t flags)
{
	return kcalloc(BITS_TO_LONGS(bits), sizeof(unsigned long), flags);
}

static inline void bitmap_free(const unsigned long *map)
{
	kfree(map);
}
