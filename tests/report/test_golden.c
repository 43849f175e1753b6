/*
 * A report built from the data of one of trivy's own expected outputs must say the same, member for
 * member and in the same order; what may differ is named.
 */
#include "report/report.h"

#include "base/shim.h"
#include "report/sample.h"
#include "support/fixture.h"
#include "support/slice_assert.h"

struct golden {
	struct lc_arena a;
	struct lc_buf text;
	struct json_doc d;
};

static struct lc_slice at(const struct golden *g, json_ref r, const char *key)
{
	return json_get_str(&g->d, r, key);
}

static struct digest digest_at(const struct golden *g, json_ref r, const char *key)
{
	struct digest d;
	assert_int_equal(digest_parse(at(g, r, key), &d, NULL), 0);
	return d;
}

static void fill_strings(const struct golden *g, json_ref list, struct lc_arena *a,
			 struct lc_slices *ret)
{
	json_each(&g->d, list, item)
		*(struct lc_slice *)lc_vec_push(a, ret) = json_str(&g->d, item);
}

static void kept_free(void *kept)
{
	struct oci_image *i = kept;
	lc_arena_done(&i->arena);
	lc_free(i);
}

static void fill_image(const struct golden *g, struct report *r, json_ref meta)
{
	struct oci_image *i = lc_alloc0(1, sizeof(*i));
	assert_non_null(i);
	i->config_digest = digest_at(g, meta, "ImageID");
	i->config = json_raw(&g->d, json_get(&g->d, meta, "ImageConfig"));
	assert_int_equal(json_parse(i->config, 0, NULL, &i->arena, &i->config_doc, NULL), 0);
	fill_strings(g, json_get(&g->d, meta, "RepoTags"), &i->arena, &i->repo_tags);
	r->image = i;
	r->kept = i;
	r->kept_free = kept_free;
	r->reference = at(g, meta, "Reference");
}

static void fill_metadata(const struct golden *g, struct report *r)
{
	json_ref meta = json_get(&g->d, 0, "Metadata");
	json_ref os = json_get(&g->d, meta, "OS");
	json_ref layer = json_first(&g->d, json_get(&g->d, meta, "Layers"));
	fill_image(g, r, meta);
	r->version = at(g, json_get(&g->d, 0, "Trivy"), "Version");
	r->created_at = at(g, 0, "CreatedAt");
	r->artifact_name = at(g, 0, "ArtifactName");
	r->artifact_type = at(g, 0, "ArtifactType");
	r->inventory.has_os = true;
	r->inventory.os =
		(struct inv_os){ .family = at(g, os, "Family"), .version = at(g, os, "Name") };
	r->eol = REPORT_EOL_YES;
	r->groups = INV_GROUP_OS;
	r->layers = lc_new_array(&r->arena, struct report_layer, 1);
	r->layers_n = 1;
	r->layers[0].digest = at(g, layer, "Digest");
	r->layers[0].diff_id = at(g, layer, "DiffID");
	r->layers[0].read = true;
	assert_true(json_u64(&g->d, json_get(&g->d, layer, "Size"), &r->layers[0].size));
	r->size = r->layers[0].size;
}

static void fill_vendors(const struct golden *g, struct report *r, json_ref o,
			 struct vulnerability *v)
{
	json_each(&g->d, json_get(&g->d, o, "VendorSeverity"), item) {
		uint64_t n;
		__typeof__(v->vendor_severity.v) s = lc_vec_push(&r->arena, &v->vendor_severity);
		assert_true(json_u64(&g->d, item, &n) && n < SEVERITY_N);
		s->source = json_key(&g->d, item);
		s->severity = (enum severity)n;
	}
	json_each(&g->d, json_get(&g->d, o, "CVSS"), item) {
		struct advisory_cvss *c = lc_vec_push(&r->arena, &v->cvss);
		c->source = json_key(&g->d, item);
		c->v2 = at(g, item, "V2Vector");
		c->v3 = at(g, item, "V3Vector");
		(void)json_double(&g->d, json_get(&g->d, item, "V2Score"), &c->v2_score);
		(void)json_double(&g->d, json_get(&g->d, item, "V3Score"), &c->v3_score);
	}
}

static struct vulnerability *facts_of(const struct golden *g, struct report *r, json_ref o)
{
	struct vulnerability *v = lc_new(&r->arena, struct vulnerability);
	v->title = at(g, o, "Title");
	v->description = at(g, o, "Description");
	v->published = at(g, o, "PublishedDate");
	v->modified = at(g, o, "LastModifiedDate");
	fill_strings(g, json_get(&g->d, o, "CweIDs"), &r->arena, &v->cwes);
	fill_strings(g, json_get(&g->d, o, "References"), &r->arena, &v->references);
	fill_vendors(g, r, o, v);
	return v;
}

static void fill_finding(const struct golden *g, struct report *r, json_ref o,
			 const struct inv_found_package *p)
{
	struct finding *f = lc_vec_push(&r->arena, &r->findings);
	f->package = p;
	f->package_id = package_id(&p->package, &r->arena);
	f->id = at(g, o, "VulnerabilityID");
	f->status = ADVISORY_FIXED;
	*(struct lc_slice *)lc_vec_push(&r->arena, &f->fixed_versions) = at(g, o, "FixedVersion");
	assert_true(severity_parse(at(g, o, "Severity"), &f->severity));
	f->severity_source = at(g, o, "SeveritySource");
	f->data_source = LC_S("alpine");
	f->data_ecosystem = LC_S("Alpine:v3.10");
	f->vulnerability = facts_of(g, r, o);
}

/* Two findings each of two packages, in the order of the golden. */
static void fill_findings(const struct golden *g, struct report *r)
{
	json_ref result = json_first(&g->d, json_get(&g->d, 0, "Results"));
	json_ref list = json_get(&g->d, result, "Vulnerabilities");
	struct inv_found_package *p = lc_new_array(&r->arena, struct inv_found_package, 4);
	size_t n = 0;
	json_each(&g->d, list, o) {
		struct lc_slice name = at(g, o, "PkgName");
		if (n == 0 || !lc_eq(p[n - 1].package.name, name)) {
			assert_true(n < 4);
			p[n++].package =
				(struct inv_package){ .type = LC_S("apk"),
						      .name = name,
						      .version = at(g, o, "InstalledVersion"),
						      .arch = LC_S("x86_64") };
		}
	}
	r->inventory.packages.v = p;
	r->inventory.packages.n = n;
	n = 0;
	json_each(&g->d, list, o) {
		if (!lc_eq(p[n].package.name, at(g, o, "PkgName")))
			n++;
		fill_finding(g, r, o, &p[n]);
	}
}

/* Made anew by every scanner, or ours by design. */
static bool may_differ(struct lc_slice key)
{
	return lc_eq(key, LC_S("ReportID")) || lc_eq(key, LC_S("UID"));
}

struct pair {
	const struct json_doc *want, *got;
};

static size_t compare(const struct pair *p, json_ref want, json_ref got, unsigned depth);

static json_ref skip_ours(const struct pair *p, json_ref r)
{
	while (r != JSON_NONE && lc_eq(json_key(p->got, r), LC_S("Lacre")))
		r = json_next(p->got, r);
	return r;
}

static size_t compare_members(const struct pair *p, json_ref want, json_ref got, unsigned depth)
{
	size_t n = 0;
	json_ref theirs = json_first(p->want, want);
	json_ref ours = skip_ours(p, json_first(p->got, got));
	while (theirs != JSON_NONE && ours != JSON_NONE) {
		assert_slice(json_key(p->got, ours), json_key(p->want, theirs));
		if (!may_differ(json_key(p->want, theirs)))
			n += compare(p, theirs, ours, depth + 1);
		theirs = json_next(p->want, theirs);
		ours = skip_ours(p, json_next(p->got, ours));
	}
	if (theirs != JSON_NONE || ours != JSON_NONE)
		print_error("# only in one: %s\n",
			    lc_quote(theirs != JSON_NONE ? json_key(p->want, theirs)
							 : json_key(p->got, ours))
				    .s);
	assert_true(theirs == JSON_NONE && ours == JSON_NONE);
	return n;
}

static size_t compare(const struct pair *p, json_ref want, json_ref got, unsigned depth)
{
	enum json_type t = json_type_of(p->want, want);
	size_t n = 1;
	assert_true(depth < 32);
	assert_int_equal(json_type_of(p->got, got), t);
	if (t == JSON_OBJECT)
		return n + compare_members(p, want, got, depth);
	if (t != JSON_ARRAY) {
		assert_slice(json_raw(p->got, got), json_raw(p->want, want));
		return n;
	}
	assert_int_equal(json_count(p->got, got), json_count(p->want, want));
	json_ref ours = json_first(p->got, got);
	json_each(p->want, want, item) {
		n += compare(p, item, ours, depth + 1);
		ours = json_next(p->got, ours);
	}
	return n;
}

static void alpine_reads_as_the_golden_says(void **state)
{
	struct golden g = { 0 };
	struct json_doc got;
	struct lc_buf out;
	struct report_write_options o = sample_options();
	(void)state;
	o.list_all_pkgs = false;
	lc_buf_init(&g.text, 1 << 20);
	lc_buf_init(&out, 1 << 20);
	data_need();
	struct report *r = lc_alloc0(1, sizeof(*r));
	assert_non_null(r);
	data_read("trivy-goldens/golden/alpine-310.json.golden", &g.text);
	assert_int_equal(json_parse(lc_buf_get(&g.text), 0, NULL, &g.a, &g.d, NULL), 0);
	fill_metadata(&g, r);
	fill_findings(&g, r);
	assert_int_equal(report_identify(r, NULL), 0);
	assert_int_equal(report_assemble(r, NULL), 0);
	assert_int_equal(report_write_json(r, &o, &out, NULL), 0);
	assert_int_equal(json_parse(lc_buf_get(&out), 0, NULL, &g.a, &got, NULL), 0);
	const struct pair p = { &g.d, &got };
	assert_true(compare(&p, 0, 0, 0) > 150);
	report_free(r);
	lc_buf_done(&out);
	lc_buf_done(&g.text);
	lc_arena_done(&g.a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(alpine_reads_as_the_golden_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
