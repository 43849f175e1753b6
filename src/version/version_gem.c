/*
 * RubyGems: segments of digits or of letters, between dots or not; "-" is ".pre.". A segment of
 * letters makes it a pre-release and sorts below numbers; what is missing is 0. CocoaPods has the
 * same order. Source: Gem::Version.
 *
 *	1.0.a < 1.0.b1 < 1.0 = 1.0.0 < 1.0.1;  1.0-1 = 1.0.pre.1 < 1.0
 */
#include "version/version.h"

#include "version/number.h"

enum { END, WORD, NUMBER };

struct segment {
	int kind;
	struct lc_slice text;
};

struct gem {
	struct lc_slice rest;
	size_t plain; /* segments that are known to stay */
	bool word;    /* one of letters has come */
};

static struct segment raw(struct lc_slice *rest)
{
	while (version_peek(*rest) == '.')
		*rest = lc_skip(*rest, 1);
	if (!rest->n)
		return (struct segment){ END, LC_S("") };
	if (lc_is_digit(rest->p[0]))
		return (struct segment){ NUMBER, version_digits(rest) };
	if (rest->p[0] != '-')
		return (struct segment){ WORD, version_take(rest, lc_is_alpha) };
	*rest = lc_skip(*rest, 1);
	return (struct segment){ WORD, LC_S("pre") };
}

static bool is_zero(const struct segment *s)
{
	return s->kind == NUMBER && version_number_cmp(s->text, LC_S("0")) == 0;
}

/* Zeros before the first word and at the end count for nothing. */
static size_t settle(struct gem *g)
{
	struct lc_slice ahead = g->rest;
	struct lc_slice behind = g->rest;
	struct segment s = raw(&ahead);
	size_t n = 0;
	for (; is_zero(&s); n++) {
		behind = ahead;
		s = raw(&ahead);
	}
	if (s.kind == NUMBER || (s.kind == WORD && g->word))
		return n + 1;
	g->rest = behind;
	return 1;
}

static struct segment next(struct gem *g)
{
	if (!g->plain)
		g->plain = settle(g);
	g->plain--;
	struct segment s = raw(&g->rest);
	g->word = g->word || s.kind == WORD;
	return s;
}

static int segment_cmp(const struct segment *a, const struct segment *b)
{
	if (a->kind == WORD && b->kind == WORD) {
		int c = lc_cmp(a->text, b->text);
		return version_sign(c > 0, c < 0);
	}
	if (a->kind == WORD || b->kind == WORD)
		return a->kind == WORD ? -1 : 1;
	return version_number_cmp(a->text, b->text);
}

static bool is_plain(uint8_t c)
{
	return lc_is_digit(c) || lc_is_alpha(c);
}

static bool is_dashed(uint8_t c)
{
	return is_plain(c) || c == '-';
}

/* Parts between dots, none empty. */
static bool has_parts(struct lc_slice s, bool (*is)(uint8_t c))
{
	for (;;) {
		if (!version_take(&s, is).n)
			return false;
		if (!s.n)
			return true;
		if (s.p[0] != '.')
			return false;
		s = lc_skip(s, 1);
	}
}

/* number{.part}[-part{.part}]; a dash in the latter's parts is one of their bytes. */
static bool gem_valid(struct lc_slice v)
{
	struct lc_slice head = v;
	struct lc_slice tail;
	if (!v.n || !lc_is_digit(v.p[0]))
		return false;
	if (lc_cut(v, '-', &head, &tail) && !has_parts(tail, is_dashed))
		return false;
	struct lc_slice rest = head;
	(void)version_digits(&rest); /* there are some: the first part is a number */
	return has_parts(head, is_plain) && (!rest.n || rest.p[0] == '.');
}

int version_cmp_gem(struct lc_slice a, struct lc_slice b, int *ret)
{
	struct gem ga = { .rest = lc_trim(a) };
	struct gem gb = { .rest = lc_trim(b) };
	if (!gem_valid(ga.rest) || !gem_valid(gb.rest))
		return LC_EBAD;
	for (;;) {
		struct segment sa = next(&ga);
		struct segment sb = next(&gb);
		int c = segment_cmp(&sa, &sb);
		if (c || (sa.kind == END && sb.kind == END)) {
			*ret = c;
			return 0;
		}
	}
}

bool version_valid_gem(struct lc_slice v)
{
	return gem_valid(lc_trim(v));
}
