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

static inline unsigned long *bitmap_alloc(unsigned int bits, gfp_t flags)
{
	return kmalloc_array(BITS_TO_LONGS(bits), sizeof(unsigned long), flags);
}

#define KHO_BITMAP_OPERATION(name, operator)                                                 \
	static inline void name(unsigned long *to, const unsigned long *a,                   \
				const unsigned long *b, unsigned int bits)                   \
	{                                                                                    \
		for (unsigned int i = 0; i < BITS_TO_LONGS(bits); i++)                       \
			to[i] = a[i] operator b[i];                                          \
	}

KHO_BITMAP_OPERATION(bitmap_or, |)
KHO_BITMAP_OPERATION(bitmap_xor, ^)
KHO_BITMAP_OPERATION(kho_bitmap_and, &)
KHO_BITMAP_OPERATION(kho_bitmap_andnot, &~)

/* Whether anything is left. */
static inline bool bitmap_and(unsigned long *to, const unsigned long *a, const unsigned long *b,
			      unsigned int bits)
{
	kho_bitmap_and(to, a, b, bits);
	return !bitmap_empty(to, bits);
}

static inline bool bitmap_andnot(unsigned long *to, const unsigned long *a,
				 const unsigned long *b, unsigned int bits)
{
	kho_bitmap_andnot(to, a, b, bits);
	return !bitmap_empty(to, bits);
}

static inline bool bitmap_equal(const unsigned long *a, const unsigned long *b, unsigned int bits)
{
	for (unsigned int bit = 0; bit < bits; bit++)
		if (test_bit(bit, a) != test_bit(bit, b))
			return false;
	return true;
}

/* `count` bits that are 0, from `start` on; more than `size` if there are none. */
static inline unsigned long bitmap_find_next_zero_area(unsigned long *map, unsigned long size,
						       unsigned long start, unsigned int count,
						       unsigned long align_mask)
{
	for (;;) {
		unsigned long first = find_next_zero_bit(map, size, start), set;

		first = (first + align_mask) & ~align_mask;
		if (first + count > size)
			return size + 1;
		set = find_next_bit(map, first + count, first);
		if (set >= first + count)
			return first;
		start = set + 1;
	}
}

static inline unsigned long find_last_bit(const unsigned long *map, unsigned long size)
{
	for (unsigned long bit = size; bit-- > 0;)
		if (test_bit(bit, map))
			return bit;
	return size;
}
