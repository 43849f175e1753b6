#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "order.h"

#define CHECK(rows) order_check_rows(VERSION_RPM, rows, sizeof(rows) / sizeof(*(rows)))

static void tilde_and_caret_have_their_places(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "1.0~rc1", "<", "1.0" },
		{ "1.0^git1", ">", "1.0" },
		{ "1.0^git1", "<", "1.0.1" },
		{ "1.0^git1", "<", "1.01" },
		{ "1.0~rc1^git1", ">", "1.0~rc1" },
		{ "1.0^git1~pre", "<", "1.0^git1" },
		{ "1.0~~", "<", "1.0~" },
		{ "1.0^", ">", "1.0" },
		{ "1.0^^", ">", "1.0^" },
		{ "1.0~", "<", "1.0^" },
		{ "~", "<", "^" },
	};
	CHECK(rows);
}

static void compares_run_by_run(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "2.0.1a", ">", "2.0.1" },
		{ "xyz.4", "<", "8" },
		{ "6.0.rc1", ">", "6.0" },
		{ "10.0001", "=", "10.1" },
		{ "2_0", "=", "2.0" },
		{ "a+", "=", "a_" },
		{ "1.0.0", ">", "1.0" },
		{ "1.", "=", "1" },
		{ "5.5p10", ">", "5.5p1" },
		{ "1.el8_10", ">", "1.el8" },
		{ "1.0A", "<", "1.0a" },
		{ "4.module+el8.9", "=", "4.module_el8.9" },
		{ "1.1.\xce\xb1", "=", "1.1.\xce\xb2" }, /* past ASCII: separators */
		{ "18446744073709551616", ">", "18446744073709551615" },
	};
	CHECK(rows);
}

static void epoch_then_version_then_release(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "1:1.0", ">", "2.0" },
		{ "0:1.0", "=", "1.0" },
		{ ":1.0", "=", "1.0" },
		{ "010:1", ">", "9:1" },
		{ "99999999999:1", ">", "1:1" },
		{ "1.0-1.el8", "<", "1.0-1.el8_2" },
		{ "1-1.ael7b", "<", "1-1.el7" },
		{ "3.10.0-229.el7", "<", "3.10.0-229.1.2.ael7b" },
		{ "2.4.21-9.EL", "<", "2.4.21-9.0.1.EL" },
		{ "1.0", "<", "1.0-1" },
		{ "1", "<", "1-" },
		{ "1-", "<", "1-0" },
		{ "1", "<", "1-0" },
		{ "1-2-3", ">", "1-2-2" },
		{ "a:1", "<", "1" }, /* no epoch: a version with a colon in it */
	};
	CHECK(rows);
}

static void rpmvercmp_knows_no_epoch_and_no_release(void **state)
{
	(void)state;
	assert_true(version_rpmvercmp(LC_S("3"), LC_S("1:2")) > 0);
	assert_int_equal(version_rpmvercmp(LC_S("1"), LC_S("1-")), 0);
	assert_int_equal(version_rpmvercmp(LC_S(""), LC_S("")), 0);
	assert_true(version_rpmvercmp(LC_S(""), LC_S("~")) > 0);
	assert_int_equal(version_rpmvercmp(LC_S("1.0"), LC_S("1-0")), 0);
}

static void refuses_empty_text_and_control_bytes(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "", "!", "1" },
		{ "1 0", "!", "1" },
		{ "1\n", "!", "1" },
		{ "\x01", "!", "1" },
	};
	CHECK(rows);
	assert_int_equal(order_of(VERSION_RPM, LC_S("1\0"), LC_S("1")), '!');
}

static void knows_its_grammar(void **state)
{
	(void)state;
	static const char *const good[] = { "1",           "1.0-1",      "0:1.0-1.el9_2", "r12-3",
					    "1.0~rc1-0.1", "1.0^git1-1", "4.module+el8.9" };
	static const char *const bad[] = {
		"",    "1-",    "-1",    "1:",     "1:-1",   "1 0",
		"a:1", "1:2:3", "1-2-3", "<none>", "(none)", "1\xc3\xa9"
	};
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (!version_valid(VERSION_RPM, lc_str(good[i])))
			fail_msg("\"%s\" is refused", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (version_valid(VERSION_RPM, lc_str(bad[i])))
			fail_msg("\"%s\" is taken", bad[i]);
}

static void check_split(const char *v, const char *epoch, const char *version, const char *release)
{
	struct lc_slice e;
	struct lc_slice u;
	struct lc_slice r;
	version_split_rpm(lc_str(v), &e, &u, &r);
	if (!lc_eq(e, lc_str(epoch)) || !lc_eq(u, lc_str(version)) || !lc_eq(r, lc_str(release)))
		fail_msg("%s: %.*s | %.*s | %.*s", v, LC_FMT(e), LC_FMT(u), LC_FMT(r));
}

static void splits_as_rpm_does(void **state)
{
	(void)state;
	check_split("1.0", "", "1.0", "");
	check_split("2:1.0-1.el9", "2", "1.0", "1.el9");
	check_split("1-2-3", "", "1-2", "3");
	check_split("a:1-2", "", "a:1", "2");
	check_split(":1", "", "1", "");
	check_split("", "", "", "");
}

static void agrees_with_the_red_hat_list(void **state)
{
	(void)state;
	assert_int_equal(order_check_file(VERSION_RPM, "versions/redhat-versions.txt"), 165);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(tilde_and_caret_have_their_places),
		cmocka_unit_test(compares_run_by_run),
		cmocka_unit_test(epoch_then_version_then_release),
		cmocka_unit_test(rpmvercmp_knows_no_epoch_and_no_release),
		cmocka_unit_test(refuses_empty_text_and_control_bytes),
		cmocka_unit_test(knows_its_grammar),
		cmocka_unit_test(splits_as_rpm_does),
		cmocka_unit_test(agrees_with_the_red_hat_list),
	};
	return cmocka_run_group_tests_name("version/rpm", tests, NULL, NULL);
}
