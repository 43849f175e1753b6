#include "report/grid.h"

#include "support/slice_assert.h"

static void unsafe_text_is_escaped(void **state)
{
	static const struct {
		struct lc_slice in;
		const char *want;
	} cases[] = {
		{ LC_S_INIT("plain text"), "plain text" },
		{ LC_S_INIT(""), "" },
		{ LC_S_INIT("\x1b[2J"), "\\x1b[2J" },
		{ LC_S_INIT("a\nb\tc\0d"), "a\\x0ab\\x09c\\x00d" },
		{ LC_S_INIT("\x7f\xc2\x9b"), "\\x7f\\x9b" },
		{ LC_S_INIT("\xe2\x80\xae"), "\\u{202e}" },
		{ LC_S_INIT("\xff\xc3"), "\\xff\\xc3" },
		{ LC_S_INIT("\xed\xa0\x80"), "\\xed\\xa0\\x80" },
		{ LC_S_INIT("S\xc3\xa3o \xe6\xbc\x8f"), "S\xc3\xa3o \xe6\xbc\x8f" },
	};
	struct lc_arena a = { 0 };
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_slice(grid_safe(cases[i].in, &a), lc_str(cases[i].want));
	lc_arena_done(&a);
}

static void width_counts_columns_not_bytes(void **state)
{
	(void)state;
	assert_int_equal(grid_width(LC_S("")), 0);
	assert_int_equal(grid_width(LC_S("abc")), 3);
	assert_int_equal(grid_width(LC_S("S\xc3\xa3o")), 3);
	assert_int_equal(grid_width(LC_S("\xe6\xbc\x8f\xe6\xb4\x9e")), 4);
	assert_int_equal(grid_width(LC_S("e\xcc\x81")), 1);
}

static void check_wrap(const char *text, size_t width, const char *want)
{
	struct lc_arena a = { 0 };
	struct lc_slices lines = { 0 };
	struct lc_buf got;
	lc_buf_init(&got, 1000);
	assert_int_equal(grid_wrap(lc_str(text), width, &a, &lines), 0);
	for (size_t i = 0; i < lines.n; i++) {
		lc_buf_str(&got, i ? "|" : "");
		lc_buf_slice(&got, lines.v[i]);
	}
	assert_slice(lc_buf_get(&got), lc_str(want));
	lc_buf_done(&got);
	lc_arena_done(&a);
}

static void text_wraps_at_spaces_where_it_can(void **state)
{
	(void)state;
	check_wrap("one two three", 0, "one two three");
	check_wrap("one two three", 13, "one two three");
	check_wrap("one two three", 12, "one two|three");
	check_wrap("one two three", 7, "one two|three");
	check_wrap("one two three", 6, "one|two|three");
	check_wrap("abcdefghij", 4, "abcd|efgh|ij");
	check_wrap("ab cdefghij", 4, "ab|cdef|ghij");
	check_wrap("", 4, "");
	check_wrap("\xe6\xbc\x8f\xe6\xb4\x9e", 3, "\xe6\xbc\x8f|\xe6\xb4\x9e");
	check_wrap("\xe6\xbc\x8f\xe6\xb4\x9e", 1, "\xe6\xbc\x8f|\xe6\xb4\x9e");
}

static void draw(struct grid *g, unsigned width, const char *want)
{
	const struct grid_style style = { .width = width };
	struct lc_buf out;
	lc_buf_init(&out, 10000);
	assert_int_equal(grid_draw(g, &style, &out), 0);
	assert_slice(lc_buf_get(&out), lc_str(want));
	lc_buf_done(&out);
}

static void row(struct grid *g, const char *a, const char *b)
{
	const struct grid_cell cells[] = { { .text = lc_str(a) }, { .text = lc_str(b) } };
	assert_int_equal(grid_row(g, cells), 0);
}

static void equal_neighbours_merge_but_equal_rows_do_not(void **state)
{
	struct lc_arena a = { 0 };
	struct grid g = { .a = &a, .columns = 2, .headers = { "A", "B" }, .merge = true };
	(void)state;
	row(&g, "x", "1");
	row(&g, "x", "2");
	row(&g, "y", "2");
	row(&g, "y", "2");
	draw(&g, 0,
	     "+---+---+\n| A | B |\n+---+---+\n| x | 1 |\n|   +---+\n|   | 2 |\n+---+   |\n"
	     "| y |   |\n+---+---+\n| y | 2 |\n+---+---+\n");
	lc_arena_done(&a);
}

static void a_table_without_rows_is_its_header(void **state)
{
	struct lc_arena a = { 0 };
	struct grid g = { .a = &a, .columns = 2, .headers = { "A", "Long" } };
	(void)state;
	draw(&g, 0, "+---+------+\n| A | Long |\n+---+------+\n");
	lc_arena_done(&a);
}

static void words_stay_whole_as_long_as_they_can(void **state)
{
	struct lc_arena a = { 0 };
	struct grid g = { .a = &a, .columns = 2, .headers = { "A", "B" } };
	(void)state;
	row(&g, "CVE-2024-1", "some words to wrap");
	draw(&g, 27,
	     "+------------+------------+\n|     A      |     B      |\n"
	     "+------------+------------+\n| CVE-2024-1 | some words |\n"
	     "|            | to wrap    |\n+------------+------------+\n");
	draw(&g, 22,
	     "+------------+-------+\n|     A      |   B   |\n+------------+-------+\n"
	     "| CVE-2024-1 | some  |\n|            | words |\n|            | to    |\n"
	     "|            | wrap  |\n+------------+-------+\n");
	lc_arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unsafe_text_is_escaped),
		cmocka_unit_test(width_counts_columns_not_bytes),
		cmocka_unit_test(text_wraps_at_spaces_where_it_can),
		cmocka_unit_test(equal_neighbours_merge_but_equal_rows_do_not),
		cmocka_unit_test(a_table_without_rows_is_its_header),
		cmocka_unit_test(words_stay_whole_as_long_as_they_can),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
