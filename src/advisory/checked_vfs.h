/*
 * The database's file with a checksum in each page: what is damaged is an error when it is read,
 * and never a package without advisories.
 *
 * A layer over SQLite's own access to files (VFS): it writes eight bytes at the end of each page,
 * which SQLite was told to leave alone (reserved bytes), and looks at them when a page is first
 * read or mapped. They tell damage, not forgery. Source: SQLite's documentation, "The Checksum VFS
 * Shim"; a sqlite3 with that extension reads and checks our files, one without just reads them.
 */
#pragma once

#include <sqlite3.h>

#include "base/err.h"

enum { CHECKED_PAGE_BYTES = 4096, CHECKED_BYTES = 8 };

/** Name for sqlite3_open_v2() or "vfs=", registered with the first call; NULL where that fails. */
const char *checked_vfs(void);
/** Read and check every page; LC_EBAD with its number. 0 for a database that is in memory. */
int checked_vfs_all(sqlite3 *db, struct lc_err *e) LC_MUST_CHECK;
