/*
 * Making the database from a folder of public feeds, in bounded memory.
 *
 * DIR holds <ECOSYSTEM>/all.zip (OSV), alpine-secdb/, wolfi-secdb/, kev/, epss/, eol/ and native/
 * with a folder for each vendor's own format; other folders only when named. A feed file that is
 * broken is told (and counted) and the rest goes on, unless nothing is left. The file appears by
 * rename when it is whole and checked; before that the old one stays in use.
 */
#pragma once

#include "advisory/db.h"

struct adv_build_options {
	struct lc_slice from;   /* directory */
	struct lc_slice output; /* file; with starter_text a directory, made when it is not there */
	bool starter_text; /* write the starter's sorted text (data/starter) instead of a database
			    */
	struct lc_slices only; /* feeds by the name of their folder, empty: all that are there */
	bool reproducible;
	bool strict; /* a feed of which nothing could be read is a failure */
	void (*progress)(void *ctx, const char *feed, uint64_t done, uint64_t total);
	void *progress_ctx;
	const struct lc_limits *limits;
};

struct adv_build_feed {
	struct lc_slice name;
	uint64_t records, withdrawn, skipped, broken;
	struct lc_slice first_broken; /* what and why */
};

struct adv_build_result {
	struct {
		struct adv_build_feed *v;
		size_t n, room;
	} feeds;
	struct adv_db_info info;
};

/**
 * Build a database, or the starter's text.
 *
 * @param ret  counts of each feed: records + withdrawn + skipped + broken is all there was; info of
 * what was written (of the database only)
 * @return 0; LC_ENOTFOUND no folder, no feed or a feed named that is not there; LC_EBAD nothing
 * could be read; LC_EIO disk full or output not writable; LC_ECANCEL deadline. What was at the
 * output stays untouched then.
 */
int adv_build(const struct adv_build_options *o, struct lc_arena *a, struct adv_build_result *ret,
	      struct lc_err *e) LC_MUST_CHECK;
