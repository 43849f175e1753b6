/*
 * Directories of ours removed with all that is in them.
 */
#pragma once

#include "base/err.h"

/**
 * Remove a directory and everything below it, however deep, with three descriptors and no link
 * followed: directories are moved up to the top before they are emptied. Others must not write
 * there meanwhile.
 */
int io_remove_tree(const char *path, struct lc_err *e) LC_MUST_CHECK;
