#include "report/text.h"

/* "{0}" or "{1}" at the front of s: its number, or -1. */
static int placeholder(struct lc_slice s)
{
	if (s.n < 3 || s.p[0] != '{' || s.p[2] != '}')
		return -1;
	return s.p[1] == '0' || s.p[1] == '1' ? s.p[1] - '0' : -1;
}

static size_t put(struct lc_slice s, const struct lc_slice arg[2], uint8_t *to)
{
	size_t n = 0;
	while (s.n) {
		int which = placeholder(s);
		struct lc_slice part = which < 0 ? lc_sub(s, 0, 1) : arg[which];
		if (to && part.n)
			memcpy(to + n, part.p, part.n);
		n += part.n;
		s = lc_skip(s, which < 0 ? 1 : 3);
	}
	return n;
}

struct lc_slice report_text(struct lc_arena *a, const char *text, const struct lc_slice arg[2])
{
	struct lc_slice s = lc_str(text);
	size_t n = put(s, arg, NULL);
	uint8_t *p = lc_arena_alloc(a, n + 1);
	if (!p)
		return (struct lc_slice){ NULL, 0 };
	(void)put(s, arg, p);
	return (struct lc_slice){ p, n };
}
