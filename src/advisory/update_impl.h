/*
 * Parts of updating, shared by its files and their test.
 */
#pragma once

#include "advisory/feed_table.h"
#include "advisory/update.h"
#include "base/map.h"

/** What is known of a file in the cache. */
struct update_copy {
	struct lc_slice url, etag, last_modified;
	struct lc_slice digest; /* "sha256:…" of its bytes */
	uint64_t size;
};
/* Among the copies, under this name: the database that was built of them. digest is that of their
 * list then, etag tells whether the file is still that one. */
#define UPDATE_DATABASE ".database"
/** "SIZE-TIME" of a file; "" when there is none. */
struct lc_slice update_file_tag(const char *path, struct lc_arena *a);

/** The list of copies, kept beside them as JSON: path -> struct update_copy in a. */
int update_copies_read(const char *path, struct lc_arena *a, struct lc_map *ret,
		       struct lc_err *e) LC_MUST_CHECK;
int update_copies_write(const char *path, const struct lc_map *copies,
			struct lc_err *e) LC_MUST_CHECK;

/** A file of the table with the address it is to come from. */
struct update_source {
	const struct adv_feed_file *file;
	const char *url;
	unsigned flags; /* ADV_FEED_LATEST, …: how url leads to the file */
	bool mirror;    /* one of a mirror, which may not have it */
};

struct update_sources {
	struct update_source *v;
	size_t n, room;
};

/** Which files, from where: the table under the options. */
int update_choose(const struct adv_update_options *o, struct lc_arena *a,
		  struct update_sources *ret, struct lc_err *e) LC_MUST_CHECK;
/** The folder that `db build` knows a file by: "npm", "kev", "debian-tracker". */
struct lc_slice update_folder(const struct adv_feed_file *f);

/** Where a file's bytes are in the end, and their digest, where their publisher gives it. */
struct update_target {
	const char *url;
	struct lc_slice digest; /* "sha256:…"; "" none */
};
int update_resolve(const struct adv_update_options *o, const struct update_source *s,
		   struct lc_arena *a, struct update_target *ret, struct lc_err *e) LC_MUST_CHECK;

/** The options' fetch, or that of files. */
int update_fetch(const struct adv_update_options *o, const struct adv_fetch *what,
		 struct lc_arena *a, struct adv_fetched *ret, struct lc_err *e) LC_MUST_CHECK;
/** fetch for file: addresses. Unchanged is told by size and time of change. */
int update_fetch_file(const struct adv_fetch *what, struct lc_arena *a, struct adv_fetched *ret,
		      struct lc_err *e) LC_MUST_CHECK;
