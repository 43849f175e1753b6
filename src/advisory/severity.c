#include "advisory/severity.h"

static const char *const names[SEVERITY_N] = { "UNKNOWN", "LOW", "MEDIUM", "HIGH", "CRITICAL" };

const char *severity_name(enum severity s)
{
	return (unsigned)s < SEVERITY_N ? names[s] : names[SEVERITY_UNKNOWN];
}

struct word {
	struct lc_slice text;
	enum severity severity;
};

/* Red Hat, AlmaLinux, Rocky, Oracle, SUSE, Amazon: important and moderate; Ubuntu: negligible and
 * untriaged; Debian urgencies: unimportant, not yet assigned, end-of-life. */
static const struct word words[] = {
	{ LC_S_INIT("critical"), SEVERITY_CRITICAL },
	{ LC_S_INIT("high"), SEVERITY_HIGH },
	{ LC_S_INIT("important"), SEVERITY_HIGH },
	{ LC_S_INIT("medium"), SEVERITY_MEDIUM },
	{ LC_S_INIT("moderate"), SEVERITY_MEDIUM },
	{ LC_S_INIT("low"), SEVERITY_LOW },
	{ LC_S_INIT("minor"), SEVERITY_LOW },
	{ LC_S_INIT("negligible"), SEVERITY_LOW },
	{ LC_S_INIT("unimportant"), SEVERITY_LOW },
	{ LC_S_INIT("untriaged"), SEVERITY_UNKNOWN },
	{ LC_S_INIT("not yet assigned"), SEVERITY_UNKNOWN },
	{ LC_S_INIT("end-of-life"), SEVERITY_UNKNOWN },
	{ LC_S_INIT("none"), SEVERITY_UNKNOWN },
	{ LC_S_INIT("unknown"), SEVERITY_UNKNOWN },
};

bool severity_parse(struct lc_slice word, enum severity *ret)
{
	word = lc_trim(word);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!lc_eq_nocase(words[i].text, word))
			continue;
		*ret = words[i].severity;
		return true;
	}
	return false;
}

enum severity severity_of_score(double score, bool v2)
{
	if (!(score > 0)) /* 0.0 is "none"; a NaN is nothing either */
		return SEVERITY_UNKNOWN;
	if (score < 4.0)
		return SEVERITY_LOW;
	if (score < 7.0)
		return SEVERITY_MEDIUM;
	return score < 9.0 || v2 ? SEVERITY_HIGH : SEVERITY_CRITICAL;
}
