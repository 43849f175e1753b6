#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "order.h"

#define CHECK(rows) order_check_rows(VERSION_APK, rows, sizeof(rows) / sizeof(*(rows)))

static void suffixes_have_their_places(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "1.0_alpha", "<", "1.0" },      { "1.0_rc", "<", "1.0" },
		{ "1.0_beta", ">", "1.0_alpha" }, { "1.0_pre", ">", "1.0_beta" },
		{ "1.0_rc", ">", "1.0_pre" },     { "1.0", "<", "1.0_cvs" },
		{ "1.0_svn", ">", "1.0_cvs" },    { "1.0_git", ">", "1.0_svn" },
		{ "1.0_hg", ">", "1.0_git" },     { "1.0_p", ">", "1.0_hg" },
		{ "1.0_p", "<", "1.0_p0" },       { "1.0_p1", "<", "1.0a" },
		{ "1.0_rc1_p1", ">", "1.0_rc1" }, { "1.0_alpha_pre2", "<", "1.0_alpha" },
		{ "1.0_rc9", "<", "1.0_rc10" },   { "1.2.3_git20230101-r0", ">", "1.2.3-r0" },
		{ "1.6-r0", ">", "1.6_rc1-r0" },  { "1.0_rc1", "<", "1.0-r0" },
	};
	CHECK(rows);
}

static void revisions_are_numbers(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "1.0-r0", ">", "1.0" },
		{ "1.0-r10", ">", "1.0-r9" },
		{ "2.38.1-r5", "=", "2.38.1-r05" },
		{ "1.0-r99999999999999999999", ">", "1.0-r9999999999999999999" },
	};
	CHECK(rows);
}

static void zeros_lead_fractions_behind_the_first_dot(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "1.01", "<", "1.1" },  { "1.01", ">", "1.0.1" },   { "1.1", "<", "1.10" },
		{ "1.02", "<", "1.1" },  { "1.2.0", ">", "1.2.00" }, { "1.010", ">", "1.01" },
		{ "006", ">", "1.0.0" }, { "01", "=", "1" },         { "1.00", "<", "1.01" },
		{ "1.0", "<", "1.01" },  { "1.001", "<", "1.01" },
	};
	CHECK(rows);
}

static void letters_come_before_further_numbers(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "1.0a", "<", "1.0.1" },     { "1.0a", ">", "1.0" },
		{ "1.0a", "<", "1.0b" },      { "1.9.5p1-r1", "<", "1.9.5p2-r1" },
		{ "1.9.5p1", ">", "1.9.5p" },
	};
	CHECK(rows);
}

static void hashes_stand_above_revisions(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "1.0~ab", ">", "1.0-r1" },        { "1.0~ab-r1", ">", "1.0~ab-r0" },
		{ "1.0~ab", "<", "1.0~ac" },        { "1.0~ab", "<", "1.0~abc" },
		{ "1.0_git1~ab", ">", "1.0_git1" },
	};
	CHECK(rows);
}

static void text_outside_the_grammar_still_has_one_place(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "1.0", ">", "1.0-foo" },
		{ "1.0_rc1", "<", "1.0-foo" },
		{ "1.0-foo", "=", "1.0-bar" },
		{ "1-r", "=", "1-r0" },
		{ "1-r-0", "<", "1-r0" },
		{ "1-ruff", "<", "1" },
		{ "1.2.0A", "<", "1.2.0d" },
		{ "0.r1", "<", "0r2" },
		{ "0..8", ">", "0...8" },
		{ "a", "<", "b" },
		{ "a", "<", "0" },
		{ ".1", "<", "1" },
		{ "1.", "<", "1" },
		{ "1~", "=", "1!" },
		{ "1.0_", "<", "1.0" },
		{ "1-r1~ab", "<", "1-r1" },
		{ "1-r1_p", "<", "1-r1" },
		{ "1a.2", "<", "1a" },
	};
	CHECK(rows);
}

static void refuses_empty_text_and_control_bytes(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "", "!", "1" },    { "", "!", "" },       { "1 0", "!", "1" },
		{ "1\n", "!", "1" }, { "1\x7f", "!", "1" },
	};
	CHECK(rows);
	assert_int_equal(order_of(VERSION_APK, LC_S("1\0"), LC_S("1")), '!');
}

static void a_version_begins_with_a_number(void **state)
{
	(void)state;
	static const char *const good[] = { "0",        "1.2.3",     "1.9.5p1-r1",
					    "1_rc1_p2", "1.0~0af",   "10.2.26.r0",
					    "1.18.-r2", "4.10-1-r1", "1_foo" };
	static const char *const bad[] = {
		"", "a", ".1", "v1", "unknown", "-r1", "1 ", "1\n", "_1"
	};
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (!version_valid(VERSION_APK, lc_str(good[i])))
			fail_msg("\"%s\" is refused", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (version_valid(VERSION_APK, lc_str(bad[i])))
			fail_msg("\"%s\" is taken", bad[i]);
}

static void agrees_with_the_alpine_lists(void **state)
{
	(void)state;
	size_t n = order_check_file(VERSION_APK, "versions/alpine-versions.txt");
	n += order_check_file(VERSION_APK, "versions/alpine-versions-generated.txt");
	assert_true(n > 14000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(suffixes_have_their_places),
		cmocka_unit_test(revisions_are_numbers),
		cmocka_unit_test(zeros_lead_fractions_behind_the_first_dot),
		cmocka_unit_test(letters_come_before_further_numbers),
		cmocka_unit_test(hashes_stand_above_revisions),
		cmocka_unit_test(text_outside_the_grammar_still_has_one_place),
		cmocka_unit_test(refuses_empty_text_and_control_bytes),
		cmocka_unit_test(a_version_begins_with_a_number),
		cmocka_unit_test(agrees_with_the_alpine_lists),
	};
	return cmocka_run_group_tests_name("version/apk", tests, NULL, NULL);
}
