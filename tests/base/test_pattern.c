#include "base/pattern.h"

#include <string.h>

#include "support/slice_assert.h"

static void what_matches(void **state)
{
	static const struct {
		const char *pattern, *text;
		bool want;
	} rows[] = {
		{ "b", "abc", true }, /* anywhere */
		{ "^b", "abc", false },
		{ "B", "abc", false },
		{ "(?i)B", "abc", true },
		{ "c$", "abc", true },
		{ "c$", "abc\n", false }, /* the very end */
		{ "a.c", "a\nc", false },
		{ "(?s)a.c", "a\nc", true },
		{ "", "", true },
		{ "^requirements-.*\\.txt$", "requirements-dev.txt", true },
		{ "^requirements-.*\\.txt$", "app/requirements-dev.txt", false },
		{ "^https://github\\.com/(?P<who>[^/]+)/x@", "https://github.com/me/x@1", true },
		{ "^\\d+$", "\u0663", false }, /* ASCII digits alone */
		{ "^.$", "\u00e9", true },     /* one character, not two bytes */
		{ "^.$", "\xe9", false },      /* no character at all */
		{ "b",
		  "\xff"
		  "b",
		  true }, /* beside what is none */
		{ "a|b|", "z", true },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lc_err e = { 0 };
		struct lc_pattern *p = NULL;
		bool found = !rows[i].want;
		assert_int_equal(lc_pattern_new(lc_str(rows[i].pattern), &p, &e), 0);
		assert_int_equal(lc_pattern_search(p, lc_str(rows[i].text), &found, &e), 0);
		if (found != rows[i].want)
			fail_msg("%s on %s", rows[i].pattern, lc_quote(lc_str(rows[i].text)).s);
		lc_pattern_free(p);
	}
}

static void a_broken_expression_says_where(void **state)
{
	static const char *const rows[] = {
		"(",   "a)",   "[a",   "*",  "a{2,1}", "\\", "(?P<x>a)(?P<x>b)",
		"\\C", "(?z)", "\xff", "\\1"
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lc_err e = { 0 };
		struct lc_pattern *p = NULL;
		if (lc_pattern_new(lc_str(rows[i]), &p, &e) != LC_EBAD)
			fail_msg("%s was taken", rows[i]);
		assert_null(p);
		assert_non_null(strstr(e.msg, "at character"));
		assert_null(strchr(e.msg, '\n'));
	}
}

static void nesting_and_length_are_bounded(void **state)
{
	(void)state;
	static char text[LC_PATTERN_MAX + 1];
	struct lc_pattern *p = NULL;
	memset(text, '(', 100);
	memset(text + 100, ')', 100);
	assert_int_equal(lc_pattern_new(lc_slice_of(text, 200), &p, NULL), LC_EBAD);
	memset(text, 'a', sizeof(text));
	assert_int_equal(lc_pattern_new(lc_slice_of(text, sizeof(text)), &p, NULL), LC_ELIMIT);
	assert_int_equal(lc_pattern_new(lc_slice_of(text, sizeof(text) - 1), &p, NULL), 0);
	lc_pattern_free(p);
}

static void a_search_without_end_stops(void **state)
{
	static const char *const rows[] = { "(a+)+$", "(a|aa)+$", "^(?:.*)*z$" };
	static char text[LC_PATTERN_SUBJECT_MAX + 1];
	(void)state;
	memset(text, 'a', sizeof(text));
	text[sizeof(text) - 2] = 'b';
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct lc_err e = { 0 };
		struct lc_pattern *p = NULL;
		bool found = true;
		struct lc_slice all = lc_slice_of(text, sizeof(text) - 1);
		assert_int_equal(lc_pattern_new(lc_str(rows[i]), &p, &e), 0);
		int rc = lc_pattern_search(p, all, &found, &e);
		assert_int_equal(rc, LC_ELIMIT);
		assert_true(found); /* untouched */
		lc_pattern_free(p);
	}
}

static void a_long_text_is_refused(void **state)
{
	static char text[LC_PATTERN_SUBJECT_MAX + 1];
	struct lc_err e = { 0 };
	struct lc_pattern *p = NULL;
	bool found = false;
	(void)state;
	memset(text, 'b', sizeof(text));
	assert_int_equal(lc_pattern_new(LC_S("b"), &p, &e), 0);
	assert_int_equal(lc_pattern_search(p, lc_slice_of(text, sizeof(text)), &found, &e),
			 LC_ELIMIT);
	assert_int_equal(lc_pattern_search(p, lc_slice_of(text, sizeof(text) - 1), &found, &e), 0);
	assert_true(found);
	lc_pattern_free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_matches),
		cmocka_unit_test(a_broken_expression_says_where),
		cmocka_unit_test(nesting_and_length_are_bounded),
		cmocka_unit_test(a_search_without_end_stops),
		cmocka_unit_test(a_long_text_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
