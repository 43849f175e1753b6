/*
 * Where the feeds' statements are gathered and put in order, in bounded memory.
 *
 * A scratch SQLite file of no name (it vanishes with the process) takes the statements as they
 * come; they are read back sorted, equal ones once, facts of one vulnerability folded into one.
 * What comes out depends on the set of statements alone, not on their order. One collection, one
 * thread.
 */
#pragma once

#include "advisory/feed/feed.h"

struct collection;

int collection_new(struct collection **ret, struct lc_err *e) LC_MUST_CHECK;
void collection_free(struct collection *c);
void collection_freep(struct collection **c);

/** The face that feeds speak to; lives as long as the collection. */
const struct feed_collector *collection_face(struct collection *c);

/** What is read back goes here, in this order. Anything but 0 stops. */
struct collection_sink {
	int (*source)(void *ctx, const struct advisory_source *s, struct lc_err *e);
	/* One package: records is the JSON array of its n statements. */
	int (*package)(void *ctx, struct lc_slice ecosystem, struct lc_slice name,
		       struct lc_slice records, uint64_t n, struct lc_err *e);
	int (*vulnerability)(void *ctx, struct lc_slice id, struct lc_slice record,
			     struct lc_err *e);
	int (*eol)(void *ctx, struct lc_slice product, struct lc_slice cycle,
		   struct lc_slice record, struct lc_err *e);
	void *ctx;
};

int collection_read(struct collection *c, const struct collection_sink *sink,
		    struct lc_err *e) LC_MUST_CHECK;

/** Newest date of an advisory source so far, "" none; into a. */
struct lc_slice collection_date(const struct collection *c);
