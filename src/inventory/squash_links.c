#include <stdlib.h>

#include "inventory/presence.h"
#include "inventory/squash_impl.h"

static int join(struct squash *s, struct lc_slice a, uint8_t c, struct lc_slice b,
		struct lc_slice *ret)
{
	uint8_t *text = lc_arena_alloc(s->arena, a.n + b.n + 1);
	if (!text)
		return squash_nomem(s);
	if (a.n)
		memcpy(text, a.p, a.n);
	text[a.n] = c;
	if (b.n)
		memcpy(text + a.n + 1, b.p, b.n);
	*ret = lc_slice_of(text, a.n + b.n + 1);
	return 0;
}

/* Does any link ask what was read? */
static bool any_asks(const struct squash *s)
{
	for (size_t i = 0; i < s->links.map.n; i++) {
		const struct path_link *link = s->links.map.items[i].value;
		if (link && link->link->wanted.n)
			return true;
	}
	return false;
}

/* Paths and the analysers that read them: "path NUL analyser". */
static int collect(struct squash *s, struct lc_map *read)
{
	int r = 0;
	for (size_t i = 0; i < s->live.n; i++) {
		const struct live *l = s->live.v[i];
		for (const struct live_name *n = l->names; l->facts && n && r == 0; n = n->next) {
			struct lc_slice key;
			r = join(s, n->path, 0, l->facts->analyser, &key);
			r = r ? r : lc_map_add(read, key, NULL, NULL);
		}
	}
	return r;
}

static int was_read(struct squash *s, const struct lc_map *read, struct lc_slice path,
		    struct lc_slice analyser, bool *ret)
{
	struct lc_slice key = { NULL, 0 };
	int r = join(s, path, 0, analyser, &key);
	if (r == 0)
		*ret = lc_map_has(read, key);
	return r;
}

/* Is there a file (no directory) at the path in the end? */
static bool is_file(const struct squash *s, struct lc_slice path)
{
	for (size_t i = s->layers_n; i > 0; i--) {
		const struct path_cover *c = &s->layers[i - 1].cover;
		bool dir;
		if (!c->facts)
			continue;
		if (c->facts->presence && inv_presence_has(c->facts->presence, path, &dir))
			return !dir;
		if (path_cover_hides(c, NULL, path))
			return false;
	}
	return false;
}

/* Names a directory's files: no entry has this path, and it is hidden where all of them are. */
static int files_of(struct squash *s, struct lc_slice dir, struct lc_slice *ret)
{
	*ret = LC_S(".");
	return dir.n ? join(s, dir, '/', LC_S("."), ret) : 0;
}

/* Are there any in the end? The dot goes, the slash stays. */
static bool has_files(const struct squash *s, struct lc_slice files)
{
	struct lc_slice dir = lc_sub(files, 0, files.n - 1);
	for (size_t i = s->layers_n; i > 0; i--) {
		const struct path_cover *c = &s->layers[i - 1].cover;
		if (!c->facts)
			continue;
		if (c->facts->presence && inv_presence_holds(c->facts->presence, dir))
			return true;
		if (path_cover_hides(c, NULL, files))
			return false;
	}
	return false;
}

static int add_trouble(struct squash *s, const struct path_link *link, struct lc_slice path,
		       const struct inv_wanted *w, struct lc_slice message)
{
	struct inv_found_diagnostic *d = lc_vec_push(s->arena, &s->ret->diagnostics);
	if (!d || !message.p)
		return squash_nomem(s);
	*d = (struct inv_found_diagnostic){
		.diagnostic = { path, w->analyser, INV_UNREADABLE, message },
		.layer = link->layer,
	};
	return 0;
}

static int check_dir(struct squash *s, const struct path_link *link, const struct inv_wanted *w)
{
	struct lc_slice path = link->path;
	struct lc_slice target;
	struct lc_slice files;
	int r = w->below.n ? join(s, link->path, '/', w->below, &path) : 0;
	r = r ? r : path_resolve(&s->links, path, true, s->arena, &target);
	if (r == LC_ELIMIT && s->arena->err == 0)
		return add_trouble(s, link, path, w, LC_S("is a link that leads in a circle"));
	r = r ? r : files_of(s, target, &files);
	if (r || !has_files(s, files))
		return r;
	return add_trouble(s, link, path, w,
			   lc_arena_fmt(s->arena, "is a link to %s, whose files were not read",
					lc_quote(target).s));
}

static int check(struct squash *s, const struct lc_map *read, const struct path_link *link,
		 const struct inv_wanted *w)
{
	struct lc_slice path = link->path;
	struct lc_slice target;
	bool known = false;
	int r = w->below.n ? join(s, link->path, '/', w->below, &path) : 0;
	r = r ? r : was_read(s, read, path, w->analyser, &known);
	if (r || known)
		return r;
	if (link->link->hard)
		r = path_resolve(&s->links, link->link->target, true, s->arena, &target);
	else
		r = path_resolve(&s->links, path, true, s->arena, &target);
	if (r == LC_ELIMIT && s->arena->err == 0)
		return add_trouble(s, link, path, w, LC_S("is a link that leads in a circle"));
	r = r ? r : was_read(s, read, target, w->analyser, &known);
	/* A hard link keeps the bytes of its target when that is gone from its own path. */
	if (r || known || (!link->link->hard && !is_file(s, target)))
		return r;
	return add_trouble(
		s, link, path, w,
		lc_arena_fmt(s->arena, "is a link to %s, which was not read", lc_quote(target).s));
}

/* Layer by layer, path by path: the same bytes whatever the order in a stream. */
static int compare(const void *x, const void *y)
{
	const struct inv_found_diagnostic *a = x;
	const struct inv_found_diagnostic *b = y;
	int c = (a->layer > b->layer) - (a->layer < b->layer);
	c = c ? c : lc_cmp(a->diagnostic.path, b->diagnostic.path);
	c = c ? c : lc_cmp(a->diagnostic.analyser, b->diagnostic.analyser);
	c = c ? c : (int)a->diagnostic.trouble - (int)b->diagnostic.trouble;
	return c ? c : lc_cmp(a->diagnostic.message, b->diagnostic.message);
}

static int too_many(struct squash *s)
{
	struct inv_found_diagnostic *d = lc_vec_push(s->arena, &s->ret->diagnostics);
	if (!d)
		return squash_nomem(s);
	d->diagnostic.trouble = INV_TOO_LARGE;
	d->diagnostic.message = LC_S("too many links to directories, not all were followed");
	return 0;
}

static int check_any(struct squash *s, const struct lc_map *read, const struct path_link *link,
		     const struct inv_wanted *w)
{
	if (w->behind)
		return 0; /* squash_behind() looked, layer by layer */
	return w->dir ? check_dir(s, link, w) : check(s, read, link, w);
}

int squash_links(struct squash *s)
{
	struct lc_map read = { 0 };
	int r = any_asks(s) ? collect(s, &read) : 0;
	for (size_t i = 0; i < s->links.map.n && r == 0; i++) {
		const struct path_link *link = s->links.map.items[i].value;
		for (size_t k = 0; link && k < link->link->wanted.n && r == 0; k++)
			r = check_any(s, &read, link, &link->link->wanted.v[k]);
	}
	if (r == 0 && s->links.too_many)
		r = too_many(s);
	lc_map_done(&read);
	if (s->ret->diagnostics.n)
		qsort(s->ret->diagnostics.v, s->ret->diagnostics.n, sizeof(*s->ret->diagnostics.v),
		      compare);
	return r;
}

/* ---- behind links, as layers come ---- */

/* Looked up for each link and layer: nothing is kept unless it is there. */
static bool brings(const struct inv_presence *p, struct lc_slice link, const struct inv_wanted *w)
{
	uint8_t text[8192];
	size_t n = link.n;
	bool dir;
	if (link.n == 0 || link.n + w->below.n + 2 > sizeof(text))
		return false; /* no link, or longer than any name may be */
	memcpy(text, link.p, link.n);
	if (w->below.n) {
		text[n++] = '/';
		memcpy(text + n, w->below.p, w->below.n);
		n += w->below.n;
	}
	if (!w->dir)
		return inv_presence_has(p, lc_slice_of(text, n), &dir) && !dir;
	text[n++] = '/';
	return inv_presence_holds(p, lc_slice_of(text, n));
}

static int tell_behind(struct squash *s, size_t layer, struct lc_slice link,
		       const struct inv_wanted *w)
{
	struct lc_slice path = link;
	struct lc_slice real;
	int r = w->below.n ? join(s, link, '/', w->below, &path) : 0;
	r = r ? r : path_resolve(&s->links, path, w->dir, s->arena, &real);
	if (r)
		return r == LC_ELIMIT && s->arena->err == 0 ? 0 : r;
	/* Over what was read it is told already. */
	if (!w->dir && lc_map_get(&s->replaced, real) && !lc_map_get(&s->own, real))
		return 0;
	r = w->dir ? files_of(s, real, &real) : 0;
	return r ? r
		 : squash_unread(s, layer, real, w->analyser,
				 LC_S("was written by way of a link, and not read"));
}

int squash_behind(struct squash *s, size_t layer)
{
	const struct inv_presence *p = s->layers[layer].kept.presence;
	int r = 0;
	for (size_t i = 0; p && i < s->links.aliases.n && r == 0; i++) {
		struct lc_slice path = s->links.aliases.v[i].path;
		const struct path_link *link = lc_map_get(&s->links.map, path);
		for (size_t k = 0; link && k < link->link->wanted.n && r == 0; k++) {
			const struct inv_wanted *w = &link->link->wanted.v[k];
			if (w->behind && brings(p, path, w))
				r = tell_behind(s, layer, path, w);
		}
	}
	return r;
}
