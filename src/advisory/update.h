/*
 * Keeping the database up to date: the table's feeds are brought to a folder of the cache, each
 * only when it changed, and the database is built from that folder anew.
 *
 * Nothing here speaks to the network: files come by way of a function of the caller, those of file:
 * addresses from the disk. One update at a time, by a lock file beside the database. The database
 * in use is replaced by rename when the new one is whole and checked; a feed that fails leaves it
 * as it is, unless the caller asks to go on with what was fetched before.
 */
#pragma once

#include "advisory/build.h"
#include "base/stream.h"

/** One file to be brought. */
struct adv_fetch {
	const char *url;
	struct lc_slice etag, last_modified; /* of the copy that is there; "" none */
};

struct adv_fetched {
	bool unchanged;                      /* the copy that is there is still right: no body */
	struct lc_slice etag, last_modified; /* "" none said; in the arena given */
	struct lc_stream *body;              /* the caller closes it */
};

/**
 * @param a  for the strings of ret
 * @return 0; LC_ENOTFOUND when there is no such file, other codes with a message
 */
typedef int (*adv_fetch_fn)(void *ctx, const struct adv_fetch *what, struct lc_arena *a,
			    struct adv_fetched *ret, struct lc_err *e);

struct adv_update_options {
	struct lc_slice cache;    /* folder for feeds: made when it is not there */
	struct lc_slice database; /* the file to replace */
	/* "" the public addresses; a folder as `db build --from` reads it; or a mirror's address,
	 * to which paths of such a folder are added. What a mirror does not have is passed over. */
	struct lc_slice from;
	struct lc_slices only;  /* feeds by name; empty: all that are on */
	struct lc_slices feeds; /* "NAME=off", "NAME=ADDRESS" (http, https, file) */
	bool keep_going; /* a feed that fails is taken as it was fetched before, or left out */
	adv_fetch_fn fetch;
	void *fetch_ctx;
	void (*progress)(void *ctx, const char *feed, uint64_t done, uint64_t total);
	void *progress_ctx;
	const struct lc_limits *limits;
};

struct adv_update_file {
	struct lc_slice feed, path;
	enum { ADV_FILE_NEW, ADV_FILE_UNCHANGED, ADV_FILE_FAILED, ADV_FILE_ABSENT } state;
	struct lc_slice why; /* of a failure */
};

struct adv_update_result {
	struct {
		struct adv_update_file *v;
		size_t n, room;
	} files;
	bool current; /* nothing changed since the database was built: it stays */
	struct adv_build_result build;
};

/**
 * Bring what changed and build the database.
 *
 * @param ret  filled as far as it went, also on failure
 * @return 0; LC_EUSAGE an option names no feed; LC_EBUSY another update is at work; the first
 * failure of a feed (then the database in use is untouched); what adv_build() returns
 */
int adv_update(const struct adv_update_options *o, struct lc_arena *a,
	       struct adv_update_result *ret, struct lc_err *e) LC_MUST_CHECK;
