/*
 * First byte: the scheme. Then lines: three versions to compare, and events (kind, version) of a
 * range in which the first one is looked up. Each order must be one: antisymmetric and transitive;
 * of pacman's and Maven's, which are not transitive, the former is asked alone.
 */
#include <stdlib.h>

#include "version/version.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int cmp(enum version_scheme s, struct lc_slice a, struct lc_slice b)
{
	int ab = 0;
	int ba = 0;
	int r = version_cmp(s, a, b, &ab);
	if (version_cmp(s, b, a, &ba) != r || (ab > 0) != (ba < 0) || (ab < 0) != (ba > 0))
		abort();
	if (r == LC_EBAD && version_valid(s, a) && version_valid(s, b))
		abort();
	return ab;
}

static void check_order(enum version_scheme s, const struct lc_slice v[3])
{
	int self = 1;
	for (size_t i = 0; i < 3; i++)
		if (version_cmp(s, v[i], v[i], &self) == 0 && self != 0)
			abort();
	for (size_t i = 0; i < 3; i++)
		if (version_cmp(s, v[i], v[i], &self) != 0)
			return;
	int ab = cmp(s, v[0], v[1]);
	int bc = cmp(s, v[1], v[2]);
	int ac = cmp(s, v[0], v[2]);
	if (s == VERSION_ALPM || s == VERSION_MAVEN)
		return;
	if ((ab <= 0 && bc <= 0 && ac > 0) || (ab >= 0 && bc >= 0 && ac < 0))
		abort();
	if (ab == 0 && bc == 0 && ac != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lc_slice v[3] = { { NULL, 0 } };
	struct version_event events[16];
	struct version_range range = { events, 0 };
	struct version_proof proof;
	struct lc_slice rest = lc_slice_of(data, size);
	if (!size)
		return 0;

	enum version_scheme s = (enum version_scheme)(data[0] % (VERSION_SCHEME_N + 1));
	rest = lc_skip(rest, 1);
	for (size_t i = 0; i < 3; i++)
		(void)lc_line(&rest, &v[i]); /* a missing one stays empty */
	check_order(s, v);

	for (struct lc_slice line; range.n < 16 && lc_line(&rest, &line); range.n++) {
		events[range.n].kind = (enum version_event_kind)(line.n ? line.p[0] % 4 : 0);
		events[range.n].version = lc_skip(line, 1);
	}
	struct version_affected what = { &range, 1, v + 1, 2 };
	if (version_affects(s, &what, v[0], &proof) == 0 && proof.range != SIZE_MAX &&
	    proof.verdict != VERSION_AFFECTED)
		abort();
	return 0;
}
