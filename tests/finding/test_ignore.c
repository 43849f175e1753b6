#include "finding/judge.h"

#include "support/alloc_fail.h"
#include "support/slice_assert.h"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static void rules_are_read_line_by_line(void **state)
{
	struct lc_arena a = { 0 };
	struct ignore_rules r = { 0 };
	(void)state;
	assert_int_equal(ignore_parse(LC_S("\xef\xbb\xbf# head\n\n  CVE-2024-1\r\n"
					   "CVE-2024-2 exp:2026-02-01 # until the release\n"
					   "GHSA-a-b-c\t\texp:2026-03-01\n"
					   "CVE-2024-3 not reachable here\n"
					   "#CVE-2024-4\n"
					   "CVE-2024-5"),
				      LC_S(".trivyignore"), &a, &r, NULL),
			 0);
	assert_int_equal(r.n, 5);
	assert_text(r.v[0].id, "CVE-2024-1");
	assert_true(r.v[0].expires == INT64_MAX);
	assert_text(r.v[0].origin, ".trivyignore:3");
	assert_int_equal(r.v[0].statement.n, 0);
	assert_true(r.v[1].expires == 1769904000);
	assert_text(r.v[1].statement, "until the release");
	assert_true(r.v[2].expires == 1772323200);
	assert_text(r.v[3].statement, "not reachable here");
	assert_text(r.v[4].id, "CVE-2024-5");
	assert_text(r.v[4].origin, ".trivyignore:8");
	assert_int_equal(r.v[0].paths.n + r.v[0].purls.n, 0);
	lc_arena_done(&a);
}

static void the_day_may_stand_anywhere_behind_the_id(void **state)
{
	static const struct {
		struct lc_slice line;
		const char *statement;
	} cases[] = {
		{ LC_S_INIT("CVE-1 exp:2026-02-01"), "" },
		{ LC_S_INIT("CVE-1 not reachable exp:2026-02-01"), "not reachable exp:2026-02-01" },
		{ LC_S_INIT("CVE-1 # until the release exp:2026-02-01 of it"),
		  "until the release exp:2026-02-01 of it" },
		{ LC_S_INIT("CVE-1 #\texp:2026-02-01"), "exp:2026-02-01" },
	};
	(void)state;
	for (size_t i = 0; i < N_OF(cases); i++) {
		struct lc_arena a = { 0 };
		struct ignore_rules r = { 0 };
		assert_int_equal(ignore_parse(cases[i].line, LC_S("f"), &a, &r, NULL), 0);
		assert_int_equal(r.n, 1);
		assert_true(r.v[0].expires == 1769904000);
		assert_true(lc_eq(r.v[0].statement, lc_str(cases[i].statement)));
		lc_arena_done(&a);
	}
}

static void malformed_files_are_refused_with_their_line(void **state)
{
	static const struct {
		struct lc_slice text;
		int code;
		const char *message;
	} cases[] = {
		{ LC_S_INIT("CVE-1\nCVE-2 exp:soon\n"), LC_EBAD, "f:2: \"exp:soon\" is no date" },
		{ LC_S_INIT("CVE-2 exp:"), LC_EBAD, "f:1: \"exp:\" is no date" },
		{ LC_S_INIT("CVE-2 exp:2026-13-01"), LC_EBAD,
		  "f:1: \"exp:2026-13-01\" is no date" },
		{ LC_S_INIT("CVE-2 exp:2026-02-30"), LC_EBAD, "is no date" },
		{ LC_S_INIT("CVE-2 exp:2026-1-1"), LC_EBAD, "is no date" },
		{ LC_S_INIT("CVE-2 exp:2026-02-01T00:00:00Z"), LC_EBAD, "is no date" },
		{ LC_S_INIT("CVE-2 exp:20260201"), LC_EBAD, "is no date" },
		{ LC_S_INIT("CVE-2 exp:2026-02-01 exp:2027-02-01"), LC_EBAD, "ends once" },
		{ LC_S_INIT("CVE-2 exp:2026-02-01 why exp:2027-02-01"), LC_EBAD, "ends once" },
		{ LC_S_INIT("CVE-2 # why exp:never"), LC_EBAD, "\"exp:never\" is no date" },
		{ LC_S_INIT("CVE-1\n\nCVE-\x1b[2J"), LC_EBAD, "f:3: control characters" },
		{ LC_S_INIT("CVE-1\0"), LC_EBAD, "f:1: control characters" },
		{ LC_S_INIT("CVE-1 \xff\xfe"), LC_EBAD, "no UTF-8" },
		{ LC_S_INIT("CVE-\xc3\xa9"), LC_EBAD, "is no vulnerability id" },
		{ LC_S_INIT("CVE-1#note"), LC_EBAD, "\"CVE-1#note\" is no vulnerability id" },
		{ LC_S_INIT("CVE-1 \xe2\x80\xae"), LC_EBAD, "control characters" },
	};
	(void)state;
	for (size_t i = 0; i < N_OF(cases); i++) {
		struct lc_arena a = { 0 };
		struct ignore_rules r = { 0 };
		struct lc_err e = { 0 };
		assert_int_equal(ignore_parse(cases[i].text, LC_S("f"), &a, &r, &e), cases[i].code);
		if (lc_find_slice(lc_str(e.msg), lc_str(cases[i].message)) == SIZE_MAX)
			print_error("# case %zu: %s\n", i, e.msg);
		assert_true(lc_find_slice(lc_str(e.msg), lc_str(cases[i].message)) != SIZE_MAX);
		assert_int_equal(r.n, 0);
		lc_arena_done(&a);
	}
}

static void too_much_is_a_limit(void **state)
{
	struct lc_arena a = { 0 };
	struct ignore_rules r = { 0 };
	struct lc_buf b;
	(void)state;
	lc_buf_init(&b, IGNORE_BYTES_MAX + 1);
	memset(lc_buf_grow(&b, IGNORE_BYTES_MAX + 1), '\n', IGNORE_BYTES_MAX + 1);
	assert_int_equal(ignore_parse(lc_buf_get(&b), LC_S("f"), &a, &r, NULL), LC_ELIMIT);
	memset(b.p, 'x', IGNORE_LINE_MAX + 1);
	assert_int_equal(ignore_parse(lc_sub(lc_buf_get(&b), 0, IGNORE_LINE_MAX + 1), LC_S("f"), &a,
				      &r, NULL),
			 LC_EBAD);
	assert_int_equal(
		ignore_parse(lc_sub(lc_buf_get(&b), 0, IGNORE_LINE_MAX), LC_S("f"), &a, &r, NULL),
		0);
	r.n = 0;
	lc_buf_clear(&b);
	for (int i = 0; i <= IGNORE_RULES_MAX; i++)
		lc_buf_str(&b, "CVE-1\n");
	assert_int_equal(ignore_parse(lc_buf_get(&b), LC_S("f"), &a, &r, NULL), LC_ELIMIT);
	assert_int_equal(r.n, 0);
	lc_buf_done(&b);
	lc_arena_done(&a);
}

static void several_files_add_up_and_a_broken_one_adds_nothing(void **state)
{
	struct lc_arena a = { 0 };
	struct ignore_rules r = { 0 };
	(void)state;
	assert_int_equal(ignore_parse(LC_S("CVE-1\n"), LC_S("one"), &a, &r, NULL), 0);
	assert_int_equal(ignore_parse(LC_S("CVE-2\nCVE-3 exp:x\n"), LC_S("two"), &a, &r, NULL),
			 LC_EBAD);
	assert_int_equal(ignore_parse(LC_S("CVE-4\n"), LC_S("three"), &a, &r, NULL), 0);
	assert_int_equal(r.n, 2);
	assert_text(r.v[0].origin, "one:1");
	assert_text(r.v[1].id, "CVE-4");
	lc_arena_done(&a);
}

static int parse_again(void *ctx)
{
	(void)ctx;
	struct lc_arena a = { 0 };
	struct ignore_rules r = { 0 };
	int rc = ignore_parse(LC_S("CVE-1 exp:2026-01-01 why\nCVE-2\nCVE-3 # x\n"), LC_S("f"), &a,
			      &r, NULL);
	lc_arena_done(&a);
	return rc;
}

static void each_failing_allocation_is_reported(void **state)
{
	(void)state;
	assert_true(alloc_fail_each(parse_again, NULL) > 0);
}

static void package_urls_match_by_what_the_rule_says(void **state)
{
	static const struct {
		const char *rule, *package;
		bool want;
	} cases[] = {
		{ "pkg:npm/foo", "pkg:npm/foo@1.2", true },
		{ "pkg:npm/foo@1.2", "pkg:npm/foo@1.2", true },
		{ "pkg:npm/foo@1.3", "pkg:npm/foo@1.2", false },
		{ "pkg:npm/fo", "pkg:npm/foo@1.2", false },
		{ "pkg:npm/%40a/foo", "pkg:npm/%40a/foo@1", true },
		{ "pkg:npm/@a/foo", "pkg:npm/@a/foo@1", true },
		{ "pkg:npm/foo", "pkg:npm/bar/foo@1", false },
		{ "pkg:deb/debian/a?arch=amd64", "pkg:deb/debian/a@1?arch=amd64&distro=debian-12",
		  true },
		{ "pkg:deb/debian/a?arch=arm64", "pkg:deb/debian/a@1?arch=amd64&distro=debian-12",
		  false },
		{ "pkg:deb/debian/a@1?distro=debian-12&arch=amd64",
		  "pkg:deb/debian/a@1?arch=amd64&distro=debian-12", true },
		{ "pkg:deb/debian/a#sub", "pkg:deb/debian/a@1", true },
		{ "", "pkg:npm/foo@1", false },
	};
	(void)state;
	for (size_t i = 0; i < N_OF(cases); i++) {
		bool got = ignore_purl_match(lc_str(cases[i].rule), lc_str(cases[i].package));
		if (got != cases[i].want)
			print_error("# %s, %s\n", cases[i].rule, cases[i].package);
		assert_int_equal(got, cases[i].want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_read_line_by_line),
		cmocka_unit_test(the_day_may_stand_anywhere_behind_the_id),
		cmocka_unit_test(malformed_files_are_refused_with_their_line),
		cmocka_unit_test(too_much_is_a_limit),
		cmocka_unit_test(several_files_add_up_and_a_broken_one_adds_nothing),
		cmocka_unit_test(each_failing_allocation_is_reported),
		cmocka_unit_test(package_urls_match_by_what_the_rule_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
