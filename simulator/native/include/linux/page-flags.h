#pragma once

#include <linux/mm_types.h>

enum pageflags {
	PG_locked,
	PG_uptodate,
	PG_dirty,
	PG_reserved,
	PG_private,
	PG_swapbacked,
	PG_head,
};

#define KHO_FOLIO_FLAG(name)                                              \
	static inline bool folio_test_##name(const struct folio *folio)   \
	{                                                                 \
		return (folio->flags & (1UL << PG_##name)) != 0;          \
	}                                                                 \
	static inline void folio_set_##name(struct folio *folio)          \
	{                                                                 \
		folio->flags |= 1UL << PG_##name;                         \
	}                                                                 \
	static inline void folio_clear_##name(struct folio *folio)        \
	{                                                                 \
		folio->flags &= ~(1UL << PG_##name);                      \
	}

KHO_FOLIO_FLAG(locked)
KHO_FOLIO_FLAG(uptodate)
KHO_FOLIO_FLAG(dirty)
KHO_FOLIO_FLAG(reserved)
KHO_FOLIO_FLAG(swapbacked)

#define __folio_set_locked(folio) folio_set_locked(folio)
#define __folio_set_swapbacked(folio) folio_set_swapbacked(folio)
#define folio_mark_uptodate(folio) folio_set_uptodate(folio)

#define SetPageReserved(page) ((void)((page)->flags |= 1UL << PG_reserved))
#define ClearPageReserved(page) ((void)((page)->flags &= ~(1UL << PG_reserved)))
#define __SetPageReserved(page) SetPageReserved(page)
#define PageReserved(page) (((page)->flags & (1UL << PG_reserved)) != 0)
#define set_page_private(page, value) ((void)((page)->private = (value)))
#define page_private(page) ((page)->private)
