/*
 * The public feeds, as data: which reader takes a feed's files, and where each file is to be had.
 *
 * A feed is known by the name of its folder. Those of OSV and of a few sources of their own lie in
 * the folder itself (npm/all.zip, kev/…); vendors' own formats lie in native/<feed>/.
 */
#pragma once

#include "advisory/feed/feed.h"

/** How files of a vendor's own format are read. */
struct adv_feed_format {
	const char *feed;    /* folder below native/ */
	const char *suffix;  /* of files, before any of compression: ".json", "" any */
	const char *mark;    /* stands near the beginning of every such file */
	feed_native_fn read; /* NULL: one OSV record a file */
};
/** Rows of one feed stand together, the first is tried first. NULL past the last. */
const struct adv_feed_format *adv_feed_format_at(size_t i);
/** By the bytes' beginning, for files of unknown feed; NULL when none fits. */
const struct adv_feed_format *adv_feed_format_of(struct lc_slice path, struct lc_slice bytes);
/** Is there a feed of that name among the vendors' own formats? */
bool adv_feed_is_native(struct lc_slice name);

enum adv_feed_flags {
	ADV_FEED_OFF = 1u << 0,    /* only when asked for by name */
	ADV_FEED_LATEST = 1u << 1, /* the URL names a text that names the file beside it */
	/* It names an rpm repository ("…/") or a list of its mirrors, whose updates are meant. */
	ADV_FEED_REPOSITORY = 1u << 2,
	ADV_FEED_SHA256 = 1u << 3, /* the file's digest is beside it: NAME.sha256 */
};

/** One file to be downloaded. */
struct adv_feed_file {
	const char *feed; /* as users name it */
	const char *path; /* below the folder that `db build --from` reads */
	const char *url;
	unsigned flags;
};
/** In order of feeds; NULL past the last. */
const struct adv_feed_file *adv_feed_file_at(size_t i);
