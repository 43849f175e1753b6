#include "advisory/sql.h"

static int code_of(int rc)
{
	switch (rc & 0xff) {
	case SQLITE_NOMEM:
		return LC_ENOMEM;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_SCHEMA:
	case SQLITE_ERROR:
		return LC_EBAD;
	case SQLITE_TOOBIG:
		return LC_ELIMIT;
	default:
		return LC_EIO;
	}
}

int sql_fail(sqlite3 *db, int rc, const char *what, struct lc_err *e)
{
	(void)db; /* its message may hold text of the file; the code's own text says enough */
	return lc_fail(e, code_of(rc), "%s: %s", what, sqlite3_errstr(rc & 0xff));
}

int sql_exec(sqlite3 *db, const char *sql, struct lc_err *e)
{
	int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);
	return rc == SQLITE_OK ? 0 : sql_fail(db, rc, "sqlite", e);
}

sqlite3_stmt *sql_prepare(sqlite3 *db, const char *sql, struct lc_err *e)
{
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &s, NULL);
	if (rc == SQLITE_OK)
		return s;
	sql_fail(db, rc, "sqlite", e);
	return NULL;
}

int sql_bind(sqlite3_stmt *s, int at, struct lc_slice text)
{
	const char *p = text.n ? (const char *)text.p : "";
	return sqlite3_bind_text64(s, at, p, text.n, SQLITE_STATIC, SQLITE_UTF8);
}

struct lc_slice sql_text(sqlite3_stmt *s, int column)
{
	const void *p = sqlite3_column_text(s, column);
	int n = sqlite3_column_bytes(s, column);
	return lc_slice_of(p, p && n > 0 ? (size_t)n : 0);
}

int sql_insert(sqlite3 *db, sqlite3_stmt *s, struct lc_err *e)
{
	int rc = sqlite3_step(s);
	(void)sqlite3_reset(s); /* says again what the step said */
	return rc == SQLITE_DONE ? 0 : sql_fail(db, rc, "sqlite", e);
}
