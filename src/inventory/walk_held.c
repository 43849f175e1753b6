/*
 * Files that are read together: a database and its log lie in the archive one after the other, in
 * either order, so the first waits for the second, and both for the end, as a later member may
 * replace either.
 */
#include "inventory/walk_content.h"

static struct lc_slice base_of(struct lc_slice path, const struct inv_analyser *a)
{
	(void)lc_chop_suffix(&path, lc_str(a->companion)); /* the file itself has it not */
	return path;
}

static struct walk_held *held_of(struct walker *w, struct lc_slice path,
				 const struct inv_analyser *a)
{
	struct lc_slice name;
	struct lc_slice base = base_of(path, a);
	struct walk_held *h = lc_map_get(&w->held, base);
	if (h)
		return h;
	h = lc_new(&w->names, struct walk_held);
	if (!h || lc_arena_dup(&w->names, base, &name) || lc_map_put(&w->held, name, h))
		return NULL;
	h->analyser = a;
	return h;
}

int walk_hold(struct walker *w, const struct walk_file *f, const struct inv_analyser *a,
	      struct lc_content *content, struct lc_err *e)
{
	struct lc_slice path;
	struct walk_held *h = held_of(w, f->path, a);
	if (!h || lc_arena_dup(&w->names, f->path, &path))
		return lc_fail(e, LC_ENOMEM, "out of memory");
	struct walk_part *part = lc_ends(path, lc_str(a->companion)) ? &h->companion : &h->file;
	lc_content_done(&part->content);
	*part = (struct walk_part){ path, f->mode, *content, true };
	*content = (struct lc_content){ .fd = -1 };
	return 0;
}

static void drop(struct walk_part *part, struct lc_slice path)
{
	if (!part->there || !lc_eq(part->path, path))
		return;
	lc_content_done(&part->content);
	part->there = false;
}

void walk_drop(struct walker *w, struct lc_slice path)
{
	for (size_t i = 0; i < w->held.n; i++) {
		struct walk_held *h = w->held.items[i].value;
		drop(&h->file, path);
		drop(&h->companion, path);
	}
}

static int release(struct walker *w, struct walk_held *h, struct lc_err *e)
{
	struct walk_part *part = h->file.there ? &h->file : &h->companion;
	const struct lc_content *companion = NULL;
	const struct walk_file f = { part->path, part->mode, part->content.size, NULL };
	int r = 0;
	if (!part->there)
		return 0;
	if (h->file.there && h->companion.there) {
		companion = &h->companion.content;
		/* It was read, too: links to it find it so. */
		r = inv_sink_file(w->sink, h->companion.path, lc_str(h->analyser->name));
	}
	return r ? lc_fail(e, r, "%s", lc_code_name(r))
		 : walk_run(w, &f, h->analyser, &part->content, companion, e);
}

int walk_release(struct walker *w, struct lc_err *e)
{
	int r = 0;
	for (size_t i = 0; i < w->held.n && r == 0; i++)
		r = release(w, w->held.items[i].value, e);
	return r;
}

void walk_held_done(struct walker *w)
{
	for (size_t i = 0; i < w->held.n; i++) {
		struct walk_held *h = w->held.items[i].value;
		lc_content_done(&h->file.content);
		lc_content_done(&h->companion.content);
	}
	lc_map_done(&w->held);
}
