/*
 * Whiteouts told apart by name. Private to oci/.
 *
 * Sources: OCI image-spec layer.md "Whiteouts"; aufs(5) for the names that are its own.
 */
#pragma once

#include "base/slice.h"
#include "oci/layer.h"

enum whiteout_kind {
	WHITEOUT_NONE,   /* an entry like others */
	WHITEOUT_REMOVE, /* directory "/" name goes away */
	WHITEOUT_OPAQUE, /* everything lower in directory goes away */
	WHITEOUT_AUFS,   /* aufs' own book-keeping, to be passed over */
	WHITEOUT_BAD,    /* names nothing (".wh.") or climbs (".wh..", ".wh...") */
};

struct whiteout {
	enum whiteout_kind kind;
	struct lc_slice directory; /* without trailing "/"; "" is the root */
	struct lc_slice name;      /* of WHITEOUT_REMOVE */
};

/** Pure; slices of path, which is normalised as tar_entry.name is. */
struct whiteout whiteout_of(struct lc_slice path);
