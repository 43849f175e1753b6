/*
 * CVSS v4.0 score. Source: FIRST, CVSS v4.0 specification §8; the scores of the macro vectors and
 * the depths and highest vectors of its equivalence classes are the published facts of FIRST's
 * reference calculator.
 *
 * A vector belongs to a macro vector, which has a score. Inside it, the vector lies some steps
 * below the highest one of each equivalence class; each class gives a share of the way to the score
 * of the next lower macro vector, and the mean of these shares is taken off.
 */
#include "advisory/cvss.h"

#include <math.h>

enum {
	AV,
	AC,
	AT,
	PR,
	UI,
	VC,
	VI,
	VA,
	SC,
	SI,
	SA, /* base */
	CR,
	IR,
	AR,
	E,        /* requirements, threat */
	MODIFIED, /* MAV is MODIFIED + AV, and so on to MSA */
	METRICS_N = MODIFIED + SA + 1 + 6,
};

static const struct cvss_metric metrics[METRICS_N] = {
	[AV] = { "AV", "N A L P", true },
	[AC] = { "AC", "L H", true },
	[AT] = { "AT", "N P", true },
	[PR] = { "PR", "N L H", true },
	[UI] = { "UI", "N P A", true },
	[VC] = { "VC", "H L N", true },
	[VI] = { "VI", "H L N", true },
	[VA] = { "VA", "H L N", true },
	[SC] = { "SC", "H L N", true },
	[SI] = { "SI", "H L N", true },
	[SA] = { "SA", "H L N", true },
	[CR] = { "CR", "X H M L" },
	[IR] = { "IR", "X H M L" },
	[AR] = { "AR", "X H M L" },
	[E] = { "E", "X A P U" },
	[MODIFIED + AV] = { "MAV", "X N A L P" },
	[MODIFIED + AC] = { "MAC", "X L H" },
	[MODIFIED + AT] = { "MAT", "X N P" },
	[MODIFIED + PR] = { "MPR", "X N L H" },
	[MODIFIED + UI] = { "MUI", "X N P A" },
	[MODIFIED + VC] = { "MVC", "X H L N" },
	[MODIFIED + VI] = { "MVI", "X H L N" },
	[MODIFIED + VA] = { "MVA", "X H L N" },
	[MODIFIED + SC] = { "MSC", "X H L N" },
	[MODIFIED + SI] = { "MSI", "X S H L N" },
	[MODIFIED + SA] = { "MSA", "X S H L N" },
	{ "S", "X N P" }, /* supplemental: no part in the score */
	{ "AU", "X N Y" },
	{ "R", "X A U I" },
	{ "V", "X D C" },
	{ "RE", "X L M H" },
	{ "U", "X Clear Green Amber Red" },
};

/* Values of a metric from the most severe down: the place is its distance. */
static const char *const severe_first[E] = {
	[AV] = "NALP", [AC] = "LH",  [AT] = "NP",  [PR] = "NLH",  [UI] = "NPA",
	[VC] = "HLN",  [VI] = "HLN", [VA] = "HLN", [SC] = "SHLN", [SI] = "SHLN",
	[SA] = "SHLN", [CR] = "HML", [IR] = "HML", [AR] = "HML",
};

enum { EQ1, EQ2, EQ36, EQ4, CLASSES_N, METRICS_OF_CLASS = 6, HIGHEST_MAX = 5, LEVELS_MAX = 5 };

/* One equivalence class: its metrics and, for each level, its highest vectors and its depth. */
struct eq_class {
	unsigned n; /* metrics */
	unsigned metric[METRICS_OF_CLASS];
	unsigned levels;
	unsigned depth[LEVELS_MAX];
	const char *highest[LEVELS_MAX][HIGHEST_MAX];
};

/* EQ3 and EQ6 depend on each other: their pairs 00, 01, 10, 11, 21 are the levels of one class. */
static const struct eq_class classes[CLASSES_N] = {
	[EQ1] = { 3,
		  { AV, PR, UI },
		  3,
		  { 1, 4, 5 },
		  { { "NNN" }, { "ANN", "NLN", "NNP" }, { "PNN", "ALP" } } },
	[EQ2] = { 2, { AC, AT }, 2, { 1, 2 }, { { "LN" }, { "HN", "LP" } } },
	[EQ36] = { 6,
		   { VC, VI, VA, CR, IR, AR },
		   5,
		   { 7, 6, 8, 8, 10 },
		   { { "HHHHHH" },
		     { "HHLMMH", "HHHMMM" },
		     { "LHHHHH", "HLHHHH" },
		     { "LHLHMH", "LHHHMM", "HLHMHM", "HLLMHH", "LLHHHM" },
		     { "LLLHHH" } } },
	[EQ4] = { 3, { SC, SI, SA }, 3, { 6, 5, 4 }, { { "HSS" }, { "HHH" }, { "LLL" } } },
};

struct macro {
	unsigned level[CLASSES_N];
	unsigned eq5;
};

/* Score in tenths of each macro vector: rows by EQ1, EQ2, EQ3+EQ6; in a row EQ4, then EQ5. */
static const uint8_t scores[30][9] = {
	{ 100, 98, 95, 100, 93, 91, 93, 89, 81 }, /* 000..0 */
	{ 99, 95, 92, 96, 87, 81, 90, 80, 68 },   /* 000..1 */
	{ 98, 95, 90, 93, 89, 81, 88, 78, 69 },   /* 001..0 */
	{ 95, 92, 84, 92, 81, 65, 80, 70, 48 },   /* 001..1 */
	{ 92, 82, 72, 79, 69, 50, 69, 55, 27 },   /* 002..1 */
	{ 99, 95, 92, 95, 90, 84, 92, 82, 72 },   /* 010..0 */
	{ 97, 92, 85, 91, 83, 71, 81, 71, 53 },   /* 010..1 */
	{ 95, 92, 85, 92, 80, 70, 84, 71, 50 },   /* 011..0 */
	{ 93, 85, 73, 82, 72, 59, 70, 52, 30 },   /* 011..1 */
	{ 86, 75, 52, 71, 52, 29, 63, 29, 17 },   /* 012..1 */
	{ 98, 94, 91, 94, 86, 77, 87, 74, 63 },   /* 100..0 */
	{ 95, 87, 81, 89, 74, 64, 75, 63, 49 },   /* 100..1 */
	{ 94, 88, 76, 86, 74, 59, 72, 57, 52 },   /* 101..0 */
	{ 89, 77, 67, 76, 58, 50, 57, 52, 25 },   /* 101..1 */
	{ 83, 70, 54, 65, 58, 26, 53, 21, 13 },   /* 102..1 */
	{ 95, 88, 76, 90, 75, 61, 77, 68, 52 },   /* 110..0 */
	{ 90, 76, 70, 77, 62, 53, 66, 59, 30 },   /* 110..1 */
	{ 89, 76, 62, 74, 57, 47, 61, 57, 24 },   /* 111..0 */
	{ 78, 67, 58, 59, 57, 23, 52, 29, 16 },   /* 111..1 */
	{ 71, 59, 30, 58, 26, 15, 23, 13, 6 },    /* 112..1 */
	{ 93, 86, 75, 86, 74, 56, 70, 52, 40 },   /* 200..0 */
	{ 87, 72, 58, 74, 61, 34, 54, 40, 22 },   /* 200..1 */
	{ 85, 74, 62, 72, 55, 46, 53, 34, 19 },   /* 201..0 */
	{ 75, 55, 51, 57, 41, 19, 36, 19, 8 },    /* 201..1 */
	{ 64, 51, 20, 47, 21, 11, 24, 9, 4 },     /* 202..1 */
	{ 88, 73, 60, 73, 59, 41, 54, 45, 20 },   /* 210..0 */
	{ 75, 53, 50, 55, 40, 20, 43, 22, 11 },   /* 210..1 */
	{ 75, 58, 40, 61, 48, 20, 46, 17, 8 },    /* 211..0 */
	{ 55, 45, 21, 51, 18, 9, 18, 7, 2 },      /* 211..1 */
	{ 53, 24, 14, 24, 12, 5, 10, 3, 1 },      /* 212..1 */
};

static double macro_score(const struct macro *m)
{
	unsigned row = (m->level[EQ1] * 2 + m->level[EQ2]) * 5 + m->level[EQ36];
	return scores[row][m->level[EQ4] * 3 + m->eq5] / 10.0;
}

/* What counts: the modified value, else the base one; requirements and threat at their worst. */
static void effective(const struct lc_slice *values, char v[E + 1])
{
	for (unsigned i = AV; i <= SA; i++) {
		char modified = cvss_letter(values[MODIFIED + i]);
		v[i] = modified == 'X' ? cvss_letter(values[i]) : modified;
	}
	for (unsigned i = CR; i <= AR; i++)
		v[i] = cvss_letter(values[i]) == 'X' ? 'H' : cvss_letter(values[i]);
	v[E] = cvss_letter(values[E]) == 'X' ? 'A' : cvss_letter(values[E]);
}

static unsigned level_eq1(const char *v)
{
	bool av = v[AV] == 'N';
	bool pr = v[PR] == 'N';
	bool ui = v[UI] == 'N';
	if (av && pr && ui)
		return 0;
	return (av || pr || ui) && v[AV] != 'P' ? 1 : 2;
}

static unsigned level_eq36(const char *v)
{
	bool eq6 = !((v[CR] == 'H' && v[VC] == 'H') || (v[IR] == 'H' && v[VI] == 'H') ||
		     (v[AR] == 'H' && v[VA] == 'H'));
	if (v[VC] == 'H' && v[VI] == 'H')
		return eq6 ? 1 : 0;
	if (v[VC] == 'H' || v[VI] == 'H' || v[VA] == 'H')
		return eq6 ? 3 : 2;
	return 4;
}

static unsigned level_eq4(const char *v)
{
	if (v[SI] == 'S' || v[SA] == 'S')
		return 0;
	return v[SC] == 'H' || v[SI] == 'H' || v[SA] == 'H' ? 1 : 2;
}

static struct macro macro_of(const char *v)
{
	struct macro m;
	m.level[EQ1] = level_eq1(v);
	m.level[EQ2] = v[AC] == 'L' && v[AT] == 'N' ? 0 : 1;
	m.level[EQ36] = level_eq36(v);
	m.level[EQ4] = level_eq4(v);
	m.eq5 = v[E] == 'P' ? 1 : 0;
	if (v[E] == 'U')
		m.eq5 = 2;
	return m;
}

static int place(unsigned metric, char value)
{
	const char *at = strchr(severe_first[metric], value);
	return at ? (int)(at - severe_first[metric]) : 0;
}

/* Steps below one highest vector, or -1 when the vector is not below it in every metric. */
static int steps_below(const struct eq_class *c, const char *highest, const char *v)
{
	int sum = 0;
	for (unsigned i = 0; i < c->n; i++) {
		int d = place(c->metric[i], v[c->metric[i]]) - place(c->metric[i], highest[i]);
		if (d < 0)
			return -1;
		sum += d;
	}
	return sum;
}

static int distance(const struct eq_class *c, unsigned level, const char *v)
{
	for (unsigned i = 0; i < HIGHEST_MAX && c->highest[level][i]; i++) {
		int d = steps_below(c, c->highest[level][i], v);
		if (d >= 0)
			return d;
	}
	return 0;
}

/* Score of the next lower macro vector in one class; false when there is none. */
static bool next_lower(const struct macro *m, unsigned which, double *ret)
{
	struct macro next = *m;
	unsigned level = m->level[which];
	if (level + 1 >= classes[which].levels)
		return false;
	next.level[which] = level + 1;
	if (which != EQ36 || level > 1) {
		*ret = macro_score(&next); /* 10 goes to 11, 11 to 21 */
		return true;
	}
	if (level == 1)
		next.level[EQ36] = 3; /* 01 goes to 11 */
	double one = macro_score(&next);
	next.level[EQ36] = level == 0 ? 2 : 3;
	*ret = fmax(one, macro_score(&next)); /* 00 goes to 01 or 10, whichever scores higher */
	return true;
}

int cvss4_score(struct lc_slice vector, double *ret, struct lc_err *e)
{
	struct lc_slice values[METRICS_N];
	int rc = cvss_read(vector, metrics, METRICS_N, values, e);
	if (rc)
		return rc;
	char v[E + 1];
	effective(values, v);
	*ret = 0;
	if (v[VC] == 'N' && v[VI] == 'N' && v[VA] == 'N' && v[SC] == 'N' && v[SI] == 'N' &&
	    v[SA] == 'N')
		return 0;

	struct macro m = macro_of(v);
	double value = macro_score(&m);
	double shares = 0;
	unsigned lower = m.eq5 < 2; /* EQ5 has one value a level: its share is 0, yet it counts */
	for (unsigned i = 0; i < CLASSES_N; i++) {
		double next;
		if (!next_lower(&m, i, &next))
			continue;
		lower++;
		shares += (value - next) * distance(&classes[i], m.level[i], v) /
			  classes[i].depth[m.level[i]];
	}
	if (lower)
		value -= shares / lower;
	/* The small lift keeps a tie from falling to the wrong side for a last bit of noise. */
	*ret = floor((fmin(fmax(value, 0), 10) + 1e-6) * 10 + 0.5) / 10;
	return 0;
}
