#include "inventory/squash_impl.h"

#include "inventory/matcher.h"

/* ---- one layer ---- */

static struct live *new_live(struct squash *s, struct lc_slice path, size_t layer)
{
	struct live *l = lc_new(&s->work, struct live);
	struct live_name *name = lc_new(&s->work, struct live_name);
	struct live **place = l && name ? lc_vec_push(&s->work, &s->live) : NULL;
	if (!place)
		return NULL;
	name->path = path;
	*l = (struct live){ .names = name, .layer = layer };
	*place = l;
	return l;
}

/* Circles of links lead to nothing that a program could open; the path as written names them. */
static int canonical(struct squash *s, struct lc_slice path, struct lc_slice *ret)
{
	int r = path_resolve(&s->links, path, false, s->arena, ret);
	if (r != LC_ELIMIT || s->arena->err)
		return r;
	*ret = path;
	return 0;
}

/* The names that are left; false when none is. */
static bool keep_names(struct squash *s, const struct path_cover *c, struct live *l)
{
	struct live_name **at = &l->names;
	while (*at) {
		if (path_cover_hides(c, &s->links, (*at)->path))
			*at = (*at)->next;
		else
			at = &(*at)->next;
	}
	return l->names != NULL;
}

/* Takes what the layer hides off the list; files of it stay at hand for their packages' origin. */
static int drop_hidden(struct squash *s, const struct path_cover *c, bool *ret_os)
{
	size_t kept = 0;
	for (size_t i = 0; i < s->live.n; i++) {
		struct live *l = s->live.v[i];
		struct lc_slice path = l->names->path;
		if (keep_names(s, c, l)) {
			s->live.v[kept++] = l;
			continue;
		}
		*ret_os |= l->os;
		if (!l->facts)
			continue;
		l->next_at_path = lc_map_get(&s->replaced, path);
		int r = lc_map_put(&s->replaced, path, l);
		if (r)
			return r;
	}
	s->live.n = kept;
	return 0;
}

static const struct live *replaced_at(const struct squash *s, struct lc_slice path,
				      struct lc_slice analyser)
{
	const struct live *l = lc_map_get(&s->replaced, path);
	while (l && !lc_eq(l->facts->analyser, analyser))
		l = l->next_at_path;
	return l;
}

/*
 * A later context of the same path and analyser replaces; without analyser it forgets them all.
 * What is left of the path's list is in *ret.
 */
static int forget(struct squash *s, struct lc_slice path, struct lc_slice analyser,
		  struct live **ret)
{
	struct live *l = lc_map_get(&s->own, path);
	struct live **at = ret;
	size_t n = 0;
	for (*ret = NULL; l; l = l->next_at_path) {
		l->gone = analyser.n == 0 || lc_eq(l->facts->analyser, analyser);
		if (l->gone)
			continue;
		*at = l;
		at = &l->next_at_path;
		n++;
	}
	*at = NULL;
	return n < INV_ANALYSERS_MAX ? 0 : LC_ELIMIT; /* of a stream that is not ours */
}

static int add_file(struct squash *s, const struct inv_file_facts *f, size_t layer, bool *ret_os)
{
	struct lc_slice path;
	struct live *others;
	int r = canonical(s, f->path, &path);
	r = r ? r : forget(s, path, f->analyser, &others);
	if (r)
		return r;
	if (f->analyser.n == 0)
		return lc_map_put(&s->own, path, NULL);
	struct live *l = new_live(s, path, layer);
	if (!l)
		return squash_nomem(s);
	l->facts = f;
	l->next_at_path = others;
	r = lc_map_put(&s->own, path, l);
	r = r ? r : squash_origins(s, l, replaced_at(s, path, f->analyser));
	*ret_os |= l->os;
	return r;
}

static int add_diagnostic(struct squash *s, const struct inv_diagnostic *d, size_t layer)
{
	struct lc_slice path;
	int r = canonical(s, d->path, &path);
	if (r)
		return r;
	struct live *l = new_live(s, path, layer);
	if (!l)
		return squash_nomem(s);
	l->diagnostic = d;
	return 0;
}

/* A file lives as long as one of its names does. */
static int add_hard_link(struct squash *s, const struct inv_link *link)
{
	struct lc_slice path;
	struct lc_slice target;
	int r = canonical(s, link->path, &path);
	r = r ? r : canonical(s, link->target, &target);
	if (r || lc_eq(path, target))
		return r;
	for (struct live *l = lc_map_get(&s->own, target); l; l = l->next_at_path) {
		struct live_name *name = lc_new(&s->work, struct live_name);
		if (!name)
			return squash_nomem(s);
		*name = (struct live_name){ path, l->names->next };
		l->names->next = name;
	}
	return 0;
}

static int add_layer(struct squash *s, size_t layer, bool *ret_os)
{
	const struct inv_layer_facts *facts = s->layers[layer];
	int r = 0;
	for (size_t i = 0; i < facts->files.n && r == 0; i++)
		r = add_file(s, &facts->files.v[i], layer, ret_os);
	for (size_t i = 0; i < facts->links.n && r == 0; i++) {
		if (facts->links.v[i].hard)
			r = add_hard_link(s, &facts->links.v[i]);
	}
	for (size_t i = 0; i < facts->diagnostics.n && r == 0; i++)
		r = add_diagnostic(s, &facts->diagnostics.v[i], layer);
	size_t kept = 0;
	for (size_t i = 0; i < s->live.n; i++) {
		if (!s->live.v[i]->gone)
			s->live.v[kept++] = s->live.v[i];
	}
	s->live.n = kept;
	return r;
}

static int lay_over(struct squash *s, size_t layer)
{
	struct path_cover *cover = &s->covers[layer];
	bool os = false;
	lc_map_done(&s->own);
	lc_map_done(&s->replaced);
	int r = path_cover_init(cover, s->layers[layer], &s->links, s->arena);
	r = r ? r : path_links_apply(&s->links, cover, layer, s->arena);
	r = r ? r : drop_hidden(s, cover, &os);
	r = r ? r : add_layer(s, layer, &os);
	return r || !os ? r : squash_snapshot(s, layer);
}

/* ---- all ---- */

static int squash(struct squash *s)
{
	int r = 0;
	for (size_t i = 0; i < s->layers_n && r == 0; i++) {
		if (s->layers[i])
			r = lay_over(s, i);
	}
	r = r ? r : squash_join(s);
	r = r ? r : squash_tell(s);
	return r ? r : squash_links(s);
}

static void done(struct squash *s)
{
	for (size_t i = 0; i < s->layers_n; i++)
		path_cover_done(&s->covers[i]);
	lc_map_done(&s->own);
	lc_map_done(&s->replaced);
	lc_map_done(&s->origins);
	path_links_done(&s->links);
	lc_arena_done(&s->work);
}

int inv_squash(const struct inv_layer_facts *const *layers, size_t n, struct lc_arena *a,
	       struct inventory *ret, struct lc_err *e)
{
	struct inventory result = { 0 };
	struct squash s = { .layers = layers, .layers_n = n, .arena = a, .ret = &result };
	lc_arena_init(&s.work, 0);
	s.covers = lc_new_array(&s.work, struct path_cover, n ? n : 1);
	if (!s.covers)
		return lc_fail(e, LC_ENOMEM, "squash: out of memory");
	int r = squash(&s);
	done(&s);
	if (r)
		return lc_fail(e, r, "squash: %s", lc_code_name(r));
	*ret = result;
	return 0;
}
