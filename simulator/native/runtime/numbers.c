/* Checksums and chance. */
#include <linux/crc32.h>
#include <linux/ctype.h>
#include <linux/errno.h>
#include <linux/hex.h>
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

/* Version 4 of RFC 9562: the version is where the third number has its highest bits. */
static void random_uuid(u8 *bytes, int version_at)
{
	get_random_bytes(bytes, UUID_SIZE);
	bytes[version_at] = (bytes[version_at] & 0x0f) | 0x40;
	bytes[8] = (bytes[8] & 0x3f) | 0x80;
}

void generate_random_uuid(unsigned char uuid[UUID_SIZE])
{
	random_uuid(uuid, 6);
}

void generate_random_guid(unsigned char guid[UUID_SIZE])
{
	random_uuid(guid, 7);
}

void uuid_gen(uuid_t *uuid)
{
	generate_random_uuid(uuid->b);
}

void guid_gen(guid_t *guid)
{
	generate_random_guid(guid->b);
}

/* Where the digits of a byte begin in the text. */
static const u8 DIGITS_AT[UUID_SIZE] = {
	0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34,
};

bool uuid_is_valid(const char *text)
{
	for (int i = 0; i < UUID_STRING_LEN; i++) {
		bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;

		if (is_dash ? text[i] != '-' : !isxdigit(text[i]))
			return false;
	}
	return true;
}

static int parse_uuid(const char *text, u8 *bytes, const u8 *order)
{
	if (!uuid_is_valid(text))
		return -EINVAL;
	for (int i = 0; i < UUID_SIZE; i++) {
		const char *digits = text + DIGITS_AT[i];

		bytes[order[i]] = (hex_to_bin(digits[0]) << 4) | hex_to_bin(digits[1]);
	}
	return 0;
}

int uuid_parse(const char *text, uuid_t *uuid)
{
	static const u8 ORDER[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

	return parse_uuid(text, uuid->b, ORDER);
}

int guid_parse(const char *text, guid_t *guid)
{
	static const u8 ORDER[] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };

	return parse_uuid(text, guid->b, ORDER);
}
