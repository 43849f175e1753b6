/*
 * The Debian security tracker's export. Source: security-tracker.debian.org/tracker/data/json.
 *
 *   { "PACKAGE": { "CVE-…": { "description": "…", "releases": { "bookworm": {
 *     "status": "open" | "resolved" | "undetermined", "fixed_version": "1.2-3",
 *     "repositories": { "bookworm": "1.2-3" }, "urgency": "low", "nodsa": "…",
 *     "nodsa_reason": "" | "ignored" | "postponed" } } } } }
 *
 * Packages are source packages. "0" as fixed version was never affected. A fix newer than what the
 * release's archive holds is none yet: it cannot be installed.
 */
#include "advisory/ecosystem.h"
#include "advisory/feed/native.h"

struct tracker {
	struct native n;
	const struct json_doc *d;
	struct lc_slice package, id;
};

static bool is_newer(struct lc_slice a, struct lc_slice b)
{
	int c = 0;
	return !version_cmp(VERSION_DEB, a, b, &c) && c > 0;
}

/* Does the archive of the release hold the fix? Not knowing the archive counts as yes. */
static bool has_arrived(const struct tracker *t, json_ref release, struct lc_slice fixed)
{
	json_ref list = json_get(t->d, release, "repositories");
	json_each(t->d, list, item) {
		if (!is_newer(fixed, json_str(t->d, item)))
			return true;
	}
	return json_count(t->d, list) == 0;
}

static enum advisory_status status_of(const struct tracker *t, json_ref release)
{
	struct lc_slice reason = json_get_str(t->d, release, "nodsa_reason");
	if (lc_eq(json_get_str(t->d, release, "status"), LC_S("undetermined")))
		return ADVISORY_UNDER_INVESTIGATION;
	if (lc_starts(json_get_str(t->d, release, "urgency"), LC_S("end-of-life")))
		return ADVISORY_END_OF_LIFE;
	if (lc_eq(reason, LC_S("ignored")))
		return ADVISORY_WILL_NOT_FIX;
	if (lc_eq(reason, LC_S("postponed")))
		return ADVISORY_FIX_DEFERRED;
	return ADVISORY_AFFECTED;
}

/* "high**": the stars say that it was guessed from NVD. */
static enum severity severity_of(const struct tracker *t, json_ref release)
{
	enum severity s = SEVERITY_UNKNOWN;
	struct lc_slice word = json_get_str(t->d, release, "urgency");
	while (lc_chop_suffix(&word, LC_S("*")))
		;
	(void)severity_parse(word, &s); /* a word we don't know says nothing */
	return s;
}

static int read_release(struct tracker *t, struct lc_slice codename, json_ref release)
{
	struct lc_slice number = adv_debian_release(codename);
	struct lc_slice fixed = lc_trim(json_get_str(t->d, release, "fixed_version"));
	struct lc_slices about = { &t->id, 1, 1 };
	bool resolved = lc_eq(json_get_str(t->d, release, "status"), LC_S("resolved"));
	if (!number.n || lc_eq(fixed, LC_S("0")) || (resolved && !fixed.n))
		return 0;
	struct native_state s = {
		.ecosystem = lc_arena_fmt(t->n.a, "Debian:%.*s", LC_FMT(number)),
		.package = t->package,
		.record = t->id,
		.about = &about,
		.fixed = resolved && has_arrived(t, release, fixed) ? fixed : LC_S(""),
		.status = status_of(t, release),
		.severity = severity_of(t, release),
	};
	return s.ecosystem.p ? native_say(&t->n, &s) : lc_arena_err(t->n.a);
}

static int read_flaw(struct tracker *t, json_ref flaw)
{
	struct native_facts f = { .id = t->id,
				  .description = json_get_str(t->d, flaw, "description") };
	uint64_t before = t->n.records;
	json_ref releases = json_get(t->d, flaw, "releases");
	if (json_type_of(t->d, releases) != JSON_OBJECT)
		return 0; /* an empty list stands for none */
	json_each(t->d, releases, release) {
		int rc = read_release(t, json_key(t->d, release), release);
		if (rc)
			return rc;
	}
	return t->n.records > before ? native_tell(&t->n, &f) : 0;
}

int feed_debian(struct lc_slice json, struct lc_slice path, const struct feed_collector *c,
		struct lc_arena *a, uint64_t *ret_records, struct lc_err *e)
{
	struct json_doc d;
	struct tracker t = { .n = { c, a, e, LC_S("debian"), 0 }, .d = &d };
	int rc = native_json(json, JSON_OBJECT, a, &d, e);
	(void)path; /* says nothing */
	if (rc)
		return rc;
	json_each(&d, json_root(&d), package) {
		t.package = json_key(&d, package);
		if (json_type_of(&d, package) != JSON_OBJECT)
			return lc_fail(e, LC_EBAD, "%s: no list of flaws", lc_quote(t.package).s);
		json_each(&d, package, flaw) {
			t.id = json_key(&d, flaw);
			rc = id_is_sane(t.id) ? read_flaw(&t, flaw) : 0;
			if (rc)
				return rc;
		}
	}
	*ret_records = t.n.records;
	return 0;
}
