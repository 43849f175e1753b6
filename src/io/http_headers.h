/*
 * Header fields of answers, and the few of them that have an inner syntax. All input is hostile:
 * counts and sizes are bounded, nothing is trusted to be well-formed. Source: RFC 9110.
 */
#pragma once

#include "base/arena.h"
#include "base/slice.h"
#include "base/vec.h"

enum { HTTP_HEADERS_MAX = 256, HTTP_HEADER_BYTES_MAX = 64 * 1024 };

struct http_header {
	struct lc_slice name, value;
};

struct http_headers {
	struct http_header *v;
	size_t n, room;
	size_t bytes;
};

/**
 * Take one line "Name: value" as it came. Lines that are no field are passed over.
 * @return 0; LC_ELIMIT past the count or the bytes of all; LC_ENOMEM
 */
int http_headers_add(struct http_headers *h, struct lc_slice line, struct lc_arena *a,
		     struct lc_err *e) LC_MUST_CHECK;
/** The first of that name in any case; empty (p NULL) when there is none. */
struct lc_slice http_header_get(const struct http_headers *h, const char *name);

/** Retry-After in seconds from now, or a date against now (seconds since 1970). */
bool http_retry_after(struct lc_slice value, int64_t now, uint64_t *ret_seconds);
/** IMF-fixdate, "Sun, 06 Nov 1994 08:49:37 GMT": seconds since 1970. */
bool http_date(struct lc_slice value, int64_t *ret);
/** "bytes FROM-TO/TOTAL"; total UINT64_MAX for "*". False for anything that does not add up. */
bool http_content_range(struct lc_slice value, uint64_t *ret_from, uint64_t *ret_to,
			uint64_t *ret_total);

struct http_challenge {
	struct lc_slice scheme; /* "Bearer", in any case */
	struct lc_slice token;  /* token68, of schemes that use it */
	struct http_header params[16];
	size_t params_n;
};

/**
 * Next challenge of a WWW-Authenticate value; *rest moves past it. Quoted strings are decoded into
 * the arena. A list may hold several challenges, and their parameters share its commas.
 *
 * @return true; false at the end, and where the text follows no grammar (then *rest is empty)
 */
bool http_challenge_next(struct lc_slice *rest, struct lc_arena *a, struct http_challenge *ret);
/** Parameter by name in any case, empty when absent. */
struct lc_slice http_challenge_param(const struct http_challenge *c, const char *name);
