/*
 * What the three readers share: the walk with its budget, and the way past damaged places.
 */
#pragma once

#include "base/buf.h"
#include "format/rpmdb.h"

/* rpm refuses to write larger ones (HEADER_DATA_MAX, and its index). */
#define RPMDB_HEADER_MAX ((uint64_t)257 << 20)

struct rpmdb_walk {
	const struct lc_content *db;
	const struct lc_content *wal;
	const struct lc_limits *limits;
	rpmdb_fn fn;
	void *ctx;
	uint64_t left;   /* bytes of headers that may still be read */
	bool over;       /* more were asked for */
	struct lc_buf b; /* the header being put together */
	int bad;         /* first trouble passed over, with its text */
	struct lc_err first;
};

/** Count n bytes of a header that is about to be read: LC_EBAD past the budget. */
int rpmdb_spend(struct rpmdb_walk *w, uint64_t n, struct lc_err *e) LC_MUST_CHECK;
/** 0 when the trouble r costs its place alone (it is kept for the end), else r, with e set to own.
 */
int rpmdb_pass_over(struct rpmdb_walk *w, int r, const struct lc_err *own,
		    struct lc_err *e) LC_MUST_CHECK;
/** Hand a header on; LC_ECANCEL past the deadline. */
int rpmdb_give(struct rpmdb_walk *w, struct lc_slice header, struct lc_err *e) LC_MUST_CHECK;

int rpmdb_sqlite(struct rpmdb_walk *w, struct lc_err *e) LC_MUST_CHECK;
int rpmdb_ndb(struct rpmdb_walk *w, struct lc_err *e) LC_MUST_CHECK;
int rpmdb_bdb(struct rpmdb_walk *w, struct lc_err *e) LC_MUST_CHECK;

/** Put the committed pages of the log into the image of its database, which may grow or shrink. */
int rpmdb_wal_replay(const struct lc_content *wal, struct lc_buf *image,
		     struct lc_err *e) LC_MUST_CHECK;
