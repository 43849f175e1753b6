/*
 * Photon's list of flaws. Source: cve_data_photonX.json.
 *
 *   [ { "cve_id": "CVE-…", "pkg": "…", "cve_score": 7.5, "aff_ver": "all versions before V are
 *     vulnerable", "res_ver": "V" | "NA", "status": "Fixed" | "Not Affected" | … } ]
 *
 * The release is in the file's name alone.
 */
#include "advisory/feed/native.h"

struct photon {
	struct native n;
	const struct json_doc *d;
	struct lc_slice ecosystem;
};

/* "…/cve_data_photon4.0.json" to "4.0" */
static struct lc_slice release_of(struct lc_slice path)
{
	size_t at = lc_find_slice(path, LC_S("cve_data_photon"));
	struct lc_slice s = at == SIZE_MAX ? (struct lc_slice){ NULL, 0 } : lc_skip(path, at + 15);
	size_t n = 0;
	(void)lc_chop_suffix(&s, LC_S(".json")); /* as a rule it is there */
	while (n < s.n && (lc_is_digit(s.p[n]) || s.p[n] == '.'))
		n++;
	return lc_sub(s, 0, n);
}

static int read_row(struct photon *p, json_ref row)
{
	struct lc_slice id = lc_trim(json_get_str(p->d, row, "cve_id"));
	struct lc_slice fixed = lc_trim(json_get_str(p->d, row, "res_ver"));
	struct lc_slice word = json_get_str(p->d, row, "status");
	struct lc_slices about = { &id, 1, 1 };
	struct native_facts f = { .id = id };
	if (!id_is_cve(id) || lc_eq_nocase(word, LC_S("Not Affected")) || lc_eq(fixed, LC_S("0")))
		return 0;
	bool none = !fixed.n || lc_eq_nocase(fixed, LC_S("NA")) || lc_eq_nocase(fixed, LC_S("N/A"));
	(void)json_double(p->d, json_get(p->d, row, "cve_score"), &f.score); /* absent: none */
	struct native_state s = {
		.ecosystem = p->ecosystem,
		.package = lc_trim(json_get_str(p->d, row, "pkg")),
		.record = id,
		.about = &about,
		.fixed = none ? LC_S("") : fixed,
		.status = lc_eq_nocase(word, LC_S("Under investigation"))
				  ? ADVISORY_UNDER_INVESTIGATION
				  : ADVISORY_AFFECTED,
	};
	uint64_t before = p->n.records;
	int rc = native_say(&p->n, &s);
	return rc || p->n.records == before ? rc : native_tell(&p->n, &f);
}

int feed_photon(struct lc_slice json, struct lc_slice path, const struct feed_collector *c,
		struct lc_arena *a, uint64_t *ret_records, struct lc_err *e)
{
	struct json_doc d;
	struct photon p = { .n = { c, a, e, LC_S("photon"), 0 }, .d = &d };
	struct lc_slice release = release_of(path);
	int rc = native_json(json, JSON_ARRAY, a, &d, e);
	if (rc)
		return rc;
	if (!release.n)
		return lc_fail(e, LC_EBAD,
			       "the file's name has no release (cve_data_photonX.json)");
	p.ecosystem = lc_arena_fmt(a, "Photon OS:%.*s", LC_FMT(release));
	if (!p.ecosystem.p)
		return lc_fail(e, lc_arena_err(a), "no memory for flaws");
	json_each(&d, json_root(&d), row) {
		rc = read_row(&p, row);
		if (rc)
			return rc;
	}
	*ret_records = p.n.records;
	return 0;
}
