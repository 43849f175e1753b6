/*
 * Growing byte buffer whose cap is stated when it is made.
 *
 * Appending past the cap is LC_ELIMIT, so no input grows memory without bound. A buffer fails once
 * and stays failed: a run of appends needs one look at lc_buf_err(). Zero-initialised it is an
 * empty buffer of cap 0. Owned by the caller: lc_buf_init() … lc_buf_done(). What is done for
 * nearly every byte that is written stands here, so that callers have it inline.
 */
#pragma once

#include "base/err.h"
#include "base/slice.h"

struct lc_buf {
	uint8_t *p;
	size_t n;
	size_t room;
	size_t max;
	int err; /* first failure: LC_ELIMIT or LC_ENOMEM */
};

void lc_buf_init(struct lc_buf *b, size_t max_bytes);
void lc_buf_done(struct lc_buf *b);
/** Empty, with its memory kept and the error forgotten. */
void lc_buf_clear(struct lc_buf *b);

uint8_t *lc_buf_grow_slowly(struct lc_buf *b, size_t n); /* for the next function alone */
/** Grow by n bytes and give their place for the caller to fill, or NULL. */
static inline uint8_t *lc_buf_grow(struct lc_buf *b, size_t n)
{
	if (b->err || !b->p || n > b->room - b->n) /* seldom */
		return lc_buf_grow_slowly(b, n);
	uint8_t *at = b->p + b->n;
	b->n += n;
	return at;
}

/** Append; 0, or the first failure so far. */
static inline int lc_buf_add(struct lc_buf *b, const void *p, size_t n)
{
	uint8_t *at = n ? lc_buf_grow(b, n) : NULL;
	if (at)
		memcpy(at, p, n);
	return b->err;
}

static inline int lc_buf_byte(struct lc_buf *b, uint8_t c)
{
	uint8_t *at = lc_buf_grow(b, 1);
	if (at)
		*at = c;
	return b->err;
}

int lc_buf_slice(struct lc_buf *b, struct lc_slice s);
int lc_buf_str(struct lc_buf *b, const char *s);
int lc_buf_fmt(struct lc_buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int lc_buf_le32(struct lc_buf *b, uint32_t v);
int lc_buf_le64(struct lc_buf *b, uint64_t v);
int lc_buf_uleb(struct lc_buf *b, uint64_t v);
/** Make room for n more bytes without changing the length. */
int lc_buf_reserve(struct lc_buf *b, size_t n);

static inline int lc_buf_err(const struct lc_buf *b)
{
	return b->err;
}

/** The bytes so far; valid until the next append. */
static inline struct lc_slice lc_buf_get(const struct lc_buf *b)
{
	return (struct lc_slice){ b->p, b->n };
}
