#include "cli/value.h"

#include "support/slice_assert.h"

static const struct cli_option list_with_default = {
	.name = "list", .type = CLI_LIST, .def = "a,b", .choices = "a,b,C"
};
static const struct cli_option free_list = { .name = "free", .type = CLI_LIST };
static const struct cli_option repeat = { .name = "repeat", .type = CLI_REPEAT };
static const struct cli_option number = { .name = "n", .type = CLI_INT, .min = 3, .max = 255 };
static const struct cli_option word = { .name = "w", .type = CLI_ENUM, .choices = "table,json" };

static void takes_bools_as_go_does(void **state)
{
	static const struct {
		const char *text;
		bool ok, value;
	} cases[] = {
		{ "true", true, true },   { "1", true, true },       { "T", true, true },
		{ "false", true, false }, { "0", true, false },      { "FALSE", true, false },
		{ "yes", false, false },  { "tRUE", false, false },  { "", false, false },
		{ "2", false, false },    { "true ", false, false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool got = false;
		assert_int_equal(cli_bool(lc_str(cases[i].text), &got), cases[i].ok);
		assert_int_equal(got, cases[i].value);
	}
}

static void takes_durations_as_go_does(void **state)
{
	static const struct {
		const char *text;
		int64_t ns; /* -1: refused */
	} cases[] = {
		{ "5m0s", 300000000000 },
		{ "1h30m", 5400000000000 },
		{ "300ms", 300000000 },
		{ "1.5h", 5400000000000 },
		{ "0", 0 },
		{ "0s", 0 },
		{ ".5s", 500000000 },
		{ "1us", 1000 },
		{ "1\xc2\xb5s", 1000 },
		{ "7ns", 7 },
		{ "5", -1 },
		{ "", -1 },
		{ "5M", -1 },
		{ "s", -1 },
		{ ".s", -1 },
		{ "-5s", -1 },
		{ "5 s", -1 },
		{ "5x", -1 },
		{ "9223372036854775807s", -1 },
		{ "9223372036s9223372036s", -1 },
		{ "99999999999999999999s", -1 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t got = -1;
		bool ok = cli_duration(lc_str(cases[i].text), &got);
		assert_int_equal(ok, cases[i].ns >= 0);
		assert_int_equal(got, cases[i].ns);
	}
}

static void takes_sizes_in_both_kinds_of_units(void **state)
{
	static const struct {
		const char *text;
		int64_t bytes;
	} cases[] = {
		{ "512", 512 },
		{ "1kB", 1000 },
		{ "10gb", 10000000000 },
		{ "1GiB", 1073741824 },
		{ "1.5KiB", 1536 },
		{ "2T", 2000000000000 },
		{ "1B", 1 },
		{ "", -1 },
		{ "GB", -1 },
		{ "1GB1", -1 },
		{ "1 GB", -1 },
		{ "1XB", -1 },
		{ "9999999999TB", -1 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t got = -1;
		bool ok = cli_size(lc_str(cases[i].text), &got);
		assert_int_equal(ok, cases[i].bytes >= 0);
		if (i != 4) /* a fraction of a power of two is within a few bytes */
			assert_int_equal(got, cases[i].bytes);
		else
			assert_in_range(got, 1530, 1536);
	}
}

static void counts_edits_between_words(void **state)
{
	static const struct {
		const char *a, *b;
		unsigned edits;
	} cases[] = {
		{ "severity", "severity", 0 },
		{ "severtiy", "severity", 1 },
		{ "", "abc", 3 },
		{ "abc", "", 3 },
		{ "abc", "abd", 1 },
		{ "abc", "ac", 1 },
		{ "ca", "abc", 3 },
		{ "kitten", "sitting", 3 },
	};
	char longer[66] = { 0 };
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(cli_distance(lc_str(cases[i].a), lc_str(cases[i].b)),
				 cases[i].edits);
	memset(longer, 'a', 65);
	assert_int_equal(cli_distance(lc_str(longer), lc_str("a")), UINT32_MAX);
}

static void finds_choices_in_any_case(void **state)
{
	struct lc_slice got;
	(void)state;
	assert_true(cli_choice("LOW,HIGH", lc_str("high"), &got));
	assert_text(got, "HIGH");
	assert_false(cli_choice("LOW,HIGH", lc_str("HIG"), &got));
	assert_false(cli_choice("LOW,HIGH", lc_str(""), &got));
	assert_false(cli_choice("LOW,HIGH", lc_str("LOW,HIGH"), &got));
}

static int set(const struct cli_option *o, const char *text, enum cli_set_by by,
	       struct cli_value *v, struct lc_arena *a, struct lc_err *e)
{
	return cli_value_set(o, lc_str(text), "--x", by, a, v, e);
}

static void lists_add_up_from_one_speaker(void **state)
{
	struct lc_arena a = { 0 };
	struct cli_value v = { 0 };
	struct lc_err e = { 0 };
	(void)state;
	assert_int_equal(set(&list_with_default, "a,b", CLI_BY_DEFAULT, &v, &a, &e), 0);
	assert_int_equal(v.list.n, 2);
	assert_int_equal(set(&list_with_default, "c", CLI_BY_ARG, &v, &a, &e), 0);
	assert_int_equal(v.list.n, 1);
	assert_text(v.list.v[0], "C");
	assert_int_equal(set(&list_with_default, " a , b,", CLI_BY_ARG, &v, &a, &e), 0);
	assert_int_equal(v.list.n, 3);
	assert_text(v.list.v[2], "b");
	lc_arena_done(&a);
}

static void a_list_with_a_default_is_never_emptied(void **state)
{
	struct lc_arena a = { 0 };
	struct cli_value v = { 0 };
	struct lc_err e = { 0 };
	(void)state;
	assert_int_equal(set(&list_with_default, "", CLI_BY_ARG, &v, &a, &e), LC_EUSAGE);
	assert_int_equal(set(&list_with_default, " , ", CLI_BY_ARG, &v, &a, &e), LC_EUSAGE);
	assert_int_equal(set(&free_list, "", CLI_BY_ARG, &v, &a, &e), 0);
	lc_arena_done(&a);
}

static void repeated_options_keep_their_commas(void **state)
{
	struct lc_arena a = { 0 };
	struct cli_value v = { 0 };
	(void)state;
	assert_int_equal(set(&repeat, "a,b", CLI_BY_ARG, &v, &a, NULL), 0);
	assert_int_equal(set(&repeat, "c", CLI_BY_ARG, &v, &a, NULL), 0);
	assert_int_equal(v.list.n, 2);
	assert_text(v.list.v[0], "a,b");
	lc_arena_done(&a);
}

static void refuses_values_of_the_wrong_kind(void **state)
{
	static const struct {
		const struct cli_option *o;
		const char *text;
	} cases[] = {
		{ &number, "2" },   { &number, "256" },
		{ &number, "-3" },  { &number, "" },
		{ &number, "0x5" }, { &number, "5 " },
		{ &word, "tabl" },  { &word, "" },
		{ &word, "sarif" }, { &list_with_default, "a,d" },
	};
	struct lc_arena a = { 0 };
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cli_value v = { 0 };
		struct lc_err e = { 0 };
		assert_int_equal(set(cases[i].o, cases[i].text, CLI_BY_ARG, &v, &a, &e), LC_EUSAGE);
		assert_non_null(strstr(e.msg, "--x"));
	}
	lc_arena_done(&a);
}

static void quotes_what_it_repeats(void **state)
{
	struct lc_arena a = { 0 };
	struct cli_value v = { 0 };
	struct lc_err e = { 0 };
	(void)state;
	assert_int_equal(set(&word, "\x1b[31m\n", CLI_BY_ARG, &v, &a, &e), LC_EUSAGE);
	assert_null(strchr(e.msg, '\x1b'));
	assert_null(strchr(e.msg, '\n'));
	lc_arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_bools_as_go_does),
		cmocka_unit_test(takes_durations_as_go_does),
		cmocka_unit_test(takes_sizes_in_both_kinds_of_units),
		cmocka_unit_test(counts_edits_between_words),
		cmocka_unit_test(finds_choices_in_any_case),
		cmocka_unit_test(lists_add_up_from_one_speaker),
		cmocka_unit_test(a_list_with_a_default_is_never_emptied),
		cmocka_unit_test(repeated_options_keep_their_commas),
		cmocka_unit_test(refuses_values_of_the_wrong_kind),
		cmocka_unit_test(quotes_what_it_repeats),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
