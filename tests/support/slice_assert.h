/*
 * Assertions on slices, and numbers that look random but repeat.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/slice.h"

static inline void slice_assert_(struct lc_slice got, struct lc_slice want, const char *file,
				 int line)
{
	if (lc_eq(got, want))
		return;
	print_error("# got \"%s\", %zu bytes; want \"%s\", %zu bytes\n", lc_quote(got).s, got.n,
		    lc_quote(want).s, want.n);
	_fail(file, line);
}

/** The slice holds the bytes of the slice want. */
#define assert_slice(got, want) slice_assert_((got), (want), __FILE__, __LINE__)
/** The slice holds the text of a string literal. */
#define assert_text(got, literal) slice_assert_((got), LC_S(literal), __FILE__, __LINE__)

/** Next of a sequence that *state begins (splitmix64). */
static inline uint64_t next_number(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/** One of 0 … n-1; n is not 0. */
static inline size_t next_below(uint64_t *state, size_t n)
{
	return (size_t)(next_number(state) % n);
}
