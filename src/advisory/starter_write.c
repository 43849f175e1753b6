/* Writing the starter's text; starter_text.h has the grammar. What it chooses: packages of the
 * families in the table below, severities of their vulnerabilities, all known exploited ones, ends
 * of life of operating systems. */
#include "advisory/starter_text.h"

#include <stdio.h>
#include <stdlib.h>

#include "advisory/ecosystem.h"
#include "advisory/feed/id.h"
#include "advisory/record.h"
#include "advisory/record_affected.h"
#include "base/map.h"
#include "base/shim.h"
#include "io/file.h"

/* Debian before 11 has no support left; Ubuntu, AlmaLinux and Bitnami do not fit. */
static const struct family_file {
	struct lc_slice ecosystem; /* or "family:" for all of its releases */
	const char *file;
} files[] = {
	{ LC_S_INIT("Alpine:"), "alpine.txt" },
	{ LC_S_INIT("Debian:11"), "debian.txt" },
	{ LC_S_INIT("Debian:12"), "debian.txt" },
	{ LC_S_INIT("Debian:13"), "debian.txt" },
	{ LC_S_INIT("Go"), "go.txt" },
	{ LC_S_INIT("Maven"), "maven.txt" },
	{ LC_S_INIT("NuGet"), "nuget.txt" },
	{ LC_S_INIT("Packagist"), "packagist.txt" },
	{ LC_S_INIT("PyPI"), "pypi.txt" },
	{ LC_S_INIT("RubyGems"), "rubygems.txt" },
	{ LC_S_INIT("Wolfi"), "wolfi.txt" },
	{ LC_S_INIT("crates.io"), "crates.io.txt" },
	{ LC_S_INIT("npm"), "npm.txt" },
};

struct rated {
	struct lc_slice source, id, published; /* published: a date, "" unknown */
	enum severity severity;
};

struct writer {
	const char *dir;
	struct lc_arena *a;      /* sources, ids, severities */
	struct lc_arena scratch; /* of one row */
	struct lc_map ids;       /* of the packages chosen */
	struct {
		struct advisory_source *v;
		size_t n, room;
	} sources;
	struct {
		struct rated *v;
		size_t n, room;
	} rated;
	const char *file; /* that out is for */
	struct lc_buf out, kev, eol;
	struct lc_slice source, ecosystem, product; /* the last ones written */
	uint64_t total;
};

static int flush(struct writer *w, const char *name, struct lc_buf *b, struct lc_err *e)
{
	char path[4096];
	int n = snprintf(path, sizeof(path), "%s/%s", w->dir, name);
	if (n < 0 || (size_t)n >= sizeof(path))
		return lc_fail(e, LC_ELIMIT, "the path of the starter is too long");
	w->total += b->n;
	int rc = lc_buf_err(b);
	if (!rc && w->total > STARTER_BYTES_MAX)
		rc = LC_ELIMIT;
	if (rc)
		return lc_fail(e, rc, "the starter's text has more than %d bytes",
			       STARTER_BYTES_MAX);
	rc = io_write_file(path, 0644, lc_buf_get(b), e);
	lc_buf_clear(b);
	return rc;
}

/* ---- header of a file ---- */

static void write_source(struct lc_buf *b, const struct advisory_source *s)
{
	char day[11] = "-";
	if (s->date.n >= 10)
		memcpy(day, s->date.p, 10);
	lc_buf_fmt(b, "# %.*s, %s; licence: %.*s\n", LC_FMT(s->name), day, LC_FMT(s->licence));
	lc_buf_fmt(b, "! %.*s %.*s %s\n", LC_FMT(s->id), s->ecosystem.n ? (int)s->ecosystem.n : 1,
		   s->ecosystem.n ? (const char *)s->ecosystem.p : "-", day);
}

static void write_sources(struct writer *w, struct lc_buf *b, struct lc_slice family)
{
	lc_buf_str(b, "# Facts for lacre's starter database: remade by lacre db build --starter\n");
	for (size_t i = 0; i < w->sources.n; i++)
		if (lc_eq(w->sources.v[i].ecosystem, family))
			write_source(b, &w->sources.v[i]);
}

static void write_source_of(struct writer *w, struct lc_buf *b, struct lc_slice id)
{
	lc_buf_str(b, "# Facts for lacre's starter database: remade by lacre db build --starter\n");
	for (size_t i = 0; i < w->sources.n; i++)
		if (lc_eq(w->sources.v[i].id, id))
			write_source(b, &w->sources.v[i]);
}

static int on_source(void *ctx, const struct advisory_source *s, struct lc_err *e)
{
	struct writer *w = ctx;
	struct advisory_source *item = lc_vec_push(w->a, &w->sources);
	if (!item)
		return lc_fail(e, lc_arena_err(w->a), "sources");
	*item = *s; /* the collection's, which outlives the writer */
	return 0;
}

/* ---- packages ---- */

static bool is_plain(struct lc_slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] <= ' ' || s.p[i] == ',' || s.p[i] == ';' || s.p[i] == 0x7f)
			return false;
	return s.n != 0;
}

static bool is_zero(const struct version_event *ev)
{
	return ev->kind == VERSION_INTRODUCED && lc_eq(ev->version, LC_S("0"));
}

static bool write_range(struct lc_buf *b, const struct version_range *r)
{
	size_t first = r->n && is_zero(&r->events[0]);
	/* Only a range that begins with an introduced event may do without it. */
	if (!r->n || r->events[0].kind != VERSION_INTRODUCED)
		return false;
	if (first == r->n)
		lc_buf_byte(b, '*');
	if (first < r->n && first && r->events[first].kind == VERSION_INTRODUCED)
		first = 0;
	for (size_t i = first; i < r->n; i++) {
		if (!is_plain(r->events[i].version))
			return false;
		if (i > first)
			lc_buf_byte(b, ',');
		lc_buf_slice(b, event_sign(r->events[i].kind));
		lc_buf_slice(b, r->events[i].version);
	}
	return true;
}

/* The lists of versions beside ranges are left out: the ranges hold the same, and they are large.
 */
static bool write_affected(struct lc_buf *b, const struct version_affected *v)
{
	enum { VERSIONS_MAX = 64 };
	for (size_t i = 0; i < v->ranges_n; i++) {
		if (i)
			lc_buf_byte(b, ';');
		if (!write_range(b, &v->ranges[i]))
			return false;
	}
	if (v->ranges_n)
		return true;
	for (size_t i = 0; i < v->versions_n; i++) {
		lc_buf_str(b, i ? ",=" : "=");
		lc_buf_slice(b, v->versions[i]);
		if (!is_plain(v->versions[i]))
			return false;
	}
	return v->versions_n && v->versions_n <= VERSIONS_MAX;
}

struct statement {
	struct lc_slice affected, source;
	struct lc_slices ids;
};

struct statements {
	struct statement *v;
	size_t n, room;
};

static int add_statement(struct writer *w, struct statements *list, const struct advisory *adv,
			 struct lc_buf *b)
{
	struct lc_slice text;
	lc_buf_clear(b);
	if (!write_affected(b, &adv->affected) || lc_buf_err(b))
		return lc_buf_err(b);
	size_t i = 0;
	while (i < list->n && !(lc_eq(list->v[i].affected, lc_buf_get(b)) &&
				lc_eq(list->v[i].source, adv->source)))
		i++;
	if (i == list->n) {
		struct statement *s = lc_vec_push(&w->scratch, list);
		if (!s || lc_arena_dup(&w->scratch, lc_buf_get(b), &text))
			return lc_arena_err(&w->scratch);
		*s = (struct statement){ .affected = text, .source = adv->source };
	}
	int rc = 0;
	for (size_t k = 0; !rc && k < adv->vulnerabilities.n; k++) {
		struct lc_slice id;
		rc = id_add(&w->scratch, &list->v[i].ids, adv->vulnerabilities.v[k]);
		if (rc || lc_map_has(&w->ids, adv->vulnerabilities.v[k]))
			continue;
		rc = lc_arena_dup(w->a, adv->vulnerabilities.v[k], &id);
		if (!rc)
			rc = lc_map_put(&w->ids, id, NULL);
	}
	return rc;
}

static int cmp_statements(const void *x, const void *y)
{
	const struct statement *a = x;
	const struct statement *b = y;
	int c = lc_cmp(a->source, b->source);
	return c ? c : lc_cmp(a->affected, b->affected);
}

static void write_id(struct lc_buf *b, struct lc_slice id)
{
	(void)(id_is_cve(id) && lc_chop_prefix(&id, LC_S("CVE-"))); /* written short */
	lc_buf_byte(b, ' ');
	lc_buf_slice(b, id);
}

/* A package stands once under each of its sources; most have one. */
static int write_statements(struct writer *w, struct lc_slice ecosystem, struct lc_slice name,
			    struct statements *list)
{
	bool named = false;
	qsort(list->v, list->n, sizeof(list->v[0]), cmp_statements);
	for (size_t i = 0; i < list->n; i++) {
		struct statement *s = &list->v[i];
		if (!lc_eq(s->source, w->source) || !lc_eq(ecosystem, w->ecosystem)) {
			lc_buf_fmt(&w->out, "@ %.*s %.*s\n", LC_FMT(s->source), LC_FMT(ecosystem));
			named = false;
			if (lc_arena_dup(w->a, s->source, &w->source) ||
			    lc_arena_dup(w->a, ecosystem, &w->ecosystem))
				return lc_arena_err(w->a);
		}
		if (!named)
			lc_buf_fmt(&w->out, "%.*s\n", LC_FMT(name));
		named = true;
		id_sort(&s->ids);
		lc_buf_byte(&w->out, ' ');
		lc_buf_slice(&w->out, s->affected);
		for (size_t k = 0; k < s->ids.n; k++)
			write_id(&w->out, s->ids.v[k]);
		lc_buf_byte(&w->out, '\n');
	}
	return lc_buf_err(&w->out);
}

static const char *file_of(struct lc_slice ecosystem)
{
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (lc_eq(files[i].ecosystem, ecosystem) ||
		    (lc_ends(files[i].ecosystem, LC_S(":")) &&
		     lc_starts(ecosystem, files[i].ecosystem)))
			return files[i].file;
	return NULL;
}

static int begin_file(struct writer *w, const char *file, struct lc_slice ecosystem,
		      struct lc_err *e)
{
	struct lc_slice head;
	struct lc_slice tail;
	bool same = w->file && lc_eq(lc_str(w->file), lc_str(file));
	int rc = w->file && !same ? flush(w, w->file, &w->out, e) : 0;
	if (rc || same)
		return rc;
	w->file = file;
	write_sources(w, &w->out, lc_cut(ecosystem, ':', &head, &tail) ? head : ecosystem);
	return 0;
}

static int on_package(void *ctx, struct lc_slice ecosystem, struct lc_slice name,
		      struct lc_slice records, uint64_t n, struct lc_err *e)
{
	struct writer *w = ctx;
	const char *file = file_of(ecosystem);
	struct advisory_list list = { 0 };
	struct statements statements = { 0 };
	struct lc_buf b;
	(void)n; /* counted anew by whoever reads the text */
	if (!file || !is_plain(name))
		return 0;
	lc_buf_init(&b, STARTER_LINE_MAX);
	lc_arena_init(&w->scratch, 0);
	int rc = begin_file(w, file, ecosystem, e);
	if (!rc)
		rc = advisories_read(records, &w->scratch, &list, e);
	for (size_t i = 0; !rc && i < list.n; i++)
		rc = add_statement(w, &statements, &list.v[i], &b);
	if (!rc && statements.n)
		rc = write_statements(w, ecosystem, name, &statements);
	lc_arena_done(&w->scratch);
	lc_buf_done(&b);
	return rc ? lc_wrap(e, rc, "starter: %s", lc_quote(name).s) : 0;
}

/* ---- vulnerabilities ---- */

static int add_rating(struct writer *w, const struct vulnerability *v)
{
	struct rated *r = lc_vec_push(w->a, &w->rated);
	if (!r || lc_arena_dup(w->a, v->id, &r->id) ||
	    lc_arena_dup(w->a, v->severity_source, &r->source) ||
	    lc_arena_dup(w->a, lc_sub(v->published, 0, 10), &r->published))
		return lc_arena_err(w->a);
	r->severity = v->severity;
	return 0;
}

static int on_vulnerability(void *ctx, struct lc_slice id, struct lc_slice record, struct lc_err *e)
{
	struct writer *w = ctx;
	struct vulnerability v = { 0 };
	lc_arena_init(&w->scratch, 0);
	int rc = vulnerability_read(record, id, &w->scratch, &v, e);
	if (!rc && v.kev_added.n) {
		lc_buf_byte(&w->kev, '^');
		write_id(&w->kev, id);
		lc_buf_fmt(&w->kev, " %.*s %.*s %s\n", LC_FMT(v.kev_added),
			   LC_FMT(v.kev_due.n ? v.kev_due : LC_S("?")),
			   v.kev_ransomware ? "y" : "n");
	}
	if (!rc && lc_map_has(&w->ids, id))
		rc = add_rating(w, &v);
	lc_arena_done(&w->scratch);
	return rc;
}

static int cmp_rated(const void *x, const void *y)
{
	const struct rated *a = x;
	const struct rated *b = y;
	int c = lc_cmp(a->source, b->source);
	if (c)
		return c;
	if (a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	bool cve_a = id_is_cve(a->id);
	bool cve_b = id_is_cve(b->id);
	if (cve_a != cve_b)
		return cve_a ? -1 : 1;
	return cve_a ? id_cve_cmp(a->id, b->id) : lc_cmp(a->id, b->id);
}

/* "CVE-2023-12003" to "2023-12" and "003"; false when the number cannot be put together again. */
static bool split_cve(struct lc_slice id, struct lc_slice *ret_block, struct lc_slice *ret_rest)
{
	if (!id_is_cve(id) || (id.n > 13 && id.p[9] == '0'))
		return false;
	*ret_block = lc_sub(id, 4, id.n - 4 - 3);
	*ret_rest = lc_skip(id, id.n - 3);
	return true;
}

static int write_ratings(struct writer *w, struct lc_buf *b)
{
	struct lc_slice block = { NULL, 0 };
	const struct rated *last = NULL;
	if (w->rated.n)
		qsort(w->rated.v, w->rated.n, sizeof(w->rated.v[0]), cmp_rated);
	lc_buf_str(b,
		   "# Facts for lacre's starter database: remade by lacre db build --starter\n"
		   "# Severities: the first of the sources that rates a vulnerability, each named");
	for (size_t i = 0; i < w->rated.n; i++) {
		const struct rated *r = &w->rated.v[i];
		if (r->severity == SEVERITY_UNKNOWN)
			continue;
		struct lc_slice this_block = r->id;
		struct lc_slice rest = { NULL, 0 };
		if (!last || r->severity != last->severity || !lc_eq(r->source, last->source)) {
			lc_buf_fmt(b, "\n%% %.*s %s", LC_FMT(r->source),
				   severity_name(r->severity));
			block = (struct lc_slice){ NULL, 0 };
		}
		bool cve = split_cve(r->id, &this_block, &rest);
		if (!cve || !lc_eq(block, this_block))
			lc_buf_fmt(b, "\n %.*s", LC_FMT(this_block));
		if (cve)
			lc_buf_fmt(b, " %.*s", LC_FMT(rest));
		block = this_block;
		last = r;
	}
	return lc_buf_byte(b, '\n');
}

static int cmp_published(const void *x, const void *y)
{
	const struct rated *a = x;
	const struct rated *b = y;
	int c = lc_cmp(a->published, b->published);
	if (c)
		return c;
	bool cve_a = id_is_cve(a->id);
	bool cve_b = id_is_cve(b->id);
	if (cve_a != cve_b)
		return cve_a ? -1 : 1;
	return cve_a ? id_cve_cmp(a->id, b->id) : lc_cmp(a->id, b->id);
}

static int write_published(struct writer *w, struct lc_buf *b)
{
	enum { IDS_PER_LINE = 32 };
	struct lc_slice day = { NULL, 0 };
	unsigned n = 0;
	if (w->rated.n)
		qsort(w->rated.v, w->rated.n, sizeof(w->rated.v[0]), cmp_published);
	lc_buf_str(b, "# Facts for lacre's starter database: remade by lacre db build --starter\n"
		      "# Days of publication: the earliest that a source names");
	for (size_t i = 0; i < w->rated.n; i++) {
		const struct rated *r = &w->rated.v[i];
		if (!is_plain(r->published))
			continue;
		if (!lc_eq(r->published, day))
			n = 0;
		if (n++ % IDS_PER_LINE == 0)
			lc_buf_fmt(b, "\n> %.*s", LC_FMT(r->published));
		write_id(b, r->id);
		day = r->published;
	}
	return lc_buf_byte(b, '\n');
}

/* ---- ends of life ---- */

static struct lc_slice or_unknown(struct lc_slice s)
{
	return is_plain(s) ? s : LC_S("?");
}

static int on_eol(void *ctx, struct lc_slice product, struct lc_slice cycle, struct lc_slice record,
		  struct lc_err *e)
{
	struct writer *w = ctx;
	struct eol_cycle c;
	if (!adv_eol_is_os(product) || !is_plain(cycle))
		return 0;
	lc_arena_init(&w->scratch, 0);
	int rc = eol_read(record, cycle, &w->scratch, &c, e);
	if (!rc && !lc_eq(product, w->product)) {
		lc_buf_fmt(&w->eol, "~ %.*s\n", LC_FMT(product));
		rc = lc_arena_dup(w->a, product, &w->product);
	}
	if (!rc)
		lc_buf_fmt(&w->eol, " %.*s %.*s %.*s %.*s %s\n", LC_FMT(cycle),
			   LC_FMT(or_unknown(c.release)), LC_FMT(or_unknown(c.eol)),
			   LC_FMT(or_unknown(c.extended)), c.lts ? "y" : "n");
	lc_arena_done(&w->scratch);
	return rc;
}

/* ---- the whole ---- */

static int write_all(struct writer *w, struct collection *c, struct lc_err *e)
{
	struct collection_sink sink = { on_source, on_package, on_vulnerability, on_eol, w };
	int rc = io_make_dirs(w->dir, e);
	if (!rc)
		rc = collection_read(c, &sink, e);
	if (!rc && w->file)
		rc = flush(w, w->file, &w->out, e);
	struct lc_buf b;
	lc_buf_init(&b, STARTER_BYTES_MAX);
	if (!rc)
		rc = write_ratings(w, &b);
	if (!rc)
		rc = flush(w, "severity.txt", &b, e);
	if (!rc)
		rc = write_published(w, &b);
	if (!rc)
		rc = flush(w, "published.txt", &b, e);
	if (!rc) {
		write_source_of(w, &b, LC_S("kev"));
		rc = lc_buf_slice(&b, lc_buf_get(&w->kev));
	}
	if (!rc)
		rc = flush(w, "kev.txt", &b, e);
	if (!rc) {
		write_source_of(w, &b, LC_S("endoflife"));
		rc = lc_buf_slice(&b, lc_buf_get(&w->eol));
	}
	if (!rc)
		rc = flush(w, "eol.txt", &b, e);
	lc_buf_done(&b);
	return rc;
}

int starter_text_write(const struct adv_build_options *o, struct collection *c, struct lc_arena *a,
		       struct lc_err *e)
{
	struct writer w = { .dir = lc_arena_str(a, o->output), .a = a };
	if (!w.dir)
		return lc_fail(e, lc_arena_err(a), "output");
	lc_buf_init(&w.out, STARTER_BYTES_MAX);
	lc_buf_init(&w.kev, STARTER_BYTES_MAX);
	lc_buf_init(&w.eol, STARTER_BYTES_MAX);
	int rc = write_all(&w, c, e);
	lc_buf_done(&w.out);
	lc_buf_done(&w.kev);
	lc_buf_done(&w.eol);
	lc_map_done(&w.ids);
	return rc ? lc_wrap(e, rc, "starter") : 0;
}
