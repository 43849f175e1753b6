#include "inventory/layer_paths.h"

#include "base/buf.h"
#include "inventory/presence.h"

enum { PATH_BYTES_MAX = 1 << 16 };

void path_links_done(struct path_links *l)
{
	lc_map_done(&l->map);
}

/* ---- resolving ---- */

static const struct path_link *symlink_at(const struct path_links *l, struct lc_slice path)
{
	const struct path_link *link = lc_map_get(&l->map, path);
	return link && !link->link->hard ? link : NULL;
}

/* Most paths meet no link: nothing to copy then. */
static bool is_canonical(const struct path_links *l, struct lc_slice path, bool follow)
{
	if (l->live == 0)
		return true;
	for (size_t i = 1; i < path.n; i++) {
		if (path.p[i] == '/' && symlink_at(l, lc_sub(path, 0, i)))
			return false;
	}
	return !follow || !symlink_at(l, path);
}

static void pop(struct lc_buf *done)
{
	done->n = lc_path_dir(lc_buf_get(done)).n;
}

/* target, then what was still to come. */
static int prepend(struct lc_arena *a, struct lc_slice target, struct lc_slice *rest)
{
	struct lc_buf b;
	lc_buf_init(&b, PATH_BYTES_MAX);
	(void)lc_buf_slice(&b, target); /* sticky: the last one is looked at */
	(void)lc_buf_byte(&b, '/');
	int r = lc_buf_slice(&b, *rest);
	r = r ? r : lc_arena_dup(a, lc_buf_get(&b), rest);
	lc_buf_done(&b);
	return r;
}

static int resolve(const struct path_links *l, struct lc_slice rest, bool follow,
		   struct lc_arena *a, struct lc_buf *done)
{
	struct lc_slice part;
	unsigned steps = 0;
	while (rest.p && lc_split(&rest, '/', &part)) {
		if (part.n == 0 || lc_eq(part, LC_S(".")))
			continue;
		if (lc_eq(part, LC_S(".."))) {
			pop(done); /* above the root is the root */
			continue;
		}
		if (done->n)
			(void)lc_buf_byte(done, '/'); /* sticky: the next one is looked at */
		int r = lc_buf_slice(done, part);
		if (r)
			return r;
		const struct path_link *link = symlink_at(l, lc_buf_get(done));
		bool last = !rest.p;
		if (!link || (last && !follow))
			continue;
		if (++steps > LINK_STEPS_MAX)
			return LC_ELIMIT;
		if (lc_starts(link->link->target, LC_S("/")))
			done->n = 0;
		else
			pop(done);
		r = prepend(a, link->link->target, &rest);
		if (r)
			return r;
		if (last)
			(void)lc_chop_suffix(&rest, LC_S("/"));
	}
	return 0;
}

int path_resolve(const struct path_links *l, struct lc_slice path, bool follow, struct lc_arena *a,
		 struct lc_slice *ret)
{
	if (is_canonical(l, path, follow)) {
		*ret = path;
		return 0;
	}
	struct lc_buf done;
	lc_buf_init(&done, PATH_BYTES_MAX);
	int r = resolve(l, path, follow, a, &done);
	r = r ? r : lc_arena_dup(a, lc_buf_get(&done), ret);
	lc_buf_done(&done);
	return r;
}

/* ---- what a layer hides ---- */

/* Paths that cannot be resolved (circles) lead nowhere, so there is nothing to remove. */
static int put_all(struct lc_map *map, const struct lc_slices *paths, bool follow,
		   const struct path_links *below, struct lc_arena *a)
{
	for (size_t i = 0; i < paths->n; i++) {
		struct lc_slice path;
		int r = path_resolve(below, paths->v[i], follow, a, &path);
		if (r == LC_ELIMIT && a->err == 0)
			continue;
		r = r ? r : lc_map_add(map, path, map, NULL);
		if (r)
			return r;
	}
	return 0;
}

int path_cover_init(struct path_cover *c, const struct inv_layer_facts *facts,
		    const struct path_links *below, struct lc_arena *a)
{
	*c = (struct path_cover){ .facts = facts };
	int r = put_all(&c->whiteouts, &facts->whiteouts, false, below, a);
	return r ? r : put_all(&c->opaques, &facts->opaques, true, below, a);
}

void path_cover_done(struct path_cover *c)
{
	lc_map_done(&c->whiteouts);
	lc_map_done(&c->opaques);
}

static bool is_removed(const struct path_cover *c, struct lc_slice path)
{
	if (c->whiteouts.n == 0 && c->opaques.n == 0)
		return false;
	if (lc_map_has(&c->whiteouts, path) || lc_map_has(&c->opaques, LC_S("")))
		return true;
	for (size_t i = 1; i < path.n; i++) {
		struct lc_slice dir = lc_sub(path, 0, i);
		if (path.p[i] != '/')
			continue;
		if (lc_map_has(&c->whiteouts, dir) || lc_map_has(&c->opaques, dir))
			return true;
	}
	return false;
}

/* The layer names the path by a link to one of its directories. */
static bool hides_by_alias(const struct inv_presence *p, const struct path_alias *alias,
			   struct lc_slice path)
{
	uint8_t text[4096];
	struct lc_slice below = path;
	if (alias->target.n &&
	    (!lc_chop_prefix(&below, alias->target) || !lc_chop_prefix(&below, LC_S("/"))))
		return false;
	if (alias->path.n + 1 + below.n > sizeof(text))
		return false;
	memcpy(text, alias->path.p, alias->path.n);
	text[alias->path.n] = '/';
	memcpy(text + alias->path.n + 1, below.p, below.n);
	return inv_presence_hides_below(p, lc_slice_of(text, alias->path.n + 1 + below.n),
					alias->path.n + 1);
}

bool path_cover_hides(const struct path_cover *c, const struct path_links *aliases,
		      struct lc_slice path)
{
	if (!c->facts)
		return false;
	if (is_removed(c, path))
		return true;
	const struct inv_presence *p = c->facts->presence;
	if (!p || p->n == 0)
		return false;
	if (inv_presence_hides(p, path))
		return true;
	for (size_t i = 0; aliases && i < aliases->aliases.n; i++) {
		if (hides_by_alias(p, &aliases->aliases.v[i], path))
			return true;
	}
	return false;
}

bool path_cover_over_link(const struct path_cover *c, const struct path_links *aliases,
			  struct lc_slice path)
{
	return path_cover_hides(c, aliases, path) && !path_cover_hides(c, NULL, path);
}

/* ---- links from layer to layer ---- */

static void drop_hidden(struct path_links *l, const struct path_cover *c)
{
	for (size_t i = 0; i < l->map.n && l->live; i++) {
		struct lc_map_item *item = &l->map.items[i];
		if (item->value && path_cover_hides(c, NULL, item->key)) {
			item->value = NULL;
			l->live--;
		}
	}
}

static int add_own(struct path_links *l, const struct path_cover *c, size_t layer,
		   struct lc_arena *a)
{
	for (size_t i = 0; i < c->facts->links.n; i++) {
		struct path_link *link = lc_new(a, struct path_link);
		if (!link)
			return lc_arena_err(a);
		*link = (struct path_link){ .link = &c->facts->links.v[i], .layer = layer };
		int r = path_resolve(l, link->link->path, false, a, &link->path);
		if (r == LC_ELIMIT && a->err == 0)
			continue;
		bool fresh = !r && !lc_map_get(&l->map, link->path);
		r = r ? r : lc_map_put(&l->map, link->path, link);
		if (r)
			return r;
		l->live += fresh;
	}
	return 0;
}

static int add_alias(struct path_links *l, const struct path_link *link, struct lc_arena *a)
{
	struct lc_slice target;
	if (l->aliases.n == ALIASES_MAX) {
		l->too_many = true;
		return 0;
	}
	int r = path_resolve(l, link->path, true, a, &target);
	if (r == LC_ELIMIT && a->err == 0)
		return 0;
	if (r)
		return r;
	struct path_alias *alias = lc_vec_push(a, &l->aliases);
	if (!alias)
		return lc_arena_err(a);
	*alias = (struct path_alias){ link->path, target };
	return 0;
}

int path_links_apply(struct path_links *l, const struct path_cover *c, size_t layer,
		     struct lc_arena *a)
{
	size_t before = l->live;
	drop_hidden(l, c);
	if (l->live == before && c->facts->links.n == 0)
		return 0;
	int r = add_own(l, c, layer, a);
	l->aliases.n = 0;
	for (size_t i = 0; i < l->map.n && r == 0; i++) {
		const struct path_link *link = l->map.items[i].value;
		if (link && !link->link->hard)
			r = add_alias(l, link, a);
	}
	return r;
}
