#include "advisory/advisory.h"

static const char *const names[ADVISORY_STATUS_N] = {
	[ADVISORY_UNKNOWN] = "unknown",
	[ADVISORY_NOT_AFFECTED] = "not_affected",
	[ADVISORY_AFFECTED] = "affected",
	[ADVISORY_FIXED] = "fixed",
	[ADVISORY_UNDER_INVESTIGATION] = "under_investigation",
	[ADVISORY_WILL_NOT_FIX] = "will_not_fix",
	[ADVISORY_FIX_DEFERRED] = "fix_deferred",
	[ADVISORY_END_OF_LIFE] = "end_of_life",
};

const char *advisory_status_name(enum advisory_status s)
{
	return (unsigned)s < ADVISORY_STATUS_N ? names[s] : names[ADVISORY_UNKNOWN];
}

bool advisory_status_parse(struct lc_slice word, enum advisory_status *ret)
{
	for (unsigned i = 0; i < ADVISORY_STATUS_N; i++) {
		if (!lc_eq(lc_str(names[i]), word))
			continue;
		*ret = (enum advisory_status)i;
		return true;
	}
	return false;
}

bool advisory_has_name(const struct advisory *adv, struct lc_slice id)
{
	const struct lc_slices *const lists[] = { &adv->vulnerabilities, &adv->aliases };
	if (lc_eq(adv->id, id))
		return true;
	for (size_t k = 0; k < sizeof(lists) / sizeof(lists[0]); k++)
		for (size_t i = 0; i < lists[k]->n; i++)
			if (lc_eq(lists[k]->v[i], id))
				return true;
	return false;
}
