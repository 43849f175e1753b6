#include "view/explain_impl.h"

const char *view_verdict_name(enum view_verdict v)
{
	static const char *const names[VIEW_VERDICT_N] = {
		[VIEW_REPORTED] = "reported",
		[VIEW_SUPPRESSED] = "suppressed",
		[VIEW_FIXED] = "fixed",
		[VIEW_NOT_AFFECTED] = "not_affected",
		[VIEW_UNDECIDED] = "undecided",
		[VIEW_NOT_MATCHED] = "not_matched",
		[VIEW_NOT_INSTALLED] = "not_installed",
		[VIEW_OTHER_ECOSYSTEM] = "other_ecosystem",
		[VIEW_WITHDRAWN] = "withdrawn",
		[VIEW_WITHOUT_PACKAGES] = "without_packages",
		[VIEW_UNKNOWN] = "unknown",
	};
	return (unsigned)v < VIEW_VERDICT_N ? names[v] : "unknown";
}

/* What one package alone would come to; the lowest of all packages counts. */
static enum view_verdict of_package(const struct view_package *p)
{
	static const enum view_verdict by_outcome[EXPLAIN_OUTCOME_N] = {
		[EXPLAIN_AFFECTED] = VIEW_NOT_AFFECTED, /* its finding speaks, if it has one */
		[EXPLAIN_FIXED] = VIEW_FIXED,
		[EXPLAIN_OUTSIDE] = VIEW_NOT_AFFECTED,
		[EXPLAIN_NOT_AFFECTED] = VIEW_NOT_AFFECTED,
		[EXPLAIN_OTHER_ARCH] = VIEW_NOT_AFFECTED,
		[EXPLAIN_OTHER_MODULE] = VIEW_NOT_AFFECTED,
		[EXPLAIN_SETTLED] = VIEW_NOT_AFFECTED,
		[EXPLAIN_UNDECIDED] = VIEW_UNDECIDED,
	};
	static const uint8_t weight[VIEW_VERDICT_N] = {
		[VIEW_UNDECIDED] = 3,
		[VIEW_FIXED] = 2,
		[VIEW_NOT_AFFECTED] = 1,
	};
	enum view_verdict v = VIEW_NOT_AFFECTED;
	for (size_t i = 0; i < p->findings.n; i++)
		if (p->findings.v[i]->suppression == FINDING_SHOWN)
			return VIEW_REPORTED;
	if (p->findings.n)
		return VIEW_SUPPRESSED;
	if (p->steps.lookup != EXPLAIN_LOOKED_UP)
		return VIEW_NOT_MATCHED;
	for (size_t i = 0; i < p->steps.advisories.n; i++) {
		enum view_verdict one = by_outcome[p->steps.advisories.v[i].outcome];
		if (weight[one] > weight[v])
			v = one;
	}
	return v;
}

/* In this order: what asks for action first. */
static const enum view_verdict order[] = {
	VIEW_REPORTED,    VIEW_SUPPRESSED, VIEW_UNDECIDED,
	VIEW_NOT_MATCHED, VIEW_FIXED,      VIEW_NOT_AFFECTED,
};

static enum view_verdict of_packages(const struct view_explanation *x)
{
	size_t best = sizeof(order) / sizeof(order[0]) - 1;
	for (size_t i = 0; i < x->packages.n; i++) {
		enum view_verdict v = of_package(&x->packages.v[i]);
		for (size_t k = 0; k < best; k++)
			if (order[k] == v)
				best = k;
	}
	return order[best];
}

enum view_verdict explain_verdict(const struct view_explanation *x)
{
	if (x->packages.n)
		return of_packages(x);
	if (x->facts && x->facts->rejected)
		return VIEW_WITHDRAWN;
	if (!x->named.n)
		return x->ids.n ? VIEW_WITHOUT_PACKAGES : VIEW_UNKNOWN;
	/* named.v[0] is one of this image's if there is any. */
	return x->named.v[0].here ? VIEW_NOT_INSTALLED : VIEW_OTHER_ECOSYSTEM;
}
