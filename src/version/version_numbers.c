/*
 * Versions that are nothing but numbers, fewer below more of the same: R's, between dots or dashes,
 * and Haskell's, between dots. Source: R's package_version; Data.Version.
 */
#include "version/version.h"

#include "version/number.h"

static bool is_numbers(struct lc_slice v, bool dashes)
{
	for (;;) {
		if (!version_digits(&v).n)
			return false;
		if (!v.n)
			return true;
		if (v.p[0] != '.' && !(dashes && v.p[0] == '-'))
			return false;
		v = lc_skip(v, 1);
	}
}

int version_cmp_cran(struct lc_slice a, struct lc_slice b, int *ret)
{
	if (!version_valid_cran(a) || !version_valid_cran(b))
		return LC_EBAD;
	*ret = version_numbers_cmp(a, b, true);
	return 0;
}

int version_cmp_hackage(struct lc_slice a, struct lc_slice b, int *ret)
{
	if (!version_valid_hackage(a) || !version_valid_hackage(b))
		return LC_EBAD;
	*ret = version_numbers_cmp(a, b, true);
	return 0;
}

bool version_valid_cran(struct lc_slice v)
{
	return is_numbers(v, true);
}

bool version_valid_hackage(struct lc_slice v)
{
	return is_numbers(v, false);
}
