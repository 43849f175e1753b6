/*
 * Databases of made headers, and who reads them: shared by the tests of rpmdb.
 */
#pragma once

#include "format/rpmdb.h"
#include "rpmdb_make.h"

enum { CAP = 64 << 20, SMALL = 12 };

struct seen {
	size_t n;
	uint8_t count[MAKE_HEADERS_MAX]; /* how often each package was given */
	size_t unreadable;
	int stop_with;
};

/** An rpmdb_fn; ctx is a struct seen. Names are p000 … of make_headers(). */
int see(void *ctx, struct lc_slice blob, struct lc_err *e);
/** Read with the default limits; fails the test when result and error disagree. */
int read_db(struct lc_slice db, struct lc_slice wal, struct seen *s);

extern const struct lc_slice no_wal;

/* The kinds of databases that are made, by name. */
enum { KINDS = 8 };
extern const char *const kinds[KINDS];
void make(const char *kind, const struct make_headers *h, struct lc_buf *out);
