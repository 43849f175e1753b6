#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "order.h"

#define CHECK(rows) order_check_rows(VERSION_ALPM, rows, sizeof(rows) / sizeof(*(rows)))

static void what_is_left_over_is_newer_unless_it_begins_with_a_letter(void **state)
{
	(void)state;
	/* The line of vercmp(8). */
	static const struct order_row rows[] = {
		{ "1.0a", "<", "1.0b" },   { "1.0b", "<", "1.0beta" }, { "1.0beta", "<", "1.0p" },
		{ "1.0p", "<", "1.0pre" }, { "1.0pre", "<", "1.0rc" }, { "1.0rc", "<", "1.0" },
		{ "1.0", "<", "1.0.a" },   { "1.0.a", "<", "1.0.1" },  { "1", "<", "1.0" },
		{ "1.0", "<", "1.1" },     { "1.1", "<", "1.1.1" },    { "1.1.1", "<", "1.2" },
		{ "1.2", "<", "2.0" },     { "2.0", "<", "3.0.0" },    { "1.", ">", "1" },
		{ "1.", ">", "1.a" },
	};
	CHECK(rows);
}

static void releases_count_where_both_have_one(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "1.5-1", "=", "1.5" },   { "1.5-1", "<", "1.5-2" },  { "1.5-1.1", ">", "1.5-1" },
		{ "1.5-9", "<", "1.6-1" }, { "1.5-10", ">", "1.5-9" }, { "1.5b-1", "<", "1.5-1" },
		{ "1.5", ">", "1.4-9" },   { "1-2-3", "=", "1.2-3" }, /* the last dash parts */
	};
	CHECK(rows);
}

static void epochs_go_first(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "1:1.0-1", ">", "2.0-1" }, { "0:1.0", "=", "1.0" }, { ":1.0", "=", "1.0" },
		{ "2:1", ">", "1:9" },       { "010:1", ">", "9:1" }, { "1:1.0", "=", "1:1.0-3" },
	};
	CHECK(rows);
}

static void separators_count_by_their_number_alone(void **state)
{
	(void)state;
	static const struct order_row rows[] = {
		{ "2.0", "=", "2_0" },           { "2.0.a", "=", "2.0+a" },
		{ "2__0", ">", "2_9" },          { "1.0~rc1", ">", "1.0" },
		{ "1^2", "=", "1.2" },           { "1.001", "=", "1.1" },
		{ "1.a", "<", "1.1" },           { "a1", "<", "1" },
		{ "r123.abc", "<", "r124.aaa" }, { "1.0A", "<", "1.0a" },
	};
	CHECK(rows);
}

static void refuses_what_is_no_text(void **state)
{
	(void)state;
	assert_int_equal(order_of_str(VERSION_ALPM, "", "1"), '!');
	assert_int_equal(order_of_str(VERSION_ALPM, "1 0", "1"), '!');
	assert_int_equal(order_of(VERSION_ALPM, LC_S("1\0"), LC_S("1")), '!');
}

static void knows_its_grammar(void **state)
{
	(void)state;
	static const char *const good[] = { "1", "1.0-1", "1:1.0-1.1", "r12.ab-3", "1.0+git~a-2" };
	static const char *const bad[] = { "",      "1-",    "-1",  "1:",  "1:-1",
					   "1:2:3", "1-2-3", "1/2", "1 0", "1\xc3\xa9" };
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++)
		if (!version_valid(VERSION_ALPM, lc_str(good[i])))
			fail_msg("\"%s\" is refused", good[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (version_valid(VERSION_ALPM, lc_str(bad[i])))
			fail_msg("\"%s\" is taken", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_left_over_is_newer_unless_it_begins_with_a_letter),
		cmocka_unit_test(releases_count_where_both_have_one),
		cmocka_unit_test(epochs_go_first),
		cmocka_unit_test(separators_count_by_their_number_alone),
		cmocka_unit_test(refuses_what_is_no_text),
		cmocka_unit_test(knows_its_grammar),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
