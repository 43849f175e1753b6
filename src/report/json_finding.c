#include <stdlib.h>

#include "advisory/source.h"
#include "report/json_impl.h"

struct said { /* what one source says of a flaw */
	struct lc_slice source;
	enum severity severity;
	const struct advisory_cvss *cvss;
};

static int said_order(const void *a, const void *b)
{
	return lc_cmp(((const struct said *)a)->source, ((const struct said *)b)->source);
}

/* By source, since that is the order of the neighbours' maps. What was said of the package goes
 * first. */
static void write_vendor_severity(struct json_out *j, const struct finding *f)
{
	const struct vulnerability *v = f->vulnerability;
	size_t n = v ? v->vendor_severity.n : 0;
	struct said *l = lc_new_array(&j->a, struct said, n + 1);
	size_t k = 0;
	if (l && f->severity_of_package)
		l[k++] = (struct said){ f->severity_source, f->severity, NULL };
	for (size_t i = 0; l && i < n; i++) {
		struct said s = { v->vendor_severity.v[i].source, v->vendor_severity.v[i].severity,
				  NULL };
		if (!f->severity_of_package || !lc_eq(s.source, f->severity_source))
			l[k++] = s;
	}
	if (!k)
		return;
	qsort(l, k, sizeof(*l), said_order);
	json_write_key(&j->w, "VendorSeverity");
	json_begin_object(&j->w);
	for (size_t i = 0; i < k; i++) {
		json_write_key_slice(&j->w, l[i].source);
		json_write_u64(&j->w, l[i].severity);
	}
	json_end_object(&j->w);
}

static void write_score(struct json_writer *w, const char *key, double score)
{
	if (score > 0) {
		json_write_key(w, key);
		json_write_double(w, score);
	}
}

static void write_cvss(struct json_out *j, const struct vulnerability *v)
{
	struct json_writer *w = &j->w;
	struct said *l = v->cvss.n ? lc_new_array(&j->a, struct said, v->cvss.n) : NULL;
	if (!l)
		return;
	for (size_t i = 0; i < v->cvss.n; i++)
		l[i] = (struct said){ v->cvss.v[i].source, SEVERITY_UNKNOWN, &v->cvss.v[i] };
	qsort(l, v->cvss.n, sizeof(*l), said_order);
	json_write_key(w, "CVSS");
	json_begin_object(w);
	for (size_t i = 0; i < v->cvss.n; i++) {
		const struct advisory_cvss *c = l[i].cvss;
		json_write_key_slice(w, c->source);
		json_begin_object(w);
		json_member_str_opt(w, "V2Vector", c->v2);
		json_member_str_opt(w, "V3Vector", c->v3);
		json_member_str_opt(w, "V40Vector", c->v4);
		write_score(w, "V2Score", c->v2_score);
		write_score(w, "V3Score", c->v3_score);
		write_score(w, "V40Score", c->v4_score);
		json_end_object(w);
	}
	json_end_object(w);
}

/* As the database describes the source for this ecosystem, else as the source is known to be. */
static void write_data_source(struct json_out *j, const struct finding *f)
{
	struct lc_slice family = source_family(f->data_ecosystem);
	struct advisory_source s = { 0 };
	if (!f->data_source.n)
		return;
	for (size_t i = 0; i < j->r->db.sources.n && !s.id.n; i++) {
		const struct advisory_source *d = &j->r->db.sources.v[i];
		if (lc_eq(d->id, f->data_source) && lc_eq(d->ecosystem, family))
			s = *d;
	}
	if (!s.id.n)
		source_describe(f->data_source, f->data_ecosystem, &s);
	json_write_key(&j->w, "DataSource");
	json_begin_object(&j->w);
	json_member_str_opt(&j->w, "ID", f->data_source);
	json_member_str_opt(&j->w, "Name", s.name);
	json_member_str_opt(&j->w, "URL", s.url);
	json_end_object(&j->w);
}

/* What is known of the flaw itself. */
static void write_facts(struct json_out *j, const struct finding *f)
{
	static const struct vulnerability unknown;
	const struct vulnerability *v = f->vulnerability ? f->vulnerability : &unknown;
	struct json_writer *w = &j->w;
	json_member_str_opt(w, "Title", v->title);
	json_member_str_opt(w, "Description", v->description);
	json_member_cstr(w, "Severity", severity_name(f->severity));
	json_member_strs_opt(w, "CweIDs", v->cwes.v, v->cwes.n);
	write_vendor_severity(j, f);
	write_cvss(j, v);
	json_member_strs_opt(w, "References", v->references.v, v->references.n);
	json_member_str_opt(w, "PublishedDate", v->published);
	json_member_str_opt(w, "LastModifiedDate", v->modified);
}

void json_vulnerability(struct json_out *j, const struct report_result *res,
			const struct finding *f)
{
	const struct inv_package *p = &f->package->package;
	struct json_writer *w = &j->w;
	json_begin_object(w);
	json_member_str_opt(w, "VulnerabilityID", f->id);
	json_member_strs_opt(w, "VendorIDs", f->vendor_ids.v, f->vendor_ids.n);
	json_member_str_opt(w, "PkgID", f->package_id);
	json_member_str_opt(w, "PkgName", p->name);
	json_member_str_opt(w, "PkgPath", report_package_path(res, f->package));
	json_identifier(j, "PkgIdentifier", f->package);
	json_member_str_opt(w, "InstalledVersion", report_version(p));
	json_member_str_opt(w, "FixedVersion", report_fixed_versions(f, &j->a));
	json_member_cstr(w, "Status", advisory_status_name(f->status));
	json_layer(j, f->package->layer);
	if (!f->severity_borrowed)
		json_member_str_opt(w, "SeveritySource", f->severity_source);
	json_member_str_opt(w, "PrimaryURL", report_primary_url(f, &j->a));
	write_data_source(j, f);
	json_member_str_opt(w, "Fingerprint", report_fingerprint(j->r, res, f, &j->a));
	write_facts(j, f);
	json_lacre_finding(j, res, f);
	json_end_object(w);
	lc_arena_clear(&j->a);
}
