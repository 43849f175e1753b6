/* Records of vulnerabilities and of ends of life; those of packages are in record.c. */
#include "advisory/record.h"

static void write_score(struct json_writer *w, const char *key, double score)
{
	if (!(score > 0))
		return;
	json_write_key(w, key);
	json_write_double(w, score);
}

static void write_cvss(struct json_writer *w, const struct vulnerability *v)
{
	if (!v->cvss.n)
		return;
	json_write_key(w, "cvss");
	json_begin_object(w);
	for (size_t i = 0; i < v->cvss.n; i++) {
		const struct advisory_cvss *c = &v->cvss.v[i];
		json_write_key_slice(w, c->source);
		json_begin_object(w);
		json_member_str_opt(w, "v2", c->v2);
		json_member_str_opt(w, "v3", c->v3);
		json_member_str_opt(w, "v4", c->v4);
		write_score(w, "v2_score", c->v2_score);
		write_score(w, "v3_score", c->v3_score);
		write_score(w, "v4_score", c->v4_score);
		json_end_object(w);
	}
	json_end_object(w);
}

static void write_vendors(struct json_writer *w, const struct vulnerability *v)
{
	if (!v->vendor_severity.n)
		return;
	json_write_key(w, "vendor_severity");
	json_begin_object(w);
	for (size_t i = 0; i < v->vendor_severity.n; i++) {
		json_write_key_slice(w, v->vendor_severity.v[i].source);
		json_write_cstr(w, severity_name(v->vendor_severity.v[i].severity));
	}
	json_end_object(w);
}

static void write_likelihood(struct json_writer *w, const struct vulnerability *v)
{
	if (v->has_epss) {
		json_write_key(w, "epss");
		json_write_double(w, v->epss);
		json_write_key(w, "epss_percentile");
		json_write_double(w, v->epss_percentile);
	}
	json_member_str_opt(w, "kev_added", v->kev_added);
	json_member_str_opt(w, "kev_due", v->kev_due);
	json_member_true_opt(w, "kev_ransomware", v->kev_ransomware);
}

void vulnerability_write(struct json_writer *w, const struct vulnerability *v)
{
	json_begin_object(w);
	json_member_str_opt(w, "title", v->title);
	json_member_str_opt(w, "title_source", v->title_source);
	json_member_str_opt(w, "description", v->description);
	if (v->severity != SEVERITY_UNKNOWN)
		json_member_cstr(w, "severity", severity_name(v->severity));
	json_member_str_opt(w, "severity_source", v->severity_source);
	write_vendors(w, v);
	write_cvss(w, v);
	json_member_strs_opt(w, "cwes", v->cwes.v, v->cwes.n);
	json_member_strs_opt(w, "references", v->references.v, v->references.n);
	json_member_strs_opt(w, "aliases", v->aliases.v, v->aliases.n);
	json_member_str_opt(w, "published", v->published);
	json_member_str_opt(w, "modified", v->modified);
	write_likelihood(w, v);
	json_member_true_opt(w, "rejected", v->rejected);
	json_end_object(w);
}

static int bad(struct lc_err *e, const char *what)
{
	return lc_fail(e, LC_EBAD, "database record: %s", what);
}

static int read_strings(const struct json_doc *d, json_ref list, struct lc_arena *a,
			struct lc_slices *ret, struct lc_err *e)
{
	if (list == JSON_NONE)
		return 0;
	if (json_type_of(d, list) != JSON_ARRAY || json_count(d, list) > ADV_LIST_MAX)
		return bad(e, "a list is no array of fit size");
	json_each(d, list, item) {
		struct lc_slice *s = lc_vec_push(a, ret);
		if (!s)
			return lc_arena_err(a);
		if (!json_is_str(d, item))
			return bad(e, "a list holds no strings");
		*s = json_str(d, item);
	}
	return 0;
}

static int read_vendors(const struct json_doc *d, json_ref o, struct lc_arena *a,
			struct vulnerability *v, struct lc_err *e)
{
	json_each(d, o, item) {
		struct advisory_vendor *s = lc_vec_push(a, &v->vendor_severity);
		if (!s)
			return lc_arena_err(a);
		s->source = json_key(d, item);
		if (!severity_parse(json_str(d, item), &s->severity))
			return bad(e, "no such severity");
	}
	return 0;
}

static double score(const struct json_doc *d, json_ref o, const char *key)
{
	double v = 0;
	return json_double(d, json_get(d, o, key), &v) && v >= 0 && v <= 10 ? v : 0;
}

static int read_cvss(const struct json_doc *d, json_ref o, struct lc_arena *a,
		     struct vulnerability *v)
{
	json_each(d, o, item) {
		struct advisory_cvss *c = lc_vec_push(a, &v->cvss);
		if (!c)
			return lc_arena_err(a);
		c->source = json_key(d, item);
		c->v2 = json_get_str(d, item, "v2");
		c->v3 = json_get_str(d, item, "v3");
		c->v4 = json_get_str(d, item, "v4");
		c->v2_score = score(d, item, "v2_score");
		c->v3_score = score(d, item, "v3_score");
		c->v4_score = score(d, item, "v4_score");
	}
	return 0;
}

static int read_scalars(const struct json_doc *d, json_ref o, struct vulnerability *v,
			struct lc_err *e)
{
	v->title = json_get_str(d, o, "title");
	v->title_source = json_get_str(d, o, "title_source");
	v->description = json_get_str(d, o, "description");
	v->severity_source = json_get_str(d, o, "severity_source");
	v->published = json_get_str(d, o, "published");
	v->modified = json_get_str(d, o, "modified");
	v->kev_added = json_get_str(d, o, "kev_added");
	v->kev_due = json_get_str(d, o, "kev_due");
	v->kev_ransomware = json_bool(d, json_get(d, o, "kev_ransomware"), false);
	v->rejected = json_bool(d, json_get(d, o, "rejected"), false);
	v->has_epss = json_double(d, json_get(d, o, "epss"), &v->epss);
	if (!json_double(d, json_get(d, o, "epss_percentile"), &v->epss_percentile))
		v->epss_percentile = 0;
	struct lc_slice severity = json_get_str(d, o, "severity");
	if (severity.n && !severity_parse(severity, &v->severity))
		return bad(e, "no such severity");
	return 0;
}

int vulnerability_read(struct lc_slice text, struct lc_slice id, struct lc_arena *a,
		       struct vulnerability *ret, struct lc_err *e)
{
	struct json_doc d;
	int rc = json_parse(text, 0, NULL, a, &d, e);
	if (rc)
		return lc_wrap(e, rc, "database record");
	json_ref o = json_root(&d);
	if (json_type_of(&d, o) != JSON_OBJECT)
		return bad(e, "a vulnerability is no object");
	struct vulnerability v = { .id = id };
	rc = read_scalars(&d, o, &v, e);
	if (!rc)
		rc = read_vendors(&d, json_get(&d, o, "vendor_severity"), a, &v, e);
	if (!rc)
		rc = read_cvss(&d, json_get(&d, o, "cvss"), a, &v);
	if (!rc)
		rc = read_strings(&d, json_get(&d, o, "cwes"), a, &v.cwes, e);
	if (!rc)
		rc = read_strings(&d, json_get(&d, o, "references"), a, &v.references, e);
	if (!rc)
		rc = read_strings(&d, json_get(&d, o, "aliases"), a, &v.aliases, e);
	if (!rc)
		*ret = v;
	return rc;
}

void eol_write(struct json_writer *w, const struct eol_cycle *c)
{
	json_begin_object(w);
	json_member_str_opt(w, "codename", c->codename);
	json_member_str_opt(w, "release", c->release);
	json_member_str_opt(w, "eol", c->eol);
	json_member_str_opt(w, "extended", c->extended);
	json_member_str_opt(w, "latest", c->latest);
	json_member_true_opt(w, "lts", c->lts);
	json_end_object(w);
}

int eol_read(struct lc_slice text, struct lc_slice cycle, struct lc_arena *a, struct eol_cycle *ret,
	     struct lc_err *e)
{
	struct json_doc d;
	int rc = json_parse(text, 0, NULL, a, &d, e);
	if (rc)
		return lc_wrap(e, rc, "database record");
	json_ref o = json_root(&d);
	if (json_type_of(&d, o) != JSON_OBJECT)
		return bad(e, "an end of life is no object");
	*ret = (struct eol_cycle){
		.cycle = cycle,
		.codename = json_get_str(&d, o, "codename"),
		.release = json_get_str(&d, o, "release"),
		.eol = json_get_str(&d, o, "eol"),
		.extended = json_get_str(&d, o, "extended"),
		.latest = json_get_str(&d, o, "latest"),
		.lts = json_bool(&d, json_get(&d, o, "lts"), false),
	};
	return 0;
}
