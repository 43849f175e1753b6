/* CVSS v3.0, v3.1 base scores. Source: FIRST, CVSS v3.1 specification §7.1, §7.4, appendix A. */
#include "advisory/cvss.h"

#include <math.h>

enum { AV, AC, PR, UI, S, C, I, A, METRICS_N = 22 };

static const struct cvss_metric metrics[METRICS_N] = {
	[AV] = { "AV", "N A L P", true },
	[AC] = { "AC", "L H", true },
	[PR] = { "PR", "N L H", true },
	[UI] = { "UI", "N R", true },
	[S] = { "S", "U C", true },
	[C] = { "C", "H L N", true },
	[I] = { "I", "H L N", true },
	[A] = { "A", "H L N", true },
	{ "E", "X U P F H" },
	{ "RL", "X O T W U" },
	{ "RC", "X U R C" },
	{ "CR", "X L M H" },
	{ "IR", "X L M H" },
	{ "AR", "X L M H" },
	{ "MAV", "X N A L P" },
	{ "MAC", "X L H" },
	{ "MPR", "X N L H" },
	{ "MUI", "X N R" },
	{ "MS", "X U C" },
	{ "MC", "X N L H" },
	{ "MI", "X N L H" },
	{ "MA", "X N L H" },
};

static double impact_weight(struct lc_slice v)
{
	if (cvss_letter(v) == 'H')
		return 0.56;
	return cvss_letter(v) == 'L' ? 0.22 : 0;
}

static double vector_weight(struct lc_slice v)
{
	switch (cvss_letter(v)) {
	case 'N':
		return 0.85;
	case 'A':
		return 0.62;
	case 'L':
		return 0.55;
	default:
		return 0.2;
	}
}

static double privilege_weight(struct lc_slice v, bool changed)
{
	switch (cvss_letter(v)) {
	case 'N':
		return 0.85;
	case 'L':
		return changed ? 0.68 : 0.62;
	default:
		return changed ? 0.5 : 0.27;
	}
}

/* 3.1 defines rounding up on integers, so that the noise of floating point cannot lift a score; 3.0
 * says "ceiling to one decimal" and means the number as it is. */
static double round_up(double x, bool v30)
{
	if (v30)
		return ceil(x * 10) / 10;
	int64_t i = llround(x * 100000);
	if (i % 10000 == 0)
		return (double)i / 100000;
	return (double)(i / 10000 + 1) / 10;
}

int cvss3_score(struct lc_slice vector, bool v30, double *ret, struct lc_err *e)
{
	struct lc_slice v[METRICS_N];
	int rc = cvss_read(vector, metrics, METRICS_N, v, e);
	if (rc)
		return rc;
	bool changed = cvss_letter(v[S]) == 'C';
	double iss = 1 - (1 - impact_weight(v[C])) * (1 - impact_weight(v[I])) *
				 (1 - impact_weight(v[A]));
	double impact = changed ? 7.52 * (iss - 0.029) - 3.25 * pow(iss - 0.02, 15) : 6.42 * iss;
	double exploit = 8.22 * vector_weight(v[AV]) * (cvss_letter(v[AC]) == 'L' ? 0.77 : 0.44) *
			 privilege_weight(v[PR], changed) *
			 (cvss_letter(v[UI]) == 'N' ? 0.85 : 0.62);
	double sum = (impact + exploit) * (changed ? 1.08 : 1.0);
	*ret = impact <= 0 ? 0 : round_up(fmin(sum, 10), v30);
	return 0;
}
