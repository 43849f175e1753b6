/*
 * Orders that are SemVer's with a say for the build, which SemVer leaves out.
 *
 *	Pub    the build counts: none below any, then by identifiers as pre-releases are
 *	Julia  the same; a pre-release needs no dash before it, and an empty one ("1.0-") is lowest;
 *	       an empty build ("1.0+") is one
 *
 * Source: pub_semver's Version.compareTo; Julia's VersionNumber.
 */
#include "version/version.h"

#include "version/number.h"
#include "version/semver.h"

static int build_cmp(const struct semver *a, const struct semver *b)
{
	int c = semver_cmp(a, b);
	return c ? c : version_identifiers_cmp(a->build, b->build, false);
}

int version_cmp_pub(struct lc_slice a, struct lc_slice b, int *ret)
{
	struct semver sa;
	struct semver sb;
	if (!semver_parse(a, &sa) || !semver_parse(b, &sb))
		return LC_EBAD;
	*ret = build_cmp(&sa, &sb);
	return 0;
}

/* ---- Julia ---- */

static bool in_identifiers(uint8_t c)
{
	return lc_is_digit(c) || lc_is_alpha(c) || c == '-' || c == '.';
}

/* An empty identifier is lowest of all; in the text it stands alone or nowhere. */
static bool take_identifiers(struct lc_slice *rest, struct lc_slice *ret)
{
	struct lc_slice s = version_take(rest, in_identifiers);
	*ret = s;
	return !s.n ||
	       (s.p[0] != '.' && s.p[s.n - 1] != '.' && lc_find_slice(s, LC_S("..")) == SIZE_MAX);
}

static bool julia_parse(struct lc_slice v, struct semver *ret)
{
	*ret = (struct semver){ .glued = false };
	(void)version_take_word(&v, LC_S("v")); /* most have none */
	if (!semver_core(&v, ret))
		return false;
	int c = version_peek(v);
	if (c == '-' || (c != -1 && lc_is_alpha((uint8_t)c))) {
		v = lc_skip(v, c == '-');
		if (!take_identifiers(&v, &ret->pre))
			return false;
		if (!ret->pre.n)
			ret->pre = LC_S("");
	}
	if (version_peek(v) == '+') {
		v = lc_skip(v, 1);
		if (!take_identifiers(&v, &ret->build))
			return false;
		if (!ret->build.n)
			ret->build = LC_S("");
	}
	return !v.n;
}

static int julia_pre_cmp(const struct semver *a, const struct semver *b)
{
	bool empty_a = a->pre.p && !a->pre.n;
	bool empty_b = b->pre.p && !b->pre.n;
	if (empty_a || empty_b)
		return (int)empty_b - (int)empty_a;
	return semver_pre_cmp(a, b);
}

int version_cmp_julia(struct lc_slice a, struct lc_slice b, int *ret)
{
	struct semver sa;
	struct semver sb;
	if (!julia_parse(a, &sa) || !julia_parse(b, &sb))
		return LC_EBAD;
	int c = 0;
	for (size_t i = 0; !c && i < SEMVER_CORE_N; i++)
		c = version_number_cmp(sa.core[i], sb.core[i]);
	c = c ? c : julia_pre_cmp(&sa, &sb);
	c = c ? c : version_identifiers_cmp(sa.build, sb.build, false);
	*ret = c ? c : (int)!sb.build.p - (int)!sa.build.p;
	return 0;
}

bool version_valid_julia(struct lc_slice v)
{
	struct semver s;
	return julia_parse(v, &s);
}
