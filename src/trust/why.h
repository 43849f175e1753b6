/*
 * Why something is not trusted: the rule that failed and a line that says how.
 *
 * Rules are named as in docs/signing.md ("F4", "T1", "L3"): F form of a bundle, T times, C
 * certificate, I identity, S timestamp, L log entry, V signature and statement, P payload of simple
 * signing, A what is attached to an image, D what was demanded. On the caller's stack, like struct
 * lc_err, and with its codes: LC_EBAD what was checked does not hold, LC_EUNSUP it could not be
 * checked with what was given. NULL is accepted everywhere.
 */
#pragma once

#include "base/err.h"

struct trust_why {
	const char *rule; /* a literal; NULL: no rule of trust failed, see err */
	bool stranger;    /* by its own word it is of somebody else than was asked for */
	bool open;        /* what the verifier did not give leaves it open; never what it says */
	struct lc_err err;
};

/** Set rule and message; returns code. */
int trust_fail(struct trust_why *w, const char *rule, int code, const char *fmt, ...)
	__attribute__((format(printf, 4, 5), cold));
/** For a failure whose message stands in w->err already; code 0 is none. Returns code. */
int trust_rule(struct trust_why *w, const char *rule, int code);

static inline struct lc_err *trust_err(struct trust_why *w)
{
	return w ? &w->err : NULL;
}
