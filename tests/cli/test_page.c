#include "cli/page.h"

#include "support/slice_assert.h"

static void wrap_is(const char *text, unsigned at, unsigned indent, unsigned width,
		    const char *want)
{
	struct lc_buf b;
	lc_buf_init(&b, 4096);
	cli_page_wrap(&b, text, at, indent, width);
	slice_assert_(lc_buf_get(&b), lc_str(want), __FILE__, __LINE__);
	lc_buf_done(&b);
}

static void breaks_lines_at_spaces(void **state)
{
	(void)state;
	wrap_is("one two three", 0, 0, 7, "one two\nthree\n");
	wrap_is("one two three", 0, 0, 6, "one\ntwo\nthree\n");
	wrap_is("one two", 0, 0, 7, "one two\n");
	wrap_is("one  two", 0, 0, 80, "one two\n");
}

static void indents_lines_after_the_first(void **state)
{
	(void)state;
	wrap_is("one two", 4, 4, 8, "one\n    two\n");
	wrap_is("a\nb", 2, 2, 8, "a\n  b\n");
}

static void keeps_words_longer_than_a_line_whole(void **state)
{
	(void)state;
	wrap_is("a abcdefghij b", 0, 0, 5, "a\nabcdefghij\nb\n");
	wrap_is("abcdefghij", 0, 0, 1, "abcdefghij\n");
}

static void counts_code_points(void **state)
{
	(void)state;
	assert_int_equal(cli_page_columns(LC_S("não")), 3);
	wrap_is("não é não", 0, 0, 5, "não é\nnão\n");
}

static void an_empty_text_is_nothing(void **state)
{
	(void)state;
	wrap_is("", 0, 0, 80, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(breaks_lines_at_spaces),
		cmocka_unit_test(indents_lines_after_the_first),
		cmocka_unit_test(keeps_words_longer_than_a_line_whole),
		cmocka_unit_test(counts_code_points),
		cmocka_unit_test(an_empty_text_is_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
