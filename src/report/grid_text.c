#include <uniwidth.h>

#include "report/grid.h"

static bool is_plain(struct lc_slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < 0x20 || s.p[i] > 0x7e)
			return false;
	}
	return true;
}

static void put_safe(struct lc_buf *b, struct lc_slice s)
{
	while (s.n) {
		uint32_t cp = 0;
		size_t n = lc_utf8(s, &cp);
		if (!n)
			(void)lc_buf_fmt(b, "\\x%02x", s.p[0]);
		else if (!lc_cp_unsafe(cp))
			(void)lc_buf_add(b, s.p, n);
		else if (cp < 0x100)
			(void)lc_buf_fmt(b, "\\x%02x", cp);
		else
			(void)lc_buf_fmt(b, "\\u{%04x}", cp);
		s = lc_skip(s, n ? n : 1);
	}
}

struct lc_slice grid_safe(struct lc_slice s, struct lc_arena *a)
{
	struct lc_slice copy = { NULL, 0 };
	struct lc_buf b;
	if (is_plain(s))
		return s.p ? s : LC_S("");
	lc_buf_init(&b, SIZE_MAX / 2);
	put_safe(&b, s);
	if (lc_buf_err(&b))
		a->err = a->err ? a->err : lc_buf_err(&b);
	else if (lc_arena_dup(a, lc_buf_get(&b), &copy))
		copy = (struct lc_slice){ NULL, 0 };
	lc_buf_done(&b);
	return copy;
}

static size_t cp_width(uint32_t cp)
{
	int w = cp < 0x7f ? 1 : uc_width(cp, "UTF-8");
	return w > 0 ? (size_t)w : 0;
}

size_t grid_width(struct lc_slice s)
{
	size_t w = 0;
	if (is_plain(s))
		return s.n;
	while (s.n) {
		uint32_t cp = 0;
		size_t n = lc_utf8(s, &cp);
		w += n ? cp_width(cp) : 1;
		s = lc_skip(s, n ? n : 1);
	}
	return w;
}

/* Bytes of s that fit into width columns: up to the last space among them, else as many as fit. */
static size_t fitting(struct lc_slice s, size_t width, size_t *ret_next)
{
	size_t at = 0;
	size_t used = 0;
	size_t space = 0;
	while (at < s.n) {
		uint32_t cp = 0;
		size_t n = lc_utf8(lc_skip(s, at), &cp);
		size_t w = n ? cp_width(cp) : 1;
		if (used + w > width && at)
			break;
		if (cp == ' ' && at)
			space = at;
		used += w;
		at += n ? n : 1;
	}
	*ret_next = at;
	if (at == s.n)
		return at;
	if (s.p[at] == ' ')
		space = at;
	if (!space)
		return at;
	*ret_next = space + 1;
	return space;
}

int grid_wrap(struct lc_slice s, size_t width, struct lc_arena *a, struct lc_slices *ret)
{
	do {
		size_t next = s.n;
		size_t n = s.n;
		if (width && grid_width(s) > width)
			n = fitting(s, width, &next);
		struct lc_slice *line = lc_vec_push(a, ret);
		if (!line)
			return lc_arena_err(a);
		*line = lc_sub(s, 0, n);
		s = lc_skip(s, next);
	} while (s.n);
	return 0;
}
