/*
 * Debian Policy 5.6.12: [epoch:]upstream[-revision]
 *
 *	epoch     digits before the first ':', at most 2147483647; absent is 0
 *	revision  behind the last '-'; absent is as good as "0"
 *	others    runs of non-digits and of digits by turns; in the former '~' is below the end,
 *	          the end below letters, letters below everything else
 *
 * dpkg refuses an empty part, a space inside and a bad epoch; those are LC_EBAD. Of other bytes
 * outside the grammar it only warns and orders them all the same, and so does this. (It also takes
 * a sign before the epoch, an accident of strtol() that is refused here.)
 */
#include "version/version.h"

#include <limits.h>

#include "version/number.h"

void version_split_deb(struct lc_slice v, struct lc_slice *ret_epoch, struct lc_slice *ret_upstream,
		       struct lc_slice *ret_revision)
{
	size_t colon = lc_find(v, ':');
	*ret_epoch = colon == SIZE_MAX ? lc_sub(v, 0, 0) : lc_sub(v, 0, colon);
	if (colon != SIZE_MAX)
		v = lc_skip(v, colon + 1);

	size_t dash = lc_rfind(v, '-');
	*ret_upstream = dash == SIZE_MAX ? v : lc_sub(v, 0, dash);
	*ret_revision = dash == SIZE_MAX ? lc_skip(v, v.n) : lc_skip(v, dash + 1);
}

struct deb_parts {
	uint64_t epoch;
	struct lc_slice upstream;
	struct lc_slice revision;
};

static bool deb_parse(struct lc_slice v, struct deb_parts *ret)
{
	struct lc_slice epoch;
	v = lc_trim(v);
	version_split_deb(v, &epoch, &ret->upstream, &ret->revision);
	ret->epoch = 0;
	if (version_has_control(v) || !ret->upstream.n)
		return false;
	if (lc_find(v, ':') != SIZE_MAX && !lc_u64(epoch, 10, INT_MAX, &ret->epoch))
		return false;
	return v.p[v.n - 1] != '-'; /* a dash announces a revision */
}

/* dpkg sees bytes past ASCII as negative characters: above the letters, below the punctuation. */
static int deb_weight(int c)
{
	if (c == '~')
		return -1;
	if (c < 0 || lc_is_digit((uint8_t)c))
		return 0;
	if (lc_is_alpha((uint8_t)c) || c >= 0x80)
		return c;
	return c + 256;
}

static bool deb_at_text(struct lc_slice s)
{
	return s.n && !lc_is_digit(s.p[0]);
}

/* Digits and the end weigh the same, so both sides leave their non-digits at once. */
static int deb_text_cmp(struct lc_slice *a, struct lc_slice *b)
{
	while (deb_at_text(*a) || deb_at_text(*b)) {
		int wa = deb_weight(version_peek(*a));
		int wb = deb_weight(version_peek(*b));
		if (wa != wb)
			return version_sign(wa > wb, wa < wb);
		*a = lc_skip(*a, 1);
		*b = lc_skip(*b, 1);
	}
	return 0;
}

static int deb_part_cmp(struct lc_slice a, struct lc_slice b)
{
	int c = 0;
	while (!c && (a.n || b.n)) {
		c = deb_text_cmp(&a, &b);
		if (!c)
			c = version_number_cmp(version_digits(&a), version_digits(&b));
	}
	return c;
}

int version_cmp_deb(struct lc_slice a, struct lc_slice b, int *ret)
{
	struct deb_parts pa;
	struct deb_parts pb;
	if (!deb_parse(a, &pa) || !deb_parse(b, &pb))
		return LC_EBAD;

	int c = version_sign(pa.epoch > pb.epoch, pa.epoch < pb.epoch);
	if (!c)
		c = deb_part_cmp(pa.upstream, pb.upstream);
	*ret = c ? c : deb_part_cmp(pa.revision, pb.revision);
	return 0;
}

bool version_valid_deb(struct lc_slice v)
{
	struct deb_parts parts;
	return deb_parse(v, &parts) && lc_is_digit(parts.upstream.p[0]);
}
