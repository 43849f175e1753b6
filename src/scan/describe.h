/*
 * From what was opened and walked to the report's own fields: layers, coverage, time, warnings.
 */
#pragma once

#include "scan/layers.h"

/** Artifact, layers, sizes and coverage of an image scan. */
int scan_describe_image(struct report *r, const struct scan_request *q, const struct scan_layers *l,
			struct lc_err *e) LC_MUST_CHECK;
/** created_at: the clock; when reproducible SOURCE_DATE_EPOCH, else the newest date the inputs
 * carry. */
int scan_describe_time(struct report *r, int64_t *ret_now, struct lc_err *e) LC_MUST_CHECK;
/** End of life of the OS at now. */
int scan_describe_eol(struct report *r, struct adv_db *db, int64_t now,
		      struct lc_err *e) LC_MUST_CHECK;
/** Lines for people about the database, the OS and what could not be read. */
int scan_describe_warnings(struct report *r, int64_t now, struct lc_err *e) LC_MUST_CHECK;
