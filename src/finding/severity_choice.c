/*
 * Source: reference order of the neighbours: what an advisory says of the package, its own source,
 * ghsa for GHSA ids, nvd, then the first source of the fixed order.
 */
#include "finding/match_impl.h"

struct choice {
	enum severity severity;
	struct lc_slice source;
	bool of_package;
	bool borrowed;
};

/* Said of the package itself; source empty: by whichever record says so, the speaker's first. */
static bool of_package(const struct finding *f, struct lc_slice source, struct choice *ret)
{
	for (size_t i = 0; i < f->evidence.n; i++) {
		const struct finding_evidence *ev = &f->evidence.v[i];
		if (!ev->has_severity || (source.n && !lc_eq(ev->source, source)))
			continue;
		*ret = (struct choice){ ev->severity, ev->source, true, false };
		return true;
	}
	return false;
}

static bool of_source(const struct finding *f, struct lc_slice source, struct choice *ret)
{
	const struct vulnerability *v = f->vulnerability;
	for (size_t i = 0; v && i < v->vendor_severity.n; i++) {
		if (!lc_eq(v->vendor_severity.v[i].source, source))
			continue;
		*ret = (struct choice){ v->vendor_severity.v[i].severity,
					v->vendor_severity.v[i].source, false, false };
		return true;
	}
	return false;
}

static bool automatic(const struct finding *f, struct choice *ret)
{
	if (f->data_source.n && of_package(f, f->data_source, ret))
		return true;
	if (of_package(f, LC_S(""), ret) || of_source(f, f->data_source, ret))
		return true;
	if (lc_starts(f->id, LC_S("GHSA-")) && of_source(f, LC_S("ghsa"), ret))
		return true;
	if (of_source(f, LC_S("nvd"), ret))
		return true;
	const struct vulnerability *v = f->vulnerability;
	if (!v || v->severity == SEVERITY_UNKNOWN)
		return false;
	*ret = (struct choice){ v->severity, v->severity_source, false,
				!lc_eq(v->severity_source, f->data_source) };
	return true;
}

static bool asked_for(const struct finding *f, const struct lc_slices *sources, struct choice *ret)
{
	for (size_t i = 0; i < sources->n; i++) {
		struct lc_slice s = sources->v[i];
		if (lc_eq(s, LC_S("auto")) ? automatic(f, ret)
					   : of_package(f, s, ret) || of_source(f, s, ret))
			return true;
	}
	return false;
}

void match_severity(struct finding *f, const struct lc_slices *sources)
{
	struct choice c = { SEVERITY_UNKNOWN, { NULL, 0 }, false, false };
	if (sources->n)
		(void)asked_for(f, sources, &c); /* none of them says: unknown */
	else
		(void)automatic(f, &c);
	f->severity = c.severity;
	f->severity_source = c.source;
	f->severity_of_package = c.of_package;
	f->severity_borrowed = c.borrowed;
}
