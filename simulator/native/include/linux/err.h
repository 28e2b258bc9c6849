/* Errors in place of pointers. */
#pragma once

#include <linux/compiler.h>
#include <linux/errno.h>
#include <linux/types.h>

#define MAX_ERRNO 4095
#define IS_ERR_VALUE(x) unlikely((unsigned long)(void *)(x) >= (unsigned long)-MAX_ERRNO)

static __always_inline __must_check void *ERR_PTR(long error)
{
	return (void *)error;
}

static __always_inline __must_check long PTR_ERR(const void *pointer)
{
	return (long)pointer;
}

static __always_inline __must_check bool IS_ERR(const void *pointer)
{
	return IS_ERR_VALUE((unsigned long)pointer);
}

static __always_inline __must_check bool IS_ERR_OR_NULL(const void *pointer)
{
	return unlikely(!pointer) || IS_ERR(pointer);
}

static __always_inline __must_check void *ERR_CAST(const void *pointer)
{
	return (void *)pointer;
}

static __always_inline __must_check int PTR_ERR_OR_ZERO(const void *pointer)
{
	return IS_ERR(pointer) ? (int)PTR_ERR(pointer) : 0;
}
