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

enum { FEED_FILE_BYTES_MAX = 512 << 20 }; /* one JSON, XML or CSV file, inflated */

/* What both walkers use (build_feeds.c). */

/** Failures of ours, not of the input. */
bool feeds_is_fatal(int rc);
/** name ends in NUL and is copied; NULL with e set. */
struct adv_build_feed *feeds_new(struct feed_folder *f, const char *name);
/** Count, and keep the first. Only the heap can fail. */
int feeds_tell_broken(struct feed_folder *f, struct adv_build_feed *feed, struct lc_slice what,
		      const struct lc_err *why) LC_MUST_CHECK;
/** False when time is up. */
bool feeds_progress(const struct feed_folder *f, const char *name, uint64_t done, uint64_t total);
/** One OSV record. */
int feeds_read_record(struct feed_folder *f, struct adv_build_feed *feed, struct lc_slice name,
		      struct lc_slice json) LC_MUST_CHECK;
/** Is this feed inside the folder (native, native-samples) asked for? */
bool feeds_wanted_native(const struct feed_folder *f, const char *folder, struct lc_slice feed);

/** Vendors' own formats: what lies in a folder (build_native.c). */
int feeds_read_native(struct feed_folder *f, const char *folder) LC_MUST_CHECK;

/** Read every feed that options ask for and the folder has; LC_ENOTFOUND when it has none. */
int feeds_read(struct feed_folder *f) LC_MUST_CHECK;
