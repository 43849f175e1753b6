/*
 * SQLite: TABLE Packages (hnum INTEGER PRIMARY KEY, blob BLOB NOT NULL), read by SQLite itself from
 * a copy in memory. The copy's header says "no write-ahead log" (bytes 18 and 19), which SQLite
 * wants of a deserialised database; the log is replayed before.
 *
 * The file is hostile: no views, triggers, functions, virtual tables or expressions of its schema
 * run, work is counted, and cells are checked.
 */
#include <sys/mman.h>

#include <sqlite3.h>

#include "base/arith.h"
#include "format/rpmdb_impl.h"

enum {
	HEADER_BYTES = 100,
	PAGE_BYTES_AT = 16,
	FORMAT_AT = 18, /* write, then read version: 1 rollback journal, 2 write-ahead log */
	CHANGES_AT = 24,
	PAGES_AT = 28,
	VALID_FOR_AT = 92,
	ROW_BYTES = 32,    /* at least spent on a row, so that empty ones are not free */
	OPS_A_CALL = 1000, /* of SQLite's machine, between two looks at the clock */
	OPS_BASE = 1000000
};

struct reader {
	struct rpmdb_walk *w;
	struct lc_buf image;
	sqlite3 *db;
	uint64_t ops_left;
};

/* ---- the copy ---- */

static uint32_t be32_at(const struct lc_buf *b, size_t at)
{
	struct lc_rd r = lc_rd_of(lc_buf_get(b));
	lc_rd_seek(&r, at);
	return lc_rd_be32(&r);
}

static void put_be32(struct lc_buf *b, size_t at, uint32_t v)
{
	for (size_t i = 0; i < 4; i++)
		b->p[at + i] = (uint8_t)(v >> (24 - 8 * i));
}

/* SQLite refuses a file shorter than it says; what is there can be read all the same. */
static int mend_size(struct reader *r, struct lc_err *e)
{
	struct lc_err own = { 0 };
	uint32_t page = (uint32_t)r->image.p[PAGE_BYTES_AT] << 8 | r->image.p[PAGE_BYTES_AT + 1];
	uint32_t said = be32_at(&r->image, PAGES_AT);
	page = page == 1 ? 65536 : page;
	if (page == 0 || be32_at(&r->image, CHANGES_AT) != be32_at(&r->image, VALID_FOR_AT))
		return 0; /* the number is stale: SQLite goes by the file */
	size_t have = r->image.n / page;
	if (said <= have)
		return 0;
	put_be32(&r->image, PAGES_AT, (uint32_t)have);
	int rc = lc_fail(&own, LC_ETRUNC, "database of %u pages ends after %zu", said, have);
	return rpmdb_pass_over(r->w, rc, &own, e);
}

/* A third of the time goes into page faults: all at once they cost a fraction. */
static void prefault(uint8_t *p, size_t n)
{
#ifdef MADV_POPULATE_WRITE
	const size_t page = 4096;
	size_t skip = (page - ((uintptr_t)p & (page - 1))) & (page - 1);
	if (n > skip + page) /* older kernels refuse: then pages come one by one */
		(void)madvise(p + skip, (n - skip) & ~(page - 1), MADV_POPULATE_WRITE);
#else
	(void)p;
	(void)n;
#endif
}

static int load(struct reader *r, struct lc_err *e)
{
	const struct lc_content *c = r->w->db;
	if (c->size < HEADER_BYTES)
		return lc_fail(e, LC_ETRUNC, "sqlite database of %u bytes", (unsigned)c->size);
	if (c->size > r->image.max)
		return lc_fail(e, LC_ELIMIT, "sqlite database larger than %zu bytes", r->image.max);
	uint8_t *p = lc_buf_grow(&r->image, (size_t)c->size);
	if (!p)
		return lc_fail(e, lc_buf_err(&r->image), "out of memory");
	prefault(p, (size_t)c->size);
	int rc = lc_content_read(c, 0, p, (size_t)c->size, e);
	if (rc == 0 && r->w->wal) {
		struct lc_err own = { 0 };
		rc = rpmdb_wal_replay(r->w->wal, &r->image, &own);
		rc = rpmdb_pass_over(r->w, rc, &own, e);
	}
	if (rc || r->image.n < HEADER_BYTES)
		return rc ? rc : lc_fail(e, LC_EBAD, "write-ahead log leaves no database");
	r->image.p[FORMAT_AT] = 1;
	r->image.p[FORMAT_AT + 1] = 1;
	r->w->left = r->image.n;
	r->ops_left = OPS_BASE + r->image.n / 4;
	return mend_size(r, e);
}

/* ---- SQLite, put on a leash ---- */

static int sqlite_fail(struct reader *r, int rc, struct lc_err *e)
{
	switch (rc & 0xff) {
	case SQLITE_NOMEM:
		return lc_fail(e, LC_ENOMEM, "out of memory");
	case SQLITE_TOOBIG:
		return lc_fail(e, LC_EBAD, "sqlite database: a header larger than rpm allows");
	case SQLITE_INTERRUPT:
		if (lc_limits_expired(r->w->limits))
			return lc_fail(e, LC_ECANCEL, "rpm database: time is up");
		return lc_fail(e, LC_EBAD, "sqlite database: pages are used more than once");
	default:
		return lc_fail(e, LC_EBAD, "sqlite database: %s", sqlite3_errstr(rc));
	}
}

static int on_progress(void *ctx)
{
	struct reader *r = ctx;
	if (r->ops_left < OPS_A_CALL || lc_limits_expired(r->w->limits))
		return 1;
	r->ops_left -= OPS_A_CALL;
	return 0;
}

static int on_authorize(void *ctx, int action, const char *a, const char *b, const char *c,
			const char *d)
{
	(void)ctx;
	(void)a;
	(void)b;
	(void)c;
	(void)d;
	return action == SQLITE_SELECT || action == SQLITE_READ ? SQLITE_OK : SQLITE_DENY;
}

static void set_limits(sqlite3 *db)
{
	static const struct {
		int id, max;
	} rows[] = {
		{ SQLITE_LIMIT_LENGTH, (int)RPMDB_HEADER_MAX },
		{ SQLITE_LIMIT_SQL_LENGTH, 100000 },
		{ SQLITE_LIMIT_COLUMN, 100 },
		{ SQLITE_LIMIT_EXPR_DEPTH, 20 },
		{ SQLITE_LIMIT_COMPOUND_SELECT, 2 },
		{ SQLITE_LIMIT_VDBE_OP, 25000 },
		{ SQLITE_LIMIT_FUNCTION_ARG, 8 },
		{ SQLITE_LIMIT_ATTACHED, 0 },
		{ SQLITE_LIMIT_TRIGGER_DEPTH, 1 },
		{ SQLITE_LIMIT_WORKER_THREADS, 0 },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		(void)sqlite3_limit(db, rows[i].id, rows[i].max); /* gives the old one */
}

static int restrain(struct reader *r)
{
	static const struct {
		int id, on;
	} rows[] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },      { SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_TRIGGER, 0 }, { SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
		{ SQLITE_DBCONFIG_DQS_DDL, 0 },        { SQLITE_DBCONFIG_DQS_DML, 0 },
	};
	int rc = SQLITE_OK;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && rc == SQLITE_OK; i++)
		rc = sqlite3_db_config(r->db, rows[i].id, rows[i].on, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_exec(r->db, "PRAGMA cell_size_check=ON; PRAGMA cache_size=32", NULL,
				  NULL, NULL); /* pages are read once: a large cache is waste */
	set_limits(r->db);
	if (rc == SQLITE_OK)
		rc = sqlite3_set_authorizer(r->db, on_authorize, NULL);
	sqlite3_progress_handler(r->db, OPS_A_CALL, on_progress, r);
	return rc;
}

static int connect_db(struct reader *r, struct lc_err *e)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
	sqlite3_int64 n = (sqlite3_int64)r->image.n;
	int rc = sqlite3_open_v2(":memory:", &r->db, flags, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_deserialize(r->db, "main", r->image.p, n, n,
					 SQLITE_DESERIALIZE_READONLY);
	if (rc == SQLITE_OK)
		rc = restrain(r);
	return rc == SQLITE_OK ? 0 : sqlite_fail(r, rc, e);
}

/* ---- rows ---- */

/* A table with pages of its own: a virtual one has none, a view is none. */
static int find_table(struct reader *r, struct lc_err *e)
{
	static const char sql[] = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND "
				  "name = 'Packages' AND rootpage > 1";
	sqlite3_stmt *s = NULL;
	int rc = sqlite3_prepare_v2(r->db, sql, -1, &s, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(s);
	(void)sqlite3_finalize(s); /* the step's own failure again */
	if (rc == SQLITE_DONE)
		return lc_fail(e, LC_EBAD, "sqlite database without a table of packages");
	return rc == SQLITE_ROW ? 0 : sqlite_fail(r, rc, e);
}

static int on_row(struct reader *r, sqlite3_stmt *s, struct lc_err *e)
{
	const void *p = sqlite3_column_blob(s, 0);
	size_t n = (size_t)sqlite3_column_bytes(s, 0);
	if (!p && sqlite3_errcode(r->db) == SQLITE_NOMEM)
		return sqlite_fail(r, SQLITE_NOMEM, e);
	int rc = rpmdb_spend(r->w, n < ROW_BYTES ? ROW_BYTES : n, e);
	return rc ? rc : rpmdb_give(r->w, lc_slice_of(p, n), e);
}

static int read_rows(struct reader *r, struct lc_err *e)
{
	struct lc_err own = { 0 };
	sqlite3_stmt *s = NULL;
	int result = 0;
	int rc = sqlite3_prepare_v2(r->db, "SELECT blob FROM Packages", -1, &s, NULL);
	while (rc == SQLITE_OK || rc == SQLITE_ROW) {
		rc = sqlite3_step(s);
		result = rc == SQLITE_ROW ? on_row(r, s, e) : 0;
		if (result)
			break;
	}
	if (result == 0 && rc != SQLITE_DONE)
		result = rpmdb_pass_over(r->w, sqlite_fail(r, rc, &own), &own, e);
	(void)sqlite3_finalize(s); /* the step's own failure again */
	return result;
}

int rpmdb_sqlite(struct rpmdb_walk *w, struct lc_err *e)
{
	struct reader r = { .w = w };
	lc_buf_init(&r.image, (size_t)lc_min64(w->limits->spool_bytes_max, INT32_MAX));
	int rc = load(&r, e);
	rc = rc ? rc : connect_db(&r, e);
	rc = rc ? rc : find_table(&r, e);
	rc = rc ? rc : read_rows(&r, e);
	(void)sqlite3_close(r.db); /* every statement is finalised */
	lc_buf_done(&r.image);
	return rc;
}
