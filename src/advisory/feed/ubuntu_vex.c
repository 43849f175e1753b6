/*
 * Ubuntu's OpenVEX documents, one a CVE. Source: OpenVEX 0.2; security-metadata.canonical.com/vex.
 *
 *   { "@context": "https://openvex.dev/ns/…", "timestamp", "statements": [ { "vulnerability": {
 *     "name": "CVE-…", "description" }, "status", "action_statement", "products": [ { "@id":
 *     "pkg:deb/ubuntu/curl@V?arch=source&distro=jammy" } ] } ] }
 *
 * Versions are those of the archive at that time, not those that brought a fix: "fixed" therefore
 * says nothing that can be compared, and is left to the OSV export. What is affected is, in every
 * version.
 */
#include "advisory/feed/native.h"
#include "advisory/feed/ubuntu.h"

struct vex {
	struct native n;
	const struct json_doc *d;
	struct lc_slice id, date;
};

static enum advisory_status status_of(struct lc_slice action)
{
	static const struct {
		struct lc_slice words;
		enum advisory_status status;
	} rows[] = {
		{ LC_S_INIT("no longer supported"), ADVISORY_END_OF_LIFE },
		{ LC_S_INIT("decided to not fix"), ADVISORY_WILL_NOT_FIX },
		{ LC_S_INIT("deferred"), ADVISORY_FIX_DEFERRED },
		{ LC_S_INIT("postponed"), ADVISORY_FIX_DEFERRED },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (lc_find_slice(action, rows[i].words) != SIZE_MAX)
			return rows[i].status;
	return ADVISORY_AFFECTED;
}

static int say_product(struct vex *v, struct native_state *s, struct lc_slice id)
{
	struct native_purl p;
	if (!native_purl_parse(id, v->n.a, &p) || !lc_eq(p.type, LC_S("deb")) ||
	    !lc_eq(native_purl_get(&p, LC_S("arch"), v->n.a), LC_S("source")))
		return 0;
	s->package = p.name;
	s->ecosystem = ubuntu_ecosystem(native_purl_get(&p, LC_S("distro"), v->n.a), v->n.a);
	if (v->n.a->err)
		return lc_fail(v->n.e, v->n.a->err, "no memory for statements");
	return native_say(&v->n, s);
}

static int read_statement(struct vex *v, json_ref statement)
{
	json_ref about = json_get(v->d, statement, "vulnerability");
	struct lc_slice id = json_get_str(v->d, about, "name");
	struct lc_slice word = json_get_str(v->d, statement, "status");
	struct lc_slices ids = { &id, 1, 1 };
	struct native_state s = { .record = id, .about = &ids, .date = v->date };
	if (!id_is_cve(id))
		return lc_fail(v->n.e, LC_EBAD, "a statement about no CVE");
	if (lc_eq(word, LC_S("under_investigation")))
		s.status = ADVISORY_UNDER_INVESTIGATION;
	else if (lc_eq(word, LC_S("affected")))
		s.status = status_of(json_get_str(v->d, statement, "action_statement"));
	else
		return 0;
	uint64_t before = v->n.records;
	json_each(v->d, json_get(v->d, statement, "products"), product) {
		int rc = say_product(v, &s, json_get_str(v->d, product, "@id"));
		if (rc)
			return rc;
	}
	struct native_facts f = { .id = id,
				  .description = json_get_str(v->d, about, "description") };
	return v->n.records > before ? native_tell(&v->n, &f) : 0;
}

int feed_ubuntu_vex(struct lc_slice json, struct lc_slice path, const struct feed_collector *c,
		    struct lc_arena *a, uint64_t *ret_records, struct lc_err *e)
{
	struct json_doc d;
	struct vex v = { .n = { c, a, e, LC_S("ubuntu"), 0 }, .d = &d };
	int rc = native_json(json, JSON_OBJECT, a, &d, e);
	(void)path; /* statements name their CVE */
	if (rc)
		return rc;
	v.date = native_date(json_get_str(&d, json_root(&d), "timestamp"), a);
	json_ref list = json_get(&d, json_root(&d), "statements");
	if (json_type_of(&d, list) != JSON_ARRAY)
		return lc_fail(e, LC_EBAD, "no list of statements");
	json_each(&d, list, statement) {
		rc = read_statement(&v, statement);
		if (rc)
			return rc;
	}
	*ret_records = v.n.records;
	return 0;
}
