#include "inventory/walk_tree.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/pool.h"
#include "base/shim.h"

enum { PATH_BYTES = 8192, LOOK_EVERY = 1024 };

/* Listing in progress. Paths live in the arena of the thread that found them. */
struct listing {
	const struct tree_walk *t;
	struct lister *listers;
	size_t listers_n;
	pthread_mutex_t lock; /* guards what follows */
	pthread_cond_t more;  /* directories came, or the end did */
	struct lc_slices todo;
	struct lc_arena todo_arena;
	size_t busy; /* threads that may still add to it */
	uint64_t entries;
	int rc; /* why it stopped */
	struct lc_err err;
};

struct lister {
	struct listing *l;
	struct lc_arena *arena;
	struct tree_listing found;
	struct lc_slices dirs; /* of the directory at hand */
	char path[PATH_BYTES];
	struct lc_slice dir; /* the start of path */
};

static int no_memory(const struct lister *w)
{
	return lc_arena_err(w->arena);
}

/* ---- entries ---- */

static int trouble(struct lister *w, struct lc_slice path, enum inv_trouble kind,
		   struct lc_slice message)
{
	struct tree_trouble *place = lc_vec_push(w->arena, &w->found.troubles);
	if (!place)
		return no_memory(w);
	place->trouble = kind;
	int r = lc_arena_dup(w->arena, path, &place->path);
	return r ? r : lc_arena_dup(w->arena, message, &place->message);
}

static int unopened(struct lister *w, struct lc_slice path)
{
	struct lc_slice *first = &w->found.unopened_first;
	bool earlier = w->found.unopened++ == 0 || lc_cmp(path, *first) < 0;
	return earlier ? lc_arena_dup(w->arena, path, first) : 0;
}

/* Adds those that want it by its mode or its head. */
static int look_inside(struct lister *w, struct lc_slice path, struct inv_set *ret)
{
	const struct tree_walk *t = w->l->t;
	struct lc_content content LC_CLEANUP(lc_content_done) = { .fd = -1 };
	struct lc_err why = { 0 };
	uint8_t head[INV_HEAD_BYTES];
	struct inv_set set;
	uint32_t mode;
	bool by_head;
	size_t n = 0;
	int r = io_tree_file(t->tree, w->path, &content, &mode, &why);
	r = r ? r : lc_content_some(&content, 0, head, sizeof(head), &n, &why);
	if (r == LC_ENOMEM)
		return r;
	if (r) /* what is wanted by its name is tried again, and said to be unreadable */
		return inv_set_any(ret) || why.sys == ENOENT ? 0 : unopened(w, path);
	if (!inv_match_path(t->matcher, path, mode, &set, &by_head))
		return 0;
	inv_match_head(t->matcher, lc_slice_of(head, n), &set);
	*ret = set;
	return 0;
}

static int on_file(struct lister *w, struct lc_slice path)
{
	struct inv_set set;
	bool by_head;
	if (!inv_match_path(w->l->t->matcher, path, 0, &set, &by_head))
		return 0;
	int r = by_head ? look_inside(w, path, &set) : 0;
	if (r || !inv_set_any(&set))
		return r;
	struct tree_file *place = lc_vec_push(w->arena, &w->found.files);
	if (!place)
		return no_memory(w);
	place->who = set;
	return lc_arena_dup(w->arena, path, &place->path);
}

static int on_link(struct lister *w, const struct io_tree_dir *d, const char *name,
		   struct lc_slice path)
{
	char target[4097];
	struct lc_err why = { 0 };
	if (w->dir.n && !inv_match_leads(w->l->t->matcher, path))
		return 0;
	if (io_tree_link(d, name, target, &why))
		return trouble(w, path, INV_UNREADABLE, lc_str(why.msg));
	struct tree_link *link = lc_vec_push(w->arena, &w->found.links);
	if (!link)
		return no_memory(w);
	int r = lc_arena_dup(w->arena, path, &link->path);
	return r ? r : lc_arena_dup(w->arena, lc_str(target), &link->target);
}

/* Version control's own files, and what a running system shows of itself. */
static bool is_never_walked(const struct lister *w, struct lc_slice path)
{
	static const char *const top[] = { "proc", "sys", "dev" };
	if (lc_eq(path, LC_S(".git")) || lc_ends(path, LC_S("/.git")))
		return true;
	for (size_t i = 0; i < sizeof(top) / sizeof(top[0]); i++)
		if ((w->l->t->options->targets & INV_TARGET_ROOTFS) && lc_eq(path, lc_str(top[i])))
			return true;
	return false;
}

static int on_dir(struct lister *w, struct lc_slice path)
{
	if (is_never_walked(w, path) || inv_match_skips_dir(w->l->t->matcher, path))
		return 0;
	struct lc_slice *place = lc_vec_push(w->arena, &w->dirs);
	return place ? lc_arena_dup(w->arena, path, place) : no_memory(w);
}

/* The entry's path behind the directory's, false where it does not fit. */
static bool put_name(struct lister *w, const char *name, struct lc_slice *ret)
{
	size_t at = w->dir.n + (w->dir.n ? 1 : 0);
	size_t n = strlen(name);
	if (n >= PATH_BYTES - at || at + n > w->l->t->limits->name_bytes_max)
		return false;
	if (w->dir.n)
		w->path[w->dir.n] = '/';
	memcpy(w->path + at, name, n + 1);
	*ret = lc_slice_of(w->path, at + n);
	return true;
}

static int on_entry(struct lister *w, const struct io_tree_dir *d,
		    const struct io_tree_entry *entry)
{
	struct lc_slice path;
	if (!put_name(w, entry->name, &path))
		return trouble(w, w->dir, INV_TOO_LARGE,
			       LC_S("holds names that are longer with their path than is read"));
	int r = inv_presence_add(&w->found.presence, path, entry->kind == IO_KIND_DIR);
	if (r)
		return r;
	switch (entry->kind) {
	case IO_KIND_FILE:
		return on_file(w, path);
	case IO_KIND_DIR:
		return on_dir(w, path);
	case IO_KIND_LINK:
		return on_link(w, d, entry->name, path);
	case IO_KIND_OTHER:
		break;
	}
	return 0;
}

/* ---- directories ---- */

static int stop_if_over(struct lister *w, struct lc_err *e)
{
	const struct lc_limits *limits = w->l->t->limits;
	if (lc_limits_expired(limits))
		return lc_fail(e, LC_ECANCEL, "time is up while listing files");
	pthread_mutex_lock(&w->l->lock);
	w->l->entries += w->found.entries;
	uint64_t all = w->l->entries;
	int rc = w->l->rc;
	pthread_mutex_unlock(&w->l->lock);
	w->found.entries = 0;
	if (rc)
		return rc;
	if (all > limits->entries_max)
		return lc_fail(e, LC_ELIMIT,
			       "more than %" PRIu64 " files: leave directories out (--skip-dirs)",
			       limits->entries_max);
	return 0;
}

static int list_entries(struct lister *w, struct io_tree_dir *d, struct lc_err *e)
{
	for (;;) {
		struct io_tree_entry entry;
		struct lc_err why = { 0 };
		int r = io_tree_next(d, &entry, &why);
		if (r == LC_ENOTFOUND)
			return 0;
		if (r)
			return trouble(w, w->dir, INV_UNREADABLE, lc_str(why.msg));
		r = on_entry(w, d, &entry);
		if (r == 0 && ++w->found.entries == LOOK_EVERY)
			r = stop_if_over(w, e);
		if (r)
			return r;
	}
}

static int list_dir(struct lister *w, struct lc_slice path, struct lc_err *e)
{
	LC_CLEANUP(io_tree_endp) struct io_tree_dir *d = NULL;
	struct lc_err why = { 0 };
	w->dir = lc_slice_of(w->path, path.n);
	if (path.n)
		memcpy(w->path, path.p, path.n); /* it came from here and fitted */
	w->path[path.n] = '\0';
	tree_tell(w->l->t, path);
	int r = io_tree_list(w->l->t->tree, w->path, &d, &why);
	if (r == LC_ENOMEM)
		return r;
	if (r)
		return trouble(w, path, INV_UNREADABLE, lc_str(why.msg));
	if (path.n && io_tree_is_virtual(d)) {
		lc_debug("not entered, the kernel's own: %s", lc_quote(path).s);
		return 0;
	}
	r = list_entries(w, d, e);
	return r ? r : stop_if_over(w, e);
}

/* ---- the queue ---- */

/* Under the lock. The last one found goes first: the queue stays as deep as the tree is. */
static bool take(struct listing *l, struct lc_slice *ret)
{
	while (l->rc == 0 && l->todo.n == 0 && l->busy > 0)
		pthread_cond_wait(&l->more, &l->lock);
	if (l->rc || l->todo.n == 0)
		return false;
	*ret = l->todo.v[--l->todo.n];
	l->busy++;
	return true;
}

/* Under the lock. */
static void give(struct listing *l, struct lister *w, int r, const struct lc_err *e)
{
	l->busy--;
	for (size_t i = 0; i < w->dirs.n && r == 0; i++) {
		struct lc_slice *place = lc_vec_push(&l->todo_arena, &l->todo);
		if (place)
			*place = w->dirs.v[i];
		else
			r = lc_arena_err(&l->todo_arena);
	}
	w->dirs.n = 0;
	if (r && l->rc == 0) {
		l->rc = r;
		l->err = *e;
	}
	pthread_cond_broadcast(&l->more);
}

static void work(void *ctx, size_t i)
{
	struct listing *l = ctx;
	struct lister *w = &l->listers[i];
	struct lc_slice path;
	pthread_mutex_lock(&l->lock);
	while (take(l, &path)) {
		struct lc_err e = { 0 };
		pthread_mutex_unlock(&l->lock);
		int r = list_dir(w, path, &e);
		if (r && e.code != r)
			(void)lc_fail(&e, r, "listing files: %s", lc_code_name(r)); /* r counts */
		pthread_mutex_lock(&l->lock);
		give(l, w, r, &e);
	}
	pthread_mutex_unlock(&l->lock);
}

/* ---- together ---- */

/* By directory, then by name: the files of one directory stand together. */
static int by_directory(const void *va, const void *vb)
{
	struct lc_slice a = ((const struct tree_file *)va)->path;
	struct lc_slice b = ((const struct tree_file *)vb)->path;
	int c = lc_cmp(lc_path_dir(a), lc_path_dir(b));
	return c ? c : lc_cmp(a, b);
}

static int by_link(const void *a, const void *b)
{
	return lc_cmp(((const struct tree_link *)a)->path, ((const struct tree_link *)b)->path);
}

static int by_trouble(const void *va, const void *vb)
{
	const struct tree_trouble *a = va;
	const struct tree_trouble *b = vb;
	int c = lc_cmp(a->path, b->path);
	c = c ? c : (a->trouble > b->trouble) - (a->trouble < b->trouble);
	return c ? c : lc_cmp(a->message, b->message);
}

#define JOIN(arena, to, from)                                            \
	for (size_t i_ = 0; i_ < (from)->n; i_++) {                      \
		__typeof__((to)->v) place_ = lc_vec_push((arena), (to)); \
		if (!place_)                                             \
			return lc_arena_err(arena);                      \
		*place_ = (from)->v[i_];                                 \
	}

static int join(struct lc_arena *a, struct tree_listing *to, const struct tree_listing *from)
{
	JOIN(a, &to->files, &from->files);
	JOIN(a, &to->links, &from->links);
	JOIN(a, &to->troubles, &from->troubles);
	if (from->unopened &&
	    (!to->unopened || lc_cmp(from->unopened_first, to->unopened_first) < 0))
		to->unopened_first = from->unopened_first;
	to->unopened += from->unopened;
	return inv_presence_join(&to->presence, &from->presence);
}

static void sort(struct tree_listing *f)
{
	if (f->files.n)
		qsort(f->files.v, f->files.n, sizeof(*f->files.v), by_directory);
	if (f->links.n)
		qsort(f->links.v, f->links.n, sizeof(*f->links.v), by_link);
	if (f->troubles.n)
		qsort(f->troubles.v, f->troubles.n, sizeof(*f->troubles.v), by_trouble);
	inv_presence_seal(&f->presence);
}

static int list_all(struct listing *l, struct tree_listing *ret, struct lc_err *e)
{
	struct lc_slice *root = lc_vec_push(&l->todo_arena, &l->todo);
	if (!root)
		return lc_fail(e, LC_ENOMEM, "no memory to list files");
	*root = LC_S("");
	int r = lc_each(l->t->threads, l->listers_n, work, l);
	if (r == 0 && l->rc) {
		if (e)
			*e = l->err;
		return l->rc;
	}
	for (size_t i = 0; i < l->listers_n && r == 0; i++)
		r = join(l->listers[0].arena, ret, &l->listers[i].found);
	ret->entries = l->entries;
	sort(ret);
	return r ? lc_fail(e, r, "listing files: %s", lc_code_name(r)) : 0;
}

int tree_list(const struct tree_walk *t, struct lc_arena *arenas, size_t arenas_n,
	      struct tree_listing *ret, struct lc_err *e)
{
	struct listing l = { .t = t, .listers_n = arenas_n };
	LC_AUTOFREE struct lister *listers = lc_alloc0(arenas_n, sizeof(*listers));
	int r = listers ? inv_presence_init(&ret->presence, e)
			: lc_fail(e, LC_ENOMEM, "no memory to list files");
	if (r)
		return r;
	for (size_t i = 0; i < arenas_n; i++) {
		listers[i].l = &l;
		listers[i].arena = &arenas[i];
		listers[i].found.presence = inv_presence_part(&ret->presence);
	}
	l.listers = listers;
	pthread_mutex_init(&l.lock, NULL);
	pthread_cond_init(&l.more, NULL);
	r = list_all(&l, ret, e);
	pthread_cond_destroy(&l.more);
	pthread_mutex_destroy(&l.lock);
	lc_arena_done(&l.todo_arena);
	for (size_t i = 0; i < arenas_n; i++)
		inv_presence_done(&listers[i].found.presence);
	return r;
}
