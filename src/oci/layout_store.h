/*
 * Where the files of an OCI layout are: in a directory, or in a tar archive that is written anew as
 * a whole. Private to oci/. Names are paths inside the layout ("index.json", "blobs/sha256/…").
 * One store, one thread.
 */
#pragma once

#include "base/limits.h"
#include "base/stream.h"
#include "base/vec.h"
#include "crypt/digest.h"

enum { LAYOUT_FILES_MAX = 100000 };

struct layout_blob_name {
	char s[DIGEST_TEXT_MAX + 16];
};
/** "blobs/<algorithm>/<hex>", in to. */
struct lc_slice layout_blob_name(const struct digest *d, struct layout_blob_name *to);

enum layout_kind { LAYOUT_FILE, LAYOUT_FOLDER, LAYOUT_OTHER };

struct layout_store {
	bool docker; /* it lies in a docker archive, whose manifest is made up */
	/* A file whole, at most max bytes (LC_ELIMIT); LC_ENOTFOUND. */
	int (*read)(struct layout_store *s, struct lc_slice name, size_t max, struct lc_arena *a,
		    struct lc_slice *ret, struct lc_err *e);
	int (*stream)(struct layout_store *s, struct lc_slice name, struct lc_stream **ret,
		      struct lc_err *e);
	/* Its size; LC_ENOTFOUND, LC_EUNSUP not a regular file, LC_EBAD a link that leads out. */
	int (*find)(struct layout_store *s, struct lc_slice name, uint64_t *ret_size,
		    struct lc_err *e);
	/* What it is itself: a link is LAYOUT_OTHER, wherever it leads to. LC_ENOTFOUND. */
	int (*kind)(struct layout_store *s, struct lc_slice name, enum layout_kind *ret,
		    struct lc_err *e);
	/* Names of what is in a folder ("" the layout itself), folders as well, without its own. */
	int (*list)(struct layout_store *s, struct lc_slice folder, struct lc_arena *a,
		    struct lc_slices *ret, struct lc_err *e);
	int (*put)(struct layout_store *s, struct lc_slice name, struct lc_slice bytes,
		   struct lc_err *e);
	/* What comes must have that digest, or nothing is kept (LC_EBAD). */
	int (*put_stream)(struct layout_store *s, struct lc_slice name, const struct digest *d,
			  struct lc_stream *from, uint64_t size, struct lc_err *e);
	int (*remove)(struct layout_store *s, struct lc_slice name, struct lc_err *e);
	/* One writer of index.json at a time; *ret_fd is closed afterwards, -1 nothing to close. */
	int (*lock)(struct layout_store *s, int *ret_fd, struct lc_err *e);
	/* Make what was put last; NULL: it does already. */
	int (*commit)(struct layout_store *s, struct lc_err *e);
	void (*close)(struct layout_store *s);
};

/**
 * A directory. It may be anybody's: what is read is a regular file below it. What is written
 * replaces no link that leads out of it, as long as it was looked for before.
 * @param write  one that is not there is made
 */
int layout_store_dir(const char *path, bool write, const struct lc_limits *limits,
		     struct layout_store **ret, struct lc_err *e) LC_MUST_CHECK;
/**
 * An archive with a layout in it; a docker archive has the one with its signatures below
 * "signatures/", and its image under the manifest that containers/image makes up for it.
 * @param write   it may be changed: nobody else may meanwhile, and one that is not there is made
 * @param docker  NULL: either kind; else the name that the image of a docker archive has, "" any
 */
int layout_store_tar(const char *path, bool write, const struct lc_slice *docker,
		     const struct lc_limits *limits, struct layout_store **ret,
		     struct lc_err *e) LC_MUST_CHECK;
