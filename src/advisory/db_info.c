/* What the database says of itself. */
#include "advisory/db_impl.h"

#include "advisory/source.h"
#include "format/json.h"

static int read_meta(struct adv_db *db, const char *key, struct lc_arena *a, struct lc_slice *ret,
		     struct lc_err *e)
{
	sqlite3_stmt *s = db_query(db, DB_META, lc_str(key), LC_S(""), e);
	if (!s)
		return LC_EBAD;
	int rc = db_row(db, s, e);
	if (rc > 0)
		rc = lc_arena_dup(a, lc_sub(sql_text(s, 0), 0, 256), ret);
	else if (!rc)
		rc = lc_fail(e, LC_EBAD, "advisory database: no %s", key);
	(void)sqlite3_reset(s); /* says again what the step said */
	return rc;
}

static int read_count(struct adv_db *db, const char *key, uint64_t *ret, struct lc_err *e)
{
	sqlite3_stmt *s = db_query(db, DB_META, lc_str(key), LC_S(""), e);
	if (!s)
		return LC_EBAD;
	int rc = db_row(db, s, e);
	struct lc_slice text = rc > 0 ? lc_sub(sql_text(s, 0), 0, 64) : LC_S("");
	bool good = lc_u64(text, 10, INT64_MAX, ret);
	(void)sqlite3_reset(s); /* says again what the step said */
	if (rc < 0)
		return rc;
	return good ? 0 : lc_fail(e, LC_EBAD, "advisory database: no count of %s", key);
}

static int dup_column(sqlite3_stmt *s, int column, struct lc_arena *a, struct lc_slice *ret)
{
	return lc_arena_dup(a, lc_sub(sql_text(s, column), 0, 1024), ret);
}

static uint64_t count_column(sqlite3_stmt *s, int column)
{
	int64_t n = sqlite3_column_int64(s, column);
	return n > 0 ? (uint64_t)n : 0;
}

static int read_source(sqlite3_stmt *s, struct lc_arena *a, struct advisory_source *ret)
{
	int rc = dup_column(s, 0, a, &ret->id);
	if (!rc)
		rc = dup_column(s, 1, a, &ret->ecosystem);
	if (!rc)
		rc = dup_column(s, 2, a, &ret->name);
	if (!rc)
		rc = dup_column(s, 3, a, &ret->url);
	if (!rc)
		rc = dup_column(s, 4, a, &ret->licence);
	if (!rc)
		rc = dup_column(s, 5, a, &ret->date);
	ret->records = count_column(s, 6);
	return rc;
}

static int read_sources(struct adv_db *db, struct lc_arena *a, struct adv_db_info *ret,
			struct lc_err *e)
{
	sqlite3_stmt *s = db_query(db, DB_SOURCES, LC_S(""), LC_S(""), e);
	int rc = s ? 0 : LC_EBAD;
	while (!rc && (rc = db_row(db, s, e)) > 0) {
		struct advisory_source *item = lc_vec_push(a, &ret->sources);
		rc = item ? read_source(s, a, item) : lc_arena_err(a);
	}
	if (s)
		(void)sqlite3_reset(s); /* says again what the step said */
	return rc;
}

static int read_ecosystems(struct adv_db *db, struct lc_arena *a, struct adv_db_info *ret,
			   struct lc_err *e)
{
	sqlite3_stmt *s = db_query(db, DB_ECOSYSTEMS, LC_S(""), LC_S(""), e);
	int rc = s ? 0 : LC_EBAD;
	while (!rc && (rc = db_row(db, s, e)) > 0) {
		__typeof__(ret->ecosystems.v) item = lc_vec_push(a, &ret->ecosystems);
		rc = item ? dup_column(s, 0, a, &item->name) : lc_arena_err(a);
		if (rc)
			break;
		item->packages = count_column(s, 1);
		item->advisories = count_column(s, 2);
	}
	if (s)
		(void)sqlite3_reset(s); /* says again what the step said */
	return rc;
}

static int read_whole(struct adv_db *db, struct lc_arena *a, struct adv_db_info *i,
		      struct lc_err *e)
{
	struct lc_slice kind;
	uint64_t schema = 0;
	int rc = read_meta(db, "built_at", a, &i->built_at, e);
	if (!rc)
		rc = read_meta(db, "data_date", a, &i->data_date, e);
	if (!rc)
		rc = read_meta(db, "digest", a, &i->digest, e);
	if (!rc)
		rc = read_meta(db, "kind", a, &kind, e);
	if (!rc)
		rc = read_count(db, "schema", &schema, e);
	if (!rc)
		rc = read_count(db, "packages", &i->packages, e);
	if (!rc)
		rc = read_count(db, "advisories", &i->advisories, e);
	if (!rc)
		rc = read_count(db, "vulnerabilities", &i->vulnerabilities, e);
	if (rc)
		return rc;
	i->schema = schema > UINT32_MAX ? UINT32_MAX : (uint32_t)schema;
	i->starter = lc_eq(kind, LC_S("starter"));
	i->size_bytes = db->size_bytes;
	return 0;
}

int adv_db_info(struct adv_db *db, struct lc_arena *a, struct adv_db_info *ret, struct lc_err *e)
{
	struct adv_db_info i = { 0 };
	int rc = read_whole(db, a, &i, e);
	if (!rc)
		rc = read_sources(db, a, &i, e);
	if (!rc)
		rc = read_ecosystems(db, a, &i, e);
	if (!rc)
		*ret = i;
	return rc;
}

int adv_db_source(struct adv_db *db, struct lc_slice id, struct lc_slice ecosystem,
		  struct lc_arena *a, struct advisory_source *ret, struct lc_err *e)
{
	sqlite3_stmt *s = db_query(db, DB_SOURCE, id, source_family(ecosystem), e);
	if (!s)
		return LC_EBAD;
	struct advisory_source found = { 0 };
	int rc = db_row(db, s, e);
	if (rc > 0)
		rc = read_source(s, a, &found);
	else if (!rc)
		rc = LC_ENOTFOUND;
	(void)sqlite3_reset(s); /* says again what the step said */
	if (!rc)
		*ret = found;
	return rc;
}

int adv_db_check(struct adv_db *db, struct lc_err *e)
{
	sqlite3_stmt *s = sql_prepare(db->sql, "PRAGMA quick_check(1)", e);
	if (!s)
		return LC_EBAD;
	int rc = db_row(db, s, e);
	bool good = rc > 0 && lc_eq(sql_text(s, 0), LC_S("ok"));
	sqlite3_finalize(s);
	if (rc < 0)
		return rc;
	return good ? 0 : lc_fail(e, LC_EBAD, "the database is damaged; copy or make it anew");
}

void adv_db_info_write_sources(struct json_writer *w, const struct adv_db_info *info)
{
	json_write_key(w, "Sources");
	json_begin_array(w);
	for (size_t i = 0; i < info->sources.n; i++) {
		const struct advisory_source *s = &info->sources.v[i];
		json_begin_object(w);
		json_member_str(w, "ID", s->id);
		json_member_str_opt(w, "Ecosystem", s->ecosystem);
		json_member_str_opt(w, "Name", s->name);
		json_member_str_opt(w, "URL", s->url);
		json_member_str_opt(w, "Licence", s->licence);
		json_member_str_opt(w, "Date", s->date);
		json_member_u64(w, "Records", s->records);
		json_end_object(w);
	}
	json_end_array(w);
}
