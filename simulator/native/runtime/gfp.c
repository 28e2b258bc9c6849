/* Flags of allocations as the engine reads them: names, joined with |. */
#include <linux/gfp.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "pages.h"

struct gfp_name {
	gfp_t bits;
	const char *name;
};

#define GFP_NAME(flags) { flags, #flags }

/* Those that contain others come first. */
static const struct gfp_name names[] = {
	GFP_NAME(GFP_HIGHUSER_MOVABLE), GFP_NAME(GFP_HIGHUSER), GFP_NAME(GFP_USER),
	GFP_NAME(GFP_KERNEL), GFP_NAME(GFP_NOFS), GFP_NAME(GFP_NOIO),
	GFP_NAME(GFP_ATOMIC), GFP_NAME(GFP_NOWAIT), GFP_NAME(__GFP_DMA),
	GFP_NAME(__GFP_HIGHMEM), GFP_NAME(__GFP_DMA32), GFP_NAME(__GFP_MOVABLE),
	GFP_NAME(__GFP_RECLAIMABLE), GFP_NAME(__GFP_HIGH), GFP_NAME(__GFP_IO),
	GFP_NAME(__GFP_FS), GFP_NAME(__GFP_DIRECT_RECLAIM), GFP_NAME(__GFP_KSWAPD_RECLAIM),
	GFP_NAME(__GFP_WRITE), GFP_NAME(__GFP_NOWARN), GFP_NAME(__GFP_RETRY_MAYFAIL),
	GFP_NAME(__GFP_NOFAIL), GFP_NAME(__GFP_NORETRY), GFP_NAME(__GFP_MEMALLOC),
	GFP_NAME(__GFP_NOMEMALLOC), GFP_NAME(__GFP_HARDWALL), GFP_NAME(__GFP_THISNODE),
	GFP_NAME(__GFP_ACCOUNT),
};

const char *kho_native_gfp_text(gfp_t gfp)
{
	static char text[512];
	gfp_t left = gfp & ~(__GFP_ZERO | __GFP_COMP);
	int length = 0;

	text[0] = 0;
	for (unsigned int i = 0; i < ARRAY_SIZE(names); i++) {
		if (!left || (left & names[i].bits) != names[i].bits)
			continue;
		left &= ~names[i].bits;
		length += scnprintf(text + length, sizeof(text) - length, "%s%s",
				    length ? " | " : "", names[i].name);
	}
	/* No flag at all is GFP_NOWAIT without the rest of it; what is left over has no name. */
	if (left)
		scnprintf(text + length, sizeof(text) - length, "%s%#x", length ? " | " : "", left);
	return length || left ? text : "__GFP_KSWAPD_RECLAIM";
}
