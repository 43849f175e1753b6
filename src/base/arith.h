/*
 * Arithmetic on sizes that come from input: checked, never wrapping.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** *ret = a + b, or false when it does not fit. */
static inline bool lc_add(size_t a, size_t b, size_t *ret)
{
	return !__builtin_add_overflow(a, b, ret);
}

/** *ret = a * b, or false when it does not fit. */
static inline bool lc_mul(size_t a, size_t b, size_t *ret)
{
	return !__builtin_mul_overflow(a, b, ret);
}

/** *ret = a * b + c, or false when it does not fit; *ret is untouched on failure. */
static inline bool lc_mul_add(size_t a, size_t b, size_t c, size_t *ret)
{
	size_t m;
	size_t s;
	if (__builtin_mul_overflow(a, b, &m) || __builtin_add_overflow(m, c, &s))
		return false;
	*ret = s;
	return true;
}

/** *ret = a + b for 64-bit offsets, or false. */
static inline bool lc_add64(uint64_t a, uint64_t b, uint64_t *ret)
{
	return !__builtin_add_overflow(a, b, ret);
}

/** Narrow a 64-bit count to size_t, or false. */
static inline bool lc_size(uint64_t v, size_t *ret)
{
	if (v > SIZE_MAX)
		return false;
	*ret = (size_t)v;
	return true;
}

static inline size_t lc_min(size_t a, size_t b)
{
	return a < b ? a : b;
}

static inline uint64_t lc_min64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}
