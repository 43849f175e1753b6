/*
 * Programs of the table of classifiers: all rows that want the file look at its data in one pass.
 */
#include "base/arith.h"
#include "base/vec.h"
#include "inventory/binary/binary.h"
#include "inventory/binary/classifiers.h"

enum { STEP = 256 << 10, ROWS_MAX = 8, VERSION_BYTES_MAX = 64 };

struct candidate {
	const struct classifier *row;
	uint8_t version[VERSION_BYTES_MAX];
	size_t n;
	size_t pattern; /* which found it: earlier ones are believed before later ones */
	bool differs;   /* it says several */
	bool proven;
};

struct search {
	const struct binary *b;
	struct lc_slice name;
	struct candidate rows[ROWS_MAX];
	size_t n;
	uint8_t *buf; /* of STEP bytes and a NUL at each end */
	struct lc_err *e;
};

static void note(const struct search *s, struct candidate *c, size_t pattern,
		 struct lc_slice version)
{
	if (version.n > VERSION_BYTES_MAX || (c->n && c->pattern < pattern))
		return;
	if (c->row->by_name) {
		struct lc_slice numbers = classifier_numbers(s->name);
		if (!lc_starts(version, numbers) || version.n <= numbers.n ||
		    (version.p[numbers.n] != '.' && lc_find(numbers, '.') != SIZE_MAX))
			return;
	}
	if (c->n && c->pattern == pattern) {
		c->differs |= !lc_eq(version, lc_slice_of(c->version, c->n));
		return;
	}
	memcpy(c->version, version.p, version.n);
	c->n = version.n;
	c->pattern = pattern;
	c->differs = false;
}

static void look(struct search *s, struct lc_slice bytes)
{
	for (size_t i = 0; i < s->n; i++) {
		struct candidate *c = &s->rows[i];
		for (size_t k = 0; k < CLASSIFIER_PATTERNS_MAX && c->row->patterns[k]; k++) {
			struct lc_slice version = LC_S("");
			for (size_t at = 0;
			     classifier_next(c->row->patterns[k], bytes, &at, &version);)
				note(s, c, k, version);
		}
		if (!c->proven)
			c->proven = lc_find_slice(bytes, lc_str(c->row->proof)) != SIZE_MAX;
	}
}

/*
 * Steps overlap, so that what lies across their border is met. A text at the start or the end of
 * a part is a text although its NUL belongs to another.
 */
static int look_through(struct search *s, uint64_t off, uint64_t size)
{
	uint8_t *buf = s->buf;
	for (uint64_t done = 0; done < size;) {
		size_t n = (size_t)lc_min64(STEP, size - done);
		size_t first = done == 0;
		size_t last = done + n == size;
		buf[0] = 0;
		int r = lc_content_read(&s->b->x->content, off + done, buf + first, n, s->e);
		if (r)
			return r;
		buf[first + n] = 0;
		look(s, lc_slice_of(buf, first + n + last));
		if (last)
			break;
		done += n - CLASSIFIER_SPAN_MAX;
	}
	return 0;
}

/* Data, not code; without sections everything. */
static int look_everywhere(struct search *s)
{
	const struct executable *x = s->b->x;
	int r = 0;
	if (x->sections.n == 0)
		return look_through(s, 0, x->content.size);
	uint64_t left = x->content.size; /* parts that lie over each other are not read for ever */
	for (size_t i = 0; i < x->sections.n && r == 0; i++) {
		const struct executable_part *p = &x->sections.v[i];
		bool loaded = x->kind != EXECUTABLE_ELF || p->addr;
		if (!loaded || (p->flags & EXECUTABLE_RUN) || p->size > left)
			continue;
		left -= p->size;
		r = look_through(s, p->off, p->size);
	}
	return r;
}

static int put(const struct search *s, const struct candidate *c)
{
	struct inv_attribute said[] = {
		{ .key = LC_S("cpe") },
		{ .key = LC_S("bitnami"), .value = lc_str(c->row->bitnami) },
	};
	struct lc_slice version = lc_slice_of(c->version, c->n);
	if (c->n == 0 || c->differs || !c->proven)
		return 0;
	said[0].value = lc_arena_fmt(s->b->arena, "cpe:2.3:a:%s:%.*s:*:*:*:*:*:*:*", c->row->cpe,
				     LC_FMT(version));
	if (!said[0].value.p)
		return lc_arena_err(s->b->arena);
	struct inv_package p = {
		.type = LC_S("binary"),
		.name = lc_str(c->row->name),
		.version = version,
		.attributes = { said, c->row->bitnami ? 2 : 1, 2 },
	};
	return inv_sink_package(s->b->out, &p);
}

int known_binary(const struct binary *b, struct lc_err *e)
{
	struct search s = { .b = b, .e = e };
	s.name = lc_path_name(b->file->path);
	for (size_t i = 0; i < classifiers_n && s.n < ROWS_MAX; i++) {
		const struct classifier *row = &classifiers[i];
		if (classifier_wants(row, s.name))
			s.rows[s.n++] = (struct candidate){ .row = row, .proven = !row->proof };
	}
	if (s.n == 0)
		return 0;
	s.buf = lc_arena_alloc(b->arena, STEP + 2);
	int r = s.buf ? look_everywhere(&s) : lc_arena_err(b->arena);
	for (size_t i = 0; i < s.n && r == 0; i++)
		r = put(&s, &s.rows[i]);
	return r;
}
