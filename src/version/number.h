/*
 * What the schemes share: runs of bytes taken from the front of a text, and decimal numbers of any
 * length in order,
 * words and identifiers. Private to this room. Pure, thread-safe, linear.
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
/** All digits; true of the empty text, too. */
bool version_is_number(struct lc_slice s);
/** Take word (lower case) from the front, whatever its case there; false and untouched without. */
bool version_take_word(struct lc_slice *rest, struct lc_slice word);
/** Byte order whatever the case, a shorter prefix first: -1, 0, 1. */
int version_text_cmp(struct lc_slice a, struct lc_slice b);
/** Order of two identifiers of SemVer 2: numbers below words, words by their bytes. */
int version_identifier_cmp(struct lc_slice a, struct lc_slice b);
/** Order of identifiers between dots, fewer below more of the same; empty is lowest. */
int version_identifiers_cmp(struct lc_slice a, struct lc_slice b, bool nocase);
/** Numbers between dots taken from the front; what is missing is 0 (or, strict, is less). */
int version_numbers_cmp(struct lc_slice a, struct lc_slice b, bool strict);
