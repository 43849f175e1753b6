/*
 * One update of Fedora. Source: Bodhi's /updates/ JSON.
 *
 *   { "alias": "FEDORA-…", "type": "security", "status": "stable", "severity", "notes", "title",
 *     "release": { "id_prefix": "FEDORA", "version": "40" }, "bugs": [ { "title": "CVE-…" } ],
 *     "builds": [ { "nvr": "name-version-release", "epoch": 1 } ] }
 *
 * Builds are source packages, so the statements are of "source:NAME" (docs/database.md). EPEL's
 * updates ("FEDORA-EPEL") are of another system.
 */
#include "advisory/feed/native.h"

struct bodhi {
	struct native n;
	const struct json_doc *d;
};

static int say_build(struct bodhi *b, struct native_state *s, json_ref build)
{
	uint64_t epoch = 0;
	struct lc_slice name;
	struct lc_slice vr;
	if (!native_split_nvr(json_get_str(b->d, build, "nvr"), &name, &vr))
		return 0;
	(void)json_u64(b->d, json_get(b->d, build, "epoch"), &epoch); /* null is none */
	s->package = lc_arena_fmt(b->n.a, "source:%.*s", LC_FMT(name));
	s->fixed = epoch ? lc_arena_fmt(b->n.a, "%llu:%.*s", (unsigned long long)epoch, LC_FMT(vr))
			 : vr;
	if (!s->package.p || !s->fixed.p)
		return lc_fail(b->n.e, lc_arena_err(b->n.a), "no memory for updates");
	return native_say(&b->n, s);
}

static int find_about(struct bodhi *b, json_ref o, struct lc_slices *ret)
{
	int rc = native_cves(&b->n, json_get_str(b->d, o, "title"), ret);
	if (!rc)
		rc = native_cves(&b->n, json_get_str(b->d, o, "notes"), ret);
	json_each(b->d, json_get(b->d, o, "bugs"), bug) {
		if (!rc)
			rc = native_cves(&b->n, json_get_str(b->d, bug, "title"), ret);
	}
	id_sort(ret);
	return rc;
}

static int read_update(struct bodhi *b, json_ref o)
{
	struct lc_slices about = { 0 };
	json_ref release = json_get(b->d, o, "release");
	struct lc_slice version = json_get_str(b->d, release, "version");
	struct native_state s = {
		.record = json_get_str(b->d, o, "alias"),
		.about = &about,
		.date = native_date(json_get_str(b->d, o, "date_stable"), b->n.a),
	};
	if (!id_is_sane(s.record))
		return lc_fail(b->n.e, LC_EBAD, "an update without a usable id");
	if (!lc_eq(json_get_str(b->d, o, "type"), LC_S("security")) || !version.n ||
	    !lc_eq(json_get_str(b->d, o, "status"), LC_S("stable")) ||
	    !lc_eq(json_get_str(b->d, release, "id_prefix"), LC_S("FEDORA")))
		return 0;
	s.ecosystem = lc_arena_fmt(b->n.a, "Fedora:%s", lc_quote(version).s);
	if (!s.ecosystem.p)
		return lc_fail(b->n.e, lc_arena_err(b->n.a), "no memory for updates");
	(void)severity_parse(json_get_str(b->d, o, "severity"), &s.severity); /* "unspecified" */
	int rc = find_about(b, o, &about);
	json_each(b->d, json_get(b->d, o, "builds"), build) {
		if (!rc)
			rc = say_build(b, &s, build);
	}
	for (size_t i = 0; !rc && b->n.records && i < about.n; i++) {
		struct native_facts f = { .id = about.v[i] };
		rc = native_tell(&b->n, &f);
	}
	return rc;
}

int feed_bodhi(struct lc_slice json, struct lc_slice path, const struct feed_collector *c,
	       struct lc_arena *a, uint64_t *ret_records, struct lc_err *e)
{
	struct json_doc d;
	struct bodhi b = { .n = { c, a, e, LC_S("fedora"), 0 }, .d = &d };
	int rc = native_json(json, JSON_OBJECT, a, &d, e);
	(void)path; /* the update's own name */
	if (!rc)
		rc = read_update(&b, json_root(&d));
	if (!rc)
		*ret_records = b.n.records;
	return rc;
}
