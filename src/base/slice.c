#include "base/slice.h"

bool lc_eq_nocase(struct lc_slice a, struct lc_slice b)
{
	if (a.n != b.n)
		return false;
	for (size_t i = 0; i < a.n; i++) {
		if (lc_lower(a.p[i]) != lc_lower(b.p[i]))
			return false;
	}
	return true;
}

struct lc_slice lc_skip(struct lc_slice s, size_t n)
{
	if (n > s.n)
		n = s.n;
	return (struct lc_slice){ s.p ? s.p + n : NULL, s.n - n };
}

struct lc_slice lc_sub(struct lc_slice s, size_t from, size_t n)
{
	struct lc_slice r = lc_skip(s, from);
	if (n < r.n)
		r.n = n;
	return r;
}

bool lc_chop_prefix(struct lc_slice *s, struct lc_slice prefix)
{
	if (!lc_starts(*s, prefix))
		return false;
	*s = lc_skip(*s, prefix.n);
	return true;
}

bool lc_chop_suffix(struct lc_slice *s, struct lc_slice suffix)
{
	if (!lc_ends(*s, suffix))
		return false;
	s->n -= suffix.n;
	return true;
}

size_t lc_find(struct lc_slice s, uint8_t c)
{
	const uint8_t *at = s.n ? memchr(s.p, c, s.n) : NULL;
	return at ? (size_t)(at - s.p) : SIZE_MAX;
}

size_t lc_rfind(struct lc_slice s, uint8_t c)
{
	const uint8_t *at = s.n ? memrchr(s.p, c, s.n) : NULL;
	return at ? (size_t)(at - s.p) : SIZE_MAX;
}

struct lc_slice lc_path_name(struct lc_slice path)
{
	size_t slash = lc_rfind(path, '/');
	return slash == SIZE_MAX ? path : lc_skip(path, slash + 1);
}

struct lc_slice lc_path_dir(struct lc_slice path)
{
	size_t slash = lc_rfind(path, '/');
	return lc_sub(path, 0, slash == SIZE_MAX ? 0 : slash);
}

size_t lc_find_slice(struct lc_slice s, struct lc_slice needle)
{
	if (needle.n == 0)
		return 0;
	if (needle.n > s.n)
		return SIZE_MAX;
	const uint8_t *at = memmem(s.p, s.n, needle.p, needle.n);
	return at ? (size_t)(at - s.p) : SIZE_MAX;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct lc_slice lc_trim(struct lc_slice s)
{
	while (s.n && is_blank(s.p[0]))
		s = lc_skip(s, 1);
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool lc_line(struct lc_slice *rest, struct lc_slice *ret)
{
	if (rest->n == 0)
		return false;
	size_t at = lc_find(*rest, '\n');
	if (at == SIZE_MAX) {
		*ret = *rest;
		*rest = lc_skip(*rest, rest->n);
		return true;
	}
	struct lc_slice line = lc_sub(*rest, 0, at);
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	*rest = lc_skip(*rest, at + 1);
	*ret = line;
	return true;
}

bool lc_split(struct lc_slice *rest, uint8_t sep, struct lc_slice *ret)
{
	if (!rest->p)
		return false;
	size_t at = lc_find(*rest, sep);
	if (at == SIZE_MAX) {
		*ret = *rest;
		*rest = (struct lc_slice){ NULL, 0 };
		return true;
	}
	*ret = lc_sub(*rest, 0, at);
	*rest = lc_skip(*rest, at + 1);
	return true;
}

bool lc_cut(struct lc_slice s, uint8_t sep, struct lc_slice *ret_head, struct lc_slice *ret_tail)
{
	size_t at = lc_find(s, sep);
	if (at == SIZE_MAX)
		return false;
	*ret_head = lc_sub(s, 0, at);
	*ret_tail = lc_skip(s, at + 1);
	return true;
}

/* Value of a digit, or 255. */
static unsigned digit_value(uint8_t c)
{
	if (lc_is_digit(c))
		return c - (unsigned)'0';
	c = lc_lower(c);
	return c >= 'a' && c <= 'f' ? c - (unsigned)'a' + 10 : 255;
}

bool lc_u64(struct lc_slice s, unsigned base, uint64_t max, uint64_t *ret)
{
	if (s.n == 0 || (base != 8 && base != 10 && base != 16))
		return false;
	uint64_t v = 0;
	for (size_t i = 0; i < s.n; i++) {
		unsigned d = digit_value(s.p[i]);
		if (d >= base || __builtin_mul_overflow(v, base, &v) ||
		    __builtin_add_overflow(v, d, &v) || v > max)
			return false;
	}
	*ret = v;
	return true;
}
