/* One thread runs: an access is atomic as it is. */
#pragma once

#include <linux/compiler.h>
#include <linux/types.h>

#define ATOMIC_INIT(value) { (value) }
#define ATOMIC64_INIT(value) { (value) }
#define ATOMIC_LONG_INIT(value) { (value) }

#define KHO_ATOMIC(name, atomic, type)                                                      \
	static inline type name##_read(const atomic *v)                                     \
	{                                                                                   \
		return READ_ONCE(v->counter);                                               \
	}                                                                                   \
	static inline void name##_set(atomic *v, type value)                                \
	{                                                                                   \
		WRITE_ONCE(v->counter, value);                                              \
	}                                                                                   \
	static inline type name##_add_return(type value, atomic *v)                         \
	{                                                                                   \
		return __atomic_add_fetch(&v->counter, value, __ATOMIC_SEQ_CST);            \
	}                                                                                   \
	static inline type name##_sub_return(type value, atomic *v)                         \
	{                                                                                   \
		return __atomic_sub_fetch(&v->counter, value, __ATOMIC_SEQ_CST);            \
	}                                                                                   \
	static inline type name##_fetch_add(type value, atomic *v)                          \
	{                                                                                   \
		return __atomic_fetch_add(&v->counter, value, __ATOMIC_SEQ_CST);            \
	}                                                                                   \
	static inline type name##_xchg(atomic *v, type value)                               \
	{                                                                                   \
		return __atomic_exchange_n(&v->counter, value, __ATOMIC_SEQ_CST);           \
	}                                                                                   \
	static inline type name##_cmpxchg(atomic *v, type old, type value)                  \
	{                                                                                   \
		__atomic_compare_exchange_n(&v->counter, &old, value, false,                \
					    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);            \
		return old;                                                                 \
	}                                                                                   \
	static inline bool name##_try_cmpxchg(atomic *v, type *old, type value)             \
	{                                                                                   \
		return __atomic_compare_exchange_n(&v->counter, old, value, false,          \
						   __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);     \
	}                                                                                   \
	static inline void name##_add(type value, atomic *v)                                \
	{                                                                                   \
		name##_add_return(value, v);                                                \
	}                                                                                   \
	static inline void name##_sub(type value, atomic *v)                                \
	{                                                                                   \
		name##_sub_return(value, v);                                                \
	}                                                                                   \
	static inline void name##_inc(atomic *v)                                            \
	{                                                                                   \
		name##_add_return(1, v);                                                    \
	}                                                                                   \
	static inline void name##_dec(atomic *v)                                            \
	{                                                                                   \
		name##_sub_return(1, v);                                                    \
	}                                                                                   \
	static inline type name##_inc_return(atomic *v)                                     \
	{                                                                                   \
		return name##_add_return(1, v);                                             \
	}                                                                                   \
	static inline type name##_dec_return(atomic *v)                                     \
	{                                                                                   \
		return name##_sub_return(1, v);                                             \
	}                                                                                   \
	static inline bool name##_dec_and_test(atomic *v)                                   \
	{                                                                                   \
		return name##_sub_return(1, v) == 0;                                        \
	}                                                                                   \
	static inline bool name##_inc_and_test(atomic *v)                                   \
	{                                                                                   \
		return name##_add_return(1, v) == 0;                                        \
	}                                                                                   \
	static inline bool name##_sub_and_test(type value, atomic *v)                       \
	{                                                                                   \
		return name##_sub_return(value, v) == 0;                                    \
	}                                                                                   \
	static inline bool name##_inc_not_zero(atomic *v)                                   \
	{                                                                                   \
		type old = name##_read(v);                                                  \
											    \
		do {                                                                        \
			if (!old)                                                           \
				return false;                                               \
		} while (!name##_try_cmpxchg(v, &old, old + 1));                            \
		return true;                                                                \
	}

KHO_ATOMIC(atomic, atomic_t, int)
KHO_ATOMIC(atomic64, atomic64_t, s64)
KHO_ATOMIC(atomic_long, atomic_long_t, long)

#define xchg(pointer, value) __atomic_exchange_n(pointer, value, __ATOMIC_SEQ_CST)
#define cmpxchg(pointer, old, value)                                                        \
	({                                                                                  \
		typeof(*(pointer)) __seen = (old);                                          \
		__atomic_compare_exchange_n(pointer, &__seen, value, false,                 \
					    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);            \
		__seen;                                                                     \
	})
