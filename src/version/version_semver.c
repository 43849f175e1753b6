/*
 * SemVer 2: [v]major[.minor[.patch]][-pre][+build], and Go's use of it.
 *
 *	core   numbers of any length; what is missing is 0
 *	pre    identifiers between dots, numbers below words, fewer below more; none is highest
 *	build  carries no order; further numbers (1.2.3.4) count as such
 *
 * Go's modules have a 'v' that its database leaves out, and its standard library is named as the
 * toolchain is: "go1.21rc2" is 1.21.0-rc.2, and what vendors put behind that (" X:…", "-google",
 * " (Red Hat …)") says nothing about it. Pseudo-versions are ordinary pre-releases.
 */
#include "version/version.h"

#include "version/number.h"
#include "version/semver.h"

static bool semver_in_identifiers(uint8_t c)
{
	return lc_is_digit(c) || lc_is_alpha(c) || c == '-' || c == '.';
}

bool semver_core(struct lc_slice *rest, struct semver *ret)
{
	for (size_t n = 0; n < SEMVER_CORE_N; n++) {
		if (n && version_peek(*rest) != '.')
			break;
		if (n)
			*rest = lc_skip(*rest, 1);
		ret->core[n] = version_digits(rest);
		if (!ret->core[n].n)
			return false;
	}
	return true;
}

/* Dots at either end or in a row leave an identifier empty. */
static bool semver_dots_part(struct lc_slice s)
{
	return s.n && s.p[0] != '.' && s.p[s.n - 1] != '.' &&
	       lc_find_slice(s, LC_S("..")) == SIZE_MAX;
}

bool semver_parse(struct lc_slice v, struct semver *ret)
{
	*ret = (struct semver){ .glued = false };
	if (!lc_chop_prefix(&v, LC_S("v")))
		(void)lc_chop_prefix(&v, LC_S("=")); /* either may stand there, or nothing */
	if (!semver_core(&v, ret))
		return false;

	if (version_peek(v) == '-') {
		v = lc_skip(v, 1);
		ret->pre = version_take(&v, semver_in_identifiers);
		if (!semver_dots_part(ret->pre))
			return false;
	}
	if (!v.n)
		return true;
	bool build = v.p[0] == '+' || (v.p[0] == '.' && !ret->pre.p);
	v = lc_skip(v, 1);
	ret->build = version_take(&v, semver_in_identifiers);
	return build && (!v.n || (v.p[0] == '+' && !version_has_control(v)));
}

static bool go_parse(struct lc_slice v, struct semver *ret)
{
	(void)lc_chop_prefix(&v, LC_S("devel ")); /* a toolchain between releases */
	if (!lc_chop_prefix(&v, LC_S("go")))
		return version_peek(v) != '=' && semver_parse(v, ret);

	*ret = (struct semver){ .glued = true };
	if (!semver_core(&v, ret))
		return false;
	struct lc_slice rest = v;
	struct lc_slice word = version_take(&rest, lc_is_alpha);
	struct lc_slice number = version_digits(&rest);
	if ((lc_eq(word, LC_S("rc")) || lc_eq(word, LC_S("beta"))) && number.n)
		ret->pre = lc_sub(v, 0, word.n + number.n);
	return true;
}

static struct lc_slice semver_identifier(struct lc_slice *rest, bool glued)
{
	struct lc_slice one = { NULL, 0 };
	if (!glued)
		(void)lc_split(rest, '.', &one); /* called only while there is one */
	else if (lc_is_digit(rest->p[0]))
		one = version_digits(rest);
	else
		one = version_take(rest, lc_is_alpha);
	return one;
}

int semver_pre_cmp(const struct semver *a, const struct semver *b)
{
	struct lc_slice ra = a->pre;
	struct lc_slice rb = b->pre;
	if (!ra.n || !rb.n)
		return (int)!ra.n - (int)!rb.n;

	int c = 0;
	while (!c && ra.n && rb.n)
		c = version_identifier_cmp(semver_identifier(&ra, a->glued),
					   semver_identifier(&rb, b->glued));
	return c ? c : version_sign(ra.n > 0 && !rb.n, rb.n > 0 && !ra.n);
}

int semver_cmp(const struct semver *a, const struct semver *b)
{
	int c = 0;
	for (size_t i = 0; !c && i < SEMVER_CORE_N; i++)
		c = version_number_cmp(a->core[i], b->core[i]);
	return c ? c : semver_pre_cmp(a, b);
}

int version_cmp_semver(struct lc_slice a, struct lc_slice b, int *ret)
{
	struct semver sa;
	struct semver sb;
	if (!semver_parse(a, &sa) || !semver_parse(b, &sb))
		return LC_EBAD;
	*ret = semver_cmp(&sa, &sb);
	return 0;
}

int version_cmp_go(struct lc_slice a, struct lc_slice b, int *ret)
{
	struct semver sa;
	struct semver sb;
	if (!go_parse(a, &sa) || !go_parse(b, &sb))
		return LC_EBAD;
	*ret = semver_cmp(&sa, &sb);
	return 0;
}

/* 1.2.3-01 is outside the grammar, though its place is clear. */
static bool semver_strict(const struct semver *s)
{
	struct lc_slice rest = s->pre;
	while (rest.n && !s->glued) {
		struct lc_slice one = semver_identifier(&rest, false);
		if (one.n > 1 && one.p[0] == '0' && version_is_number(one))
			return false;
	}
	return true;
}

bool version_valid_semver(struct lc_slice v)
{
	struct semver s;
	return semver_parse(v, &s) && semver_strict(&s);
}

bool version_valid_go(struct lc_slice v)
{
	struct semver s;
	return go_parse(v, &s) && semver_strict(&s);
}
