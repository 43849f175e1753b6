#include "advisory/writer.h"

#include <stdio.h>

#include "advisory/checked_vfs.h"
#include "advisory/schema.h"
#include "advisory/sql.h"
#include "base/buf.h"
#include "base/shim.h"
#include "crypt/digest.h"

struct db_writer {
	sqlite3 *db;
	sqlite3_stmt *insert[ADV_TABLES_N];
	struct digester *digester;
	struct lc_buf ecosystem; /* whose packages come at the moment */
	uint64_t ecosystem_packages, ecosystem_advisories;
	uint64_t packages, advisories, vulnerabilities;
};

static const char *const inserts[ADV_TABLES_N] = {
	[ADV_TABLE_ECOSYSTEM] = "INSERT INTO ecosystem VALUES(?,?,?)",
	[ADV_TABLE_EOL] = "INSERT INTO eol VALUES(?,?,?)",
	[ADV_TABLE_META] = "INSERT INTO meta VALUES(?,?)",
	[ADV_TABLE_PACKAGE] = "INSERT INTO package VALUES(?,?,?)",
	[ADV_TABLE_SOURCE] = "INSERT INTO source VALUES(?,?,?,?,?,?,?)",
	[ADV_TABLE_VULNERABILITY] = "INSERT INTO vulnerability VALUES(?,?)",
};

/* No journal: the file is thrown away when anything fails, and synced once when it is whole. */
static const char setup[] =
	"PRAGMA page_size=4096; PRAGMA encoding='UTF-8'; PRAGMA journal_mode=OFF;"
	"PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE;"
	"PRAGMA cache_size=-8192; BEGIN;";

static int64_t signed_count(uint64_t n)
{
	return n > INT64_MAX ? INT64_MAX : (int64_t)n;
}

/* The digest is of the content: lengths before texts, so that no two contents run into one. */
static void hash(struct db_writer *w, struct lc_slice s)
{
	uint8_t length[8];
	for (unsigned i = 0; i < 8; i++)
		length[i] = (uint8_t)((uint64_t)s.n >> (8 * i));
	digester_add(w->digester, length, sizeof(length));
	if (s.n)
		digester_add(w->digester, s.p, s.n);
}

/* Bind and hash texts in the order of the columns, and insert. */
static int insert(struct db_writer *w, unsigned table, const struct lc_slice *v, int n,
		  struct lc_err *e)
{
	hash(w, lc_str(adv_tables[table].name));
	for (int i = 0; i < n; i++) {
		hash(w, v[i]);
		sql_bind(w->insert[table], i + 1, v[i]);
	}
	return sql_insert(w->db, w->insert[table], e);
}

static int write_source(void *ctx, const struct advisory_source *s, struct lc_err *e)
{
	struct db_writer *w = ctx;
	struct lc_slice v[] = { s->id, s->ecosystem, s->name, s->url, s->licence, s->date };
	sqlite3_bind_int64(w->insert[ADV_TABLE_SOURCE], 7, signed_count(s->records));
	return insert(w, ADV_TABLE_SOURCE, v, 6, e);
}

static int end_ecosystem(struct db_writer *w, struct lc_err *e)
{
	if (!w->ecosystem_packages)
		return 0;
	sqlite3_stmt *s = w->insert[ADV_TABLE_ECOSYSTEM];
	sql_bind(s, 1, lc_buf_get(&w->ecosystem));
	sqlite3_bind_int64(s, 2, signed_count(w->ecosystem_packages));
	sqlite3_bind_int64(s, 3, signed_count(w->ecosystem_advisories));
	w->ecosystem_packages = w->ecosystem_advisories = 0;
	return sql_insert(w->db, s, e);
}

static int write_package(void *ctx, struct lc_slice ecosystem, struct lc_slice name,
			 struct lc_slice records, uint64_t n, struct lc_err *e)
{
	struct db_writer *w = ctx;
	if (!lc_eq(lc_buf_get(&w->ecosystem), ecosystem)) {
		int rc = end_ecosystem(w, e);
		lc_buf_clear(&w->ecosystem);
		if (!rc && lc_buf_slice(&w->ecosystem, ecosystem))
			rc = lc_fail(e, lc_buf_err(&w->ecosystem), "an ecosystem's name");
		if (rc)
			return rc;
	}
	w->ecosystem_packages++;
	w->ecosystem_advisories += n;
	w->packages++;
	w->advisories += n;
	struct lc_slice v[] = { ecosystem, name, records };
	return insert(w, ADV_TABLE_PACKAGE, v, 3, e);
}

static int write_vulnerability(void *ctx, struct lc_slice id, struct lc_slice record,
			       struct lc_err *e)
{
	struct db_writer *w = ctx;
	struct lc_slice v[] = { id, record };
	w->vulnerabilities++;
	return insert(w, ADV_TABLE_VULNERABILITY, v, 2, e);
}

static int write_eol(void *ctx, struct lc_slice product, struct lc_slice cycle,
		     struct lc_slice record, struct lc_err *e)
{
	struct db_writer *w = ctx;
	struct lc_slice v[] = { product, cycle, record };
	return insert(w, ADV_TABLE_EOL, v, 3, e);
}

struct collection_sink db_writer_sink(struct db_writer *w)
{
	return (struct collection_sink){ write_source, write_package, write_vulnerability,
					 write_eol, w };
}

static int make_tables(struct db_writer *w, struct lc_err *e)
{
	char pragmas[96];
	int reserved = CHECKED_BYTES;
	int sql = sqlite3_file_control(w->db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
	int rc = sql == SQLITE_OK ? sql_exec(w->db, setup, e) : sql_fail(w->db, sql, "database", e);
	(void)snprintf(pragmas, sizeof(pragmas),
		       "PRAGMA application_id=%d; PRAGMA user_version=%d;", ADV_APPLICATION_ID,
		       ADV_SCHEMA); /* two numbers: always fits */
	if (!rc)
		rc = sql_exec(w->db, pragmas, e);
	for (unsigned i = 0; !rc && i < ADV_TABLES_N; i++)
		rc = sql_exec(w->db, adv_tables[i].sql, e);
	for (unsigned i = 0; !rc && i < ADV_TABLES_N; i++) {
		w->insert[i] = sql_prepare(w->db, inserts[i], e);
		if (!w->insert[i])
			rc = LC_EIO;
	}
	return rc;
}

int db_writer_open(const char *path, struct db_writer **ret, struct lc_err *e)
{
	struct db_writer *w = lc_alloc0(1, sizeof(*w));
	if (!w)
		return lc_fail(e, LC_ENOMEM, "database");
	lc_buf_init(&w->ecosystem, 8192);
	int rc = digester_new(DIGEST_SHA256, &w->digester, e);
	if (!rc) {
		int sql = sqlite3_open_v2(path, &w->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
					  checked_vfs());
		rc = sql == SQLITE_OK ? make_tables(w, e) : sql_fail(w->db, sql, "database", e);
	}
	if (rc) {
		db_writer_free(w);
		return rc;
	}
	*ret = w;
	return 0;
}

void db_writer_free(struct db_writer *w)
{
	if (!w)
		return;
	for (unsigned i = 0; i < ADV_TABLES_N; i++)
		sqlite3_finalize(w->insert[i]);
	sqlite3_close(w->db);
	digester_free(w->digester);
	lc_buf_done(&w->ecosystem);
	lc_free(w);
}

static int write_meta(struct db_writer *w, const char *key, struct lc_slice value, struct lc_err *e)
{
	sql_bind(w->insert[ADV_TABLE_META], 1, lc_str(key));
	sql_bind(w->insert[ADV_TABLE_META], 2, value);
	return sql_insert(w->db, w->insert[ADV_TABLE_META], e);
}

static int write_count(struct db_writer *w, const char *key, uint64_t n, struct lc_err *e)
{
	char text[24];
	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)n); /* 20 digits at most */
	return write_meta(w, key, lc_str(text), e);
}

static int write_whole(struct db_writer *w, const struct db_writer_info *info, struct lc_err *e)
{
	struct digest d;
	char text[DIGEST_TEXT_MAX];
	int rc = end_ecosystem(w, e);
	if (!rc)
		rc = write_count(w, "advisories", w->advisories, e);
	if (!rc)
		rc = write_meta(w, "built_at", info->built_at, e);
	if (!rc)
		rc = write_meta(w, "data_date", info->data_date, e);
	if (!rc)
		rc = digester_get(w->digester, &d, e);
	if (!rc)
		rc = write_meta(w, "digest", lc_str(digest_text(&d, text)), e);
	if (!rc)
		rc = write_meta(w, "kind", info->starter ? LC_S("starter") : LC_S("full"), e);
	if (!rc)
		rc = write_count(w, "packages", w->packages, e);
	if (!rc)
		rc = write_count(w, "schema", ADV_SCHEMA, e);
	if (!rc)
		rc = write_count(w, "vulnerabilities", w->vulnerabilities, e);
	return rc ? rc : sql_exec(w->db, "COMMIT", e);
}

int db_writer_finish(struct db_writer *w, const struct db_writer_info *info, struct lc_err *e)
{
	int rc = write_whole(w, info, e);
	db_writer_free(w);
	return rc;
}
