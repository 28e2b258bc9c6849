/* Bytes as digits. */
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/hex.h>
#include <linux/minmax.h>
#include <linux/sprintf.h>
#include <linux/string.h>

int hex_to_bin(unsigned char digit)
{
	if (isdigit(digit))
		return digit - '0';
	return isxdigit(digit) ? tolower(digit) - 'a' + 10 : -1;
}

int hex2bin(u8 *to, const char *from, size_t count)
{
	for (; count > 0; count--, from += 2) {
		int high = hex_to_bin(from[0]), low = high < 0 ? -1 : hex_to_bin(from[1]);

		if (low < 0)
			return -EINVAL;
		*to++ = (u8)(high << 4 | low);
	}
	return 0;
}

char *bin2hex(char *to, const void *from, size_t count)
{
	static const char DIGITS[] = "0123456789abcdef";
	const u8 *bytes = from;

	for (; count > 0; count--, bytes++) {
		*to++ = DIGITS[*bytes >> 4];
		*to++ = DIGITS[*bytes & 15];
	}
	return to;
}

int hex_dump_to_buffer(const void *buf, size_t len, int rowsize, int groupsize, char *line,
		       size_t size, bool ascii)
{
	const u8 *bytes = buf;
	size_t count = min(len, (size_t)(rowsize == 32 ? 32 : 16));
	size_t group = groupsize == 2 || groupsize == 4 || groupsize == 8 ? groupsize : 1;
	int n = 0;

	if (count % group)
		group = 1;
	line[0] = '\0';
	for (size_t at = 0; at < count; at += group) {
		n += scnprintf(line + n, size - n, "%s", at == 0 ? "" : " ");
		/* A group is a number of this CPU, which is little-endian. */
		for (size_t i = group; i-- > 0;)
			n += scnprintf(line + n, size - n, "%02x", bytes[at + i]);
	}
	for (size_t i = 0; ascii && i < count; i++)
		n += scnprintf(line + n, size - n, "%s%c", i == 0 ? "  " : "",
			       isprint(bytes[i]) ? bytes[i] : '.');
	return n;
}
