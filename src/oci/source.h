/*
 * Where an image's documents and blobs come from. Private to oci/: one table of functions per kind.
 *
 * A source knows names and bytes, image.c knows what they mean. Locations are normalised member
 * paths
 * ("blobs/sha256/…"), without "..", empty components or NUL. Blob streams may be opened and read
 * from several threads, one thread a stream; everything else happens in oci_open().
 */
#pragma once

#include "base/content.h"
#include "base/map.h"
#include "oci/image.h"

struct oci_source {
	enum oci_source_kind kind;
	/* Small document by location into the arena, at most limits->manifest_bytes_max;
	 * LC_ENOTFOUND. */
	int (*document)(struct oci_source *s, struct lc_slice location, struct lc_arena *a,
			struct lc_slice *ret, struct lc_err *e);
	/* Stored bytes by location, owned by the caller, who closes them before the source;
	 * LC_ENOTFOUND. */
	int (*blob)(struct oci_source *s, struct lc_slice location, struct lc_stream **ret,
		    struct lc_err *e);
	/* Is it there, and how many bytes; LC_ENOTFOUND, or what keeps it from being read. */
	int (*find)(struct oci_source *s, struct lc_slice location, uint64_t *ret_size,
		    struct lc_err *e);
	/* As document, of an index or a manifest; NULL: document does it. Registries keep them
	 * apart. */
	int (*manifest)(struct oci_source *s, struct lc_slice location, struct lc_arena *a,
			struct lc_slice *ret, struct lc_err *e);
	/* As find, but sure; NULL: find is. Registries are not asked for each blob in advance. */
	int (*probe)(struct oci_source *s, struct lc_slice location, uint64_t *ret_size,
		     struct lc_err *e);
	/* The digest of a blob's bytes, once they were read to their end, where whoever gives them
	 * takes it, too; NULL: the reader takes it. */
	int (*digest)(struct oci_source *s, struct digest *ret, struct lc_err *e);
	void (*close)(struct oci_source *s);
	const struct lc_limits *limits;
	bool incomplete; /* something that a document names was missing */
	bool no_end; /* an archive without its end mark: whatever is missing was probably cut off */
};

/** A directory. */
int oci_source_dir(const char *path, const struct lc_limits *limits, struct oci_source **ret,
		   struct lc_err *e) LC_MUST_CHECK;
/**
 * A tar file, plain (members found in one pass over the headers, then read in place) or compressed
 * (members found in one inflating pass; later reads go forward where they can, start again where
 * they must).
 */
int oci_source_tar(const char *path, const struct lc_limits *limits, struct oci_source **ret,
		   struct lc_err *e) LC_MUST_CHECK;
/** The same over bytes that are already open; takes the content over, also on failure. */
int oci_source_tar_content(struct lc_content *content, const struct lc_limits *limits,
			   struct oci_source **ret, struct lc_err *e) LC_MUST_CHECK;

/** Opens a plain tar from its start, again and again; close releases ctx at the end. */
struct oci_tar_opener {
	int (*open)(void *ctx, struct lc_stream **ret, struct lc_err *e);
	void (*close)(void *ctx);
	void *ctx;
};
/** A tar that can be had as a stream only, found out in one pass. Takes the opener over, also on
 * failure. */
int oci_source_tar_forward(const struct oci_tar_opener *opener, const struct lc_limits *limits,
			   struct oci_source **ret, struct lc_err *e) LC_MUST_CHECK;
/** Members of a tar source by name, in the archive's order. */
const struct lc_map *oci_source_tar_members(struct oci_source *s);
/** Is it a tar file that is not compressed? */
bool oci_source_tar_is_plain(struct oci_source *s);
/** A name by which others may read another file of it than is read here; p NULL none. */
struct lc_slice oci_source_tar_doubtful(struct oci_source *s);
/** Where a member of a tar source begins; UINT64_MAX when it is not there. */
uint64_t oci_source_tar_offset(struct oci_source *s, struct lc_slice location);

/**
 * A member path as sources know it: no leading "/" or "./", no empty or "." component.
 * LC_EBAD for "..", NUL, or nothing left.
 */
int oci_location(struct lc_slice path, struct lc_arena *a, struct lc_slice *ret,
		 struct lc_err *e) LC_MUST_CHECK;
/** "blobs/<algorithm>/<hex>", or p NULL out of memory. */
struct lc_slice oci_blob_location(const struct digest *d, struct lc_arena *a);
