/*
 * Directories of ours removed with all that is in them.
 */
#pragma once

#include <stdint.h>

#include "base/err.h"

struct io_removed {
	uint64_t files, bytes;
};

/**
 * Remove NAME below a directory (AT_FDCWD: a path) and, if it is a directory, everything in it,
 * however deep, with three descriptors and behind no link: a link goes itself. Directories are
 * moved up to the top before they are emptied; others must not write there meanwhile. Nothing there
 * is no failure.
 *
 * @param count  added to; NULL nobody wants to know
 */
int io_remove_at(int dirfd, const char *name, struct io_removed *count,
		 struct lc_err *e) LC_MUST_CHECK;
