/*
 * The few calls of SQLite that the database, its writer and the collection share.
 */
#pragma once

#include <sqlite3.h>

#include "base/err.h"
#include "base/slice.h"

/**
 * Open a file that others made, for reading alone; nobody writes to it while it is open
 * (immutable).
 * @param vfs  way to the file (checked_vfs.h), NULL the usual one
 * @return 0; LC_EIO, LC_EBAD, LC_ENOMEM, LC_ELIMIT a path too long. *ret is to be closed also on
 * failure
 */
int sql_open_foreign(const char *path, const char *vfs, sqlite3 **ret,
		     struct lc_err *e) LC_MUST_CHECK;
/** Nothing in the file may run, and no value is longer than that. */
int sql_harden(sqlite3 *db, int bytes_max, struct lc_err *e) LC_MUST_CHECK;
/** Set e from the connection's state: LC_ENOMEM, LC_EIO (disk full, unreadable), LC_EBAD (damaged),
 * LC_ELIMIT. */
int sql_fail(sqlite3 *db, int rc, const char *what, struct lc_err *e);
/** Run statements that give no rows. */
int sql_exec(sqlite3 *db, const char *sql, struct lc_err *e) LC_MUST_CHECK;
/** A prepared statement kept for many runs; NULL on failure, with e set. */
sqlite3_stmt *sql_prepare(sqlite3 *db, const char *sql, struct lc_err *e);
/** Bind text that outlives the step; empty text is '', never NULL. */
int sql_bind(sqlite3_stmt *s, int at, struct lc_slice text);
/** Column as bytes, valid until the next step. */
struct lc_slice sql_text(sqlite3_stmt *s, int column);
/** Run an insert whose values are bound: step and reset. */
int sql_insert(sqlite3 *db, sqlite3_stmt *s, struct lc_err *e) LC_MUST_CHECK;
