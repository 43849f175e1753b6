#include "advisory/db.h"

#include "advisory/checked_vfs.h"
#include "advisory/db_impl.h"
#include "advisory/record.h"
#include "advisory/schema.h"
#include "advisory/starter.h"
#include "advisory/starter_vfs.h"
#include "base/content.h"
#include "base/shim.h"
#include "io/file.h"

static const char *const queries[DB_QUERIES_N] = {
	[DB_PACKAGE] = "SELECT record FROM package WHERE ecosystem=? AND name=?",
	[DB_VULNERABILITY] = "SELECT record FROM vulnerability WHERE id=?",
	[DB_COVERS] = "SELECT 1 FROM package WHERE ecosystem=? LIMIT 1",
	[DB_SOURCE] = "SELECT id, ecosystem, name, url, licence, date, records FROM source "
		      "WHERE id=?1 AND ecosystem IN (?2, '') ORDER BY ecosystem DESC",
	[DB_EOL] = "SELECT record FROM eol WHERE product=? AND cycle=?",
	[DB_META] = "SELECT value FROM meta WHERE key=?",
	[DB_SOURCES] = "SELECT id, ecosystem, name, url, licence, date, records FROM source "
		       "ORDER BY id, ecosystem",
	[DB_ECOSYSTEMS] = "SELECT name, packages, advisories FROM ecosystem ORDER BY name",
	[DB_MENTIONS] = "SELECT ecosystem, name, record FROM package WHERE instr(record, ?) "
			"ORDER BY ecosystem, name",
	[DB_ALIASES] = "SELECT id, record FROM vulnerability WHERE instr(record, ?) ORDER BY id",
};

sqlite3_stmt *db_query(struct adv_db *db, enum db_query q, struct lc_slice first,
		       struct lc_slice second, struct lc_err *e)
{
	if (!db->query[q])
		db->query[q] = sql_prepare(db->sql, queries[q], e);
	sqlite3_stmt *s = db->query[q];
	if (!s)
		return NULL;
	int n = sqlite3_bind_parameter_count(s);
	if (n > 0)
		sql_bind(s, 1, first);
	if (n > 1)
		sql_bind(s, 2, second);
	return s;
}

int db_row(struct adv_db *db, sqlite3_stmt *s, struct lc_err *e)
{
	int rc = sqlite3_step(s);
	if (rc == SQLITE_ROW)
		return 1;
	if (rc == SQLITE_DONE)
		return 0;
	rc = sql_fail(db->sql, rc, "advisory database", e);
	if (rc != LC_EBAD)
		return rc;
	return lc_fail(e, rc, "the advisory database is damaged; copy or make it anew");
}

/* ---- opening ---- */

enum {
	HEADER_BYTES = 100,
	HEADER_PAGE_SIZE = 16,
	HEADER_RESERVED = 20,
	HEADER_PAGES = 28,
	HEADER_VERSION = 60,
	HEADER_APPLICATION = 68
};

static uint32_t be32(const uint8_t *h, size_t at)
{
	struct lc_rd r = lc_rd_of(lc_slice_of(h + at, 4));
	return lc_rd_be32(&r);
}

/* Before SQLite sees a byte: is it ours, of a version we read, and all there? Source: SQLite file
 * format §1.3. */
static int check_header(const uint8_t h[HEADER_BYTES], uint64_t size, struct lc_err *e)
{
	static const char magic[16] = "SQLite format 3";
	if (memcmp(h, magic, sizeof(magic)) != 0 ||
	    be32(h, HEADER_APPLICATION) != ADV_APPLICATION_ID)
		return lc_fail(e, LC_EBAD, "not a lacre database; make one with: lacre db build");
	uint32_t version = be32(h, HEADER_VERSION);
	if (version != ADV_SCHEMA)
		return lc_fail(e, LC_EUNSUP,
			       "a database of schema %u, this lacre reads schema %d; %s", version,
			       ADV_SCHEMA,
			       version > ADV_SCHEMA
				       ? "use a newer lacre, or make it anew with: lacre db build"
				       : "make it anew with: lacre db build");
	uint64_t page = (uint64_t)h[HEADER_PAGE_SIZE] << 8 | h[HEADER_PAGE_SIZE + 1];
	if (page == 1)
		page = 65536;
	if (page != CHECKED_PAGE_BYTES || h[HEADER_RESERVED] != CHECKED_BYTES)
		return lc_fail(e, LC_EBAD,
			       "a database without checksums; make it anew with: lacre db build");
	if (page * be32(h, HEADER_PAGES) > size)
		return lc_fail(e, LC_ETRUNC, "the database is cut short; copy or make it anew");
	return 0;
}

static int look_at_file(const char *path, uint64_t *ret_size, struct lc_err *e)
{
	struct lc_content c;
	uint8_t h[HEADER_BYTES];
	int rc = io_open_content(path, &c, e);
	if (rc)
		return rc;
	if (c.size < sizeof(h))
		rc = lc_fail(e, LC_EBAD, "not a lacre database; make one with: lacre db build");
	if (!rc)
		rc = lc_content_read(&c, 0, h, sizeof(h), e);
	if (!rc)
		rc = check_header(h, c.size, e);
	*ret_size = c.size;
	lc_content_done(&c);
	return rc;
}

static int connect_starter(struct adv_db *db, struct lc_err *e)
{
	if (!adv_starter_inflated)
		return lc_fail(
			e, LC_ENOTFOUND,
			"this program has no starter database; make one with: lacre db build");
	db->starter = true;
	db->size_bytes = adv_starter_inflated;
	int sql = sqlite3_open_v2("starter", &db->sql, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX,
				  starter_vfs());
	return sql == SQLITE_OK ? 0 : sql_fail(db->sql, sql, "starter database", e);
}

static int check_schema(struct adv_db *db, struct lc_err *e)
{
	sqlite3_stmt *s =
		sql_prepare(db->sql, "SELECT type, name, sql FROM sqlite_schema ORDER BY name", e);
	if (!s)
		return lc_fail(e, LC_EBAD, "the database is damaged; copy or make it anew");
	size_t n = 0;
	bool good = true;
	int rc;
	while ((rc = db_row(db, s, e)) > 0 && good) {
		good = n < ADV_TABLES_N && lc_eq(sql_text(s, 0), LC_S("table")) &&
		       lc_eq(sql_text(s, 1), lc_str(adv_tables[n].name)) &&
		       lc_eq(sql_text(s, 2), lc_str(adv_tables[n].sql));
		n++;
	}
	sqlite3_finalize(s);
	if (rc < 0)
		return rc;
	if (!good || n != ADV_TABLES_N)
		return lc_fail(e, LC_EBAD, "its tables are not those of a lacre database");
	return 0;
}

static int open_db(const char *path, struct adv_db *db, struct lc_err *e)
{
	int rc = path ? look_at_file(path, &db->size_bytes, e) : connect_starter(db, e);
	if (!rc && path)
		rc = sql_open_foreign(path, checked_vfs(), &db->sql, e);
	if (!rc)
		rc = sql_harden(db->sql, ADV_RECORD_BYTES_MAX + 65536, e);
	return rc ? rc : check_schema(db, e);
}

int adv_db_check_pages(struct adv_db *db, struct lc_err *e)
{
	return checked_vfs_all(db->sql, e);
}

int adv_db_open(const char *path, struct adv_db **ret, struct lc_err *e)
{
	struct adv_db *db = lc_alloc0(1, sizeof(*db));
	if (!db)
		return lc_fail(e, LC_ENOMEM, "advisory database");
	int rc = open_db(path, db, e);
	if (!rc) {
		*ret = db;
		return 0;
	}
	adv_db_close(db);
	return path ? lc_wrap(e, rc, "%s", lc_quote(lc_str(path)).s) : rc;
}

void adv_db_close(struct adv_db *db)
{
	if (!db)
		return;
	for (unsigned i = 0; i < DB_QUERIES_N; i++)
		sqlite3_finalize(db->query[i]);
	sqlite3_close(db->sql);
	lc_free(db);
}

void adv_db_closep(struct adv_db **db)
{
	adv_db_close(*db);
}

/* ---- looking up ---- */

/* The one record of a key into the arena; *ret.p NULL when there is none. */
static int fetch(struct adv_db *db, enum db_query q, struct lc_slice first, struct lc_slice second,
		 size_t max, struct lc_arena *a, struct lc_slice *ret, struct lc_err *e)
{
	sqlite3_stmt *s = db_query(db, q, first, second, e);
	if (!s)
		return LC_EBAD;
	*ret = (struct lc_slice){ NULL, 0 };
	int rc = db_row(db, s, e);
	if (rc > 0) {
		struct lc_slice text = sql_text(s, 0);
		if (text.n > max)
			rc = lc_fail(e, LC_ELIMIT, "a database record of %zu bytes", text.n);
		else
			rc = lc_arena_dup(a, text, ret);
	}
	(void)sqlite3_reset(s); /* says again what the step said */
	return rc;
}

int adv_db_lookup(struct adv_db *db, struct lc_slice ecosystem, struct lc_slice name,
		  struct lc_arena *a, struct advisory_list *ret, struct lc_err *e)
{
	struct lc_slice text;
	int rc = fetch(db, DB_PACKAGE, ecosystem, name, ADV_RECORD_BYTES_MAX, a, &text, e);
	struct advisory_list list = { 0 };
	if (!rc && text.p)
		rc = advisories_read(text, a, &list, e);
	if (rc)
		return lc_wrap(e, rc, "advisories of %s", lc_quote(name).s);
	*ret = list;
	return 0;
}

int adv_db_vulnerability(struct adv_db *db, struct lc_slice id, struct lc_arena *a,
			 struct vulnerability *ret, struct lc_err *e)
{
	struct lc_slice text;
	struct lc_slice own;
	int rc = fetch(db, DB_VULNERABILITY, id, LC_S(""), ADV_FACTS_BYTES_MAX, a, &text, e);
	if (!rc && !text.p)
		return LC_ENOTFOUND;
	if (!rc)
		rc = lc_arena_dup(a, id, &own);
	if (!rc)
		rc = vulnerability_read(text, own, a, ret, e);
	return rc ? lc_wrap(e, rc, "facts of %s", lc_quote(id).s) : 0;
}

int adv_db_covers(struct adv_db *db, struct lc_slice ecosystem, bool *ret, struct lc_err *e)
{
	sqlite3_stmt *s = db_query(db, DB_COVERS, ecosystem, LC_S(""), e);
	if (!s)
		return LC_EBAD;
	int rc = db_row(db, s, e);
	(void)sqlite3_reset(s); /* says again what the step said */
	if (rc < 0)
		return rc;
	*ret = rc > 0;
	return 0;
}

int adv_db_eol(struct adv_db *db, struct lc_slice product, struct lc_slice cycle,
	       struct lc_arena *a, struct eol_cycle *ret, struct lc_err *e)
{
	struct lc_slice text;
	struct lc_slice own;
	int rc = fetch(db, DB_EOL, product, cycle, 65536, a, &text, e);
	if (!rc && !text.p)
		return LC_ENOTFOUND;
	if (!rc)
		rc = lc_arena_dup(a, cycle, &own);
	if (!rc)
		rc = eol_read(text, own, a, ret, e);
	return rc ? lc_wrap(e, rc, "end of life of %s", lc_quote(product).s) : 0;
}
