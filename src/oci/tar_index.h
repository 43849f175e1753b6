/*
 * The members of an archive that holds an image: where each starts and how long it is. Private to
 * oci/.
 *
 * Old docker archives hold a layer once and link to it (layer.tar -> ../<id>/layer.tar), so links
 * are followed inside the archive, with a bound on steps. Of members of one name the last holds, as
 * for tar. Read-only once built.
 */
#pragma once

#include "base/arena.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/stream.h"
#include "format/tar.h"

struct tar_member {
	enum tar_type type;
	bool sparse;
	struct lc_slice name;
	struct lc_slice target; /* of a link */
	uint64_t offset, size;
	struct lc_slice
		kept; /* the content itself, of small members when asked for; p NULL not kept */
};

struct tar_index {
	struct lc_arena arena;
	struct lc_map map;
	uint64_t kept_bytes;
	uint64_t end; /* where the last member's padded content ends */
	bool no_end;  /* no end mark came: probably cut off */
	/* A name that is there twice, or climbs: others may read another file by it. p NULL none */
	struct lc_slice doubtful;
};

/**
 * Walk the headers of from.
 *
 * @param size  bytes of the archive when known, so that a member cut off is found at once; else
 * UINT64_MAX
 * @param keep  keep the content of small members (manifests), to spare reading a compressed archive
 * again
 * @return 0; LC_ETRUNC naming the member that is cut; what tar_next() says. Release in any case.
 */
int tar_index_build(struct tar_index *x, struct lc_stream *from, uint64_t size, bool keep,
		    const struct lc_limits *limits, struct lc_err *e) LC_MUST_CHECK;
void tar_index_done(struct tar_index *x);

enum { TAR_INDEX_PATH_MAX = 4096 };
/**
 * Where a link leads to, one step: *ret is in out, or the member's.
 * @return 0; LC_EBAD out of the archive
 */
int tar_index_step(const struct tar_member *m, uint8_t out[TAR_INDEX_PATH_MAX],
		   struct lc_slice *ret, struct lc_err *e) LC_MUST_CHECK;
/**
 * The regular file of that name, through links.
 * @return 0; LC_ENOTFOUND; LC_EBAD links in a circle or out of the archive; LC_EUNSUP not a regular
 * file
 */
int tar_index_find(const struct tar_index *x, struct lc_slice name, const struct tar_member **ret,
		   struct lc_err *e) LC_MUST_CHECK;
