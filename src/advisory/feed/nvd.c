/*
 * The National Vulnerability Database: what is known of ids, nothing of packages (its
 * configurations speak of upstream's products). Source: NVD CVE API 2.0 and yearly feeds.
 *
 *   { "vulnerabilities": [ { "cve": { "id", "vulnStatus", "published", "lastModified",
 *     "descriptions": [ { "lang", "value" } ], "metrics": { "cvssMetricV40": [ { "source", "type":
 *     "Primary" | "Secondary", "cvssData": { "vectorString" } } ], "cvssMetricV31",
 * "cvssMetricV30", "cvssMetricV2" }, "weaknesses": [ { "description": [ { "value": "CWE-79" } ] }
 * ], "references": [ { "url" } ] } } ] }
 *
 * Of several scores NVD's own counts, else the first.
 */
#include "advisory/feed/native.h"

enum { NVD_LIST_MAX = 32 };

struct nvd {
	struct native n;
	const struct json_doc *d;
};

static struct lc_slice english(const struct nvd *v, json_ref list)
{
	json_each(v->d, list, item) {
		if (lc_eq(json_get_str(v->d, item, "lang"), LC_S("en")))
			return json_get_str(v->d, item, "value");
	}
	return (struct lc_slice){ NULL, 0 };
}

static struct lc_slice vector_of(const struct nvd *v, json_ref list, bool own)
{
	json_each(v->d, list, item) {
		if (!own || lc_eq(json_get_str(v->d, item, "source"), LC_S("nvd@nist.gov")))
			return json_get_str(v->d, json_get(v->d, item, "cvssData"), "vectorString");
	}
	return (struct lc_slice){ NULL, 0 };
}

static void read_scores(const struct nvd *v, json_ref metrics, struct advisory_cvss *c)
{
	static const struct {
		const char *list;
		size_t place;
	} rows[] = {
		{ "cvssMetricV40", offsetof(struct advisory_cvss, v4) },
		{ "cvssMetricV31", offsetof(struct advisory_cvss, v3) },
		{ "cvssMetricV30", offsetof(struct advisory_cvss, v3) },
		{ "cvssMetricV2", offsetof(struct advisory_cvss, v2) },
	};
	for (unsigned own = 2; own-- > 0;)
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			const struct lc_slice *have =
				(const struct lc_slice *)((const char *)c + rows[i].place);
			if (!have->n)
				native_add_vector(
					c,
					vector_of(v, json_get(v->d, metrics, rows[i].list), own));
		}
}

static int add(struct nvd *v, struct lc_slices *list, struct lc_slice s)
{
	if (!s.n || s.n > 2048 || list->n >= NVD_LIST_MAX)
		return 0;
	int rc = id_add(v->n.a, list, s);
	return rc ? lc_fail(v->n.e, rc, "no memory for facts") : 0;
}

static int read_lists(struct nvd *v, json_ref cve, struct vulnerability *ret)
{
	json_each(v->d, json_get(v->d, cve, "weaknesses"), item) {
		json_each(v->d, json_get(v->d, item, "description"), word) {
			struct lc_slice id = json_get_str(v->d, word, "value");
			int rc = lc_starts(id, LC_S("CWE-")) ? add(v, &ret->cwes, id) : 0;
			if (rc)
				return rc;
		}
	}
	json_each(v->d, json_get(v->d, cve, "references"), item) {
		int rc = add(v, &ret->references, json_get_str(v->d, item, "url"));
		if (rc)
			return rc;
	}
	return 0;
}

static enum severity severity_of(const struct advisory_cvss *c)
{
	if (c->v4_score > 0)
		return severity_of_score(c->v4_score, false);
	if (c->v3_score > 0)
		return severity_of_score(c->v3_score, false);
	return severity_of_score(c->v2_score, true);
}

static int read_cve(struct nvd *v, json_ref cve)
{
	struct advisory_cvss cvss = { .source = v->n.source };
	struct advisory_vendor vendor = { .source = v->n.source };
	struct vulnerability f = { .id = json_get_str(v->d, cve, "id") };
	if (!id_is_cve(f.id))
		return lc_fail(v->n.e, LC_EBAD, "a record without a CVE id");
	f.description =
		native_cut(english(v, json_get(v->d, cve, "descriptions")), NATIVE_TEXT_MAX);
	f.rejected = lc_eq(json_get_str(v->d, cve, "vulnStatus"), LC_S("Rejected"));
	f.published = native_date(json_get_str(v->d, cve, "published"), v->n.a);
	f.modified = native_date(json_get_str(v->d, cve, "lastModified"), v->n.a);
	if (v->n.a->err)
		return lc_fail(v->n.e, v->n.a->err, "no memory for facts");
	read_scores(v, json_get(v->d, cve, "metrics"), &cvss);
	if (cvss.v2.n || cvss.v3.n || cvss.v4.n) {
		f.cvss.v = &cvss;
		f.cvss.n = f.cvss.room = 1;
	}
	vendor.severity = severity_of(&cvss);
	if (vendor.severity != SEVERITY_UNKNOWN) {
		f.vendor_severity.v = &vendor;
		f.vendor_severity.n = f.vendor_severity.room = 1;
	}
	int rc = read_lists(v, cve, &f);
	if (!rc)
		rc = v->n.c->record(v->n.c->ctx, v->n.source, LC_S(""), f.modified, v->n.e);
	if (!rc)
		rc = v->n.c->vulnerability(v->n.c->ctx, &f, v->n.source, v->n.e);
	v->n.records += !rc;
	return rc;
}

int feed_nvd(struct lc_slice json, struct lc_slice path, const struct feed_collector *c,
	     struct lc_arena *a, uint64_t *ret_records, struct lc_err *e)
{
	struct json_doc d;
	struct nvd v = { .n = { c, a, e, LC_S("nvd"), 0 }, .d = &d };
	int rc = native_json(json, JSON_OBJECT, a, &d, e);
	(void)path; /* the year of a file says nothing more */
	if (rc)
		return rc;
	json_ref list = json_get(&d, json_root(&d), "vulnerabilities");
	bool empty = lc_eq(json_get_str(&d, json_root(&d), "format"), LC_S("NVD_CVE"));
	if (list == JSON_NONE && empty) /* a page past the end */
		return 0;
	if (json_type_of(&d, list) != JSON_ARRAY)
		return lc_fail(e, LC_EBAD, "no list of vulnerabilities");
	json_each(&d, list, item) {
		rc = read_cve(&v, json_get(&d, item, "cve"));
		if (rc)
			return rc;
	}
	*ret_records = v.n.records;
	return 0;
}
