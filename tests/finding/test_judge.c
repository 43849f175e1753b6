#include "finding/judge.h"

#include "support/alloc_fail.h"
#include "support/slice_assert.h"

static struct inv_found_package package = {
	.package = { .type = LC_S_INIT("dpkg"),
		     .name = LC_S_INIT("bash"),
		     .version = LC_S_INIT("5.2-1"),
		     .arch = LC_S_INIT("amd64") },
	.file = LC_S_INIT("var/lib/dpkg/status"),
};

static const struct inv_os os = { .family = LC_S_INIT("debian"), .version = LC_S_INIT("12.5") };

static struct judge_options everything(void)
{
	struct judge_options o = { .now = 1000 };
	for (int i = 0; i < SEVERITY_N; i++)
		o.severity[i] = true;
	return o;
}

static struct finding finding(const char *id, enum severity s, enum advisory_status status)
{
	return (struct finding){
		.package = &package, .id = lc_str(id), .severity = s, .status = status
	};
}

static void judge_one(struct finding *f, const struct judge_options *o, struct judge_stats *ret)
{
	struct lc_arena a = { 0 };
	struct finding_list l = { f, 1, 1 };
	assert_int_equal(finding_judge(&l, o, &os, &a, ret, NULL), 0);
	lc_arena_done(&a);
}

static void severity_goes_before_status_before_rules(void **state)
{
	struct ignore_rule rule = { .id = LC_S("CVE-1"),
				    .expires = INT64_MAX,
				    .origin = LC_S("f:1"),
				    .statement = LC_S("why") };
	const struct ignore_rules rules = { &rule, 1, 1 };
	struct judge_options o = everything();
	struct judge_stats stats;
	(void)state;
	o.rules = &rules;
	o.severity[SEVERITY_LOW] = false;
	o.ignore_status[ADVISORY_AFFECTED] = true;

	struct finding low = finding("CVE-1", SEVERITY_LOW, ADVISORY_AFFECTED);
	judge_one(&low, &o, &stats);
	assert_int_equal(low.suppression, FINDING_FILTERED);
	assert_text(low.suppressed_by, "severity");

	struct finding unfixed = finding("CVE-1", SEVERITY_HIGH, ADVISORY_AFFECTED);
	judge_one(&unfixed, &o, &stats);
	assert_text(unfixed.suppressed_by, "status");
	assert_int_equal(stats.by_filter, 1);

	struct finding ruled = finding("CVE-1", SEVERITY_HIGH, ADVISORY_FIXED);
	judge_one(&ruled, &o, &stats);
	assert_int_equal(ruled.suppression, FINDING_IGNORED);
	assert_text(ruled.suppressed_by, "f:1");
	assert_text(ruled.statement, "why");
	assert_int_equal(stats.by_rule, 1);

	struct finding other = finding("CVE-11", SEVERITY_HIGH, ADVISORY_FIXED);
	judge_one(&other, &o, &stats);
	assert_int_equal(other.suppression, FINDING_SHOWN);
	assert_int_equal(stats.shown, 1);
}

static void a_rule_ends_at_the_start_of_its_day(void **state)
{
	struct ignore_rule rule = { .id = LC_S("CVE-1"), .expires = 1000, .origin = LC_S("f:1") };
	const struct ignore_rules rules = { &rule, 1, 1 };
	struct judge_options o = everything();
	struct judge_stats stats;
	(void)state;
	o.rules = &rules;
	o.now = 999;
	struct finding before = finding("CVE-1", SEVERITY_HIGH, ADVISORY_FIXED);
	judge_one(&before, &o, &stats);
	assert_int_equal(before.suppression, FINDING_IGNORED);
	assert_int_equal(stats.rules_expired, 0);
	o.now = 1000;
	struct finding after = finding("CVE-1", SEVERITY_HIGH, ADVISORY_FIXED);
	judge_one(&after, &o, &stats);
	assert_int_equal(after.suppression, FINDING_SHOWN);
	assert_int_equal(stats.rules_expired, 1);
}

static void paths_and_package_urls_narrow_a_rule(void **state)
{
	static const struct {
		const char *path, *purl;
		bool want;
	} cases[] = {
		{ NULL, NULL, true },
		{ "var/lib/**", NULL, true },
		{ "usr/**", NULL, false },
		{ NULL, "pkg:deb/debian/bash", true },
		{ NULL, "pkg:deb/debian/bash@5.2-1", true },
		{ NULL, "pkg:deb/debian/bash@5.2-2", false },
		{ NULL, "pkg:deb/debian/dash", false },
		{ "var/lib/dpkg/status", "pkg:deb/debian/dash", false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lc_slice path = lc_str(cases[i].path);
		struct lc_slice purl = lc_str(cases[i].purl);
		struct ignore_rule rule = { .id = LC_S("CVE-1"),
					    .expires = INT64_MAX,
					    .paths = { &path, path.n != 0, 1 },
					    .purls = { &purl, purl.n != 0, 1 } };
		const struct ignore_rules rules = { &rule, 1, 1 };
		struct judge_options o = everything();
		struct judge_stats stats;
		struct finding f = finding("CVE-1", SEVERITY_HIGH, ADVISORY_FIXED);
		o.rules = &rules;
		judge_one(&f, &o, &stats);
		assert_int_equal(f.suppression == FINDING_IGNORED, cases[i].want);
	}
}

static void a_path_may_name_the_target_of_the_result(void **state)
{
	static const struct {
		const char *type, *target, *path;
		bool want;
	} cases[] = {
		{ "dpkg", "a.tar (debian 12.5)", "a.tar (debian 12.5)", true },
		{ "dpkg", "a.tar (debian 12.5)", "*.tar (debian *)", true },
		{ "dpkg", "a.tar (debian 12.5)", "a.tar", false },
		{ "dpkg", "", "?*(debian*", false },
		{ "jar", "a.tar (debian 12.5)", "a.tar (debian 12.5)", false },
		{ "jar", "a.tar (debian 12.5)", "var/lib/dpkg/*", true },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lc_slice path = lc_str(cases[i].path);
		struct ignore_rule rule = { .id = LC_S("CVE-1"),
					    .expires = INT64_MAX,
					    .paths = { &path, 1, 1 } };
		const struct ignore_rules rules = { &rule, 1, 1 };
		struct judge_options o = everything();
		struct judge_stats stats;
		struct inv_found_package p = package;
		struct finding f = finding("CVE-1", SEVERITY_HIGH, ADVISORY_FIXED);
		p.package.type = lc_str(cases[i].type);
		f.package = &p;
		o.rules = &rules;
		o.os_target = lc_str(cases[i].target);
		judge_one(&f, &o, &stats);
		assert_int_equal(f.suppression == FINDING_IGNORED, cases[i].want);
	}
}

static void the_first_rule_that_fits_speaks(void **state)
{
	struct lc_slice elsewhere = LC_S("elsewhere");
	struct ignore_rule r[] = {
		{ .id = LC_S("CVE-1"), .expires = 1, .origin = LC_S("expired") },
		{ .id = LC_S("CVE-1"),
		  .expires = INT64_MAX,
		  .paths = { &elsewhere, 1, 1 },
		  .origin = LC_S("elsewhere") },
		{ .id = LC_S("CVE-1"), .expires = INT64_MAX, .origin = LC_S("third") },
		{ .id = LC_S("CVE-1"), .expires = INT64_MAX, .origin = LC_S("fourth") },
	};
	const struct ignore_rules rules = { r, 4, 4 };
	struct judge_options o = everything();
	struct judge_stats stats;
	struct finding f = finding("CVE-1", SEVERITY_HIGH, ADVISORY_FIXED);
	(void)state;
	o.rules = &rules;
	judge_one(&f, &o, &stats);
	assert_text(f.suppressed_by, "third");
}

static void what_was_set_aside_before_stays_so(void **state)
{
	struct judge_options o = everything();
	struct judge_stats stats;
	struct finding f = finding("CVE-1", SEVERITY_HIGH, ADVISORY_FIXED);
	(void)state;
	f.suppression = FINDING_FILTERED;
	f.suppressed_by = LC_S("rejected");
	judge_one(&f, &o, &stats);
	assert_text(f.suppressed_by, "rejected");
	assert_int_equal(stats.by_filter, 1);
	assert_int_equal(stats.shown, 0);
}

static int judge_again(void *ctx)
{
	struct lc_slice purl = LC_S("pkg:deb/debian/bash");
	struct ignore_rule rule = { .id = LC_S("CVE-1"),
				    .expires = INT64_MAX,
				    .purls = { &purl, 1, 1 } };
	const struct ignore_rules rules = { &rule, 1, 1 };
	struct judge_options o = everything();
	struct judge_stats stats;
	struct lc_arena a = { 0 };
	struct finding f = finding("CVE-1", SEVERITY_HIGH, ADVISORY_FIXED);
	struct finding_list l = { &f, 1, 1 };
	(void)ctx;
	o.rules = &rules;
	int rc = finding_judge(&l, &o, &os, &a, &stats, NULL);
	lc_arena_done(&a);
	return rc;
}

static void each_failing_allocation_is_reported(void **state)
{
	(void)state;
	assert_true(alloc_fail_each(judge_again, NULL) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(severity_goes_before_status_before_rules),
		cmocka_unit_test(a_rule_ends_at_the_start_of_its_day),
		cmocka_unit_test(paths_and_package_urls_narrow_a_rule),
		cmocka_unit_test(a_path_may_name_the_target_of_the_result),
		cmocka_unit_test(the_first_rule_that_fits_speaks),
		cmocka_unit_test(what_was_set_aside_before_stays_so),
		cmocka_unit_test(each_failing_allocation_is_reported),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
