/*
 * NuGet: one to four numbers, [-pre][+metadata]; identifiers as SemVer's, words whatever their
 * case; the metadata carries no order. Source: NuGet.Versioning's VersionComparer (Default).
 */
#include "version/version.h"

#include "version/number.h"

enum { NUMBERS_MAX = 4 };

struct nuget {
	struct lc_slice numbers, pre; /* pre empty: a release */
};

static bool in_identifiers(uint8_t c)
{
	return lc_is_digit(c) || lc_is_alpha(c) || c == '-' || c == '.';
}

static bool has_identifiers(struct lc_slice s)
{
	return s.n && s.p[0] != '.' && s.p[s.n - 1] != '.' &&
	       lc_find_slice(s, LC_S("..")) == SIZE_MAX;
}

static bool take_numbers(struct lc_slice *rest, struct lc_slice *ret)
{
	struct lc_slice whole = *rest;
	size_t n = 0;
	do {
		*rest = lc_skip(*rest, n > 0); /* the dot */
		if (!version_digits(rest).n)
			return false;
		n++;
	} while (version_peek(*rest) == '.');
	*ret = lc_sub(whole, 0, whole.n - rest->n);
	return n <= NUMBERS_MAX;
}

static bool nuget_parse(struct lc_slice v, struct nuget *ret)
{
	*ret = (struct nuget){ .pre = LC_S("") };
	v = lc_trim(v);
	(void)version_take_word(&v, LC_S("v")); /* as tags have it */
	if (!take_numbers(&v, &ret->numbers))
		return false;
	if (version_peek(v) == '-') {
		v = lc_skip(v, 1);
		ret->pre = version_take(&v, in_identifiers);
		if (!has_identifiers(ret->pre))
			return false;
	}
	if (version_peek(v) == '+') {
		v = lc_skip(v, 1);
		struct lc_slice metadata = version_take(&v, in_identifiers);
		return !v.n && has_identifiers(metadata);
	}
	return !v.n;
}

int version_cmp_nuget(struct lc_slice a, struct lc_slice b, int *ret)
{
	struct nuget na;
	struct nuget nb;
	if (!nuget_parse(a, &na) || !nuget_parse(b, &nb))
		return LC_EBAD;
	int c = version_numbers_cmp(na.numbers, nb.numbers, false);
	if (!c && (!na.pre.n || !nb.pre.n))
		c = (int)!na.pre.n - (int)!nb.pre.n;
	else if (!c)
		c = version_identifiers_cmp(na.pre, nb.pre, true);
	*ret = c;
	return 0;
}

bool version_valid_nuget(struct lc_slice v)
{
	struct nuget n;
	return nuget_parse(v, &n);
}
