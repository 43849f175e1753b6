#include "advisory/collect.h"

#include "advisory/merge.h"
#include "advisory/record.h"
#include "advisory/source.h"
#include "advisory/sql.h"
#include "base/buf.h"
#include "base/shim.h"
#include "base/time.h"

enum { INSERT_PACKAGE, INSERT_FACTS, INSERT_EOL, INSERTS_N };

struct collection {
	struct feed_collector face;
	sqlite3 *db;
	sqlite3_stmt *insert[INSERTS_N];
	struct lc_buf record, key;
	struct lc_arena arena; /* sources */
	struct {
		struct advisory_source *v;
		size_t n, room;
	} sources;
};

/*
 * No indexes: rows go in as they come and are sorted once. Pages of the scratch file beyond the
 * cache are on disk, and so are the sorter's runs.
 */
static const char schema[] =
	"PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE;"
	"PRAGMA temp_store=FILE; PRAGMA cache_size=-16384; PRAGMA page_size=16384;"
	"CREATE TABLE package(ecosystem TEXT, name TEXT, key TEXT, record TEXT);"
	"CREATE TABLE facts(id TEXT, rank INT, source TEXT, record TEXT);"
	"CREATE TABLE eol(product TEXT, cycle TEXT, record TEXT);"
	"BEGIN;";

static const char *const inserts[INSERTS_N] = {
	[INSERT_PACKAGE] = "INSERT INTO package VALUES(?,?,?,?)",
	[INSERT_FACTS] = "INSERT INTO facts VALUES(?,?,?,?)",
	[INSERT_EOL] = "INSERT INTO eol VALUES(?,?,?)",
};

/* ---- taking ---- */

/* Dates of before 1970 are some feed's way to say "none". */
static bool is_later(struct lc_slice date, struct lc_slice than)
{
	int64_t seconds;
	uint32_t ns;
	return date.n < LC_TIME_MAX && lc_cmp(date, than) > 0 &&
	       lc_time_parse(date, &seconds, &ns) && seconds > 0;
}

static int on_record(void *ctx, struct lc_slice source, struct lc_slice ecosystem,
		     struct lc_slice date, struct lc_err *e)
{
	struct collection *c = ctx;
	struct advisory_source fresh;
	struct lc_slice family = source_family(ecosystem);
	size_t i = 0;
	while (i < c->sources.n &&
	       !(lc_eq(c->sources.v[i].id, source) && lc_eq(c->sources.v[i].ecosystem, family)))
		i++;
	if (i == c->sources.n) {
		struct advisory_source *s = lc_vec_push(&c->arena, &c->sources);
		source_describe(source, ecosystem, &fresh);
		if (!s || lc_arena_dup(&c->arena, fresh.id, &fresh.id) ||
		    lc_arena_dup(&c->arena, fresh.ecosystem, &fresh.ecosystem))
			return lc_fail(e, lc_arena_err(&c->arena), "sources");
		if (lc_eq(fresh.name, source))
			fresh.name = fresh.id;
		*s = fresh;
	}
	c->sources.v[i].records++;
	if (!is_later(date, c->sources.v[i].date))
		return 0;
	int rc = lc_arena_dup(&c->arena, date, &c->sources.v[i].date);
	return rc ? lc_fail(e, rc, "sources") : 0;
}

/* What makes two statements the same: all but the record's id and the names beside. */
static int write_key(struct lc_buf *buf, const struct advisory *adv)
{
	struct json_writer w;
	lc_buf_clear(buf);
	json_writer_init(&w, buf, 0);
	json_begin_object(&w);
	json_member_strs(&w, "about", adv->vulnerabilities.v, adv->vulnerabilities.n);
	advisory_write_affected(&w, &adv->affected);
	json_member_str(&w, "source", adv->source);
	json_member_str(&w, "module", adv->module);
	json_member_cstr(&w, "status", advisory_status_name(adv->status));
	json_member_cstr(&w, "severity", severity_name(adv->severity));
	json_member_strs(&w, "arches", adv->arches.v, adv->arches.n);
	json_end_object(&w);
	return json_writer_err(&w);
}

static int on_package(void *ctx, struct lc_slice ecosystem, struct lc_slice name,
		      const struct advisory *adv, struct lc_err *e)
{
	struct collection *c = ctx;
	struct json_writer w;
	sqlite3_stmt *s = c->insert[INSERT_PACKAGE];
	int rc = write_key(&c->key, adv);
	lc_buf_clear(&c->record);
	json_writer_init(&w, &c->record, 0);
	advisory_write(&w, adv);
	if (!rc)
		rc = json_writer_err(&w);
	if (rc)
		return lc_fail(e, rc, "statement about %s", lc_quote(name).s);
	sql_bind(s, 1, ecosystem);
	sql_bind(s, 2, name);
	sql_bind(s, 3, lc_buf_get(&c->key));
	sql_bind(s, 4, lc_buf_get(&c->record));
	return sql_insert(c->db, s, e);
}

static int on_vulnerability(void *ctx, const struct vulnerability *v, struct lc_slice source,
			    struct lc_err *e)
{
	struct collection *c = ctx;
	struct json_writer w;
	sqlite3_stmt *s = c->insert[INSERT_FACTS];
	lc_buf_clear(&c->record);
	json_writer_init(&w, &c->record, 0);
	vulnerability_write(&w, v);
	int rc = json_writer_err(&w);
	if (rc)
		return lc_fail(e, rc, "facts of %s", lc_quote(v->id).s);
	sql_bind(s, 1, v->id);
	sqlite3_bind_int64(s, 2, source_rank(source));
	sql_bind(s, 3, source);
	sql_bind(s, 4, lc_buf_get(&c->record));
	return sql_insert(c->db, s, e);
}

static int on_eol(void *ctx, struct lc_slice product, const struct eol_cycle *cycle,
		  struct lc_err *e)
{
	struct collection *c = ctx;
	struct json_writer w;
	sqlite3_stmt *s = c->insert[INSERT_EOL];
	lc_buf_clear(&c->record);
	json_writer_init(&w, &c->record, 0);
	eol_write(&w, cycle);
	int rc = json_writer_err(&w);
	if (rc)
		return lc_fail(e, rc, "end of life of %s", lc_quote(product).s);
	sql_bind(s, 1, product);
	sql_bind(s, 2, cycle->cycle);
	sql_bind(s, 3, lc_buf_get(&c->record));
	return sql_insert(c->db, s, e);
}

/* ---- life ---- */

static int prepare(struct collection *c, struct lc_err *e)
{
	int rc = sqlite3_open_v2("", &c->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, NULL);
	if (rc != SQLITE_OK)
		return sql_fail(c->db, rc, "scratch file", e);
	rc = sql_exec(c->db, schema, e);
	if (rc)
		return rc;
	for (unsigned i = 0; i < INSERTS_N; i++) {
		c->insert[i] = sql_prepare(c->db, inserts[i], e);
		if (!c->insert[i])
			return e && e->code ? e->code : LC_EIO;
	}
	return 0;
}

int collection_new(struct collection **ret, struct lc_err *e)
{
	struct collection *c = lc_alloc0(1, sizeof(*c));
	if (!c)
		return lc_fail(e, LC_ENOMEM, "collection");
	lc_buf_init(&c->record, ADV_RECORD_BYTES_MAX);
	lc_buf_init(&c->key, ADV_RECORD_BYTES_MAX);
	lc_arena_init(&c->arena, 0);
	c->face = (struct feed_collector){ on_record, on_package, on_vulnerability, on_eol, c };
	int rc = prepare(c, e);
	if (rc) {
		collection_free(c);
		return lc_wrap(e, rc, "collecting");
	}
	*ret = c;
	return 0;
}

void collection_free(struct collection *c)
{
	if (!c)
		return;
	for (unsigned i = 0; i < INSERTS_N; i++)
		sqlite3_finalize(c->insert[i]);
	sqlite3_close(c->db);
	lc_buf_done(&c->record);
	lc_buf_done(&c->key);
	lc_arena_done(&c->arena);
	lc_free(c);
}

void collection_freep(struct collection **c)
{
	collection_free(*c);
}

const struct feed_collector *collection_face(struct collection *c)
{
	return &c->face;
}

struct lc_slice collection_date(const struct collection *c)
{
	struct lc_slice newest = { NULL, 0 };
	for (size_t i = 0; i < c->sources.n; i++)
		if (is_later(c->sources.v[i].date, newest))
			newest = c->sources.v[i].date;
	return newest;
}

/* ---- reading back ---- */

struct rows {
	struct collection *c;
	const struct collection_sink *sink;
	sqlite3_stmt *s;
	struct lc_err *e;
};

/* 1 a row, 0 the end, or a failure. */
static int next_row(struct rows *r)
{
	int rc = sqlite3_step(r->s);
	if (rc == SQLITE_ROW)
		return 1;
	return rc == SQLITE_DONE ? 0 : sql_fail(r->c->db, rc, "scratch file", r->e);
}

/* The text that a column had in the row before: kept to see where a group ends. */
static bool same(struct lc_buf *kept, struct lc_slice now)
{
	return lc_eq(lc_buf_get(kept), now);
}

static int keep(struct lc_buf *kept, struct lc_slice now)
{
	lc_buf_clear(kept);
	return lc_buf_slice(kept, now);
}

struct package_group {
	struct lc_buf ecosystem, name, key, records;
	uint64_t n;
};

static int flush_package(struct rows *r, struct package_group *g)
{
	if (!g->n)
		return 0;
	int rc = lc_buf_byte(&g->records, ']');
	if (rc)
		return lc_fail(r->e, rc, "the record of %s", lc_quote(lc_buf_get(&g->name)).s);
	rc = r->sink->package(r->sink->ctx, lc_buf_get(&g->ecosystem), lc_buf_get(&g->name),
			      lc_buf_get(&g->records), g->n, r->e);
	g->n = 0;
	return rc;
}

static int add_package_row(struct rows *r, struct package_group *g)
{
	struct lc_slice ecosystem = sql_text(r->s, 0);
	struct lc_slice name = sql_text(r->s, 1);
	struct lc_slice key = sql_text(r->s, 2);
	if (!g->n || !same(&g->name, name) || !same(&g->ecosystem, ecosystem)) {
		int rc = flush_package(r, g);
		if (rc)
			return rc;
		lc_buf_clear(&g->records);
		if (keep(&g->ecosystem, ecosystem) || keep(&g->name, name))
			return lc_fail(r->e, LC_ENOMEM, "a package's name");
	} else if (same(&g->key, key)) {
		return 0;
	}
	int rc = keep(&g->key, key);
	if (!rc)
		rc = lc_buf_byte(&g->records, g->n ? ',' : '[');
	if (!rc)
		rc = lc_buf_slice(&g->records, sql_text(r->s, 3));
	if (g->n++ == ADV_LIST_MAX)
		rc = LC_ELIMIT; /* nobody could read it */
	return rc ? lc_fail(r->e, rc, "the record of %s", lc_quote(name).s) : 0;
}

static int read_packages(struct rows *r)
{
	struct package_group g = { 0 };
	lc_buf_init(&g.ecosystem, 8192);
	lc_buf_init(&g.name, 8192);
	lc_buf_init(&g.key, ADV_RECORD_BYTES_MAX);
	lc_buf_init(&g.records, ADV_RECORD_BYTES_MAX);
	int rc;
	while ((rc = next_row(r)) > 0) {
		rc = add_package_row(r, &g);
		if (rc)
			break;
	}
	if (!rc)
		rc = flush_package(r, &g);
	lc_buf_done(&g.ecosystem);
	lc_buf_done(&g.name);
	lc_buf_done(&g.key);
	lc_buf_done(&g.records);
	return rc;
}

struct facts_group {
	struct lc_arena arena;
	struct vulnerability v;
	bool open;
	bool known; /* somebody speaks of it who does not speak of every id there is */
};

static int flush_facts(struct rows *r, struct facts_group *g)
{
	int rc = 0;
	if (g->open && g->known) {
		struct json_writer w;
		merge_done(&g->v);
		lc_buf_clear(&r->c->record);
		json_writer_init(&w, &r->c->record, 0);
		vulnerability_write(&w, &g->v);
		rc = json_writer_err(&w);
		if (!rc)
			rc = r->sink->vulnerability(r->sink->ctx, g->v.id,
						    lc_buf_get(&r->c->record), r->e);
	}
	lc_arena_done(&g->arena);
	*g = (struct facts_group){ 0 };
	return rc;
}

static int add_facts_row(struct rows *r, struct facts_group *g)
{
	struct lc_slice id = sql_text(r->s, 0);
	if (g->open && !lc_eq(g->v.id, id)) {
		int rc = flush_facts(r, g);
		if (rc)
			return rc;
	}
	struct lc_slice record;
	if (!g->open && lc_arena_dup(&g->arena, id, &g->v.id))
		return lc_fail(r->e, lc_arena_err(&g->arena), "facts");
	g->open = true;
	struct lc_slice source = sql_text(r->s, 1);
	g->known |= !lc_eq(source, LC_S("epss")) && !lc_eq(source, LC_S("nvd"));
	struct vulnerability more = { 0 };
	int rc = lc_arena_dup(&g->arena, sql_text(r->s, 2), &record);
	if (!rc)
		rc = vulnerability_read(record, g->v.id, &g->arena, &more, r->e);
	return rc ? rc : merge_facts(&g->v, &more, &g->arena);
}

static int read_facts(struct rows *r)
{
	struct facts_group g = { 0 };
	int rc;
	while ((rc = next_row(r)) > 0) {
		rc = add_facts_row(r, &g);
		if (rc)
			break;
	}
	if (!rc)
		rc = flush_facts(r, &g);
	lc_arena_done(&g.arena);
	return rc;
}

static int read_eol(struct rows *r)
{
	int rc;
	while ((rc = next_row(r)) > 0) {
		rc = r->sink->eol(r->sink->ctx, sql_text(r->s, 0), sql_text(r->s, 1),
				  sql_text(r->s, 2), r->e);
		if (rc)
			return rc;
	}
	return rc;
}

static int read_sources(struct collection *c, const struct collection_sink *sink, struct lc_err *e)
{
	/* Few: sorted by picking the next one. */
	struct lc_slice last_id = { NULL, 0 };
	struct lc_slice last_family = { NULL, 0 };
	for (size_t k = 0; k < c->sources.n; k++) {
		const struct advisory_source *next = NULL;
		for (size_t i = 0; i < c->sources.n; i++) {
			const struct advisory_source *s = &c->sources.v[i];
			int after = lc_cmp(s->id, last_id);
			if (!after)
				after = lc_cmp(s->ecosystem, last_family);
			if (k && after <= 0)
				continue;
			int before = next ? lc_cmp(s->id, next->id) : -1;
			if (!before)
				before = lc_cmp(s->ecosystem, next->ecosystem);
			if (before < 0)
				next = s;
		}
		int rc = next ? sink->source(sink->ctx, next, e) : 0;
		if (rc || !next)
			return rc;
		last_id = next->id;
		last_family = next->ecosystem;
	}
	return 0;
}

int collection_read(struct collection *c, const struct collection_sink *sink, struct lc_err *e)
{
	static const struct {
		const char *sql;
		int (*read)(struct rows *r);
	} tables[] = {
		{ "SELECT ecosystem, name, key, record FROM package ORDER BY 1, 2, 3, 4",
		  read_packages },
		{ "SELECT id, source, record FROM facts ORDER BY id, rank, source, record",
		  read_facts },
		{ "SELECT product, cycle, max(record) FROM eol GROUP BY 1, 2 ORDER BY 1, 2",
		  read_eol },
	};
	int rc = read_sources(c, sink, e);
	for (size_t i = 0; !rc && i < sizeof(tables) / sizeof(tables[0]); i++) {
		struct rows r = { c, sink, sql_prepare(c->db, tables[i].sql, e), e };
		if (!r.s)
			return LC_EIO;
		rc = tables[i].read(&r);
		sqlite3_finalize(r.s);
	}
	return rc;
}
