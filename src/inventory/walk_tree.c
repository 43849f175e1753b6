#include "inventory/walk_tree.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

#include "base/pool.h"
#include "base/shim.h"
#include "inventory/walk_content.h"

enum { GROUP_FILES = 16, THREADS_MAX = 64, TROUBLES_TOLD = 200 };

/* Of the names and lists of one thread; limits->entries_max bounds what all of them find. */
static const size_t names_bytes_max = (size_t)2 << 30;

struct group {
	size_t from, n; /* of the order of files */
	struct inv_set who;
	struct inv_sink sink;
	struct inv_walk_stats stats;
};

struct reading {
	const struct tree_walk *t;
	const struct tree_listing *found;
	struct {
		struct group *v;
		size_t n, room;
	} groups;
	struct {
		size_t *v;
		size_t n, room;
	} order;                 /* files by index, group after group */
	struct inv_set together; /* analysers that read files together */
	struct lc_arena arena;
	atomic_size_t facts;  /* bytes of all groups so far */
	pthread_mutex_t lock; /* guards what follows */
	int rc;
	struct lc_err err;
};

/* ---- one file ---- */

static enum inv_trouble trouble_of(int code)
{
	switch (code) {
	case LC_ETRUNC:
		return INV_TRUNCATED;
	case LC_ELIMIT:
		return INV_TOO_LARGE;
	case LC_EUNSUP:
		return INV_UNSUPPORTED;
	default:
		return INV_UNREADABLE;
	}
}

/* Ours to stop at; everything else is the file's, and the others go on. */
static bool is_fatal(const struct walker *w, int r)
{
	return r == LC_ENOMEM || r == LC_ECANCEL || w->sink->err;
}

static int tell(struct walker *w, struct lc_slice path, int r, const struct lc_err *why)
{
	struct inv_diagnostic d = {
		.path = path,
		.trouble = trouble_of(r),
		.message = lc_str(why->msg[0] ? why->msg : lc_code_name(r)),
	};
	/* The path stands before the message already. */
	if (lc_chop_prefix(&d.message, lc_str(lc_quote(path).s)))
		(void)lc_chop_prefix(&d.message, LC_S(": "));
	return is_fatal(w, r) ? r : inv_sink_diagnostic(w->sink, &d);
}

/* A file that others write to meanwhile gives what it has, up to the size it had first. */
static int read_file(struct walker *w, const struct tree_walk *t, struct lc_slice path,
		     struct lc_err *why)
{
	struct lc_content content LC_CLEANUP(lc_content_done) = { .fd = -1 };
	struct lc_content_stream stream;
	uint32_t mode = 0;
	/* The arena's copy of a path has a NUL behind it. */
	int r = io_tree_file(t->tree, (const char *)path.p, &content, &mode, why);
	if (r)
		return r;
	lc_content_stream_init(&stream, &content, 0, content.size);
	const struct walk_file f = { path, mode, content.size, &stream.base, &content };
	return walk_file(w, &f, why);
}

static bool is_left_out(const struct tree_walk *t, struct lc_slice path)
{
	for (size_t i = 0; i < t->how->left_out_n; i++)
		if (lc_eq(t->how->left_out[i].path, path))
			return true;
	return false;
}

/* ---- groups ---- */

static int read_group(const struct reading *g, struct walker *w, const struct group *at,
		      struct lc_err *e)
{
	struct lc_err why = { 0 };
	int r = 0;
	for (size_t i = 0; i < at->n && r == 0; i++) {
		struct lc_slice path = g->found->files.v[g->order.v[at->from + i]].path;
		if (lc_limits_expired(g->t->limits))
			return lc_fail(e, LC_ECANCEL, "time is up while reading files");
		if (is_left_out(g->t, path))
			continue;
		lc_err_clear(&why);
		r = read_file(w, g->t, path, &why);
		r = r ? tell(w, path, r, &why) : 0;
	}
	if (r == 0) {
		lc_err_clear(&why);
		r = walk_release(w, &why);
		r = r ? tell(w, LC_S(""), r, &why) : 0;
	}
	if (r && e)
		*e = why;
	return r;
}

static void stop(struct reading *g, int r, const struct lc_err *e)
{
	pthread_mutex_lock(&g->lock);
	if (g->rc == 0) {
		g->rc = r;
		g->err = *e;
	}
	pthread_mutex_unlock(&g->lock);
}

static bool stopped(struct reading *g)
{
	pthread_mutex_lock(&g->lock);
	bool yes = g->rc != 0;
	pthread_mutex_unlock(&g->lock);
	return yes;
}

static int run_group(struct reading *g, struct group *at, struct lc_err *e)
{
	struct walk_store store;
	struct walker w = {
		.matcher = g->t->matcher,
		.options = g->t->options,
		.limits = g->t->limits,
		.sink = &at->sink,
		.mask = &at->who,
		.store = g->t->how->store ? &store : NULL,
	};
	int r = inv_sink_init(&at->sink, g->t->limits);
	if (r)
		return r;
	walk_store_init(&store, g->t->how->store);
	at->sink.on_file = g->t->sink->on_file;
	at->sink.on_file_ctx = g->t->sink->on_file_ctx;
	walker_init(&w);
	r = read_group(g, &w, at, e);
	at->stats = w.stats;
	walker_done(&w);
	walk_store_done(&store);
	size_t all = atomic_fetch_add(&g->facts, at->sink.out.n) + at->sink.out.n;
	if (r == 0 && all > g->t->limits->facts_bytes_max)
		r = LC_ELIMIT;
	if (r == LC_ELIMIT)
		return lc_fail(e, r, "more than %" PRIu64 " bytes of facts in one tree",
			       g->t->limits->facts_bytes_max);
	return r;
}

static void job(void *ctx, size_t i)
{
	struct reading *g = ctx;
	struct lc_err e = { 0 };
	if (stopped(g))
		return;
	int r = run_group(g, &g->groups.v[i], &e);
	if (r && e.code != r)
		(void)lc_fail(&e, r, "reading files: %s", lc_code_name(r)); /* r counts */
	if (r)
		stop(g, r, &e);
}

/* ---- cutting ---- */

static int open_group(struct reading *g, const struct inv_set *who)
{
	struct group *at = lc_vec_push(&g->arena, &g->groups);
	if (!at)
		return lc_arena_err(&g->arena);
	at->from = g->order.n;
	at->who = *who;
	return 0;
}

static int put_file(struct reading *g, size_t file)
{
	size_t *place = lc_vec_push(&g->arena, &g->order);
	if (!place)
		return lc_arena_err(&g->arena);
	*place = file;
	g->groups.v[g->groups.n - 1].n++;
	return 0;
}

/* Files read one by one: a cut between directories, once enough are in a group. */
static int cut_alone(struct reading *g)
{
	struct inv_set alone;
	int r = 0;
	struct lc_slice dir = { NULL, 0 };
	for (size_t i = 0; i < INV_ANALYSERS_MAX / 64; i++)
		alone.bits[i] = ~g->together.bits[i];
	for (size_t i = 0; i < g->found->files.n && r == 0; i++) {
		const struct tree_file *f = &g->found->files.v[i];
		struct inv_set who = f->who;
		bool full = g->groups.n && g->groups.v[g->groups.n - 1].n >= GROUP_FILES;
		if (!inv_set_keep(&who, &alone))
			continue;
		if (g->groups.n == 0 || (full && !lc_eq(dir, lc_path_dir(f->path))))
			r = open_group(g, &alone);
		r = r ? r : put_file(g, i);
		dir = lc_path_dir(f->path);
	}
	return r;
}

static int cut_together(struct reading *g, size_t analyser)
{
	struct inv_set only = { 0 };
	bool any = false;
	int r = 0;
	inv_set_add(&only, analyser);
	for (size_t i = 0; i < g->found->files.n && r == 0; i++) {
		if (!inv_set_has(&g->found->files.v[i].who, analyser))
			continue;
		r = any ? 0 : open_group(g, &only);
		any = true;
		r = r ? r : put_file(g, i);
	}
	return r;
}

static int cut(struct reading *g)
{
	size_t analysers = inv_matcher_count(g->t->matcher);
	for (size_t i = 0; i < analysers; i++)
		if (inv_matcher_analyser(g->t->matcher, i)->together)
			inv_set_add(&g->together, i);
	int r = cut_alone(g);
	for (size_t i = 0; i < analysers && r == 0; i++)
		if (inv_set_has(&g->together, i))
			r = cut_together(g, i);
	return r;
}

/* ---- together ---- */

static void put_troubles(struct inv_sink *sink, const struct tree_listing *f)
{
	char text[512];
	struct inv_diagnostic d = { .trouble = INV_UNREADABLE };
	for (size_t i = 0; i < f->troubles.n && i < TROUBLES_TOLD; i++) {
		const struct tree_trouble *t = &f->troubles.v[i];
		d = (struct inv_diagnostic){ .path = t->path,
					     .trouble = t->trouble,
					     .message = t->message };
		(void)inv_sink_diagnostic(sink, &d); /* sticky: inv_sink_end() looks */
	}
	d = (struct inv_diagnostic){ .trouble = INV_UNREADABLE };
	if (f->troubles.n > TROUBLES_TOLD) {
		(void)snprintf(text, sizeof(text), "%zu more directories or links like these",
			       f->troubles.n - TROUBLES_TOLD); /* fits */
		d.message = lc_str(text);
		(void)inv_sink_diagnostic(sink, &d); /* as above */
	}
	if (f->unopened) {
		(void)snprintf(text, sizeof(text),
			       "could not be opened to see what it is; so it is of %" PRIu64
			       " files",
			       f->unopened); /* fits */
		d.path = f->unopened_first;
		d.message = lc_str(text);
		(void)inv_sink_diagnostic(sink, &d); /* as above */
	}
}

static void put_left_out(struct inv_sink *sink, const struct inv_tree_options *how)
{
	for (size_t i = 0; i < how->left_out_n; i++) {
		const struct inv_diagnostic d = { .path = how->left_out[i].path,
						  .trouble = INV_UNREADABLE,
						  .message = how->left_out[i].message };
		(void)inv_sink_diagnostic(sink, &d); /* sticky: inv_sink_end() looks */
	}
}

static int put_links(const struct tree_walk *t, struct inv_sink *sink, const struct tree_listing *f)
{
	struct walker w = {
		.matcher = t->matcher,
		.options = t->options,
		.limits = t->limits,
		.sink = sink,
	};
	int r = 0;
	walker_init(&w);
	for (size_t i = 0; i < f->links.n && r == 0; i++) {
		const struct tree_link *l = &f->links.v[i];
		bool at_top = lc_find(l->path, '/') == SIZE_MAX;
		r = walk_link(&w, l->path, l->target, false, at_top);
	}
	walker_done(&w);
	return r;
}

static int finish(struct reading *g, struct inv_sink *sink, struct inv_walk_stats *ret,
		  struct lc_err *e)
{
	struct inv_walk_stats sum = { .layer.entries = g->found->entries };
	for (size_t i = 0; i < g->groups.n; i++) {
		struct group *at = &g->groups.v[i];
		(void)inv_sink_append(sink, &at->sink); /* sticky: inv_sink_end() looks */
		inv_sink_done(&at->sink);
		sum.files_read += at->stats.files_read;
		sum.bytes_analysed += at->stats.bytes_analysed;
	}
	sum.layer.inflated_bytes = sum.bytes_analysed;
	int r = put_links(g->t, sink, g->found);
	put_troubles(sink, g->found);
	put_left_out(sink, g->t->how);
	(void)inv_sink_presence(sink, &g->found->presence); /* as above */
	r = r ? r : inv_sink_end(sink);
	if (r)
		return lc_fail(e, r, "facts: %s", lc_code_name(r));
	*ret = sum;
	return 0;
}

static int read_all(const struct tree_walk *t, const struct tree_listing *f, struct inv_sink *sink,
		    struct inv_walk_stats *ret, struct lc_err *e)
{
	struct reading g = { .t = t, .found = f };
	lc_arena_init(&g.arena, names_bytes_max);
	pthread_mutex_init(&g.lock, NULL);
	int r = cut(&g);
	r = r ? lc_fail(e, r, "reading files: %s", lc_code_name(r))
	      : lc_each(t->threads, g.groups.n, job, &g);
	pthread_mutex_destroy(&g.lock);
	if (r == 0 && g.rc) {
		r = g.rc;
		if (e)
			*e = g.err;
	}
	r = r ? r : finish(&g, sink, ret, e);
	for (size_t i = 0; i < g.groups.n; i++)
		inv_sink_done(&g.groups.v[i].sink);
	lc_arena_done(&g.arena);
	return r;
}

/* A tree of one file is that file, whatever lies beside it. */
static int list_single(const struct tree_walk *t, struct lc_arena *a, struct tree_listing *ret,
		       struct lc_err *e)
{
	struct tree_file *place = lc_vec_push(a, &ret->files);
	int r = place ? lc_arena_dup(a, lc_str(t->tree->name), &place->path) : LC_ENOMEM;
	if (r)
		return lc_fail(e, r, "listing files: %s", lc_code_name(r));
	memset(&place->who, 0xff, sizeof(place->who)); /* whoever does not want it sees so */
	ret->entries = 1;
	r = inv_presence_init(&ret->presence, e);
	r = r ? r : inv_presence_add(&ret->presence, place->path, false);
	inv_presence_seal(&ret->presence);
	return r;
}

int inv_walk_tree(const struct io_tree *tree, const struct inv_matcher *m,
		  const struct inv_options *options, const struct lc_limits *limits,
		  const struct inv_tree_options *how, struct inv_sink *sink,
		  struct inv_walk_stats *ret, struct lc_err *e)
{
	struct tree_listing found = { 0 };
	struct lc_arena arenas[THREADS_MAX];
	unsigned n = how->threads ? how->threads : lc_cpus();
	n = n > THREADS_MAX ? THREADS_MAX : n;
	const struct tree_walk t = { tree, m, options, limits, n, how, sink };
	for (unsigned i = 0; i < n; i++)
		lc_arena_init(&arenas[i], names_bytes_max);
	int r = tree->name ? list_single(&t, &arenas[0], &found, e)
			   : tree_list(&t, arenas, n, &found, e);
	r = r ? r : read_all(&t, &found, sink, ret, e);
	inv_presence_done(&found.presence);
	for (unsigned i = 0; i < n; i++)
		lc_arena_done(&arenas[i]);
	if (r)
		inv_sink_done(sink);
	return r;
}
