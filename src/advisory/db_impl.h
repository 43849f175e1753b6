/*
 * The open database, shared by db.c (opening, look-up) and db_info.c.
 */
#pragma once

#include "advisory/db.h"
#include "advisory/sql.h"
#include "base/buf.h"

enum db_query {
	DB_PACKAGE,
	DB_VULNERABILITY,
	DB_COVERS,
	DB_SOURCE,
	DB_EOL,
	DB_META,
	DB_SOURCES,
	DB_ECOSYSTEMS,
	DB_MENTIONS,
	DB_ALIASES,
	DB_QUERIES_N
};

struct adv_db {
	sqlite3 *sql;
	sqlite3_stmt *query[DB_QUERIES_N]; /* prepared when first asked */
	uint64_t size_bytes;
	bool starter;
};

/** The statement of a query with up to two texts bound; NULL with e set. The caller resets it. */
sqlite3_stmt *db_query(struct adv_db *db, enum db_query q, struct lc_slice first,
		       struct lc_slice second, struct lc_err *e);
/** 1 a row, 0 none, or a failure. */
int db_row(struct adv_db *db, sqlite3_stmt *s, struct lc_err *e) LC_MUST_CHECK;
