#include "view/explain_impl.h"

#include <stdlib.h>

#include "base/map.h"

struct gather {
	struct explain_work *w;
	struct lc_map mentioned; /* ecosystem, NUL, name -> struct row */
	struct lc_map names;     /* names alone, whatever the ecosystem */
	struct lc_slices all;    /* ids, and what was asked for */
};

/* A mention, and the row of the database behind it, read when a package needs it. */
struct row {
	const struct adv_mention *mention;
	struct advisory_list advisories;
	bool read;
};

static int row_key(struct explain_work *w, struct lc_slice ecosystem, struct lc_slice name,
		   struct lc_slice *ret)
{
	uint8_t *p = lc_arena_alloc(w->a, ecosystem.n + name.n + 1);
	if (!p)
		return explain_no_memory(w);
	if (ecosystem.n)
		memcpy(p, ecosystem.p, ecosystem.n);
	p[ecosystem.n] = 0;
	if (name.n)
		memcpy(p + ecosystem.n + 1, name.p, name.n);
	*ret = lc_slice_of(p, ecosystem.n + name.n + 1);
	return 0;
}

static int put(struct gather *g, struct lc_map *m, struct lc_slice key, void *value)
{
	int rc = lc_map_put(m, key, value);
	return rc ? lc_fail(g->w->e, rc, "no memory to explain") : 0;
}

static int index_mentions(struct gather *g)
{
	struct explain_work *w = g->w;
	int rc = 0;
	for (size_t i = 0; !rc && i < w->mentions.n; i++) {
		const struct adv_mention *m = &w->mentions.v[i];
		struct lc_slice key;
		struct row *row;
		rc = row_key(w, m->ecosystem, m->name, &key);
		if (rc || lc_map_has(&g->mentioned, key))
			continue;
		row = lc_new(w->a, struct row);
		if (!row)
			return explain_no_memory(w);
		row->mention = m;
		rc = put(g, &g->mentioned, key, row);
		if (!rc)
			rc = put(g, &g->names, m->name, NULL);
	}
	return rc;
}

/* ---- the image's side ---- */

static int count_ecosystem(struct explain_work *w, struct lc_slice name)
{
	struct view_explanation *x = w->x;
	for (size_t i = 0; i < x->ecosystems.n; i++) {
		if (!lc_eq(x->ecosystems.v[i].name, name))
			continue;
		x->ecosystems.v[i].packages++;
		return 0;
	}
	struct view_ecosystem *at = lc_vec_push(w->a, &x->ecosystems);
	if (!at)
		return explain_no_memory(w);
	*at = (struct view_ecosystem){ .name = name, .packages = 1 };
	return adv_db_covers(w->db, name, &at->covered, w->e);
}

static int add_namesake(struct gather *g, const struct explain_package *p)
{
	const struct inv_package *i = &p->package->package;
	struct lc_slices *l = &g->w->x->namesakes;
	bool same = lc_map_has(&g->names, i->name) || lc_map_has(&g->names, i->source_name);
	return same && l->n < VIEW_NAMESAKES_MAX ? explain_add_once(g->w, l, p->id) : 0;
}

static int add_package(struct gather *g, const struct explain_package *p, struct row *row)
{
	struct explain_work *w = g->w;
	struct view_package *at = lc_vec_push(w->a, &w->x->packages);
	if (!at)
		return explain_no_memory(w);
	at->steps = *p;
	int rc = row->read ? 0 : adv_key_lookup(w->db, &p->key, w->a, &row->advisories, w->e);
	row->read = true;
	return rc ? rc : finding_explain_package(&row->advisories, &g->all, w->a, &at->steps, w->e);
}

static int look_at(struct gather *g, const struct inv_found_package *found)
{
	struct explain_work *w = g->w;
	struct explain_package p;
	struct lc_slice key;
	int rc = finding_explain_key(&w->x->report->inventory, w->o, found, w->a, &p, w->e);
	if (!rc && p.key.ecosystem.n)
		rc = count_ecosystem(w, p.key.ecosystem);
	if (!rc)
		rc = row_key(w, p.key.ecosystem, p.key.name, &key);
	if (rc)
		return rc;
	struct row *row = lc_map_get(&g->mentioned, key);
	return row ? add_package(g, &p, row) : add_namesake(g, &p);
}

/* Packages stand in the inventory's order, which is that of their addresses. */
static int by_address(const void *key, const void *item)
{
	uintptr_t a = (uintptr_t)key;
	uintptr_t b = (uintptr_t)((const struct view_package *)item)->steps.package;
	return (a > b) - (a < b);
}

static int join_findings(struct explain_work *w)
{
	const struct finding_list *l = &w->x->report->findings;
	for (size_t i = 0; w->x->packages.n && i < l->n; i++) {
		if (!explain_has(&w->x->ids, l->v[i].id))
			continue;
		struct view_package *p = bsearch(l->v[i].package, w->x->packages.v,
						 w->x->packages.n, sizeof(*p), by_address);
		const struct finding **at = p ? lc_vec_push(w->a, &p->findings) : NULL;
		if (p && !at)
			return explain_no_memory(w);
		if (p)
			*at = &l->v[i];
	}
	return 0;
}

/* ---- the database's side ---- */

static bool is_here(const struct view_explanation *x, struct lc_slice ecosystem)
{
	for (size_t i = 0; i < x->ecosystems.n; i++)
		if (lc_eq(x->ecosystems.v[i].name, ecosystem))
			return true;
	return false;
}

static int by_mention(const void *va, const void *vb)
{
	const struct lc_map_item *a = va;
	const struct lc_map_item *b = vb;
	return lc_cmp(a->key, b->key);
}

static int by_place(const void *va, const void *vb)
{
	const struct view_named *a = va;
	const struct view_named *b = vb;
	return a->here != b->here ? b->here - a->here : lc_cmp(a->ecosystem, b->ecosystem);
}

static int add_named(struct explain_work *w, const struct adv_mention *m)
{
	struct view_explanation *x = w->x;
	struct view_named *at = x->named.n ? &x->named.v[x->named.n - 1] : NULL;
	if (!at || !lc_eq(at->ecosystem, m->ecosystem)) {
		at = lc_vec_push(w->a, &x->named);
		if (!at)
			return explain_no_memory(w);
		at->ecosystem = m->ecosystem;
		at->here = is_here(x, m->ecosystem);
	}
	struct lc_slice *name = lc_vec_push(w->a, &at->names);
	if (!name)
		return explain_no_memory(w);
	*name = m->name;
	return 0;
}

static int name_elsewhere(struct gather *g)
{
	struct explain_work *w = g->w;
	size_t n = g->mentioned.n;
	struct lc_map_item *sorted = n ? lc_new_array(w->a, struct lc_map_item, n) : NULL;
	if (n && !sorted)
		return explain_no_memory(w);
	if (n) {
		memcpy(sorted, g->mentioned.items, n * sizeof(*sorted));
		qsort(sorted, n, sizeof(*sorted), by_mention);
	}
	int rc = 0;
	for (size_t i = 0; !rc && i < n; i++)
		rc = add_named(w, ((const struct row *)sorted[i].value)->mention);
	if (!rc && w->x->named.n)
		qsort(w->x->named.v, w->x->named.n, sizeof(*w->x->named.v), by_place);
	return rc;
}

static int gather(struct gather *g)
{
	const struct inventory *inv = &g->w->x->report->inventory;
	int rc = explain_add_once(g->w, &g->all, g->w->x->asked);
	for (size_t i = 0; !rc && i < g->w->x->ids.n; i++)
		rc = explain_add_once(g->w, &g->all, g->w->x->ids.v[i]);
	if (!rc)
		rc = index_mentions(g);
	for (size_t i = 0; !rc && i < inv->packages.n; i++)
		rc = look_at(g, &inv->packages.v[i]);
	if (!rc)
		rc = join_findings(g->w);
	return rc ? rc : name_elsewhere(g);
}

int explain_packages(struct explain_work *w)
{
	struct gather g = { .w = w };
	int rc = gather(&g);
	lc_map_done(&g.mentioned);
	lc_map_done(&g.names);
	return rc;
}
