#include "inventory/squash_impl.h"

#include "inventory/presence.h"

/*
 * Of a layer whose facts are gone there stay its links (the result may name them), what it hides
 * and which paths it holds: a fraction of its facts.
 */

static int keep_slices(struct lc_arena *a, const struct lc_slices *from, struct lc_slices *ret)
{
	struct lc_slice *v = lc_new_array(a, struct lc_slice, from->n ? from->n : 1);
	if (!v)
		return lc_arena_err(a);
	for (size_t i = 0; i < from->n; i++) {
		int r = lc_arena_dup(a, from->v[i], &v[i]);
		if (r)
			return r;
	}
	*ret = (struct lc_slices){ v, from->n, from->n };
	return 0;
}

static int keep_wanted(struct lc_arena *a, const struct inv_wanted_list *from,
		       struct inv_wanted_list *ret)
{
	struct inv_wanted *v = lc_new_array(a, struct inv_wanted, from->n ? from->n : 1);
	int r = v ? 0 : lc_arena_err(a);
	for (size_t i = 0; i < from->n && r == 0; i++) {
		v[i] = from->v[i];
		r = lc_arena_dup(a, from->v[i].below, &v[i].below);
		r = r ? r : lc_arena_dup(a, from->v[i].analyser, &v[i].analyser);
	}
	if (r == 0)
		*ret = (struct inv_wanted_list){ v, from->n, from->n };
	return r;
}

static int keep_links(struct lc_arena *a, const struct inv_layer_facts *facts,
		      struct inv_layer_facts *ret)
{
	size_t n = facts->links.n;
	struct inv_link *v = lc_new_array(a, struct inv_link, n ? n : 1);
	int r = v ? 0 : lc_arena_err(a);
	for (size_t i = 0; i < n && r == 0; i++) {
		const struct inv_link *from = &facts->links.v[i];
		v[i].hard = from->hard;
		r = lc_arena_dup(a, from->path, &v[i].path);
		r = r ? r : lc_arena_dup(a, from->target, &v[i].target);
		r = r ? r : keep_wanted(a, &from->wanted, &v[i].wanted);
	}
	ret->links.v = v;
	ret->links.n = ret->links.room = r ? 0 : n;
	return r;
}

static int keep_presence(struct lc_arena *a, const struct inv_presence *from,
			 struct inv_presence **ret)
{
	if (!from)
		return 0;
	struct inv_presence *p = lc_new(a, struct inv_presence);
	uint64_t *v = lc_new_array(a, uint64_t, from->n ? from->n : 1);
	if (!p || !v)
		return lc_arena_err(a);
	if (from->n)
		memcpy(v, from->v, from->n * sizeof(*v));
	*p = *from;
	p->v = v;
	p->room = from->n;
	p->borrowed = true;
	*ret = p;
	return 0;
}

int squash_keep(struct squash *s, const struct inv_layer_facts *facts, struct inv_layer_facts *ret)
{
	int r = keep_links(s->arena, facts, ret);
	r = r ? r : keep_slices(&s->work, &facts->whiteouts, &ret->whiteouts);
	r = r ? r : keep_slices(&s->work, &facts->opaques, &ret->opaques);
	return r ? r : keep_presence(&s->work, facts->presence, &ret->presence);
}
