/*
 * Versions of software that keeps to no registry's rules, and those of registries that keep the
 * software's own: ConanCenter's and Bitnami's.
 *
 *	[v]item{.item}[-pre][+build]
 *
 *	item   a number with or without letters behind it: 1.1.1 < 1.1.1m < 1.1.1n < 1.1.2; one
 *	       of letters alone ("cci.20230101") is above numbers; what is missing is 0
 *	pre    identifiers as SemVer's, none is highest; "rc1", "beta2" need no dash before them
 *	build  carries no order; Conan's does: none below any
 *
 * Bitnami's has, last, a revision of the package, which is no pre-release: 1.2.3 = 1.2.3-0 <
 * 1.2.3-1 < 1.2.4; 1.2.3-rc.1-2 is the second one of a pre-release.
 *
 * Conan's own tool compares "10" and "9a" as text and so has no order of them; here 9a < 10.
 * Source: Conan 2's Version; Bitnami's vulnerability database, "versions".
 */
#include "version/version.h"

#include "version/number.h"

struct generic {
	struct lc_slice items, pre, build, revision;
	bool is_pre;
};

static bool in_items(uint8_t c)
{
	return lc_is_digit(c) || lc_is_alpha(c) || c == '.' || c == '_';
}

static bool in_pre(uint8_t c)
{
	return in_items(c) || c == '-';
}

static bool in_build(uint8_t c)
{
	return in_pre(c) || c == '+';
}

/* Where "rc1", "beta2" and the like begin behind a digit, or SIZE_MAX. */
static size_t glued_pre(struct lc_slice items)
{
	static const struct lc_slice words[] = { LC_S_INIT("alpha"), LC_S_INIT("beta"),
						 LC_S_INIT("rc"), LC_S_INIT("pre"),
						 LC_S_INIT("dev") };
	for (size_t i = 1; i < items.n; i++) {
		if (!lc_is_digit(items.p[i - 1]) || !lc_is_alpha(items.p[i]))
			continue;
		for (size_t k = 0; k < sizeof(words) / sizeof(*words); k++) {
			struct lc_slice rest = lc_skip(items, i);
			if (version_take_word(&rest, words[k]) &&
			    !(rest.n && lc_is_alpha(rest.p[0])))
				return i;
		}
	}
	return SIZE_MAX;
}

static bool generic_parse(struct lc_slice v, struct generic *ret)
{
	*ret = (struct generic){ .is_pre = false };
	if (v.n > 1 && lc_is_digit(v.p[1]))
		(void)version_take_word(&v, LC_S("v")); /* most have none */
	ret->items = version_take(&v, in_items);
	if (!ret->items.n)
		return false;
	if (version_peek(v) == '-') {
		ret->is_pre = true;
		v = lc_skip(v, 1);
		ret->pre = version_take(&v, in_pre);
	}
	if (version_peek(v) == '+') {
		v = lc_skip(v, 1);
		ret->build = version_take(&v, in_build);
	}
	size_t glued = glued_pre(ret->items);
	if (!ret->is_pre && glued != SIZE_MAX) {
		ret->is_pre = true;
		ret->pre = lc_skip(ret->items, glued);
		ret->items = lc_sub(ret->items, 0, glued);
	}
	return !v.n;
}

static bool is_text(uint8_t c)
{
	return !lc_is_digit(c);
}

/* A number first, then letters and numbers in turn. */
static int item_cmp(struct lc_slice a, struct lc_slice b)
{
	bool word_a = a.n && !lc_is_digit(a.p[0]);
	bool word_b = b.n && !lc_is_digit(b.p[0]);
	if (word_a != word_b)
		return word_a ? 1 : -1;
	int c = version_number_cmp(version_digits(&a), version_digits(&b));
	while (!c && (a.n || b.n)) {
		c = version_text_cmp(version_take(&a, is_text), version_take(&b, is_text));
		struct lc_slice na = version_digits(&a);
		struct lc_slice nb = version_digits(&b);
		c = c ? c : version_number_cmp(na, nb);
	}
	return c;
}

static int items_cmp(struct lc_slice a, struct lc_slice b)
{
	int c = 0;
	while (!c && (a.n || b.n)) {
		struct lc_slice ia = a;
		struct lc_slice ib = b;
		if (a.n)
			(void)lc_split(&a, '.', &ia); /* there is one */
		if (b.n)
			(void)lc_split(&b, '.', &ib);
		c = item_cmp(ia, ib);
	}
	return c;
}

static int generic_cmp(const struct generic *a, const struct generic *b)
{
	int c = items_cmp(a->items, b->items);
	c = c ? c : (int)b->is_pre - (int)a->is_pre;
	return c ? c : version_identifiers_cmp(a->pre, b->pre, true);
}

int version_cmp_generic(struct lc_slice a, struct lc_slice b, int *ret)
{
	struct generic ga;
	struct generic gb;
	if (!generic_parse(a, &ga) || !generic_parse(b, &gb))
		return LC_EBAD;
	*ret = generic_cmp(&ga, &gb);
	return 0;
}

int version_cmp_conan(struct lc_slice a, struct lc_slice b, int *ret)
{
	struct generic ga;
	struct generic gb;
	if (!generic_parse(a, &ga) || !generic_parse(b, &gb))
		return LC_EBAD;
	int c = generic_cmp(&ga, &gb);
	*ret = c ? c : items_cmp(ga.build, gb.build);
	return 0;
}

/* Take the package's revision away from the end of the pre-release. */
static bool bitnami_parse(struct lc_slice v, struct generic *ret)
{
	struct lc_slice revision;
	if (!generic_parse(v, ret))
		return false;
	size_t dash = lc_rfind(ret->pre, '-');
	revision = dash == SIZE_MAX ? ret->pre : lc_skip(ret->pre, dash + 1);
	if (!revision.n || !version_is_number(revision))
		return true;
	ret->revision = revision;
	ret->is_pre = dash != SIZE_MAX;
	ret->pre = ret->is_pre ? lc_sub(ret->pre, 0, dash) : LC_S("");
	return true;
}

int version_cmp_bitnami(struct lc_slice a, struct lc_slice b, int *ret)
{
	struct generic ga;
	struct generic gb;
	if (!bitnami_parse(a, &ga) || !bitnami_parse(b, &gb))
		return LC_EBAD;
	int c = generic_cmp(&ga, &gb);
	*ret = c ? c : version_number_cmp(ga.revision, gb.revision);
	return 0;
}

bool version_valid_generic(struct lc_slice v)
{
	struct generic g;
	return generic_parse(v, &g) && lc_is_digit(g.items.p[0]);
}

/* Recipes of snapshots begin with a word: "cci.20230101". */
bool version_valid_conan(struct lc_slice v)
{
	struct generic g;
	size_t digits = 0;
	for (size_t i = 0; i < v.n; i++)
		digits += lc_is_digit(v.p[i]);
	return digits && generic_parse(v, &g);
}
