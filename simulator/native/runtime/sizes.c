/* Sizes as people read them. */
#include <linux/sprintf.h>
#include <linux/string_helpers.h>

/* Three digits, with as many behind the point as there are left, rounded. */
int string_get_size(u64 size, u64 blk_size, const enum string_size_units units, char *buf,
		    int len)
{
	static const char *const PREFIXES[] = { "", "k", "M", "G", "T", "P", "E", "Z", "Y" };
	bool is_binary = (units & STRING_UNITS_MASK) == STRING_UNITS_2;
	unsigned int base = is_binary ? 1024 : 1000, rest = 0, power = 0, decimals;
	unsigned __int128 left = (unsigned __int128)size * blk_size;
	char fraction[8] = "";

	for (; left >= base; power++) {
		rest = left % base;
		left /= base;
	}
	if (left > 0) {
		static const unsigned int HALVES[] = { 500, 50, 5 };

		decimals = left >= 100 ? 0 : left >= 10 ? 1 : 2;
		rest = rest * 1000 / base + HALVES[decimals];
		left += rest / 1000;
		if (decimals > 0)
			scnprintf(fraction, 2 + decimals, ".%03u", rest % 1000);
	}
	return snprintf(buf, len, "%u%s%s%s%s%s", (u32)left, fraction,
			units & STRING_UNITS_NO_SPACE ? "" : " ",
			is_binary && power == 1 ? "K" : PREFIXES[power],
			is_binary && power > 0 ? "i" : "", units & STRING_UNITS_NO_BYTES ? "" : "B");
}
