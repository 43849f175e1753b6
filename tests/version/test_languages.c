/* The orders of the languages' registries: the pairs that set one apart from another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "order.h"

#define CHECK(scheme, rows) order_check_rows(scheme, rows, sizeof(rows) / sizeof(*(rows)))

static void python_normalises_spellings(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "1.0.dev0", "<", "1.0a0" },
		{ "1.0a1.dev1", "<", "1.0a1" },
		{ "1.0a1", "<", "1.0b1" },
		{ "1.0b1", "<", "1.0rc1" },
		{ "1.0rc1", "<", "1.0" },
		{ "1.0c1", "=", "1.0rc1" },
		{ "1.0.preview_1", "=", "1.0rc1" },
		{ "1.0", "<", "1.0.post1" },
		{ "1.0.post1.dev1", "<", "1.0.post1" },
		{ "1.0a1.post1", ">", "1.0a1" },
		{ "1.0-1", "=", "1.0.post1" },
		{ "1.0rev2", "=", "1.0.post2" },
		{ "1.0post", "=", "1.0.post0" },
		{ "1.0", "<", "1.0+local" },
		{ "1.0+local.1", ">", "1.0+local.a" },
		{ "1.0+abc.10", ">", "1.0+abc.9" },
		{ "1.0+ubuntu.1", "=", "1.0+Ubuntu-1" },
		{ "1.0+a", "<", "1.0+a.0" },
		{ "1!0.1", ">", "9.9" },
		{ "1.0", "=", "1.0.0" },
		{ "v1.0", "=", "1.0" },
		{ " 1.0\n", "=", "1.0" },
		{ "1.0a", "=", "1.0a0" },
		{ "1.0A-", "<", "1.0" },
		{ "01.0", "=", "1.0" },
		{ "1.99999999999999999999", "<", "1.100000000000000000000" },
		{ "2022.12.7", ">", "2022.6.15.2" },
	};
	CHECK(VERSION_PEP440, rows);
}

static void python_orders_older_texts_below(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "0.1-bulbasaur", "<", "0.9-doduo" },
		{ "0.9-doduo", "<", "1.0" },
		{ "9-foo", "<", "0.0.dev0" },
		{ "2004d", "<", "2004e" },
		{ "1-final", ">", "1-alpha-x" },
		{ "1.0-x", "=", "1-x" },
		{ "1.0.foo", "=", "1.foo" },
		{ "x123456789", "<", "x23456789" },
		{ "x123456789", ">", "x2345" },
		{ "1--alphax", "=", "1alphax" },
		{ "", "!", "1" },
	};
	CHECK(VERSION_PEP440, rows);
	assert_false(version_valid(VERSION_PEP440, LC_S("2004d")));
	assert_false(version_valid(VERSION_PEP440, LC_S("2013-01-21T20:33:09+0100")));
	assert_false(version_valid(VERSION_PEP440, LC_S("1!2!3")));
	assert_false(version_valid(VERSION_PEP440, LC_S("1.0+")));
	assert_false(version_valid(VERSION_PEP440, LC_S("1.0+a..b")));
	assert_false(version_valid(VERSION_PEP440, LC_S("unknown")));
	assert_true(version_valid(VERSION_PEP440, LC_S("1.0.dev")));
}

static void maven_opens_lists(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "1.0-alpha-1", "<", "1.0-beta-1" },
		{ "1.0-milestone-1", "<", "1.0-rc-1" },
		{ "1.0-rc1", "<", "1.0-SNAPSHOT" },
		{ "1.0-SNAPSHOT", "<", "1.0" },
		{ "1.0", "<", "1.0-sp1" },
		{ "1.0", "=", "1.0.Final" },
		{ "1.0", "=", "1.0.RELEASE" },
		{ "1.0", "=", "1.0-ga" },
		{ "1", "=", "1.0.0" },
		{ "1.0", "<", "1.0-1" },
		{ "1.0-1", "<", "1.0.1" },
		{ "1.0-sp", "<", "1.0-1" },
		{ "1.0-foo", "<", "1.0-1" },
		{ "1.0", "<", "1.0-foo" },
		{ "1.0-xyz", "<", "1.0-123" },
		{ "1a1", "=", "1-alpha-1" },
		{ "1.0a", ">", "1.0-alpha" },
		{ "1-cr1", "=", "1-rc1" },
		{ "1.01", "=", "1.1" },
		{ "2.0.0.M1", "<", "2.0.0.RC1" },
		{ "2.0.0.RC1", "<", "2.0.0" },
		{ "2.9.10.8", ">", "2.9.10" },
		{ "31.1-android", "<", "31.1-jre" },
		{ "31.1-jre", ">", "31.1" },
		{ "1.0.0.jre8", "<", "1.0.0.jre11" },
		{ "9.4.48.v20220622", ">", "9.4.48" },
		{ "1.0.x", "<", "1.0.1" },
		{ "5.3.0.redhat-1", ">", "5.3.0" },
		{ "1.0.0-rc.1", ">", "1.0.0-rc1" },
		{ "1.0.0.X1", "<", "1.0.0-X2" },
		{ "20190126.230843", "<", "1234567890.12345" },
		{ "1-0.ga", "=", "1" },
		{ "1--", "=", "1" },
		{ "1.sp.1", "<", "1-alpha" },
	};
	CHECK(VERSION_MAVEN, rows);
	assert_false(version_valid(VERSION_MAVEN, LC_S("unknown")));
	assert_false(version_valid(VERSION_MAVEN, LC_S("${project.version}")));
	assert_true(version_valid(VERSION_MAVEN, LC_S("Finchley.SR2")));
}

static void gems_have_words_as_pre_releases(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "1.0.a", "<", "1.0" },
		{ "1.0.b1", ">", "1.0.a.2" },
		{ "1.0.a2", "=", "1.0.a.2" },
		{ "1.0.a10", ">", "1.0.a9" },
		{ "1.0", "=", "1.0.0" },
		{ "1.0-1", "<", "1.0" },
		{ "1.0.pre.1", "=", "1.0-1" },
		{ "1.9.25-x86", "<", "1.9.25" },
		{ "2.0.0.rc1", ">", "2.0.0.beta9" },
		{ "1.10", ">", "1.9" },
		{ "1.0.A", "<", "1.0.a" },
		{ "1.0.0.a.0", "=", "1.a" },
		{ "1.a.0.b", "<", "1.a" },
		{ "1a", "!", "1" },
		{ "1.", "!", "1" },
		{ "1..2", "!", "1" },
		{ "a", "!", "1" },
		{ "1-", "!", "1" },
		{ "1_2", "!", "1" },
	};
	CHECK(VERSION_GEM, rows);
}

static void composer_compares_normal_forms(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "1.0.0-dev", "<", "1.0.0-alpha" },
		{ "1.0.0-b2", "=", "1.0.0-beta2" },
		{ "1.0.0-RC1", "=", "1.0.0-rc1" },
		{ "1.0.0-rc1", "<", "1.0.0" },
		{ "1.0.0", "<", "1.0.0-p1" },
		{ "1.0.0-pl1", "=", "1.0.0-p1" },
		{ "1.0.0-patch2", ">", "1.0.0-p1" },
		{ "1.0", "=", "v1.0.0.0" },
		{ "1.0.0+build", "=", "1.0.0" },
		{ "dev-master", "<", "0.0.1-dev" },
		{ "master", "=", "dev-trunk" },
		{ "1.0.x-dev", ">", "1.0.5" },
		{ "1.x-dev", ">", "1.0.x-dev" },
		{ "1.0.0-stable", "=", "1.0.0" },
		{ "2.0.0-alpha.2", "<", "2.0.0-alpha.10" },
		{ "1.10", ">", "1.9" },
		{ "20230101", ">", "1.0" },
		{ "2023-01-02", "<", "2023.01.03" },
		{ "2.0.0-beta1-dev", "<", "2.0.0-beta1" },
		{ "1.0.-dev", "=", "1.0-dev" },
	};
	CHECK(VERSION_COMPOSER, rows);
	assert_true(version_valid(VERSION_COMPOSER, LC_S("1.0.x-dev")));
	assert_false(version_valid(VERSION_COMPOSER, LC_S("dev-master")));
	assert_false(version_valid(VERSION_COMPOSER, LC_S("default")));
	assert_false(version_valid(VERSION_COMPOSER, LC_S("1.0.0b1.post1")));
}

static void nuget_has_four_numbers_and_no_case(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "1.0", "=", "1.0.0.0" },
		{ "1.0.0-BETA", "=", "1.0.0-beta" },
		{ "1.0.01", "=", "1.0.1.0" },
		{ "1.0.0", "<", "1.0.0.1" },
		{ "1.0.0.1-alpha", "<", "1.0.0.1" },
		{ "1.0.0-beta.9", "<", "1.0.0-beta.10" },
		{ "1.0.0-1", "<", "1.0.0-A" },
		{ "1.0.0+b", "=", "1.0.0" },
		{ "1.2.3.4.5", "!", "1" },
		{ "1.0-", "!", "1" },
		{ "1.0-a..b", "!", "1" },
		{ "[1.0,2.0)", "!", "1" },
	};
	CHECK(VERSION_NUGET, rows);
}

static void pub_and_julia_order_builds(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "1.0.0", "<", "1.0.0+build" },     { "1.2.3+1", "<", "1.2.3+2" },
		{ "1.2.3+9", "<", "1.2.3+a" },       { "1.2.3+9", "<", "1.2.3+10" },
		{ "1.0.0-pre+build", "<", "1.0.0" }, { "v1.2.3", "=", "1.2.3" },
	};
	static const struct order_row julia[] = {
		{ "1.0-", "<", "1.0-1" },        { "1.0-1", "<", "1.0-a" },
		{ "1.0rc1", "<", "1.0" },        { "1.0rc1", "=", "1.0-rc1" },
		{ "1.0", "<", "1.0+" },          { "1.0+", "<", "1.0+0" },
		{ "1.1.10+0", "<", "1.1.10+1" }, { "1.0.0.0", "!", "1" },
	};
	CHECK(VERSION_PUB, rows);
	CHECK(VERSION_JULIA, rows);
	CHECK(VERSION_JULIA, julia);
}

static void hex_and_swift_are_semver(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "2.0.0-rc.10", ">", "2.0.0-rc.2" },
		{ "1.0.0-rc1", "<", "1.0.0" },
		{ "1.0.0+x", "=", "1.0.0" },
		{ "1.0.0-1", "<", "1.0.0-a" },
		{ "v1.0", "=", "1.0.0" },
	};
	CHECK(VERSION_HEX, rows);
	CHECK(VERSION_SWIFT, rows);
}

static void conan_has_letters_behind_numbers(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "1.1.1n", ">", "1.1.1m" },      { "1.1.1m", ">", "1.1.1" },
		{ "1.1.1n", "<", "1.1.2" },       { "1.1.1n", "<", "1.1.10" },
		{ "1.0.2zg", ">", "1.0.2z" },     { "3.0.0-beta1", "<", "3.0.0" },
		{ "cci.20230101", ">", "1.2.3" }, { "cci.20220101", "<", "cci.20230101" },
		{ "1.2", "=", "1.2.0" },          { "1.2+1", ">", "1.2" },
		{ "1.2.3.4", "<", "1.2.4" },      { "8.0rc1", "<", "8.0" },
	};
	CHECK(VERSION_CONAN, rows);
	assert_true(version_valid(VERSION_CONAN, LC_S("cci.20230101")));
	assert_false(version_valid(VERSION_CONAN, LC_S("system")));
	assert_false(version_valid(VERSION_CONAN, LC_S("[>=1.0 <2]")));
}

static void bitnami_has_a_revision(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "1.2.3-1", ">", "1.2.3" },        { "1.2.3-0", "<", "1.2.3-1" },
		{ "1.2.3-0", "=", "1.2.3" },        { "1.2.4", ">", "1.2.3-1" },
		{ "1.2.4-2", ">", "1.2.3-1" },      { "1.2.3-10", ">", "1.2.3-9" },
		{ "1.2.3-rc.1", "<", "1.2.3" },     { "1.2.3-rc.1-2", ">", "1.2.3-rc.1-1" },
		{ "1.2.3-rc.1-2", "<", "1.2.3-0" }, { "1.2.3.4-1", ">", "1.2.3.4" },
	};
	CHECK(VERSION_BITNAMI, rows);
	assert_false(version_valid(VERSION_BITNAMI, LC_S("latest")));
}

static void software_keeps_its_own_rules(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "1.1.1w", ">", "1.1.1" },
		{ "9.2p1", "<", "9.2p10" },
		{ "9.2p1", ">", "9.2" },
		{ "3.12.0rc1", "<", "3.12.0" },
		{ "3.12.0b2", ">", "3.12.0b1" },
		{ "17.0.9+9", "=", "17.0.9+10" },
		{ "1.2.3.4", "<", "1.2.4" },
		{ "v1.2", "=", "1.2.0" },
		{ "1.8.0_392", ">", "1.8.0_42" },
		{ "1.0-beta", "<", "1.0" },
		{ "a b", "!", "1" },
	};
	CHECK(VERSION_GENERIC, rows);
	assert_false(version_valid(VERSION_GENERIC, LC_S("unknown")));
	assert_false(version_valid(VERSION_GENERIC, LC_S("version")));
}

static void numbers_alone_are_longer_when_greater(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "0.9", "<", "0.75" }, { "0.1.0", "<", "0.1.0.0" }, { "0.01", "=", "0.1" },
		{ "1", "!", "1.a" },    { "1", "!", "1..2" },        { "1", "!", "1." },
	};
	CHECK(VERSION_CRAN, rows);
	CHECK(VERSION_HACKAGE, rows);
	assert_int_equal(order_of_str(VERSION_CRAN, "0.1-0", "0.1.0"), '=');
	assert_int_equal(order_of_str(VERSION_HACKAGE, "0.1-0", "0.1.0"), '!');
}

/* The list of conda's own documentation, in order. */
static void conda_orders_as_its_manual_says(void **state)
{
	(void)state;
	static const char *const list[] = {
		"0.4",      "0.4.1.rc",   "0.4.1",    "0.5a1",     "0.5b3",   "0.5C1",
		"0.5",      "0.9.6",      "0.960923", "1.0",       "1.1dev1", "1.1_",
		"1.1a1",    "1.1.0dev1",  "1.1.a1",   "1.1.0rc1",  "1.1.0",   "1.1.0post1",
		"1.1post1", "1996.07.12", "1!0.4.1",  "1!3.1.1.6", "2!0.4.1",
	};
	static const struct order_row rows[] = {
		{ "0.4", "=", "0.4.0" },        { "1.1.0dev1", "=", "1.1.dev1" },
		{ "1.1.0rc1", "=", "1.1.RC1" }, { "1.1.0post1", "=", "1.1.post1" },
		{ "1.0+1", ">", "1.0" },        { "1-2", "=", "1.2" },
		{ "1_2-3", "!", "1" },          { "1..2", "!", "1" },
		{ "1!2!3", "!", "1" },          { "1+", "!", "1" },
	};
	for (size_t i = 0; i + 1 < sizeof(list) / sizeof(*list); i++) {
		char c = order_of_str(VERSION_CONDA, list[i], list[i + 1]);
		if (c != '<' && c != '=')
			fail_msg("%s %c %s", list[i], c, list[i + 1]);
	}
	CHECK(VERSION_CONDA, rows);
	assert_false(version_valid(VERSION_CONDA, LC_S("main")));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(python_normalises_spellings),
		cmocka_unit_test(python_orders_older_texts_below),
		cmocka_unit_test(maven_opens_lists),
		cmocka_unit_test(gems_have_words_as_pre_releases),
		cmocka_unit_test(composer_compares_normal_forms),
		cmocka_unit_test(nuget_has_four_numbers_and_no_case),
		cmocka_unit_test(pub_and_julia_order_builds),
		cmocka_unit_test(hex_and_swift_are_semver),
		cmocka_unit_test(conan_has_letters_behind_numbers),
		cmocka_unit_test(bitnami_has_a_revision),
		cmocka_unit_test(software_keeps_its_own_rules),
		cmocka_unit_test(numbers_alone_are_longer_when_greater),
		cmocka_unit_test(conda_orders_as_its_manual_says),
	};
	return cmocka_run_group_tests_name("version/languages", tests, NULL, NULL);
}
