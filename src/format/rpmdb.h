/*
 * The databases in which rpm keeps the headers of installed packages: SQLite (rpmdb.sqlite), NDB
 * (Packages.db) and Berkeley DB (Packages), read from hostile bytes without rpm and its library.
 * The kind is told by content, never by name. What a header says is rpm_header.h's subject.
 *
 * Nothing is written, no lock taken, no file beside the database opened: the write-ahead log of a
 * SQLite one is given by the caller. Source: rpm 4.18 lib/backend (ndb/rpmpkg.c, sqlite.c), SQLite
 * "Database File Format", Berkeley DB 5.3 dbinc/db_page.h. Thread-safe: no state is kept.
 */
#pragma once

#include "base/content.h"
#include "base/limits.h"

enum rpmdb_kind { RPMDB_SQLITE, RPMDB_NDB, RPMDB_BDB };

/** "sqlite", "ndb", "bdb". */
const char *rpmdb_kind_name(enum rpmdb_kind kind);

/** LC_ETRUNC too short to tell (empty included); LC_EBAD none of them. */
int rpmdb_kind_of(const struct lc_content *db, enum rpmdb_kind *ret,
		  struct lc_err *e) LC_MUST_CHECK;

/**
 * A header blob, valid during the call. A result other than 0 ends the walk and is handed on.
 */
typedef int (*rpmdb_fn)(void *ctx, struct lc_slice header, struct lc_err *e);

/**
 * Call fn for each package's header, in the order of the file.
 *
 * A damaged place costs what it held: the walk goes on where it can, and the first trouble is the
 * result in the end. The headers of one database never overlap, so together they are no larger than
 * it: one that makes them so is refused, which bounds the work by the size.
 *
 * @param wal     write-ahead log of a SQLite database, replayed into the copy that is read; NULL or
 *                empty: none. Ignored for the other kinds
 * @param limits  spool_bytes_max bounds a SQLite database with its log; deadline
 * @return 0; fn's result; LC_ETRUNC, LC_EBAD (what could be read was given); LC_EUNSUP encrypted,
 *         or of a version that is not read; LC_ELIMIT, LC_ENOMEM, LC_EIO, LC_ECANCEL
 */
int rpmdb_foreach(const struct lc_content *db, const struct lc_content *wal,
		  const struct lc_limits *limits, rpmdb_fn fn, void *ctx,
		  struct lc_err *e) LC_MUST_CHECK;

/** Pages in the log's committed transactions: what a reader without the log does not see. */
int rpmdb_wal_pages(const struct lc_content *wal, uint64_t *ret, struct lc_err *e) LC_MUST_CHECK;
