/*
 * Walking a folder of feeds; build.c puts what comes of it into a file.
 */
#pragma once

#include "advisory/build.h"
#include "advisory/collect.h"

struct feed_folder {
	const struct adv_build_options *o;
	const struct feed_collector *face;
	struct lc_arena *a; /* results */
	struct adv_build_result *result;
	struct lc_err *e;
};

/** Read every feed that options ask for and the folder has; LC_ENOTFOUND when it has none. */
int feeds_read(struct feed_folder *f) LC_MUST_CHECK;
