#include "finding/match.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/shim.h"
#include "finding/match_impl.h"
#include "inventory/analyser.h"

struct subjects {
	struct match_subject *v;
	size_t n, room;
};

struct match {
	struct adv_db *db;
	const struct inventory *inv;
	const struct match_options *o;
	struct lc_arena *a;
	struct finding_list *out;
	struct match_stats *stats;
	struct subjects subjects;
	struct lc_err *e;
};

static int no_memory(struct match *m)
{
	return lc_fail(m->e, lc_arena_err(m->a), "no memory for findings");
}

/* Told once each, so that a report can name what it says nothing of. */
static int tell_uncovered(struct match *m, struct lc_slice name)
{
	struct lc_slices *l = &m->stats->uncovered_ecosystems;
	for (size_t i = 0; i < l->n; i++) {
		if (lc_eq(l->v[i], name))
			return 0;
	}
	struct lc_slice *at = lc_vec_push(m->a, l);
	if (!at)
		return no_memory(m);
	*at = name;
	return 0;
}

/* A package that no ecosystem of the database speaks of. */
static int without_key(struct match *m, const struct inv_package *p)
{
	const struct package_type *t = package_type_of(p->type);
	m->stats->uncovered++;
	if (!t || !t->os)
		return tell_uncovered(m, p->type);
	if (!m->inv->has_os) /* the report has a line of its own for that */
		return 0;
	struct lc_slice name = lc_arena_fmt(m->a, "%s %s", lc_quote(m->inv->os.family).s,
					    lc_quote(m->inv->os.version).s);
	return name.p ? tell_uncovered(m, name) : no_memory(m);
}

bool match_wanted(const struct match_options *o, const struct inv_package *p)
{
	const struct package_type *t = package_type_of(p->type);
	unsigned group = t && t->os ? INV_GROUP_OS : INV_GROUP_LIBRARY;
	return (o->groups & group) && !(p->flags & INV_VIRTUAL);
}

int match_subject_of(const struct inv_found_package *found, const struct inventory *inv,
		     struct lc_arena *a, struct match_subject *ret, struct lc_err *e)
{
	struct match_subject s = { .package = found };
	const struct adv_context c = { &inv->os, inv->has_repository ? &inv->repository : NULL,
				       found->build };
	int rc = adv_key_of(&found->package, &c, a, &s.key, e);
	if (rc)
		return rc;
	s.id = package_id(&found->package, a);
	if (!s.id.p)
		return lc_fail(e, lc_arena_err(a), "no memory for findings");
	*ret = s;
	return 0;
}

static int collect_one(struct match *m, const struct inv_found_package *found)
{
	const struct inv_package *p = &found->package;
	if (!match_wanted(m->o, p))
		return 0;
	if (p->flags & INV_THIRD_PARTY) {
		m->stats->third_party++;
		return 0;
	}
	struct match_subject s;
	int rc = match_subject_of(found, m->inv, m->a, &s, m->e);
	if (rc)
		return rc;
	if (!s.key.ecosystem.n)
		return without_key(m, p);
	struct match_subject *at = lc_vec_push(m->a, &m->subjects);
	if (!at)
		return no_memory(m);
	*at = s;
	return 0;
}

/* Binaries of one source stand together, so that their row is read once and held alone. */
static int by_row(const void *va, const void *vb)
{
	const struct match_subject *a = va;
	const struct match_subject *b = vb;
	int c = adv_key_order(&a->key, &b->key);
	if (c)
		return c;
	return (a->package > b->package) - (a->package < b->package);
}

static int match_row(struct match *m, const struct match_subject *s, size_t n)
{
	struct lc_arena scratch LC_CLEANUP(lc_arena_done) = { 0 };
	struct advisory_list rows = { 0 };
	int rc = adv_key_lookup(m->db, &s->key, &scratch, &rows, m->e);
	for (size_t i = 0; !rc && i < n; i++) {
		bool undecided = false;
		m->stats->packages++;
		rc = match_package(&s[i], &rows, m->a, m->out, &undecided, m->e);
		m->stats->undecided += undecided;
	}
	return rc;
}

static size_t same_row(const struct match_subject *s, size_t n)
{
	size_t i = 1;
	while (i < n && !adv_key_order(&s[i].key, &s->key))
		i++;
	return i;
}

static size_t same_ecosystem(const struct match_subject *s, size_t n)
{
	size_t i = 1;
	while (i < n && lc_eq(s[i].key.ecosystem, s->key.ecosystem))
		i++;
	return i;
}

static int match_ecosystem(struct match *m, const struct match_subject *s, size_t n)
{
	bool covered = false;
	int rc = adv_key_covered(m->db, &s->key, &covered, m->e);
	if (rc)
		return rc;
	if (!covered) {
		m->stats->uncovered += n;
		return tell_uncovered(m, s->key.ecosystem);
	}
	for (size_t i = 0; !rc && i < n;) {
		size_t run = same_row(s + i, n - i);
		rc = match_row(m, s + i, run);
		i += run;
	}
	return rc;
}

static int match_all(struct match *m)
{
	int rc = lc_vec_reserve(m->a, &m->subjects, m->inv->packages.n);
	if (rc)
		return no_memory(m);
	for (size_t i = 0; !rc && i < m->inv->packages.n; i++)
		rc = collect_one(m, &m->inv->packages.v[i]);
	if (rc || !m->subjects.n)
		return rc;
	qsort(m->subjects.v, m->subjects.n, sizeof(*m->subjects.v), by_row);
	for (size_t i = 0; !rc && i < m->subjects.n;) {
		size_t run = same_ecosystem(m->subjects.v + i, m->subjects.n - i);
		rc = match_ecosystem(m, m->subjects.v + i, run);
		i += run;
	}
	return rc;
}

/* Facts of an id, asked once: one flaw often concerns many binaries. */
static int facts_of(struct match *m, struct lc_map *known, struct lc_slice id,
		    const struct vulnerability **ret)
{
	if (lc_map_has(known, id)) {
		*ret = lc_map_get(known, id);
		return 0;
	}
	struct vulnerability *v = lc_new(m->a, struct vulnerability);
	if (!v)
		return no_memory(m);
	int rc = adv_db_vulnerability(m->db, id, m->a, v, m->e);
	if (rc == LC_ENOTFOUND) {
		lc_err_clear(m->e);
		v = NULL;
	} else if (rc) {
		return rc;
	}
	*ret = v;
	rc = lc_map_put(known, id, v);
	return rc ? lc_fail(m->e, rc, "no memory for findings") : 0;
}

static int finish_one(struct match *m, struct lc_map *known, struct finding *f)
{
	int rc = match_conclude(f, m->a, m->e);
	if (!rc)
		rc = facts_of(m, known, f->id, &f->vulnerability);
	if (rc)
		return rc;
	match_severity(f, &m->o->severity_sources);
	if (!f->severity_source.n)
		m->stats->without_severity++;
	if (!f->vulnerability || !f->vulnerability->title.n)
		m->stats->without_title++;
	if (f->vulnerability && f->vulnerability->rejected) {
		f->suppression = FINDING_FILTERED;
		f->suppressed_by = LC_S("rejected");
		f->statement = LC_S("the id was rejected by the authority that gave it");
	}
	return 0;
}

static int finish(struct match *m)
{
	struct lc_map known LC_CLEANUP(lc_map_done) = { 0 };
	int rc = 0;
	for (size_t i = 0; !rc && i < m->out->n; i++)
		rc = finish_one(m, &known, &m->out->v[i]);
	if (rc)
		return rc;
	if (m->out->n)
		qsort(m->out->v, m->out->n, sizeof(*m->out->v), match_order);
	return lc_slices_sort(&m->stats->uncovered_ecosystems) ? no_memory(m) : 0;
}

int finding_match(struct adv_db *db, const struct inventory *inv, const struct match_options *o,
		  struct lc_arena *a, struct finding_list *ret, struct match_stats *ret_stats,
		  struct lc_err *e)
{
	struct finding_list found = { 0 };
	struct match_stats stats = { 0 };
	struct match m = {
		.db = db,
		.inv = inv,
		.o = o,
		.a = a,
		.out = &found,
		.stats = &stats,
		.e = e,
	};
	int rc = match_all(&m);
	if (!rc)
		rc = finish(&m);
	if (rc)
		return rc;
	*ret = found;
	*ret_stats = stats;
	return 0;
}
