#include "inventory/language/pom_brought.h"

enum { WORKING_BYTES_MAX = 64 << 20 }; /* of one project with all that it inherits */

void pom_manage(struct pom_dependency *d, const struct pom_dependency *by, bool last)
{
	if (!by)
		return;
	if (by->of.version.n && (last || d->of.version.n == 0))
		d->of.version = by->of.version;
	if (by->scope.n && (last || d->scope.n == 0))
		d->scope = by->scope;
}

/* ---- into memory that lasts ---- */

static int copy_exclusions(struct lc_arena *a, const struct pom_exclusions *from,
			   struct pom_exclusions *to)
{
	*to = (struct pom_exclusions){ NULL, 0, 0 };
	for (size_t i = 0; i < from->n; i++) {
		struct pom_exclusion *x = lc_vec_push(a, to);
		if (!x || lc_arena_dup(a, from->v[i].group, &x->group) ||
		    lc_arena_dup(a, from->v[i].artifact, &x->artifact))
			return lc_arena_err(a);
	}
	return 0;
}

static int copy_dependency(struct lc_arena *a, const struct pom_dependency *from,
			   struct pom_dependency *to)
{
	int r = lc_arena_dup(a, from->of.group, &to->of.group);
	r = r ? r : lc_arena_dup(a, from->of.artifact, &to->of.artifact);
	r = r ? r : lc_arena_dup(a, from->of.version, &to->of.version);
	r = r ? r : lc_arena_dup(a, from->type, &to->type);
	r = r ? r : lc_arena_dup(a, from->classifier, &to->classifier);
	r = r ? r : lc_arena_dup(a, from->scope, &to->scope);
	return r ? r : copy_exclusions(a, &from->exclusions, &to->exclusions);
}

static int copy_licences(struct lc_arena *a, const struct lc_slices *from, struct lc_slices *to)
{
	for (size_t i = 0; i < from->n; i++) {
		struct lc_slice *place = lc_vec_push(a, to);
		if (!place || lc_arena_dup(a, from->v[i], place))
			return lc_arena_err(a);
	}
	return 0;
}

static int add(struct lc_arena *a, struct pom_brought *b, const struct pom_dependency *d,
	       struct lc_slice key)
{
	struct {
		struct lc_slice *v;
		size_t n, room;
	} keys = { b->keys, b->n, b->keys_room };
	struct lc_slice *key_place = lc_vec_push(a, &keys);
	struct pom_dependency *place = key_place ? lc_vec_push(a, b) : NULL;
	b->keys = keys.v;
	b->keys_room = keys.room;
	if (!place || lc_arena_dup(a, key, key_place))
		return lc_arena_err(a);
	return copy_dependency(a, d, place);
}

/* ---- one project ---- */

static int list_one(const struct pom_project *p, const struct pom_dependency *written,
		    struct lc_map *own, struct lc_arena *a, struct pom_brought *b)
{
	struct pom_dependency d = *written;
	bool added = false;
	int r = pom_fill(p, &d);
	struct lc_slice key = pom_key(p, &d);
	if (r || !key.p)
		return r ? r : lc_arena_err(p->files->arena);
	r = lc_map_add(own, key, NULL, &added); /* a parent's is overridden */
	if (r || !added || lc_eq(d.optional, LC_S("true")) || d.of.group.n == 0 ||
	    d.of.artifact.n == 0)
		return r;
	pom_manage(&d, lc_map_get(&p->managed, key), false);
	return add(a, b, &d, key);
}

static int list_all(const struct pom_project *p, struct lc_arena *a, struct pom_brought *b)
{
	struct lc_map own = { 0 };
	int r = copy_licences(a, &p->licences, &b->licences);
	b->known = p->n > 0;
	for (size_t i = 0; i < p->n; i++) {
		const struct pom_dependencies *list = &p->chain[i]->dependencies;
		for (size_t k = 0; k < list->n && r == 0; k++)
			r = list_one(p, &list->v[k], &own, a, b);
	}
	lc_map_done(&own);
	return r;
}

/*
 * In an arena of its own, as there may be many and what they inherit is large; the result goes to
 * a. What one has too much of is as if it were not there.
 */
static int work_out(struct pom_files *f, const struct pom_source *from, struct lc_arena *a,
		    struct pom_brought **ret)
{
	struct lc_arena working;
	struct pom_files g;
	struct pom_project p = { .files = &g };
	*ret = lc_new(a, struct pom_brought);
	if (!*ret)
		return lc_arena_err(a);
	lc_arena_init(&working, WORKING_BYTES_MAX);
	pom_files_init(&g, f->file);
	g.arena = &working;
	g.work_left = f->work_left;
	int r = pom_project_load(&p, from, NULL);
	r = r ? r : list_all(&p, a, *ret);
	f->work_left = g.work_left;
	if (r == LC_ELIMIT && !a->err) {
		(*ret)->known = false;
		(*ret)->n = 0;
		r = 0;
	}
	pom_project_done(&p);
	pom_files_done(&g);
	lc_arena_done(&working);
	return r;
}

static int find_out(struct pom_files *f, const struct pom_source *from, struct lc_slice key,
		    struct pom_brought **ret)
{
	const struct inv_kept_files *kept = f->file->kept;
	struct lc_arena *lasting = inv_kept_arena(kept);
	int r = lasting ? work_out(f, from, lasting, ret) : LC_ELIMIT;
	if (r == 0)
		return f->work_left ? inv_kept_put_object(kept, key, *ret) : 0;
	if (r == LC_ENOMEM || (lasting && lasting->err == LC_ENOMEM))
		return LC_ENOMEM;
	r = work_out(f, from, f->arena, ret);
	return r ? r : lc_map_put(&f->brought, key, *ret);
}

int pom_brought_by(struct pom_files *f, const struct java_coordinates *of,
		   const struct pom_brought **ret)
{
	static const struct pom_brought nothing = { .known = false };
	struct pom_source from;
	struct pom_brought *b;
	*ret = NULL;
	int r = pom_count_work(f, 1); /* also where there is none */
	if (r || f->work_left == 0)
		return r;
	r = pom_find(f, of, &from);
	if (r)
		return r;
	*ret = &nothing;
	if (!from.text.p)
		return 0;
	struct lc_slice key =
		lc_arena_fmt(f->arena, "b%c%.*s", from.stored ? 's' : 't', LC_FMT(from.path));
	if (!key.p)
		return lc_arena_err(f->arena);
	b = inv_kept_object(f->file->kept, key);
	b = b ? b : lc_map_get(&f->brought, key);
	r = b ? 0 : find_out(f, &from, key, &b);
	*ret = f->work_left ? b : NULL;
	return r ? r : pom_count_work(f, b->n);
}
