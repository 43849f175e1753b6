#include "report/sample.h"
#include "report/text.h"

#include "base/shim.h"
#include "base/time.h"
#include "support/alloc_fail.h"
#include "support/shim_fake.h"
#include "support/slice_assert.h"

static void report_ids_are_version_7_and_carry_the_time(void **state)
{
	struct report *r = sample_report(0, 0);
	(void)state;
	assert_int_equal(r->report_id.n, 36);
	assert_text(lc_sub(r->report_id, 0, 14), "019b8127-6000-");
	assert_true(r->report_id.p[14] == '7');
	assert_non_null(memchr("89ab", r->report_id.p[19], 4));
	report_free(r);
}

static void the_same_content_gives_the_same_id(void **state)
{
	struct report *a = sample_report(0, 0);
	struct report *b = sample_report(0, 0);
	struct report *c = sample_report(SAMPLE_EMPTY, 0);
	(void)state;
	assert_slice(a->report_id, b->report_id);
	assert_false(lc_eq(a->report_id, c->report_id));
	b->findings.n--;
	assert_int_equal(report_identify(b, NULL), 0);
	assert_false(lc_eq(a->report_id, b->report_id));
	report_free(a);
	report_free(b);
	report_free(c);
}

static void other_ids_are_drawn_at_random(void **state)
{
	struct shim_fake fake = shim_fake_default();
	struct report *r = sample_report(0, 0);
	struct lc_slice first = r->report_id;
	struct lc_err e = { 0 };
	(void)state;
	r->reproducible = false;
	assert_int_equal(report_identify(r, NULL), 0);
	assert_false(lc_eq(r->report_id, first));
	assert_slice(lc_sub(r->report_id, 0, 14), lc_sub(first, 0, 14));
	fake.random_err = 5;
	shim_fake_set(&fake);
	assert_int_equal(report_identify(r, &e), LC_EIO);
	shim_fake_reset();
	report_free(r);
}

static void without_a_reference_the_image_is_the_artifact(void **state)
{
	struct report *r = sample_report(0, 0);
	char text[DIGEST_TEXT_MAX];
	(void)state;
	r->reference = LC_S("");
	assert_int_equal(report_identify(r, NULL), 0);
	assert_slice(r->artifact_id, lc_str(digest_text(&r->image->config_digest, text)));
	report_free(r);
}

static void tags_do_not_name_another_artifact(void **state)
{
	struct report *r = sample_report(0, 0);
	struct lc_slice first = r->artifact_id;
	(void)state;
	r->reference = LC_S("example.org/app:2");
	assert_int_equal(report_identify(r, NULL), 0);
	assert_slice(r->artifact_id, first);
	r->reference = LC_S("example.org/other:1");
	assert_int_equal(report_identify(r, NULL), 0);
	assert_false(lc_eq(r->artifact_id, first));
	report_free(r);
}

static void a_time_that_is_none_is_refused(void **state)
{
	struct report *r = sample_report(0, 0);
	(void)state;
	r->created_at = LC_S("yesterday");
	assert_int_equal(report_identify(r, NULL), LC_EUSAGE);
	report_free(r);
}

static void keys_outlive_versions_and_fingerprints_do_not(void **state)
{
	struct report *r = sample_report(0, 0);
	const struct report_result *res = &r->results[0];
	struct finding f = *res->findings[0];
	struct inv_found_package p = *f.package;
	struct lc_arena *a = &r->arena;
	(void)state;
	p.package.version = LC_S("9");
	f.package = &p;
	f.package_id = LC_S("libcrypto1.1@9");
	assert_slice(report_stable_key(res, &f, a), report_stable_key(res, res->findings[0], a));
	assert_false(lc_eq(report_fingerprint(r, res, &f, a),
			   report_fingerprint(r, res, res->findings[0], a)));
	assert_false(lc_eq(report_stable_key(res, res->findings[0], a),
			   report_stable_key(res, res->findings[1], a)));
	assert_int_equal(report_package_uid(&p, a).n, 16);
	assert_false(
		lc_eq(report_package_uid(&p, a), report_package_uid(res->findings[0]->package, a)));
	report_free(r);
}

static void pages_are_found_by_id_and_source(void **state)
{
	static const struct {
		const char *id, *source, *want;
	} cases[] = {
		{ "CVE-2024-1", "debian", "https://avd.aquasec.com/nvd/cve-2024-1" },
		{ "GHSA-Aa", "ghsa", "https://github.com/advisories/GHSA-Aa" },
		{ "RUSTSEC-1", "osv", "https://osv.dev/vulnerability/RUSTSEC-1" },
		{ "TEMP-1", "debian", "https://security-tracker.debian.org/tracker/TEMP-1" },
		{ "USN-1", "ubuntu", "https://usn.ubuntu.com/1" },
		{ "USN-1", "alpine", "" },
	};
	struct lc_arena a = { 0 };
	struct lc_slice refs[] = { LC_S("https://example.org"), LC_S("https://usn.ubuntu.com/1") };
	struct vulnerability v = { .references = { refs, 2, 2 } };
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct finding f = { .id = lc_str(cases[i].id),
				     .data_source = lc_str(cases[i].source),
				     .vulnerability = &v };
		assert_slice(report_primary_url(&f, &a), lc_str(cases[i].want));
	}
	lc_arena_done(&a);
}

static void arguments_go_where_the_text_wants_them(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "{0}", "a" },     { "{1} of {0}", "b{0} of a" },
		{ "", "" },         { "{2}{", "{2}{" },
		{ "{0}{0}", "aa" }, { "{", "{" },
		{ "{0", "{0" },     { "{{0}}", "{a}" },
	};
	const struct lc_slice args[2] = { LC_S("a"), LC_S("b{0}") };
	struct lc_arena a = { 0 };
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_slice(report_text(&a, cases[i].text, args), lc_str(cases[i].want));
	lc_arena_done(&a);
}

static void formats_are_found_by_name(void **state)
{
	(void)state;
	assert_ptr_equal(report_format_of(LC_S("json")), &report_formats[1]);
	assert_ptr_equal(report_format_of(LC_S("table")), &report_formats[0]);
	assert_null(report_format_of(LC_S("JSON")));
	assert_null(report_format_of(LC_S("")));
}

static int assemble_again(void *ctx)
{
	struct report *r = ctx;
	r->arena.err = 0; /* the arena remembers the run before */
	int rc = report_identify(r, NULL);
	return rc ? rc : report_assemble(r, NULL);
}

static void each_failing_allocation_is_reported(void **state)
{
	struct report *r = sample_report(0, 0);
	(void)state;
	assert_true(alloc_fail_each(assemble_again, r) > 3);
	report_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(report_ids_are_version_7_and_carry_the_time),
		cmocka_unit_test(the_same_content_gives_the_same_id),
		cmocka_unit_test(other_ids_are_drawn_at_random),
		cmocka_unit_test(without_a_reference_the_image_is_the_artifact),
		cmocka_unit_test(tags_do_not_name_another_artifact),
		cmocka_unit_test(a_time_that_is_none_is_refused),
		cmocka_unit_test(keys_outlive_versions_and_fingerprints_do_not),
		cmocka_unit_test(pages_are_found_by_id_and_source),
		cmocka_unit_test(arguments_go_where_the_text_wants_them),
		cmocka_unit_test(formats_are_found_by_name),
		cmocka_unit_test(each_failing_allocation_is_reported),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
