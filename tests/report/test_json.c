#include "report/sample.h"
#include "report/schema.h"
#include "support/alloc_fail.h"
#include "support/fixture.h"
#include "support/slice_assert.h"

static struct lc_buf json_of(unsigned flags, uint64_t seed, const struct report_write_options *o)
{
	struct report *r = sample_report(flags, seed);
	struct lc_err e = { 0 };
	struct lc_buf out;
	lc_buf_init(&out, 16 << 20);
	int rc = report_write_json(r, o, &out, &e);
	if (rc)
		print_error("# %s\n", e.msg);
	assert_int_equal(rc, 0);
	report_free(r);
	return out;
}

static struct json_doc parse(struct lc_slice text, struct lc_arena *a)
{
	struct json_doc d;
	struct lc_err e = { 0 };
	if (json_parse(text, JSON_DUP_REFUSE, NULL, a, &d, &e)) {
		print_error("# %s\n", e.msg);
		fail();
	}
	return d;
}

static void whole_reports_stay_as_they_are(void **state)
{
	static const struct {
		const char *name;
		unsigned flags;
	} cases[] = { { "sample.json", 0 },
		      { "hostile.json", SAMPLE_HOSTILE },
		      { "empty.json", SAMPLE_EMPTY } };
	const struct report_write_options o = sample_options();
	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct lc_buf out = json_of(cases[i].flags, 0, &o);
		assert_golden(cases[i].name, lc_buf_get(&out));
		lc_buf_done(&out);
	}
}

static void every_report_fits_the_schema(void **state)
{
	struct report_write_options o = sample_options();
	struct lc_arena a = { 0 };
	struct lc_buf text;
	(void)state;
	lc_buf_init(&text, 1 << 20);
	source_read("docs/schema/report-1.json", &text);
	struct json_doc schema = parse(lc_buf_get(&text), &a);
	for (unsigned i = 0; i < 16; i++) {
		o.list_all_pkgs = i & 8;
		struct lc_buf out = json_of(i & 7, 0, &o);
		struct json_doc d = parse(lc_buf_get(&out), &a);
		assert_true(schema_check(&schema, &d) >= (i & SAMPLE_EMPTY ? 4 : 20));
		lc_buf_done(&out);
	}
	lc_buf_done(&text);
	lc_arena_done(&a);
}

static void packages_are_listed_on_request(void **state)
{
	struct report_write_options o = sample_options();
	(void)state;
	o.list_all_pkgs = false;
	o.show_suppressed = false;
	struct lc_buf out = json_of(0, 0, &o);
	assert_true(lc_find_slice(lc_buf_get(&out), LC_S("\"Packages\": [")) == SIZE_MAX);
	assert_true(lc_find_slice(lc_buf_get(&out), LC_S("ExperimentalModifiedFindings")) ==
		    SIZE_MAX);
	assert_true(lc_find_slice(lc_buf_get(&out), LC_S("CVE-2019-1549")) != SIZE_MAX);
	lc_buf_done(&out);
}

static bool has(const struct lc_buf *b, const char *text)
{
	return lc_find_slice(lc_buf_get(b), lc_str(text)) != SIZE_MAX;
}

static void rpm_packages_show_module_build_and_absolute_paths(void **state)
{
	(void)state;
	const struct report_write_options o = sample_options();
	struct report *r = sample_report(0, 0);
	struct inv_attribute label = { LC_S("modularitylabel"), LC_S("nodejs:18:90:rhel9") };
	struct inv_owned owned = { LC_S("usr/bin/node"), LC_S("") };
	struct lc_slice set = LC_S("rhel-9-for-x86_64-baseos-rpms");
	struct inv_build build = { { &set, 1, 1 }, LC_S("ubi9-container-9.5-1"), LC_S("x86_64") };
	struct lc_err e = { 0 };
	struct lc_buf b;
	struct inv_package p = {
		.type = LC_S("rpm"),
		.name = LC_S("nodejs"),
		.version = LC_S("1:18.19-2.el9"),
		.arch = LC_S("x86_64"),
		.owned = { .v = &owned, .n = 1 },
		.attributes = { &label, 1, 1 },
	};
	r->inventory.packages.v[0].package = p;
	r->inventory.packages.v[0].build = &build;
	lc_buf_init(&b, 1 << 20);
	assert_int_equal(report_write_json(r, &o, &b, &e), 0);
	assert_true(has(&b, "\"ID\": \"nodejs@18.19-2.el9.x86_64\""));
	assert_true(has(&b, "\"Version\": \"18.19\""));
	assert_true(has(&b, "\"Release\": \"2.el9\""));
	assert_true(has(&b, "\"Epoch\": 1"));
	assert_true(has(&b, "\"Modularitylabel\": \"nodejs:18:90:rhel9\""));
	assert_true(has(&b, "\"BuildInfo\": {"));
	assert_true(has(&b, "\"rhel-9-for-x86_64-baseos-rpms\""));
	assert_true(has(&b, "\"Nvr\": \"ubi9-container-9.5-1\""));
	assert_true(has(&b, "\"/usr/bin/node\""));
	lc_buf_done(&b);
	report_free(r);
}

static void the_order_of_packages_does_not_matter(void **state)
{
	const struct report_write_options o = sample_options();
	(void)state;
	struct lc_buf want = json_of(0, 0, &o);
	for (uint64_t seed = 1; seed < 30; seed++) {
		struct lc_buf got = json_of(0, seed, &o);
		assert_true(lc_eq(lc_buf_get(&got), lc_buf_get(&want)));
		lc_buf_done(&got);
	}
	lc_buf_done(&want);
}

static void markup_and_broken_text_are_escaped(void **state)
{
	const struct report_write_options o = sample_options();
	struct lc_arena a = { 0 };
	(void)state;
	struct lc_buf out = json_of(SAMPLE_HOSTILE, 0, &o);
	for (size_t i = 0; i < out.n; i++) {
		assert_true(out.p[i] != '<' && out.p[i] != '>' && out.p[i] != '&');
		assert_true(out.p[i] >= 0x20 || out.p[i] == '\n');
	}
	struct json_doc d = parse(lc_buf_get(&out), &a);
	assert_text(json_get_str(&d, json_root(&d), "ArtifactName"),
		    "app.tar\x1b[31m\xe2\x80\xae<b>&\xef\xbf\xbd\r\n");
	lc_arena_done(&a);
	lc_buf_done(&out);
}

static int write_again(void *ctx)
{
	const struct report_write_options o = sample_options();
	struct lc_buf out;
	lc_buf_init(&out, 16 << 20);
	int rc = report_write_json(ctx, &o, &out, NULL);
	lc_buf_done(&out);
	return rc;
}

static void each_failing_allocation_is_reported(void **state)
{
	struct report *r = sample_report(0, 0);
	(void)state;
	assert_true(alloc_fail_each(write_again, r) > 10);
	report_free(r);
}

enum { LONG = 700 };

/* A result whose lists are long enough for a thread each, of what the sample has. */
static struct report *long_report(void)
{
	struct report *r = sample_report(0, 0);
	struct report_result *res = &r->results[0];
	const struct inv_found_package **packages =
		lc_new_array(&r->arena, const struct inv_found_package *, LONG);
	struct finding **findings = lc_new_array(&r->arena, struct finding *, LONG);
	assert_true(packages && findings && res->packages_n && res->findings_n);
	for (size_t i = 0; i < LONG; i++) {
		packages[i] = res->packages[i % res->packages_n];
		findings[i] = res->findings[i % res->findings_n];
	}
	res->packages = packages;
	res->findings = findings;
	res->packages_n = res->findings_n = LONG;
	return r;
}

static void long_lists_are_written_beside_each_other_to_the_same_text(void **state)
{
	struct report_write_options o = sample_options();
	struct report *r = long_report();
	struct lc_arena a = { 0 };
	struct lc_buf first;
	(void)state;
	lc_buf_init(&first, 16 << 20);
	o.threads = 1;
	assert_int_equal(report_write_json(r, &o, &first, NULL), 0);
	for (unsigned threads = 2; threads < 6; threads++) {
		struct lc_buf out;
		lc_buf_init(&out, 16 << 20);
		o.threads = threads;
		assert_int_equal(report_write_json(r, &o, &out, NULL), 0);
		assert_slice(lc_buf_get(&out), lc_buf_get(&first));
		lc_buf_done(&out);
	}
	/* Laid out as one writer does it that sees nothing but the text. */
	struct json_doc d = parse(lc_buf_get(&first), &a);
	struct json_writer w;
	struct lc_buf again;
	lc_buf_init(&again, 16 << 20);
	json_writer_init(&w, &again, 2);
	w.html_safe = true;
	json_write_node(&w, &d, json_root(&d));
	assert_int_equal(json_writer_err(&w), 0);
	assert_int_equal(lc_buf_byte(&again, '\n'), 0);
	assert_slice(lc_buf_get(&again), lc_buf_get(&first));
	json_ref result = json_first(&d, json_get(&d, json_root(&d), "Results"));
	assert_int_equal(json_count(&d, json_get(&d, result, "Packages")), LONG);
	assert_int_equal(json_count(&d, json_get(&d, result, "Vulnerabilities")), LONG);
	lc_buf_done(&again);
	lc_buf_done(&first);
	lc_arena_done(&a);
	report_free(r);
}

static void long_lists_fail_where_the_text_may_not_grow(void **state)
{
	struct report_write_options o = sample_options();
	struct report *r = long_report();
	struct lc_buf out;
	(void)state;
	for (size_t max = 1000; max < 1 << 20; max *= 3) {
		lc_buf_init(&out, max);
		assert_int_equal(report_write_json(r, &o, &out, NULL), LC_ELIMIT);
		lc_buf_done(&out);
	}
	report_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole_reports_stay_as_they_are),
		cmocka_unit_test(every_report_fits_the_schema),
		cmocka_unit_test(packages_are_listed_on_request),
		cmocka_unit_test(rpm_packages_show_module_build_and_absolute_paths),
		cmocka_unit_test(the_order_of_packages_does_not_matter),
		cmocka_unit_test(markup_and_broken_text_are_escaped),
		cmocka_unit_test(each_failing_allocation_is_reported),
		cmocka_unit_test(long_lists_are_written_beside_each_other_to_the_same_text),
		cmocka_unit_test(long_lists_fail_where_the_text_may_not_grow),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
