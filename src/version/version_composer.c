/*
 * Composer: a version is first brought into its normal form and then compared as PHP does.
 *
 *	[v]N[.N[.N[.N]]][stability[numbers]][-dev][+build]   missing numbers are 0
 *	[v]YYYY[-MM[-DD…]]…                                  dates, part by part
 *	N[.N|.x…]-dev                                        a branch, x being 9999999
 *	dev-NAME, master, trunk, default                     a branch that no number places
 *
 *	stability  dev < alpha, a < beta, b < RC < none, stable < patch, pl, p; any other word is
 *	           lowest; a number that is missing is below any
 *
 * What has no normal form is compared as it is. Source: composer/semver's VersionParser; PHP's
 * version_compare().
 */
#include "version/version.h"

#include "version/number.h"

/* As version_compare() ranks words, and with them the end and numbers. */
enum part_rank {
	RANK_OTHER,
	RANK_DEV,
	RANK_ALPHA,
	RANK_BETA,
	RANK_RC,
	RANK_END,
	RANK_NUMBER,
	RANK_PATCH
};

enum { NUMBERS_MAX = 4 };

/* The normal form: texts one behind the other, to be read as parts. */
struct composer {
	struct lc_slice texts[NUMBERS_MAX + 3];
	size_t n;
	bool normal;
	bool placed; /* by a number */
};

static void put(struct composer *c, struct lc_slice text)
{
	if (c->n < sizeof(c->texts) / sizeof(*c->texts))
		c->texts[c->n++] = text;
}

static bool is_separator(int c)
{
	return c == '-' || c == '.';
}

/* [.-]dev to the end, or the end. */
static bool ends(struct lc_slice rest, bool *ret_dev)
{
	if (is_separator(version_peek(rest)))
		rest = lc_skip(rest, 1);
	else if (!rest.n)
		return true;
	*ret_dev = version_take_word(&rest, LC_S("dev"));
	return *ret_dev && !rest.n;
}

/* Numbers with an optional separator before each: the longest run. */
static struct lc_slice take_numbers(struct lc_slice *rest)
{
	struct lc_slice whole = *rest;
	struct lc_slice r = *rest;
	for (;;) {
		if (is_separator(version_peek(r)))
			r = lc_skip(r, 1);
		if (!version_digits(&r).n)
			break;
		*rest = r;
	}
	return lc_sub(whole, 0, whole.n - rest->n);
}

static const struct {
	struct lc_slice word, normal;
} stabilities[] = {
	{ LC_S_INIT("stable"), LC_S_INIT("") },   { LC_S_INIT("alpha"), LC_S_INIT("alpha") },
	{ LC_S_INIT("beta"), LC_S_INIT("beta") }, { LC_S_INIT("patch"), LC_S_INIT("patch") },
	{ LC_S_INIT("rc"), LC_S_INIT("RC") },     { LC_S_INIT("pl"), LC_S_INIT("patch") },
	{ LC_S_INIT("a"), LC_S_INIT("alpha") },   { LC_S_INIT("b"), LC_S_INIT("beta") },
	{ LC_S_INIT("p"), LC_S_INIT("patch") },
};

/* [._-][stability[numbers]][[.-]dev] to the end. */
static bool take_modifier(struct lc_slice rest, struct composer *c)
{
	bool dev = false;
	struct lc_slice whole = rest;
	if (is_separator(version_peek(rest)) || version_peek(rest) == '_')
		rest = lc_skip(rest, 1);
	for (size_t i = 0; i < sizeof(stabilities) / sizeof(*stabilities); i++) {
		if (!version_take_word(&rest, stabilities[i].word))
			continue;
		struct lc_slice numbers = take_numbers(&rest);
		if (!ends(rest, &dev))
			return false;
		if (!stabilities[i].normal.n)
			return true;
		put(c, stabilities[i].normal);
		put(c, numbers);
		if (dev)
			put(c, LC_S("dev"));
		return true;
	}
	if (rest.n && !ends(rest, &dev) && !ends(whole, &dev))
		return false;
	if (dev)
		put(c, LC_S("dev"));
	return true;
}

enum { MAJOR_DIGITS_MAX = 5 };

static bool parse_classical(struct lc_slice v, struct composer *ret)
{
	struct composer c = { .normal = true, .placed = true };
	struct lc_slice number = version_digits(&v);
	if (!number.n || number.n > MAJOR_DIGITS_MAX)
		return false;
	put(&c, number);
	while (c.n < NUMBERS_MAX) {
		struct lc_slice r = lc_skip(v, 1);
		number = version_peek(v) == '.' ? version_digits(&r) : LC_S("");
		if (number.n)
			v = r;
		put(&c, number.n ? number : LC_S("0"));
	}
	if (!take_modifier(v, &c))
		return false;
	*ret = c;
	return true;
}

/* Two digits at a time; the last group may have one to three. */
static struct lc_slice take_date(struct lc_slice *rest)
{
	enum { YEAR = 4, PAIRS_MAX = 6, LAST_MAX = 3 };
	struct lc_slice whole = *rest;
	struct lc_slice r = lc_skip(*rest, YEAR);
	struct lc_slice year = lc_sub(whole, 0, YEAR);
	size_t pairs = 0;
	if (year.n < YEAR || !version_is_number(year))
		return LC_S("");
	for (; pairs < PAIRS_MAX; pairs++) {
		struct lc_slice next = r;
		if (is_separator(version_peek(next)) || version_peek(next) == ':')
			next = lc_skip(next, 1);
		struct lc_slice pair = lc_sub(next, 0, 2);
		if (pair.n < 2 || !version_is_number(pair))
			break;
		r = lc_skip(next, 2);
	}
	if (!pairs)
		return LC_S("");
	struct lc_slice last = r;
	if (is_separator(version_peek(last)) || version_peek(last) == ':')
		last = lc_skip(last, 1);
	struct lc_slice digits = version_digits(&last);
	if (digits.n && digits.n <= LAST_MAX)
		r = last;
	*rest = r;
	return lc_sub(whole, 0, whole.n - r.n);
}

static bool parse_date(struct lc_slice v, struct composer *ret)
{
	struct composer c = { .normal = true, .placed = true };
	struct lc_slice date = take_date(&v);
	put(&c, date);
	if (!date.n || !take_modifier(v, &c))
		return false;
	*ret = c;
	return true;
}

static bool is_wild(int c)
{
	return c == 'x' || c == 'X' || c == '*';
}

/* N[.N|.x]…[.-]dev */
static bool parse_branch(struct lc_slice v, struct composer *ret)
{
	struct composer c = { .normal = true, .placed = true };
	bool dev = false;
	struct lc_slice number = version_digits(&v);
	if (!number.n)
		return false;
	put(&c, number);
	while (c.n < NUMBERS_MAX && version_peek(v) == '.') {
		struct lc_slice r = lc_skip(v, 1);
		bool wild = is_wild(version_peek(r));
		number = version_digits(&r);
		if (!wild && !number.n)
			break;
		v = wild ? lc_skip(r, 1) : r;
		put(&c, wild ? LC_S("9999999") : number);
	}
	while (c.n < NUMBERS_MAX)
		put(&c, LC_S("9999999"));
	put(&c, LC_S("dev"));
	if (!ends(v, &dev) || !dev)
		return false;
	*ret = c;
	return true;
}

static bool is_named_branch(struct lc_slice v)
{
	struct lc_slice rest = v;
	return version_take_word(&rest, LC_S("dev-")) || lc_eq(v, LC_S("master")) ||
	       lc_eq(v, LC_S("trunk")) || lc_eq(v, LC_S("default"));
}

static void composer_parse(struct lc_slice v, struct composer *ret)
{
	struct lc_slice head;
	struct lc_slice tail;
	v = lc_trim(v);
	if (is_named_branch(v)) {
		*ret = (struct composer){ .normal = true };
		put(ret, LC_S("dev"));
		return;
	}
	struct lc_slice text = lc_cut(v, '+', &head, &tail) && head.n && tail.n ? head : v;
	struct lc_slice plain = text;
	(void)version_take_word(&plain, LC_S("v")); /* most have none */
	if (parse_classical(plain, ret) || parse_date(plain, ret) || parse_branch(plain, ret))
		return;
	*ret = (struct composer){ .normal = false };
	put(ret, v);
}

/* ---- as PHP compares ---- */

struct part {
	enum part_rank rank;
	struct lc_slice number;
};

static enum part_rank word_rank(struct lc_slice word)
{
	static const struct {
		struct lc_slice front;
		enum part_rank rank;
	} fronts[] = {
		{ LC_S_INIT("dev"), RANK_DEV }, { LC_S_INIT("a"), RANK_ALPHA },
		{ LC_S_INIT("b"), RANK_BETA },  { LC_S_INIT("RC"), RANK_RC },
		{ LC_S_INIT("rc"), RANK_RC },   { LC_S_INIT("p"), RANK_PATCH },
	};
	for (size_t i = 0; i < sizeof(fronts) / sizeof(*fronts); i++)
		if (lc_starts(word, fronts[i].front))
			return fronts[i].rank;
	return RANK_OTHER;
}

struct parts {
	const struct composer *c;
	size_t at;
	struct lc_slice rest;
};

static struct part next_part(struct parts *p)
{
	for (;;) {
		while (!p->rest.n && p->at < p->c->n)
			p->rest = p->c->texts[p->at++];
		if (!p->rest.n)
			return (struct part){ RANK_END, LC_S("") };
		if (lc_is_digit(p->rest.p[0]))
			return (struct part){ RANK_NUMBER, version_digits(&p->rest) };
		if (lc_is_alpha(p->rest.p[0]))
			return (struct part){ word_rank(version_take(&p->rest, lc_is_alpha)),
					      LC_S("") };
		p->rest = lc_skip(p->rest, 1);
	}
}

int version_cmp_composer(struct lc_slice a, struct lc_slice b, int *ret)
{
	struct composer ca;
	struct composer cb;
	composer_parse(a, &ca);
	composer_parse(b, &cb);
	struct parts pa = { .c = &ca };
	struct parts pb = { .c = &cb };
	for (;;) {
		struct part na = next_part(&pa);
		struct part nb = next_part(&pb);
		int c = version_sign(na.rank > nb.rank, na.rank < nb.rank);
		c = c ? c : version_number_cmp(na.number, nb.number);
		if (c || na.rank == RANK_END) {
			*ret = c;
			return 0;
		}
	}
}

bool version_valid_composer(struct lc_slice v)
{
	struct composer c;
	composer_parse(v, &c);
	return c.normal && c.placed;
}
