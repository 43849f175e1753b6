/*
 * Feeds: one file per foreign format, each turning bytes into advisories and vulnerability facts.
 *
 * A reader calls the collector for every statement it understood; what it did not is counted with its reason.
 * Readers are pure over the bytes they get; the collector copies what it keeps.
 */
#pragma once

#include "advisory/db.h"
#include "base/limits.h"

/** Where statements go. Functions return non-zero to stop (LC_ENOMEM, LC_EIO). */
struct feed_collector {
	int (*package)(void *ctx, struct lc_slice ecosystem, struct lc_slice name,
		       const struct advisory *adv, struct lc_err *e);
	int (*vulnerability)(void *ctx, const struct vulnerability *v, struct lc_slice source,
			     struct lc_err *e);
	int (*eol)(void *ctx, struct lc_slice product, const struct eol_cycle *c, struct lc_err *e);
	void *ctx;
};

enum feed_outcome { FEED_TAKEN, FEED_WITHDRAWN, FEED_SKIPPED, FEED_BROKEN };

/** One OSV record (JSON). a is scratch. FEED_BROKEN fills e, which the caller counts. */
int feed_osv(struct lc_slice json, const struct feed_collector *c, struct lc_arena *a,
	     enum feed_outcome *ret, struct lc_err *e) LC_MUST_CHECK;
/** An Alpine-shaped secdb file; family "Alpine" or "Wolfi" gives the ecosystem with distroversion. */
int feed_secdb(struct lc_slice json, struct lc_slice family, const struct feed_collector *c,
	       struct lc_arena *a, uint64_t *ret_records, struct lc_err *e) LC_MUST_CHECK;
int feed_kev(struct lc_slice json, const struct feed_collector *c, struct lc_arena *a,
	     uint64_t *ret_records, struct lc_err *e) LC_MUST_CHECK;
int feed_epss(struct lc_slice csv, const struct feed_collector *c, struct lc_arena *a,
	      uint64_t *ret_records, struct lc_err *e) LC_MUST_CHECK;
int feed_eol(struct lc_slice json, const struct feed_collector *c, struct lc_arena *a,
	     uint64_t *ret_records, struct lc_err *e) LC_MUST_CHECK;
