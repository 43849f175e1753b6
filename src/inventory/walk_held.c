/*
 * Files that are read together: a database and its log, a lock file and its manifest lie in the
 * archive in any order, so all of them wait for the end, also as a later member may replace each.
 */
#include "inventory/walk_content.h"

#include <inttypes.h>

#include "base/shim.h"

/*
 * What may wait in memory; databases wait in memory files of their own, so many of them, which
 * together hold no more than one may.
 */
static const uint64_t held_bytes_max = (uint64_t)256 << 20;
enum { HELD_FILES_MAX = 16 };
/* Of files of the store, and of one. */
static const size_t stored_bytes_max = (size_t)128 << 20;
static const uint64_t stored_file_bytes_max = (uint64_t)4 << 20;
/* Of what an analyser remembers. */
static const size_t memo_bytes_max = (size_t)128 << 20;

/* ---- looking at the others ---- */

static const struct inv_kept *kept_of(const struct inv_kept_files *kept, const struct walk_held *h)
{
	return h && inv_set_has(&h->who, kept->analyser) ? &h->kept : NULL;
}

const struct inv_kept *inv_kept_at(const struct inv_kept_files *kept, struct lc_slice path)
{
	return kept ? kept_of(kept, lc_map_get(kept->held, path)) : NULL;
}

const struct inv_kept *inv_kept_beside(const struct inv_kept_files *kept, struct lc_slice path,
				       struct lc_slice name)
{
	uint8_t text[4096];
	size_t dir = path.n - lc_path_name(path).n; /* with its slash */
	if (!kept || dir > sizeof(text) || name.n > sizeof(text) - dir)
		return NULL;
	if (dir)
		memcpy(text, path.p, dir);
	if (name.n)
		memcpy(text + dir, name.p, name.n);
	return inv_kept_at(kept, lc_slice_of(text, dir + name.n));
}

const struct inv_kept *inv_kept_next(const struct inv_kept_files *kept, struct lc_slice dir,
				     size_t *at)
{
	while (kept && *at < kept->held->n) {
		struct lc_slice path = kept->held->items[*at].key;
		const struct inv_kept *k = kept_of(kept, kept->held->items[(*at)++].value);
		if (k && (dir.n == 0 || (lc_chop_prefix(&path, dir) && lc_starts(path, LC_S("/")))))
			return k;
	}
	return NULL;
}

bool inv_kept_recall(const struct inv_kept_files *kept, struct lc_slice text,
		     const struct inv_kept **ret)
{
	*ret = NULL;
	if (!kept || !kept->memo || !lc_map_has(&kept->memo->map, text))
		return false;
	*ret = lc_map_get(&kept->memo->map, text);
	return true;
}

int inv_kept_remember(const struct inv_kept_files *kept, struct lc_slice text,
		      const struct inv_kept *what)
{
	struct lc_slice copy;
	if (!kept || !kept->memo || kept->memo->texts.err)
		return 0; /* it is looked for again */
	if (lc_arena_dup(&kept->memo->texts, text, &copy))
		return kept->memo->texts.err == LC_ENOMEM ? LC_ENOMEM : 0;
	return lc_map_put(&kept->memo->map, copy, (void *)(uintptr_t)what);
}

struct lc_arena *inv_kept_arena(const struct inv_kept_files *kept)
{
	return kept && kept->memo && !kept->memo->texts.err ? &kept->memo->texts : NULL;
}

void *inv_kept_object(const struct inv_kept_files *kept, struct lc_slice text)
{
	return kept && kept->memo ? lc_map_get(&kept->memo->objects, text) : NULL;
}

int inv_kept_put_object(const struct inv_kept_files *kept, struct lc_slice text, void *object)
{
	struct lc_arena *a = inv_kept_arena(kept);
	struct lc_slice copy;
	if (!a)
		return 0; /* it is made again */
	if (lc_arena_dup(a, text, &copy))
		return a->err == LC_ENOMEM ? LC_ENOMEM : 0;
	return lc_map_put(&kept->memo->objects, copy, object);
}

/* ---- the store ---- */

void walk_store_init(struct walk_store *s, const struct io_tree *tree)
{
	*s = (struct walk_store){ .tree = tree };
	lc_arena_init(&s->arena, stored_bytes_max);
}

void walk_store_done(struct walk_store *s)
{
	lc_map_done(&s->files);
	lc_arena_done(&s->arena);
}

bool inv_kept_has_store(const struct inv_kept_files *kept)
{
	return kept && kept->store;
}

bool inv_kept_store_is_full(const struct inv_kept_files *kept)
{
	return inv_kept_has_store(kept) && kept->store->arena.err == LC_ELIMIT;
}

/* What cannot be read is not there. */
static struct lc_slice read_stored(struct walk_store *s, const char *path)
{
	struct lc_content c LC_CLEANUP(lc_content_done) = { .fd = -1 };
	struct lc_slice none = { NULL, 0 };
	uint32_t mode;
	if (io_tree_file(s->tree, path, &c, &mode, NULL) || c.size == 0 ||
	    c.size > stored_file_bytes_max)
		return none;
	uint8_t *bytes = lc_arena_alloc(&s->arena, (size_t)c.size);
	if (!bytes || lc_content_read(&c, 0, bytes, (size_t)c.size, NULL))
		return none;
	return lc_slice_of(bytes, (size_t)c.size);
}

int inv_kept_stored(const struct inv_kept_files *kept, struct lc_slice path,
		    const struct inv_kept **ret)
{
	*ret = NULL;
	if (!inv_kept_has_store(kept) || kept->store->arena.err || lc_find(path, 0) != SIZE_MAX)
		return 0;
	struct walk_store *s = kept->store;
	struct inv_kept *k = lc_map_get(&s->files, path);
	if (!k) {
		const char *name = lc_arena_str(&s->arena, path);
		k = name ? lc_new(&s->arena, struct inv_kept) : NULL;
		if (!k)
			return s->arena.err == LC_ENOMEM ? LC_ENOMEM : 0;
		k->path = lc_str(name);
		k->content = lc_content_slice(read_stored(s, name));
		int r = s->arena.err == LC_ENOMEM ? LC_ENOMEM : lc_map_put(&s->files, k->path, k);
		if (r)
			return r;
	}
	*ret = k->content.mem.p ? k : NULL;
	return 0;
}

/* ---- keeping ---- */

static struct walk_held *held_of(struct walker *w, struct lc_slice path)
{
	struct walk_held *h = lc_map_get(&w->held, path);
	if (h)
		return h;
	h = lc_new(&w->names, struct walk_held);
	if (!h || lc_arena_dup(&w->names, path, &h->kept.path) ||
	    lc_map_put(&w->held, h->kept.path, h))
		return NULL;
	return h;
}

static void drop(struct walker *w, struct walk_held *h)
{
	w->held_bytes -= h->kept.content.mem.n;
	w->held_spooled -= h->spooled;
	w->held_files -= h->spooled > 0;
	h->spooled = 0;
	lc_content_done(&h->kept.content);
	h->kept.content = (struct lc_content){ .fd = -1 };
	h->who = (struct inv_set){ 0 };
}

void walk_drop(struct walker *w, struct lc_slice path)
{
	struct walk_held *h = lc_map_get(&w->held, path);
	if (h)
		drop(w, h);
}

/* Bytes of a memory file; what lies in a file of a tree takes no memory. */
static uint64_t spooled_bytes(const struct walk_file *f, const struct lc_content *content)
{
	return !f->file && content->own_fd ? content->size : 0;
}

static bool has_room(const struct walker *w, const struct lc_content *content, uint64_t spooled)
{
	uint64_t most = w->limits->spool_bytes_max;
	if (content->mem.n > held_bytes_max - w->held_bytes)
		return false;
	return spooled == 0 || (w->held_files < HELD_FILES_MAX && spooled <= most &&
				w->held_spooled <= most - spooled);
}

/* Read for itself at once, without what belongs to it. */
static int no_room(struct walker *w, const struct walk_file *f, const struct inv_set *who,
		   const struct lc_content *content, struct lc_err *e)
{
	uint64_t most = spooled_bytes(f, content) ? w->limits->spool_bytes_max : held_bytes_max;
	int r = 0;
	for (size_t i = 0; i < inv_matcher_count(w->matcher) && r == 0; i++) {
		const struct inv_analyser *a = inv_matcher_analyser(w->matcher, i);
		if (!inv_set_has(who, i))
			continue;
		if (inv_match_itself(w->matcher, i, f->path))
			r = walk_run(w, f, a, content, NULL, e);
		else
			r = inv_sink_file(w->sink, f->path, lc_str(a->name));
		r = r ? r
		      : inv_sink_trouble(w->sink, INV_TOO_LARGE,
					 "not read together with others: they need more than "
					 "%" PRIu64 " MiB of memory",
					 most >> 20);
	}
	return r;
}

int walk_hold(struct walker *w, const struct walk_file *f, const struct inv_set *who,
	      struct lc_content *content, struct lc_err *e)
{
	uint64_t spooled = spooled_bytes(f, content);
	if (!has_room(w, content, spooled))
		return no_room(w, f, who, content, e);
	struct walk_held *h = held_of(w, f->path);
	if (!h)
		return lc_fail(e, LC_ENOMEM, "out of memory");
	drop(w, h);
	h->kept.content = *content;
	h->mode = f->mode;
	h->who = *who;
	h->spooled = spooled;
	w->held_bytes += content->mem.n;
	w->held_spooled += spooled;
	w->held_files += spooled > 0;
	*content = (struct lc_content){ .fd = -1 };
	return 0;
}

/* ---- the end ---- */

static int release(struct walker *w, const struct walk_held *h, size_t index, bool itself,
		   struct walk_memo *memo, struct lc_err *e)
{
	const struct inv_analyser *a = inv_matcher_analyser(w->matcher, index);
	const struct inv_kept_files kept = { &w->held, index, memo, w->store };
	const struct walk_file f = { h->kept.path, h->mode, h->kept.content.size, NULL };
	if (itself)
		return walk_run(w, &f, a, &h->kept.content, &kept, e);
	/* It was read, too: links to it find it so. */
	int r = inv_sink_file(w->sink, f.path, lc_str(a->name));
	return r ? lc_fail(e, r, "%s", lc_code_name(r)) : 0;
}

/* Files that only stand beside others count as read where there is such another. */
static int release_all(struct walker *w, size_t index, bool itself, bool *ret_any, struct lc_err *e)
{
	struct walk_memo memo = { .map = { 0 } };
	int r = 0;
	lc_arena_init(&memo.texts, memo_bytes_max);
	for (size_t i = 0; i < w->held.n && r == 0; i++) {
		const struct walk_held *h = w->held.items[i].value;
		if (!inv_set_has(&h->who, index) ||
		    inv_match_itself(w->matcher, index, h->kept.path) != itself)
			continue;
		*ret_any = true;
		r = release(w, h, index, itself, &memo, e);
		if (r)
			(void)lc_wrap(e, r, "%s", lc_quote(h->kept.path).s); /* r is what counts */
	}
	lc_map_done(&memo.map);
	lc_map_done(&memo.objects);
	lc_arena_done(&memo.texts);
	return r;
}

int walk_release(struct walker *w, struct lc_err *e)
{
	int r = 0;
	for (size_t i = 0; i < inv_matcher_count(w->matcher) && w->held.n && r == 0; i++) {
		bool any = false;
		bool more;
		r = release_all(w, i, true, &any, e);
		if (r == 0 && any)
			r = release_all(w, i, false, &more, e);
	}
	return r;
}

void walk_held_done(struct walker *w)
{
	for (size_t i = 0; i < w->held.n; i++) {
		struct walk_held *h = w->held.items[i].value;
		lc_content_done(&h->kept.content);
	}
	lc_map_done(&w->held);
}
