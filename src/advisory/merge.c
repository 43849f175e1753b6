#include "advisory/merge.h"

#include "advisory/feed/id.h"

enum { MERGE_LIST_MAX = 64 };

static int add_all(struct lc_arena *a, struct lc_slices *into, const struct lc_slices *more)
{
	for (size_t i = 0; i < more->n && into->n < MERGE_LIST_MAX; i++) {
		int rc = id_add(a, into, more->v[i]);
		if (rc)
			return rc;
	}
	return 0;
}

static int merge_severities(struct vulnerability *into, const struct vulnerability *more,
			    struct lc_arena *a)
{
	for (size_t i = 0; i < more->vendor_severity.n; i++) {
		struct advisory_vendor *from = &more->vendor_severity.v[i];
		size_t at = 0;
		while (at < into->vendor_severity.n &&
		       !lc_eq(into->vendor_severity.v[at].source, from->source))
			at++;
		if (at == into->vendor_severity.n) {
			struct advisory_vendor *fresh =
				lc_vec_push(a, &into->vendor_severity);
			if (!fresh)
				return lc_arena_err(a);
			fresh->source = from->source;
		}
		if (from->severity > into->vendor_severity.v[at].severity)
			into->vendor_severity.v[at].severity = from->severity;
	}
	return 0;
}

static void keep_higher(struct lc_slice *vector, double *score, struct lc_slice other,
			double other_score)
{
	if (other_score < *score || (vector->n && !other.n))
		return;
	if (other_score > *score || (other.n && !vector->n)) {
		*vector = other;
		*score = other_score;
	}
}

static int merge_cvss(struct vulnerability *into, const struct vulnerability *more,
		      struct lc_arena *a)
{
	for (size_t i = 0; i < more->cvss.n; i++) {
		const struct advisory_cvss *from = &more->cvss.v[i];
		size_t at = 0;
		while (at < into->cvss.n && !lc_eq(into->cvss.v[at].source, from->source))
			at++;
		if (at == into->cvss.n) {
			struct advisory_cvss *fresh = lc_vec_push(a, &into->cvss);
			if (!fresh)
				return lc_arena_err(a);
			fresh->source = from->source;
		}
		struct advisory_cvss *to = &into->cvss.v[at];
		keep_higher(&to->v2, &to->v2_score, from->v2, from->v2_score);
		keep_higher(&to->v3, &to->v3_score, from->v3, from->v3_score);
		keep_higher(&to->v4, &to->v4_score, from->v4, from->v4_score);
	}
	return 0;
}

/* RFC 3339 in UTC compares by bytes well enough to choose between years and days. */
static void merge_dates(struct vulnerability *into, const struct vulnerability *more)
{
	if (more->published.n &&
	    (!into->published.n || lc_cmp(more->published, into->published) < 0))
		into->published = more->published;
	if (more->modified.n && lc_cmp(more->modified, into->modified) > 0)
		into->modified = more->modified;
}

static void merge_text(struct vulnerability *into, const struct vulnerability *more)
{
	bool described = into->title.n || into->description.n;
	bool describes = more->title.n || more->description.n;
	if (more->rejected && described)
		return;
	if (into->rejected && describes && !more->rejected) {
		into->title = into->title_source = into->description = (struct lc_slice){ NULL, 0 };
		into->rejected = false;
	}
	into->rejected |= more->rejected;
	if (!into->title.n && more->title.n) {
		into->title = more->title;
		into->title_source = more->title_source;
	}
	if (!into->description.n)
		into->description = more->description;
}

static void merge_likelihood(struct vulnerability *into, const struct vulnerability *more)
{
	if (more->has_epss && !into->has_epss) {
		into->has_epss = true;
		into->epss = more->epss;
		into->epss_percentile = more->epss_percentile;
	}
	if (!into->kev_added.n && more->kev_added.n) {
		into->kev_added = more->kev_added;
		into->kev_due = more->kev_due;
		into->kev_ransomware = more->kev_ransomware;
	}
}

int merge_facts(struct vulnerability *into, const struct vulnerability *more, struct lc_arena *a)
{
	merge_text(into, more);
	merge_dates(into, more);
	merge_likelihood(into, more);
	int rc = merge_severities(into, more, a);
	if (!rc)
		rc = merge_cvss(into, more, a);
	if (!rc)
		rc = add_all(a, &into->cwes, &more->cwes);
	if (!rc)
		rc = add_all(a, &into->references, &more->references);
	return rc ? rc : add_all(a, &into->aliases, &more->aliases);
}

void merge_done(struct vulnerability *v)
{
	for (size_t i = 0; i < v->vendor_severity.n; i++) {
		if (v->vendor_severity.v[i].severity == SEVERITY_UNKNOWN)
			continue;
		v->severity = v->vendor_severity.v[i].severity;
		v->severity_source = v->vendor_severity.v[i].source;
		return;
	}
}
