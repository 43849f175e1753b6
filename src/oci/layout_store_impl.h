/* What the archives' files share. Private to oci/. */
#pragma once

#include "base/map.h"
#include "io/file.h"
#include "oci/layout_store.h"
#include "oci/source.h"

/* A file that is not as the archive has it. */
struct store_change {
	struct lc_slice bytes; /* in the store's arena */
	bool removed;
	bool written; /* to the new archive already: its bytes are not here */
	bool virtual; /* made up from what is in the archive: no reason to write it anew */
};

struct store_tar {
	struct layout_store base;
	struct lc_arena arena;
	const char *path;
	const struct lc_limits *limits;
	struct lc_content file;    /* the archive as it is; size 0 and fd -1: none yet */
	struct oci_source *source; /* over file; NULL none */
	struct lc_slice prefix;    /* where the layout is inside: "", "signatures/" */
	struct lc_map changed;     /* full name -> struct store_change */
	struct io_out out;         /* the new archive */
	bool writing;              /* it is open */
	bool dirty;
	bool spoilt; /* what was written to the new one is not whole: it is never made */
};

/** The name inside the archive; p NULL out of memory. */
struct lc_slice store_tar_name(struct store_tar *t, struct lc_slice name);
/** bytes (which the arena has) take the place of the file. */
int store_tar_change(struct store_tar *t, struct lc_slice name, const struct store_change *c,
		     struct lc_err *e) LC_MUST_CHECK;
/**
 * A docker archive: give it the layout that its signatures are in.
 * @param name  that its image must have, "" any
 */
int store_tar_docker(struct store_tar *t, struct lc_slice name, struct lc_err *e) LC_MUST_CHECK;
