#include "base/log.h"

#include <stdio.h>
#include <string.h>

#include "support/slice_assert.h"

struct seen {
	unsigned n;
	enum lc_log_level level;
	char text[4096];
};

static void keep(void *ctx, enum lc_log_level level, const char *message)
{
	struct seen *s = ctx;
	s->n++;
	s->level = level;
	snprintf(s->text, sizeof(s->text), "%s", message);
}

static void the_sink_gets_the_text_and_level(void **state)
{
	(void)state;
	struct seen s = { 0 };
	lc_log_set(keep, &s, LC_LOG_INFO);
	lc_log(LC_LOG_INFO, "layer read bytes=%d", 12);
	assert_int_equal(s.n, 1);
	assert_int_equal(s.level, LC_LOG_INFO);
	assert_string_equal(s.text, "layer read bytes=12");
	lc_log_set(NULL, NULL, LC_LOG_WARN);
}

static int counted(int *calls)
{
	return ++*calls;
}

static void levels_above_the_limit_are_not_even_formatted(void **state)
{
	(void)state;
	struct seen s = { 0 };
	int calls = 0;
	lc_log_set(keep, &s, LC_LOG_INFO);
	lc_debug("%d", counted(&calls));
	lc_log(LC_LOG_DEBUG, "x");
	assert_int_equal(s.n, 0);
	assert_int_equal(calls, 0);
	lc_log_set(keep, &s, LC_LOG_DEBUG);
	lc_debug("%d", counted(&calls));
	assert_int_equal(s.n, 1);
	assert_int_equal(calls, 1);
	assert_int_equal(lc_log_max(), LC_LOG_DEBUG);
	lc_log_set(NULL, NULL, LC_LOG_WARN);
}

static void without_a_sink_nothing_happens(void **state)
{
	(void)state;
	lc_log_set(NULL, NULL, LC_LOG_DEBUG);
	lc_log(LC_LOG_ERROR, "%s", "x");
	assert_int_equal(lc_log_max(), LC_LOG_DEBUG);
	lc_log_set(NULL, NULL, LC_LOG_WARN);
}

static void long_messages_are_cut(void **state)
{
	(void)state;
	struct seen s = { 0 };
	char text[5000];
	memset(text, 'a', sizeof(text));
	lc_log_set(keep, &s, LC_LOG_ERROR);
	lc_log(LC_LOG_ERROR, "%.*s", (int)sizeof(text), text);
	assert_in_range(strlen(s.text), 1000, 2047);
	lc_log_set(NULL, NULL, LC_LOG_WARN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sink_gets_the_text_and_level),
		cmocka_unit_test(levels_above_the_limit_are_not_even_formatted),
		cmocka_unit_test(without_a_sink_nothing_happens),
		cmocka_unit_test(long_messages_are_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
