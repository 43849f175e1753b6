/*
 * What the schemes share: runs of bytes taken from the front of a text, and decimal numbers of any
 * length in order. Private to this room. Pure, thread-safe, linear.
 */
#pragma once

#include "base/slice.h"

static inline int version_sign(bool greater, bool less)
{
	return (int)greater - (int)less;
}

/** First byte, or -1 at the end. */
static inline int version_peek(struct lc_slice s)
{
	return s.n ? s.p[0] : -1;
}

/** Take the longest front whose bytes satisfy is. */
struct lc_slice version_take(struct lc_slice *rest, bool (*is)(uint8_t c));
/** Take the digits in front; empty when there are none. */
struct lc_slice version_digits(struct lc_slice *rest);
/** Order of two digit strings as numbers; empty is 0. */
int version_number_cmp(struct lc_slice a, struct lc_slice b);
/** Bytes that no scheme has: controls, space and DEL. Bytes past ASCII are left to the schemes. */
bool version_has_control(struct lc_slice s);
