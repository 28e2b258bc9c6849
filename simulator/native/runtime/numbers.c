/* Checksums and chance. */
#include <linux/crc32.h>
#include <linux/random.h>
#include <linux/string.h>
#include <linux/unaligned.h>
#include <linux/uuid.h>
#include <net/checksum.h>

#include "native.h"

/* Reflected, as the kernel has them: IEEE 802.3 and Castagnoli. */
#define CRC32_LE 0xedb88320
#define CRC32_BE 0x04c11db7
#define CRC32C 0x82f63b78

static u32 reflected(u32 crc, const u8 *bytes, size_t len, u32 polynomial)
{
	for (size_t i = 0; i < len; i++) {
		crc ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			crc = (crc >> 1) ^ (crc & 1 ? polynomial : 0);
	}
	return crc;
}

u32 crc32_le(u32 crc, const void *p, size_t len)
{
	return reflected(crc, p, len, CRC32_LE);
}

u32 crc32c(u32 crc, const void *p, size_t len)
{
	return reflected(crc, p, len, CRC32C);
}

u32 crc32_be(u32 crc, const void *p, size_t len)
{
	const u8 *bytes = p;

	for (size_t i = 0; i < len; i++) {
		crc ^= (u32)bytes[i] << 24;
		for (int bit = 0; bit < 8; bit++)
			crc = (crc << 1) ^ (crc & 0x80000000 ? CRC32_BE : 0);
	}
	return crc;
}

/* The sum of RFC 1071 before it is folded and inverted. */
__wsum csum_partial(const void *buf, int len, __wsum sum)
{
	const u8 *bytes = buf;
	u64 total = (__force u32)sum;

	for (; len >= 4; len -= 4, bytes += 4)
		total += get_unaligned_le32(bytes);
	if (len >= 2) {
		total += get_unaligned_le16(bytes);
		bytes += 2;
		len -= 2;
	}
	if (len > 0)
		total += *bytes;
	while (total >> 32)
		total = (total & 0xffffffff) + (total >> 32);
	return (__force __wsum)(u32)total;
}

/* SplitMix64: the state is a counter, so that each draw depends on the seed and how many there were. */
u64 get_random_u64(void)
{
	u64 z = kho_native_seed += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

u32 get_random_u32(void)
{
	return get_random_u64() >> 32;
}

u16 get_random_u16(void)
{
	return get_random_u64() >> 48;
}

u8 get_random_u8(void)
{
	return get_random_u64() >> 56;
}

u32 get_random_u32_below(u32 ceil)
{
	return ((u64)get_random_u32() * ceil) >> 32;
}

void get_random_bytes(void *buf, size_t len)
{
	u8 *bytes = buf;

	while (len > 0) {
		u64 number = get_random_u64();
		size_t count = len < sizeof(number) ? len : sizeof(number);

		memcpy(bytes, &number, count);
		bytes += count;
		len -= count;
	}
}

void uuid_gen(uuid_t *uuid)
{
	get_random_bytes(uuid, sizeof(*uuid));
	uuid->b[6] = (uuid->b[6] & 0x0f) | 0x40;
	uuid->b[8] = (uuid->b[8] & 0x3f) | 0x80;
}
