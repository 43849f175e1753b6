/*
 * Bytes that nobody else may see: passwords, derived keys, private keys in clear.
 *
 * They live in pages of their own, locked (as far as RLIMIT_MEMLOCK allows) and left out of core
 * dumps, and are wiped on release. Owned by the caller; a zeroed struct is an empty secret. One
 * owner, one thread.
 */
#pragma once

#include "base/buf.h"

enum { SECRET_BYTES_MAX = 1 << 20 };

struct secret {
	uint8_t *p; /* NULL when empty */
	size_t n;
	size_t room; /* of the mapping */
};

/** n zero bytes; LC_ELIMIT past SECRET_BYTES_MAX, LC_ENOMEM. */
int secret_new(size_t n, struct secret *ret, struct lc_err *e) LC_MUST_CHECK;
int secret_copy(struct lc_slice s, struct secret *ret, struct lc_err *e) LC_MUST_CHECK;
/** Wipe and release; the struct is empty afterwards. Accepts an empty one. */
void secret_done(struct secret *s);

static inline struct lc_slice secret_get(const struct secret *s)
{
	return (struct lc_slice){ s->p, s->n };
}

/** Overwrite bytes that no longer are needed, in a way that the compiler keeps. */
void secret_wipe(void *p, size_t n);
/** lc_buf_done() of a buffer that held a secret: all of its room is overwritten first. */
void secret_buf_done(struct lc_buf *b);
/** Equal lengths and bytes, in a time that depends on the lengths alone. */
bool secret_eq(struct lc_slice a, struct lc_slice b);
