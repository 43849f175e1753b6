#include "inventory/squash_impl.h"

#include "inventory/package_type.h"

#include <stdlib.h>

/* ---- what is alive, into the result ---- */

static int add_packages(struct squash *s, const struct live *l, struct lc_map *seen)
{
	for (size_t i = 0; i < l->facts->packages.n; i++) {
		bool added = true;
		const size_t *origin = l->os ? lc_map_get(&s->origins, l->keys[i]) : NULL;
		/* One system has a package once, however many files say so. */
		int r = l->os ? lc_map_add(seen, l->keys[i], NULL, &added) : 0;
		if (r)
			return r;
		if (!added)
			continue;
		struct inv_found_package *p = lc_vec_push(s->arena, &s->ret->packages);
		if (!p)
			return squash_nomem(s);
		*p = (struct inv_found_package){
			.package = l->facts->packages.v[i],
			.file = l->names->path,
			.analyser = l->facts->analyser,
			.layer = origin ? *origin : l->origins[i],
			.file_layer = l->layer,
		};
	}
	return 0;
}

/* The heaviest word counts, of equal ones the upper layer's, then that of the first path. */
static void add_os(struct squash *s, const struct live *l)
{
	struct inventory *inv = s->ret;
	const struct inv_os *os = l->facts->os;
	bool better = !inv->has_os || os->weight > inv->os.weight;
	if (inv->has_os && os->weight == inv->os.weight)
		better = l->layer > inv->os_layer ||
			 (l->layer == inv->os_layer && lc_cmp(l->names->path, inv->os_file) < 0);
	if (!better)
		return;
	inv->os = *os;
	inv->has_os = true;
	inv->os_layer = l->layer;
	inv->os_file = l->names->path;
}

/* What the heaviest leaves open, others of the same family may say. */
static void complete_os(struct squash *s)
{
	struct inv_os *os = &s->ret->os;
	for (size_t i = 0; i < s->live.n; i++) {
		const struct inv_file_facts *f = s->live.v[i]->facts;
		if (!f || !f->os || !lc_eq(f->os->family, os->family))
			continue;
		if (os->codename.n == 0)
			os->codename = f->os->codename;
		if (os->pretty.n == 0)
			os->pretty = f->os->pretty;
		if (os->version.n == 0)
			os->version = f->os->version;
		os->extended |= f->os->extended;
	}
}

/* SUSE's long term support is a product of its own, whose package of its release says so. */
static void find_long_term(struct squash *s)
{
	if (!lc_eq(s->ret->os.family, LC_S("sles")))
		return;
	for (size_t i = 0; i < s->ret->packages.n; i++) {
		const struct inv_package *p = &s->ret->packages.v[i].package;
		if (lc_eq(p->type, LC_S("rpm")) && lc_eq(p->name, LC_S("sles-ltss-release")))
			s->ret->os.extended = true;
	}
}

static int add_diagnostic(struct squash *s, const struct live *l)
{
	struct inv_found_diagnostic *d = lc_vec_push(s->arena, &s->ret->diagnostics);
	if (!d)
		return squash_nomem(s);
	*d = (struct inv_found_diagnostic){ *l->diagnostic, l->layer };
	d->diagnostic.path = l->names->path;
	return 0;
}

static int compare_packages(const void *x, const void *y)
{
	const struct inv_found_package *a = x;
	const struct inv_found_package *b = y;
	int c = lc_cmp(a->package.type, b->package.type);
	c = c ? c : lc_cmp(a->package.name, b->package.name);
	c = c ? c : lc_cmp(a->package.version, b->package.version);
	c = c ? c : lc_cmp(a->package.arch, b->package.arch);
	c = c ? c : lc_cmp(a->file, b->file);
	c = c ? c : lc_cmp(a->analyser, b->analyser);
	c = c ? c
	      : (a->package.line_start > b->package.line_start) -
			    (a->package.line_start < b->package.line_start);
	return c ? c
		 : lc_cmp(package_attribute(&a->package, LC_S("path")),
			  package_attribute(&b->package, LC_S("path")));
}

/* At most: what several files tell of comes in once. */
static int make_room(struct squash *s)
{
	size_t n = 0;
	for (size_t i = 0; i < s->live.n; i++)
		n += s->live.v[i]->facts ? s->live.v[i]->facts->packages.n : 0;
	return lc_vec_reserve(s->arena, &s->ret->packages, n) ? squash_nomem(s) : 0;
}

int squash_join(struct squash *s)
{
	struct lc_map seen = { 0 };
	int r = make_room(s);
	for (size_t i = 0; i < s->live.n && r == 0; i++) {
		const struct live *l = s->live.v[i];
		if (!l->facts) {
			r = add_diagnostic(s, l);
			continue;
		}
		r = add_packages(s, l, &seen);
		if (l->facts->os)
			add_os(s, l);
		if (l->facts->repository) { /* one file by its only path: the last is the upper */
			s->ret->repository = *l->facts->repository;
			s->ret->has_repository = true;
		}
	}
	lc_map_done(&seen);
	complete_os(s);
	find_long_term(s);
	if (s->ret->packages.n)
		qsort(s->ret->packages.v, s->ret->packages.n, sizeof(*s->ret->packages.v),
		      compare_packages);
	return r;
}
