/* CVSS v2.0 base score. Source: FIRST, "A Complete Guide to CVSS 2.0", §3.2.1. */
#include "advisory/cvss.h"

#include <math.h>

enum { AV, AC, AU, C, I, A, METRICS_N = 14 };

static const struct cvss_metric metrics[METRICS_N] = {
	[AV] = { "AV", "L A N", true }, [AC] = { "AC", "H M L", true },
	[AU] = { "Au", "M S N", true }, [C] = { "C", "N P C", true },
	[I] = { "I", "N P C", true },   [A] = { "A", "N P C", true },
	{ "E", "ND U POC F H" },        { "RL", "ND OF TF W U" },
	{ "RC", "ND UC UR C" },         { "CDP", "ND N L LM MH H" },
	{ "TD", "ND N L M H" },         { "CR", "ND L M H" },
	{ "IR", "ND L M H" },           { "AR", "ND L M H" },
};

static double weight(unsigned metric, struct lc_slice value)
{
	char c = cvss_letter(value);
	switch (metric) {
	case AV:
		if (c == 'L')
			return 0.395;
		return c == 'A' ? 0.646 : 1.0;
	case AC:
		if (c == 'H')
			return 0.35;
		return c == 'M' ? 0.61 : 0.71;
	case AU:
		if (c == 'M')
			return 0.45;
		return c == 'S' ? 0.56 : 0.704;
	default:
		if (c == 'N')
			return 0;
		return c == 'P' ? 0.275 : 0.66;
	}
}

int cvss2_score(struct lc_slice vector, double *ret, struct lc_err *e)
{
	struct lc_slice v[METRICS_N];
	int rc = cvss_read(vector, metrics, METRICS_N, v, e);
	if (rc)
		return rc;
	double impact =
		10.41 * (1 - (1 - weight(C, v[C])) * (1 - weight(I, v[I])) * (1 - weight(A, v[A])));
	double exploit = 20 * weight(AV, v[AV]) * weight(AC, v[AC]) * weight(AU, v[AU]);
	double factor = impact > 0 ? 1.176 : 0;
	*ret = round((0.6 * impact + 0.4 * exploit - 1.5) * factor * 10) / 10;
	if (*ret <= 0)
		*ret = 0;
	return 0;
}
