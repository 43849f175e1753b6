#include "inventory/matcher.h"

#include "base/arena.h"

/*
 * Links are met before anything is known of other links, so their targets are read as text. A link
 * on the way there leads to something wanted itself, and is told of for itself.
 */
enum { TEXT_MAX = 8192 };

struct text {
	uint8_t bytes[TEXT_MAX];
	size_t n;
	bool bad; /* did not fit: names nothing that anybody reads */
};

struct linking {
	const struct inv_matcher *m;
	struct lc_slice path;
	struct lc_slice target; /* from the root */
	bool known;             /* the target is; hard links have none to go through */
	bool hard;
	struct lc_arena *arena;
	struct inv_wanted_list *ret;
};

/* ---- text ---- */

static void put(struct text *t, struct lc_slice s)
{
	t->bad |= s.n > TEXT_MAX - t->n;
	if (t->bad || s.n == 0)
		return;
	memcpy(t->bytes + t->n, s.p, s.n);
	t->n += s.n;
}

static void put_part(struct text *t, struct lc_slice part)
{
	if (t->n && part.n)
		put(t, LC_S("/"));
	put(t, part);
}

/* Above the root is the root. */
static void put_target(struct text *t, struct lc_slice path, struct lc_slice target)
{
	struct lc_slice part;
	if (!lc_starts(target, LC_S("/")))
		put(t, lc_path_dir(path));
	while (target.p && lc_split(&target, '/', &part)) {
		if (lc_eq(part, LC_S("..")))
			t->n = lc_path_dir(lc_slice_of(t->bytes, t->n)).n;
		else if (!lc_eq(part, LC_S(".")))
			put_part(t, part);
	}
}

/* Is text at dir or below it? What is left of it then. */
static bool is_at_or_below(struct lc_slice text, struct lc_slice dir, struct lc_slice *ret)
{
	if (dir.n && !lc_chop_prefix(&text, dir))
		return false;
	if (dir.n && text.n && !lc_chop_prefix(&text, LC_S("/")))
		return false;
	*ret = text;
	return true;
}

/* ---- who reads what ---- */

/* Would it read base/below, or (dir) a file below that whose name ends as w wants it? */
static bool reads(const struct linking *l, size_t analyser, struct lc_slice base,
		  struct lc_slice below, const struct inv_want *w, bool dir)
{
	struct text t;
	struct inv_set set;
	bool by_head;
	t.n = 0;
	t.bad = false;
	put_part(&t, base);
	put_part(&t, below);
	if (dir) {
		put_part(&t, LC_S("x"));
		put(&t, lc_str(w->suffix));
	}
	return !t.bad && inv_match_path(l->m, lc_slice_of(t.bytes, t.n), 0, &set, &by_head) &&
	       inv_set_has(&set, analyser);
}

static int add(const struct linking *l, const struct inv_wanted *wanted)
{
	for (size_t i = 0; i < l->ret->n; i++) {
		const struct inv_wanted *had = &l->ret->v[i];
		if (lc_eq(had->below, wanted->below) && lc_eq(had->analyser, wanted->analyser) &&
		    had->dir == wanted->dir && had->behind == wanted->behind)
			return 0;
	}
	struct inv_wanted *place = lc_vec_push(l->arena, l->ret);
	if (!place)
		return lc_arena_err(l->arena);
	*place = *wanted;
	return 0;
}

/* Wanted by the link's name, unless the same is read by its target's. */
static int add_named(const struct linking *l, size_t analyser, struct lc_slice below,
		     const struct inv_want *w, bool dir)
{
	struct inv_wanted wanted = {
		.below = below,
		.analyser = lc_str(inv_matcher_analyser(l->m, analyser)->name),
		.dir = dir,
	};
	/* Of exact paths squash knows whether the target was read: it looks at what was. */
	bool elsewhere = w->kind == INV_WANT_UNDER && l->known &&
			 reads(l, analyser, l->target, below, w, dir);
	if (elsewhere || !reads(l, analyser, l->path, below, w, dir))
		return 0;
	return add(l, &wanted);
}

/* Wanted by the target's name, and not read by the link's. */
static int add_behind(const struct linking *l, size_t analyser, const struct inv_want *w)
{
	bool dir = w->kind == INV_WANT_UNDER;
	struct inv_wanted wanted = {
		.analyser = lc_str(inv_matcher_analyser(l->m, analyser)->name),
		.dir = dir,
		.behind = true,
	};
	if (!l->known || !is_at_or_below(lc_str(w->text), l->target, &wanted.below))
		return 0;
	if (wanted.below.n == 0 && !dir) /* whatever comes to the link's path replaces it */
		return 0;
	if (!reads(l, analyser, l->target, wanted.below, w, dir) ||
	    reads(l, analyser, l->path, wanted.below, w, dir))
		return 0;
	return add(l, &wanted);
}

/* The link lies in a directory that is wanted: it may be a file of it, or lead to more of them. */
static int add_inside(const struct linking *l, size_t analyser, const struct inv_want *w)
{
	struct lc_slice rest = lc_str(w->suffix);
	int r = add_named(l, analyser, LC_S(""), w, false);
	if (r || l->hard)
		return r;
	/* Of "/name" the one right below is told, not those further down. */
	if (lc_chop_prefix(&rest, LC_S("/")))
		return add_named(l, analyser, rest, w, false);
	return add_named(l, analyser, LC_S(""), w, true);
}

static int add_want(const struct linking *l, size_t analyser, const struct inv_want *w)
{
	struct lc_slice text = lc_str(w->text);
	struct lc_slice below;
	bool under = w->kind == INV_WANT_UNDER;
	int r = 0;
	if ((w->kind != INV_WANT_PATH && !under) || text.n == 0)
		return 0;
	if (is_at_or_below(text, l->path, &below) && !(under && l->hard))
		r = add_named(l, analyser, below, w, under);
	else if (under && is_at_or_below(l->path, text, &below))
		r = add_inside(l, analyser, w);
	return r ? r : add_behind(l, analyser, w);
}

int inv_match_link(const struct inv_matcher *m, const struct inv_link *link, struct lc_arena *a,
		   struct inv_wanted_list *ret)
{
	struct text target;
	struct linking l = {
		.m = m,
		.path = link->path,
		.hard = link->hard,
		.arena = a,
		.ret = ret,
	};
	target.n = 0;
	target.bad = false;
	if (!link->hard) {
		put_target(&target, link->path, link->target);
		l.target = lc_slice_of(target.bytes, target.n);
		l.known = !target.bad;
	}
	for (size_t i = 0; i < inv_matcher_count(m); i++) {
		const struct inv_analyser *row = inv_matcher_analyser(m, i);
		for (size_t j = 0; j < row->wants_n; j++) {
			int r = add_want(&l, i, &row->wants[j]);
			if (r)
				return r;
		}
	}
	return 0;
}
