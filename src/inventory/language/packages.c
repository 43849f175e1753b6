#include "inventory/language/packages.h"

#include "inventory/package_type.h"

enum {
	ID_BYTES_MAX = 1024, /* of name and version together */
	/* Of all ids that packages depend on: a file may name one briefly, again and again. */
	EDGE_BYTES_MAX = 16 << 20,
};

void packages_init(struct packages *l, struct lc_arena *a, struct inv_sink *out)
{
	*l = (struct packages){ .arena = a, .out = out };
}

void packages_done(struct packages *l)
{
	lc_map_done(&l->by_id);
}

static int key_of(struct packages *l, struct lc_slice name, struct lc_slice version,
		  struct lc_slice *ret)
{
	uint8_t *text = lc_arena_alloc(l->arena, name.n + version.n + 1);
	if (!text)
		return lc_arena_err(l->arena);
	if (name.n)
		memcpy(text, name.p, name.n);
	if (version.n)
		memcpy(text + name.n + 1, version.p, version.n); /* zeroed memory between */
	*ret = lc_slice_of(text, name.n + version.n + 1);
	return 0;
}

struct inv_package *packages_find(const struct packages *l, struct lc_slice name,
				  struct lc_slice version)
{
	uint8_t text[ID_BYTES_MAX];
	if (name.n >= sizeof(text) || version.n >= sizeof(text) - name.n)
		return NULL;
	if (name.n)
		memcpy(text, name.p, name.n);
	text[name.n] = 0;
	if (version.n)
		memcpy(text + name.n + 1, version.p, version.n);
	return lc_map_get(&l->by_id, lc_slice_of(text, name.n + version.n + 1));
}

static bool has_lines(const struct inv_package *p, uint32_t start, uint32_t end)
{
	if (p->line_start == start && p->line_end == end)
		return true;
	for (size_t i = 0; i < p->more_lines.n; i++) {
		if (p->more_lines.v[i].start == start && p->more_lines.v[i].end == end)
			return true;
	}
	return false;
}

enum { LINES_MAX = 64 }; /* places told of one package */

static int add_lines(struct packages *l, struct inv_package *p, const struct inv_package *like)
{
	if (!like->line_start || p->more_lines.n >= LINES_MAX ||
	    has_lines(p, like->line_start, like->line_end))
		return 0;
	if (!p->line_start) {
		p->line_start = like->line_start;
		p->line_end = like->line_end;
		return 0;
	}
	struct inv_lines *place = lc_vec_push(l->arena, &p->more_lines);
	if (!place)
		return lc_arena_err(l->arena);
	*place = (struct inv_lines){ like->line_start, like->line_end };
	return 0;
}

static int join(struct packages *l, struct inv_package *p, const struct inv_package *like)
{
	p->flags &= ~(unsigned)INV_DEV | (like->flags & INV_DEV);
	if (like->relationship && (!p->relationship || like->relationship < p->relationship))
		p->relationship = like->relationship;
	if (p->licences.n == 0)
		p->licences = like->licences;
	return add_lines(l, p, like);
}

/* UTF-8 without control characters. */
static bool is_text(struct lc_slice s)
{
	uint32_t cp;
	for (size_t n; s.n; s = lc_skip(s, n)) {
		n = s.p[0] < 0x80 ? 1 : lc_utf8(s, &cp);
		if (n == 0 || s.p[0] < ' ' || s.p[0] == 0x7f)
			return false;
	}
	return true;
}

int packages_add(struct packages *l, const struct inv_package *p, struct inv_package **ret)
{
	struct lc_slice key;
	if (ret)
		*ret = NULL;
	if (p->name.n == 0)
		return 0;
	if (!is_text(p->name) || !is_text(p->version))
		return inv_sink_trouble(l->out, INV_MALFORMED,
					"line %u: name or version that is no text: %s",
					p->line_start, lc_quote(p->name).s);
	if (p->name.n >= ID_BYTES_MAX || p->version.n >= ID_BYTES_MAX - p->name.n)
		return inv_sink_trouble(l->out, INV_MALFORMED, "line %u: name of %zu bytes",
					p->line_start, p->name.n + p->version.n);
	struct inv_package *found = packages_find(l, p->name, p->version);
	if (ret)
		*ret = found;
	if (found)
		return join(l, found, p);
	found = lc_new(l->arena, struct inv_package);
	int r = found ? key_of(l, p->name, p->version, &key) : lc_arena_err(l->arena);
	r = r ? r : lc_map_put(&l->by_id, key, found);
	if (r)
		return r;
	*found = *p;
	if (ret)
		*ret = found;
	return 0;
}

int packages_depend(struct packages *l, struct inv_package *p, const struct inv_package *on)
{
	size_t n = on->name.n + on->version.n + 2;
	if (n > EDGE_BYTES_MAX - l->edge_bytes) {
		l->cut = true;
		return 0;
	}
	l->edge_bytes += n;
	struct lc_slice id = package_id(on, l->arena);
	if (!id.p)
		return lc_arena_err(l->arena);
	if (id.n == 0)
		return 0; /* what is installed may have none: nothing can refer to it */
	struct lc_slice *place = lc_vec_push(l->arena, &p->depends_on);
	if (!place)
		return lc_arena_err(l->arena);
	*place = id;
	return 0;
}

/* ---- what is reached from where ---- */

struct spread {
	struct packages *l;
	struct lc_map by_id; /* as dependencies name it -> index + 1 */
	bool *reached;
	size_t *queue;
	size_t n;
};

static void reach(struct spread *s, size_t i)
{
	if (!s->reached[i]) {
		s->reached[i] = true;
		s->queue[s->n++] = i;
	}
}

/* Follows the queue from a place on to its end. */
static void follow(struct spread *s, size_t from)
{
	for (; from < s->n; from++) {
		const struct inv_package *p = packages_at(s->l, s->queue[from]);
		/* What the project asks for starts by itself, told apart by what for. */
		bool own = p->relationship == INV_REL_ROOT || p->relationship == INV_REL_WORKSPACE;
		for (size_t i = 0; !own && i < p->depends_on.n; i++) {
			uintptr_t at = (uintptr_t)lc_map_get(&s->by_id, p->depends_on.v[i]);
			if (at)
				reach(s, at - 1);
		}
	}
}

static int index_ids(struct spread *s)
{
	int r = 0;
	for (size_t i = 0; i < packages_count(s->l) && r == 0; i++) {
		struct lc_slice id = package_id(packages_at(s->l, i), s->l->arena);
		r = id.p ? lc_map_put(&s->by_id, id, (void *)(uintptr_t)(i + 1))
			 : lc_arena_err(s->l->arena);
	}
	return r;
}

static bool is_asked_for(const struct inv_package *p)
{
	return p->relationship != INV_REL_UNKNOWN && p->relationship != INV_REL_INDIRECT;
}

static void mark(struct spread *s)
{
	size_t n = packages_count(s->l);
	for (size_t i = 0; i < n; i++) {
		const struct inv_package *p = packages_at(s->l, i);
		if (is_asked_for(p) && !(p->flags & INV_DEV))
			reach(s, i);
	}
	follow(s, 0);
	size_t run = s->n; /* needed at run time up to here */
	for (size_t i = 0; i < n; i++) {
		if (is_asked_for(packages_at(s->l, i)))
			reach(s, i);
	}
	follow(s, run);
	for (size_t i = 0; i < s->n; i++) {
		struct inv_package *p = packages_at(s->l, s->queue[i]);
		p->flags = (p->flags & ~(unsigned)INV_DEV) | (i < run ? 0 : INV_DEV);
	}
	packages_rest_indirect(s->l);
}

int packages_spread(struct packages *l)
{
	size_t n = packages_count(l);
	struct spread s = { .l = l };
	if (n == 0)
		return 0;
	s.reached = lc_new_array(l->arena, bool, n);
	s.queue = lc_new_array(l->arena, size_t, n);
	int r = s.reached && s.queue ? index_ids(&s) : lc_arena_err(l->arena);
	if (r == 0)
		mark(&s);
	lc_map_done(&s.by_id);
	return r;
}

void packages_rest_indirect(struct packages *l)
{
	for (size_t i = 0; i < packages_count(l); i++) {
		if (packages_at(l, i)->relationship == INV_REL_UNKNOWN)
			packages_at(l, i)->relationship = INV_REL_INDIRECT;
	}
}

/* ---- out ---- */

int packages_put(const struct packages *l)
{
	int r = 0;
	for (size_t i = 0; i < packages_count(l) && r == 0; i++) {
		r = lc_slices_sort_unique(&packages_at(l, i)->depends_on);
		if (r == 0)
			r = inv_sink_package(l->out, packages_at(l, i));
	}
	if (r == 0 && l->cut)
		r = inv_sink_trouble(l->out, INV_TOO_LARGE,
				     "names of what packages depend on need more than %d MiB: "
				     "not all of it is listed",
				     EDGE_BYTES_MAX >> 20);
	return r;
}
