#include "inventory/squash_impl.h"

#include "base/shim.h"
#include "inventory/matcher.h"

/* Presence of a thousand real layers takes a few dozen MiB. */
static const size_t work_bytes_max = (size_t)1 << 30;

/* ---- one layer ---- */

static struct live *new_live(struct squash *s, struct lc_slice path, size_t layer)
{
	struct lc_arena *a = &s->layers[layer].arena;
	struct live *l = lc_new(a, struct live);
	struct live_name *name = lc_new(a, struct live_name);
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
		struct live_name *name = lc_new(&s->layers[l->layer].arena, struct live_name);
		if (!name)
			return squash_nomem(s);
		*name = (struct live_name){ path, l->names->next };
		l->names->next = name;
	}
	return 0;
}

static int add_layer(struct squash *s, const struct inv_layer_facts *facts, size_t layer,
		     bool *ret_os)
{
	const struct inv_layer_facts *own = &s->layers[layer].kept;
	int r = 0;
	for (size_t i = 0; i < facts->files.n && r == 0; i++)
		r = add_file(s, &facts->files.v[i], layer, ret_os);
	for (size_t i = 0; i < own->links.n && r == 0; i++) {
		if (own->links.v[i].hard)
			r = add_hard_link(s, &own->links.v[i]);
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

/* The diagnostic outlives the facts of a lower layer that it speaks of, and is the result's. */
int squash_unread(struct squash *s, size_t layer, struct lc_slice path, struct lc_slice analyser,
		  struct lc_slice message)
{
	struct lc_arena *a = s->arena;
	struct inv_diagnostic *d = lc_new(a, struct inv_diagnostic);
	if (!d)
		return lc_arena_err(a);
	d->trouble = INV_UNREADABLE;
	d->message = message;
	int r = lc_arena_dup(a, path, &d->path);
	r = r ? r : lc_arena_dup(a, analyser, &d->analyser);
	return r ? r : add_diagnostic(s, d, layer);
}

/* Files that the layer put over what was read, under names that nobody asks for. */
static int tell_unread(struct squash *s, const struct path_cover *c, size_t layer)
{
	int r = 0;
	for (size_t i = 0; i < s->replaced.n && r == 0; i++) {
		struct lc_slice path = s->replaced.items[i].key;
		const struct live *l = s->replaced.items[i].value;
		if (!lc_map_get(&s->own, path) && path_cover_over_link(c, &s->links, path))
			r = squash_unread(
				s, layer, path, l->facts->analyser,
				LC_S("was replaced by way of a link, by what was not read"));
	}
	return r;
}

/* Layers of which nothing is alive any more need no memory of their own. */
static void count_live(struct squash *s)
{
	for (size_t i = 0; i < s->layers_n; i++)
		s->layers[i].live = 0;
	for (size_t i = 0; i < s->live.n; i++)
		s->layers[s->live.v[i]->layer].live++;
	for (size_t i = 0; i < s->layers_n; i++) {
		if (s->layers[i].live == 0)
			lc_arena_done(&s->layers[i].arena);
	}
}

static int lay_over(struct squash *s, const struct inv_layer_facts *facts, size_t layer)
{
	struct squash_layer *l = &s->layers[layer];
	bool os = false;
	int r = squash_keep(s, facts, &l->kept);
	r = r ? r : path_cover_init(&l->cover, &l->kept, &s->links, &s->work);
	r = r ? r : path_links_apply(&s->links, &l->cover, layer, s->arena);
	r = r ? r : drop_hidden(s, &l->cover, &os);
	r = r ? r : squash_build_add(s, facts, layer);
	r = r ? r : add_layer(s, facts, layer, &os);
	r = r ? r : tell_unread(s, &l->cover, layer);
	r = r ? r : squash_behind(s, layer);
	r = r || !os ? r : squash_snapshot(s, layer);
	lc_map_done(&s->own);
	lc_map_done(&s->replaced);
	count_live(s);
	return r;
}

/* ---- all ---- */

int inv_squash_new(const struct squash_options *options, size_t layers_max, struct lc_arena *a,
		   struct squash **ret, struct lc_err *e)
{
	struct squash *s = lc_alloc0(1, sizeof(*s));
	if (!s)
		return lc_fail(e, LC_ENOMEM, "squash: out of memory");
	s->arena = a;
	if (options)
		s->options = *options;
	lc_arena_init(&s->work, work_bytes_max);
	s->layers_max = layers_max;
	s->layers = lc_new_array(&s->work, struct squash_layer, layers_max ? layers_max : 1);
	if (!s->layers) {
		int r = squash_nomem(s);
		inv_squash_free(s);
		return lc_fail(e, r, "squash: %s", lc_code_name(r));
	}
	*ret = s;
	return 0;
}

void inv_squash_free(struct squash *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->layers_n; i++) {
		path_cover_done(&s->layers[i].cover);
		lc_arena_done(&s->layers[i].arena);
	}
	lc_map_done(&s->own);
	lc_map_done(&s->replaced);
	lc_map_done(&s->origins);
	path_links_done(&s->links);
	lc_arena_done(&s->work);
	lc_free(s);
}

void inv_squash_freep(struct squash **s)
{
	inv_squash_free(*s);
}

int inv_squash_add(struct squash *s, const struct inv_layer_facts *facts, struct lc_err *e)
{
	if (s->layers_n == s->layers_max)
		return lc_fail(e, LC_EUSAGE, "squash: more than %zu layers", s->layers_max);
	size_t layer = s->layers_n++;
	int r = facts ? lay_over(s, facts, layer) : 0;
	return r ? lc_fail(e, r, "squash: %s", lc_code_name(r)) : 0;
}

bool inv_squash_needs(const struct squash *s, size_t layer)
{
	return layer < s->layers_n && s->layers[layer].live > 0;
}

int inv_squash_end(struct squash *s, struct inventory *ret, struct lc_err *e)
{
	struct inventory result = { 0 };
	s->ret = &result;
	int r = squash_join(s);
	squash_build_tell(s);
	r = r ? r : squash_tell(s);
	r = r || s->options.comprehensive ? r : squash_own(s);
	squash_related(s, s->options.relationships);
	r = r ? r : squash_links(s);
	s->ret = NULL;
	if (r)
		return lc_fail(e, r, "squash: %s", lc_code_name(r));
	*ret = result;
	return 0;
}

int inv_squash(const struct inv_layer_facts *const *layers, size_t n, struct lc_arena *a,
	       struct inventory *ret, struct lc_err *e)
{
	LC_CLEANUP(inv_squash_freep) struct squash *s = NULL;
	int r = inv_squash_new(NULL, n, a, &s, e);
	for (size_t i = 0; i < n && r == 0; i++)
		r = inv_squash_add(s, layers[i], e);
	return r ? r : inv_squash_end(s, ret, e);
}
