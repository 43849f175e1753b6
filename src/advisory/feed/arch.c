/*
 * Arch Linux's vulnerability groups. Source: security.archlinux.org/all.json.
 *
 *   [ { "name": "AVG-1", "packages": ["…"], "status": "Fixed" | "Testing" | "Vulnerable" |
 *     "Not affected" | "Unknown", "severity": "High", "affected": "V", "fixed": "V" | null,
 *     "issues": ["CVE-…"], "advisories": ["ASA-…"] } ]
 *
 * "affected" is one version that has the flaw; that older ones have it, too, is how the tracker's
 * users read it. A fix that is in testing is none yet.
 */
#include "advisory/feed/native.h"

struct groups {
	struct native n;
	const struct json_doc *d;
};

static int read_ids(struct groups *g, json_ref list, struct lc_slices *ret)
{
	json_each(g->d, list, item) {
		struct lc_slice id = json_str(g->d, item);
		int rc = id_is_sane(id) ? native_add_id(&g->n, ret, id) : 0;
		if (rc)
			return rc;
	}
	id_sort(ret);
	return 0;
}

static int say_packages(struct groups *g, json_ref group, struct native_state *s)
{
	json_each(g->d, json_get(g->d, group, "packages"), package) {
		s->package = json_str(g->d, package);
		int rc = native_say(&g->n, s);
		if (rc)
			return rc;
	}
	return 0;
}

static int tell(struct groups *g, const struct native_state *s)
{
	for (size_t i = 0; i < s->about->n; i++) {
		struct native_facts f = { .id = s->about->v[i], .severity = s->severity };
		int rc = native_tell(&g->n, &f);
		if (rc)
			return rc;
	}
	return 0;
}

static int read_group(struct groups *g, json_ref group)
{
	struct lc_slices about = { 0 };
	struct lc_slices aliases = { 0 };
	struct lc_slice word = json_get_str(g->d, group, "status");
	struct native_state s = {
		.ecosystem = LC_S("Arch Linux"),
		.record = json_get_str(g->d, group, "name"),
		.about = &about,
		.aliases = &aliases,
		.fixed = json_get_str(g->d, group, "fixed"),
		.status = ADVISORY_AFFECTED,
	};
	if (!id_is_sane(s.record) || lc_eq_nocase(word, LC_S("Not affected")))
		return 0;
	if (lc_eq_nocase(word, LC_S("Unknown")))
		s.status = ADVISORY_UNDER_INVESTIGATION;
	if (lc_eq_nocase(word, LC_S("Testing")))
		s.fixed = LC_S("");
	(void)severity_parse(json_get_str(g->d, group, "severity"), &s.severity); /* or unknown */
	int rc = read_ids(g, json_get(g->d, group, "issues"), &about);
	if (!rc)
		rc = read_ids(g, json_get(g->d, group, "advisories"), &aliases);
	if (!rc && !about.n)
		rc = native_add_id(&g->n, &about, s.record);
	uint64_t before = g->n.records;
	if (!rc)
		rc = say_packages(g, group, &s);
	return rc || g->n.records == before ? rc : tell(g, &s);
}

int feed_arch(struct lc_slice json, struct lc_slice path, const struct feed_collector *c,
	      struct lc_arena *a, uint64_t *ret_records, struct lc_err *e)
{
	struct json_doc d;
	struct groups g = { .n = { c, a, e, LC_S("arch-linux"), 0 }, .d = &d };
	int rc = native_json(json, JSON_ARRAY, a, &d, e);
	(void)path; /* one file for all */
	if (rc)
		return rc;
	json_each(&d, json_root(&d), group) {
		rc = read_group(&g, group);
		if (rc)
			return rc;
	}
	*ret_records = g.n.records;
	return 0;
}
