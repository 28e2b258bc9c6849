/* Digits and bytes. */
#pragma once

#include <linux/compiler.h>
#include <linux/types.h>

/* -1 for what is no digit. */
int hex_to_bin(unsigned char digit);
int __must_check hex2bin(u8 *to, const char *from, size_t count);
char *bin2hex(char *to, const void *from, size_t count);
int hex_dump_to_buffer(const void *buf, size_t len, int rowsize, int groupsize, char *line,
		       size_t size, bool ascii);
