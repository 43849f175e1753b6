/*
 * What scans of all kinds share: a target is gathered into a report (its inventory, its name), the
 * rest of the way is the same. Private to the room.
 */
#pragma once

#include "advisory/java_index.h"
#include "scan/layers.h"
#include "scan/workers.h"

/** What the report's slices point into. A directory tree is one layer without an image. */
struct scan_kept {
	struct oci_image *image;
	struct scan_layers layers;
};

/** What a scan works with. */
struct scan_tools {
	struct inv_matcher *m;
	struct scan_workers *workers; /* NULL: no sandbox was asked for */
	struct adv_db *db;
	struct java_index *java; /* NULL none */
};

/** Open, walk and squash a target; fills the report's inventory and what was scanned. */
typedef int scan_gather_fn(const struct scan_request *q, const void *target,
			   const struct scan_tools *t, struct report *r, struct scan_kept *k,
			   struct lc_err *e);

/**
 * Gather, match, judge and assemble. The report is the caller's.
 * @param roots  where the target's files are; NULL: an image's layers
 */
int scan_run(const struct scan_request *q, scan_gather_fn *gather, const void *target,
	     const struct scan_roots *roots, struct report **ret, struct lc_err *e) LC_MUST_CHECK;
