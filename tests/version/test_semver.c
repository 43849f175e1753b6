#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "order.h"

#define CHECK(scheme, rows) order_check_rows(scheme, rows, sizeof(rows) / sizeof(*(rows)))

static void orders_as_semver_says(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "1.0.0-alpha", "<", "1.0.0-alpha.1" },
		{ "1.0.0-alpha.1", "<", "1.0.0-alpha.beta" },
		{ "1.0.0-alpha.beta", "<", "1.0.0-beta" },
		{ "1.0.0-beta", "<", "1.0.0-beta.2" },
		{ "1.0.0-beta.2", "<", "1.0.0-beta.11" },
		{ "1.0.0-beta.11", "<", "1.0.0-rc.1" },
		{ "1.0.0-rc.1", "<", "1.0.0" },
		{ "1.0.0-1", "<", "1.0.0-a" },
		{ "1.0.0+a", "=", "1.0.0+b" },
		{ "1.2.3-r100", "<", "1.2.3-r2" },
		{ "1.2.3-5-foo", ">", "1.2.3-5-Foo" },
		{ "1.2.3-0", "<", "1.2.3" },
		{ "v1.2.3", "=", "1.2.3" },
		{ "=1.2.3", "=", "1.2.3" },
		{ "1", "=", "1.0.0" },
		{ "1.2.3.4", "=", "1.2.3" },
		{ "1.99999999999999999999.0", "<", "1.100000000000000000000.0" },
	};
	CHECK(VERSION_SEMVER, rows);
}

static void refuses_what_is_no_semver(void **state)
{
	(void)state;
	static const char *const bad[] = { "",     "a",      "v",           "vv1",     "1.",
					   "1..2", ".1",     "1.2.3-",      "1.2.3-.", "1-a..b",
					   "1-a.", "1.2.3 ", "1.2.3x",      "1-a_b",   "1.x",
					   "*",    "latest", "1.2-\xc3\xa9" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		if (order_of_str(VERSION_SEMVER, bad[i], "1.0.0") != '!')
			fail_msg("\"%s\" is taken", bad[i]);
		assert_false(version_valid(VERSION_SEMVER, lc_str(bad[i])));
	}
	assert_false(version_valid(VERSION_SEMVER, LC_S("1.2.3-01")));
	assert_true(version_valid(VERSION_SEMVER, LC_S("1.2.3-0a.0+01")));
}

static void go_orders_pseudo_versions_and_builds(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "v1.2.4-0.20230101000000-abcdef123456", ">", "v1.2.3" },
		{ "v1.2.4-0.20230101000000-abcdef123456", "<", "v1.2.4" },
		{ "v0.0.0", ">", "v0.0.0-20230101000000-abcdef123456" },
		{ "v0.0.0-20230101000000-a", ">", "v0.0.0-20220101000000-b" },
		{ "v1.2.3-pre.0.20230101000000-a", ">", "v1.2.3-pre" },
		{ "v1.2.3-pre.0.20230101000000-a", "<", "v1.2.3-pre.1" },
		{ "v2.0.0+incompatible", ">", "v1.9.9" },
		{ "v1.2.3+dirty", "=", "1.2.3" },
		{ "v1.2", "=", "v1.2.0" },
		{ "v1.20.0-pre4", "<", "v1.20.0" },
	};
	CHECK(VERSION_GO, rows);
}

static void go_knows_the_names_of_toolchains(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "go1.21.5", "=", "1.21.5" },
		{ "go1.21", "=", "1.21.0" },
		{ "go1.21rc2", "=", "1.21.0-rc.2" },
		{ "go1.21rc2", "<", "go1.21rc10" },
		{ "go1.21rc2 X:experiment", "=", "go1.21rc2" },
		{ "go1.21beta1", "<", "go1.21rc1" },
		{ "go1.21rc2", "<", "1.21.0" },
		{ "go1.20.4-google", "=", "1.20.4" },
		{ "go1.19.6 (Red Hat 1.19.6-1.el9)", "=", "1.19.6" },
		{ "devel go1.22-abc", "=", "1.22.0" },
		{ "(devel)", "!", "1.0.0" },
		{ "go", "!", "1.0.0" },
		{ "gopher", "!", "1.0.0" },
		{ "=1.0", "!", "1.0.0" },
	};
	CHECK(VERSION_GO, rows);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(orders_as_semver_says),
		cmocka_unit_test(refuses_what_is_no_semver),
		cmocka_unit_test(go_orders_pseudo_versions_and_builds),
		cmocka_unit_test(go_knows_the_names_of_toolchains),
	};
	return cmocka_run_group_tests_name("version/semver", tests, NULL, NULL);
}
