#include "advisory/sql.h"

#include "base/buf.h"

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

/* ---- files of others ---- */

/* "file:" and the path with what URIs reserve escaped; immutable: nobody writes to it, it is only
 * replaced. */
static int make_uri(const char *path, struct lc_buf *uri)
{
	while (path[0] == '/' && path[1] == '/')
		path++; /* two slashes would begin the name of a host */
	lc_buf_str(uri, "file:");
	for (; *path; path++) {
		bool plain = lc_is_alpha((uint8_t)*path) || lc_is_digit((uint8_t)*path) ||
			     strchr("/._-+~,=@", *path);
		if (plain)
			lc_buf_byte(uri, (uint8_t)*path);
		else
			lc_buf_fmt(uri, "%%%02X", (unsigned)(uint8_t)*path);
	}
	lc_buf_str(uri, "?immutable=1");
	return lc_buf_byte(uri, '\0');
}

int sql_open_foreign(const char *path, const char *vfs, sqlite3 **ret, struct lc_err *e)
{
	struct lc_buf uri;
	lc_buf_init(&uri, 16384);
	int rc = make_uri(path, &uri);
	if (rc) {
		lc_buf_done(&uri);
		return lc_fail(e, rc, "the path of the database");
	}
	int sql =
		sqlite3_open_v2((const char *)uri.p, ret,
				SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX, vfs);
	lc_buf_done(&uri);
	return sql == SQLITE_OK ? 0 : sql_fail(*ret, sql, "opening", e);
}

/* The file is foreign: nothing in it may run, and what it claims is checked. */
int sql_harden(sqlite3 *db, int bytes_max, struct lc_err *e)
{
	const struct {
		int what, limit;
	} limits[] = {
		{ SQLITE_LIMIT_LENGTH, bytes_max }, { SQLITE_LIMIT_SQL_LENGTH, 4096 },
		{ SQLITE_LIMIT_COLUMN, 16 },        { SQLITE_LIMIT_ATTACHED, 0 },
		{ SQLITE_LIMIT_TRIGGER_DEPTH, 1 },  { SQLITE_LIMIT_VDBE_OP, 4096 },
	};
	static const int off[] = { SQLITE_DBCONFIG_TRUSTED_SCHEMA, SQLITE_DBCONFIG_ENABLE_TRIGGER,
				   SQLITE_DBCONFIG_ENABLE_VIEW,
				   SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION };
	for (size_t i = 0; i < sizeof(limits) / sizeof(limits[0]); i++)
		sqlite3_limit(db, limits[i].what, limits[i].limit);
	for (size_t i = 0; i < sizeof(off) / sizeof(off[0]); i++)
		sqlite3_db_config(db, off[i], 0, NULL);
	sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	return sql_exec(
		db,
		"PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON; PRAGMA query_only=ON;"
		"PRAGMA mmap_size=1073741824; PRAGMA cache_size=-1024; PRAGMA temp_store=MEMORY",
		e);
}
