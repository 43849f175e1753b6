#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "order.h"

#define CHECK(rows) order_check_rows(VERSION_DEB, rows, sizeof(rows) / sizeof(*(rows)))

static void orders_as_debian_policy_says(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "1.0~rc1", "<", "1.0" },
		{ "1.0~~", "<", "1.0~" },
		{ "1.0~~a", "<", "1.0~" },
		{ "1.0~", "<", "1.0~a" },
		{ "1.0a", "<", "1.0+" },
		{ "1.0-1ubuntu1", ">", "1.0-1" },
		{ "1.0-1~deb12u1", "<", "1.0-1" },
		{ "1.0-1+b1", ">", "1.0-1" },
		{ "1.0a1", "<", "1.0.1" },
		{ "7u342", ">", "7u65" },
		{ "1.001", "=", "1.1" },
		{ "2.7.4+reloaded2-13ubuntu1", "<", "2.7.4+reloaded2-13+deb9u1" },
		{ "1.0-a", "<", "1.0-+" },
		{ "1.0-1-2", ">", "1.0-1" },
		{ "5.4-1~bpo", "<", "5.4-1" },
		{ "1.0A", "<", "1.0a" },
	};
	CHECK(rows);
}

static void absent_parts_are_zero(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "1.0", "=", "1.0-0" },     { "1.0-0", "=", "1.0-00" }, { "0:1.0", "=", "1.0" },
		{ "00:1.0", "=", "1.0" },    { "1:0.1", ">", "9.9" },    { "1.0-~", "<", "1.0" },
		{ "2:1", "<", "10:0" },      { "1.", "=", "1.0" },       { "1.a", ">", "1." },
		{ "1.0-1", "<", "1.0-1.1" },
	};
	CHECK(rows);
}

static void colons_and_dashes_belong_to_the_upstream_version(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "0:1:2", "<", "0:1:3" },
		{ "0:1:2", ">", "0:1" },
		{ "1-2-3", "<", "1-3-1" },
		{ "1-2-3", "=", "0:1-2-3" },
	};
	CHECK(rows);
}

static void numbers_have_no_bound(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "18446744073709551616", ">", "18446744073709551615" },
		{ "1.99999999999999999999999999", "<", "1.100000000000000000000000000" },
		{ "1.00000000000000000000000000001", "=", "1.1" },
	};
	CHECK(rows);
}

static void refuses_what_dpkg_refuses(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"1 0",
		"a:1",
		":1",
		"1:",
		"1-",
		"1:-1",
		"1:1-",
		"1.0-:2",
		"2147483648:1",
		"99999999999:1",
		"0x1:1",
		"-1:1",
		"1 :1",
		"-",
		":",
		" ",
		"1\n2",
		"1\t2",
		"1\x7f",
		"-1",
		"1.0-1:2",
		"+1:1",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (order_of_str(VERSION_DEB, bad[i], "1.0") != '!' ||
		    order_of_str(VERSION_DEB, "1.0", bad[i]) != '!')
			fail_msg("\"%s\" is taken", bad[i]);
		assert_false(version_valid(VERSION_DEB, lc_str(bad[i])));
	}
	assert_int_equal(order_of(VERSION_DEB,
				  LC_S("1\0"
				       "2"),
				  LC_S("1")),
			 '!');
}

static void orders_what_dpkg_only_warns_about(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "1_0", ">", "1.0" },
		{ "a1", ">", "1" },
		{ "~1", "<", "0" },
		{ "1.0-1_2", ">", "1.0-1" },
		{ "2147483647:1", ">", "1:1" },
		{ " 1.0\n", "=", "1.0" },
		{ "1\xce\xb1", ">", "1z" }, /* as dpkg with signed char: above letters … */
		{ "1\xce\xb1", "<", "1+" }, /* … and below punctuation */
	};
	CHECK(rows);
}

static void a_word_is_no_version(void **state)
{
	(void)state;
	assert_false(version_valid(VERSION_DEB, LC_S("unknown")));
	assert_false(version_valid(VERSION_DEB, LC_S("<none>")));
	assert_false(version_valid(VERSION_DEB, LC_S("~1")));
	assert_true(version_valid(VERSION_DEB, LC_S("0")));
	assert_true(version_valid(VERSION_DEB, LC_S("1:2.3~rc1+dfsg-4+deb12u1")));
	assert_true(version_valid(VERSION_DEB, LC_S("1_0")));
}

static void check_split(const char *v, const char *epoch, const char *upstream,
			const char *revision)
{
	struct lc_slice e;
	struct lc_slice u;
	struct lc_slice r;
	version_split_deb(lc_str(v), &e, &u, &r);
	if (!lc_eq(e, lc_str(epoch)) || !lc_eq(u, lc_str(upstream)) || !lc_eq(r, lc_str(revision)))
		fail_msg("%s: %.*s | %.*s | %.*s", v, LC_FMT(e), LC_FMT(u), LC_FMT(r));
}

static void splits_at_the_first_colon_and_the_last_dash(void **state)
{
	(void)state;
	check_split("1.0", "", "1.0", "");
	check_split("2:1.0-1", "2", "1.0", "1");
	check_split("1.0-rc1-3", "", "1.0-rc1", "3");
	check_split("1:2:3", "1", "2:3", "");
	check_split("", "", "", "");
	check_split(":-", "", "", "");
}

static void agrees_with_the_debian_lists(void **state)
{
	(void)state;
	size_t n = order_check_file(VERSION_DEB, "versions/debian-versions.txt");
	n += order_check_file(VERSION_DEB, "versions/debian-versions-generated.txt");
	assert_true(n > 14000);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_as_debian_policy_says),
		cmocka_unit_test(absent_parts_are_zero),
		cmocka_unit_test(colons_and_dashes_belong_to_the_upstream_version),
		cmocka_unit_test(numbers_have_no_bound),
		cmocka_unit_test(refuses_what_dpkg_refuses),
		cmocka_unit_test(orders_what_dpkg_only_warns_about),
		cmocka_unit_test(a_word_is_no_version),
		cmocka_unit_test(splits_at_the_first_colon_and_the_last_dash),
		cmocka_unit_test(agrees_with_the_debian_lists),
	};
	return cmocka_run_group_tests_name("version/deb", tests, NULL, NULL);
}
