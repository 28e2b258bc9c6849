#pragma once

#include <linux/bits.h>
#include <linux/compiler.h>
#include <linux/types.h>

#define BITS_TO_LONGS(bits) KHO_BITS_TO_LONGS(bits)
#define BITS_TO_U64(bits) KHO_BITS_TO_LONGS(bits)
#define BITS_TO_BYTES(bits) (((bits) + 7) / 8)

static __always_inline unsigned long __ffs(unsigned long word)
{
	return (unsigned long)__builtin_ctzl(word);
}

static __always_inline unsigned long __fls(unsigned long word)
{
	return 63 - (unsigned long)__builtin_clzl(word);
}

static __always_inline unsigned long ffz(unsigned long word)
{
	return __ffs(~word);
}

static __always_inline int ffs(int word)
{
	return __builtin_ffs(word);
}

/* Position of the highest bit set, counted from 1; 0 if there is none. */
static __always_inline int fls(unsigned int word)
{
	return word ? 32 - __builtin_clz(word) : 0;
}

static __always_inline int fls64(u64 word)
{
	return word ? 64 - __builtin_clzll(word) : 0;
}

static __always_inline int fls_long(unsigned long word)
{
	return fls64(word);
}

static __always_inline unsigned long __ffs64(u64 word)
{
	return (unsigned long)__builtin_ctzll(word);
}

static __always_inline unsigned int hweight8(u8 word)
{
	return (unsigned int)__builtin_popcount(word);
}

static __always_inline unsigned int hweight16(u16 word)
{
	return (unsigned int)__builtin_popcount(word);
}

static __always_inline unsigned int hweight32(u32 word)
{
	return (unsigned int)__builtin_popcount(word);
}

static __always_inline unsigned long hweight64(u64 word)
{
	return (unsigned long)__builtin_popcountll(word);
}

static __always_inline unsigned long hweight_long(unsigned long word)
{
	return hweight64(word);
}

static __always_inline u32 rol32(u32 word, unsigned int shift)
{
	return (word << (shift & 31)) | (word >> (-shift & 31));
}

static __always_inline u32 ror32(u32 word, unsigned int shift)
{
	return (word >> (shift & 31)) | (word << (-shift & 31));
}

static __always_inline u64 rol64(u64 word, unsigned int shift)
{
	return (word << (shift & 63)) | (word >> (-shift & 63));
}

static inline bool test_bit(unsigned long nr, const volatile unsigned long *addr)
{
	return (addr[BIT_WORD(nr)] & BIT_MASK(nr)) != 0;
}

static inline void set_bit(unsigned long nr, volatile unsigned long *addr)
{
	addr[BIT_WORD(nr)] |= BIT_MASK(nr);
}

static inline void clear_bit(unsigned long nr, volatile unsigned long *addr)
{
	addr[BIT_WORD(nr)] &= ~BIT_MASK(nr);
}

static inline void change_bit(unsigned long nr, volatile unsigned long *addr)
{
	addr[BIT_WORD(nr)] ^= BIT_MASK(nr);
}

static inline bool test_and_set_bit(unsigned long nr, volatile unsigned long *addr)
{
	bool was = test_bit(nr, addr);

	set_bit(nr, addr);
	return was;
}

static inline bool test_and_clear_bit(unsigned long nr, volatile unsigned long *addr)
{
	bool was = test_bit(nr, addr);

	clear_bit(nr, addr);
	return was;
}

#define __set_bit(nr, addr) set_bit(nr, addr)
#define __clear_bit(nr, addr) clear_bit(nr, addr)
#define __change_bit(nr, addr) change_bit(nr, addr)
#define __test_and_set_bit(nr, addr) test_and_set_bit(nr, addr)
#define __test_and_clear_bit(nr, addr) test_and_clear_bit(nr, addr)
#define assign_bit(nr, addr, value) ((value) ? set_bit(nr, addr) : clear_bit(nr, addr))
#define __assign_bit(nr, addr, value) assign_bit(nr, addr, value)
#define smp_mb__before_atomic() barrier()
#define smp_mb__after_atomic() barrier()

/* The first bit at `from` or later that is `value`; `size` if there is none. */
static inline unsigned long kho_next_bit(const unsigned long *addr, unsigned long size,
					 unsigned long from, bool value)
{
	while (from < size) {
		unsigned long word = value ? addr[BIT_WORD(from)] : ~addr[BIT_WORD(from)];

		word &= ~0UL << (from % BITS_PER_LONG);
		if (word) {
			unsigned long found = BIT_WORD(from) * BITS_PER_LONG + __ffs(word);

			return found < size ? found : size;
		}
		from = (BIT_WORD(from) + 1) * BITS_PER_LONG;
	}
	return size;
}

static inline unsigned long find_next_bit(const unsigned long *addr, unsigned long size,
					  unsigned long from)
{
	return kho_next_bit(addr, size, from, true);
}

static inline unsigned long find_next_zero_bit(const unsigned long *addr, unsigned long size,
					       unsigned long from)
{
	return kho_next_bit(addr, size, from, false);
}

static inline unsigned long find_first_bit(const unsigned long *addr, unsigned long size)
{
	return kho_next_bit(addr, size, 0, true);
}

static inline unsigned long find_first_zero_bit(const unsigned long *addr, unsigned long size)
{
	return kho_next_bit(addr, size, 0, false);
}

#define for_each_set_bit(bit, addr, size)                                    \
	for ((bit) = find_first_bit((addr), (size)); (bit) < (size);         \
	     (bit) = find_next_bit((addr), (size), (bit) + 1))
#define for_each_set_bit_from(bit, addr, size)                               \
	for ((bit) = find_next_bit((addr), (size), (bit)); (bit) < (size);   \
	     (bit) = find_next_bit((addr), (size), (bit) + 1))
#define for_each_clear_bit(bit, addr, size)                                  \
	for ((bit) = find_first_zero_bit((addr), (size)); (bit) < (size);    \
	     (bit) = find_next_zero_bit((addr), (size), (bit) + 1))
