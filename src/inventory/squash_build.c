#include "inventory/squash_impl.h"

/*
 * How layers were built, and which of it holds for a package. A layer says so of itself, whatever
 * upper layers do to the file. Of those that say nothing the lowest goes with the next one (a base
 * image's packages are in the first layer, its words in the second), any other with the nearest
 * below that does: what a customer adds to Red Hat's image comes from the same repositories.
 */

enum { SETS_MAX = 1024 }; /* of one layer; a real image has some dozens */

static int copy_sets(struct lc_arena *a, const struct lc_slices *from, struct lc_slices *to)
{
	for (size_t i = 0; i < from->n && to->n < SETS_MAX; i++) {
		struct lc_slice *place = lc_vec_push(a, to);
		if (!place)
			return lc_arena_err(a);
		int r = lc_arena_dup(a, from->v[i], place);
		if (r)
			return r;
	}
	return 0;
}

/* Several files of one layer say parts of it: what stands first stays. */
static int merge(struct lc_arena *a, const struct inv_build *from, struct inv_build *to)
{
	int r = copy_sets(a, &from->content_sets, &to->content_sets);
	if (r || to->nvr.n || !from->nvr.n)
		return r;
	r = lc_arena_dup(a, from->nvr, &to->nvr);
	return r ? r : lc_arena_dup(a, from->arch, &to->arch);
}

int squash_build_add(struct squash *s, const struct inv_layer_facts *facts, size_t layer)
{
	struct inv_build **build = &s->layers[layer].build;
	for (size_t i = 0; i < facts->files.n; i++) {
		const struct inv_build *from = facts->files.v[i].build;
		if (!from)
			continue;
		if (!*build)
			*build = lc_new(s->arena, struct inv_build);
		int r = *build ? merge(s->arena, from, *build) : lc_arena_err(s->arena);
		if (r)
			return r;
	}
	return 0;
}

static const struct inv_build *build_of(const struct squash *s, size_t layer)
{
	if (layer == 0 && !s->layers[0].build && s->layers_n > 1)
		return s->layers[1].build;
	for (size_t i = layer + 1; i > 0; i--) {
		if (s->layers[i - 1].build)
			return s->layers[i - 1].build;
	}
	return NULL;
}

void squash_build_tell(struct squash *s)
{
	for (size_t i = 0; i < s->ret->packages.n; i++) {
		struct inv_found_package *p = &s->ret->packages.v[i];
		if (lc_eq(p->package.type, LC_S("rpm")))
			p->build = build_of(s, p->layer);
	}
}
