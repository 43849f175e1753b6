#include "base/err.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "support/slice_assert.h"

static void fail_gives_the_code_back_and_keeps_the_message(void **state)
{
	(void)state;
	struct lc_err e = { 0 };
	assert_int_equal(lc_fail(&e, LC_EBAD, "size %d is odd", 7), LC_EBAD);
	assert_int_equal(e.code, LC_EBAD);
	assert_int_equal(e.sys, 0);
	assert_string_equal(e.msg, "size 7 is odd");
	assert_int_equal(e.len, strlen(e.msg));
}

static void a_null_error_is_accepted_everywhere(void **state)
{
	(void)state;
	assert_int_equal(lc_fail(NULL, LC_EBAD, "x"), LC_EBAD);
	assert_int_equal(lc_fail_sys(NULL, ENOENT, "x"), LC_EIO);
	assert_int_equal(lc_wrap(NULL, LC_ETRUNC, "x"), LC_ETRUNC);
	lc_err_clear(NULL);
}

static void wrap_puts_the_context_in_front(void **state)
{
	(void)state;
	struct lc_err e = { 0 };
	lc_fail(&e, LC_ETRUNC, "ends early");
	assert_int_equal(lc_wrap(&e, LC_ETRUNC, "line %d", 812), LC_ETRUNC);
	lc_wrap(&e, LC_EBAD, "status");
	assert_string_equal(e.msg, "status: line 812: ends early");
	assert_int_equal(e.code, LC_EBAD);
}

static void wrap_of_nothing_names_the_code(void **state)
{
	(void)state;
	struct lc_err e = { 0 };
	lc_wrap(&e, LC_ENOMEM, "reading");
	assert_string_equal(e.msg, "reading: out of memory");
}

static void fail_sys_says_what_the_system_said(void **state)
{
	(void)state;
	struct lc_err e = { 0 };
	assert_int_equal(lc_fail_sys(&e, ENOENT, "opening %s", "x"), LC_EIO);
	assert_int_equal(e.sys, ENOENT);
	assert_string_equal(e.msg, "opening x: No such file or directory");
	lc_wrap(&e, LC_EIO, "image");
	assert_int_equal(e.sys, ENOENT);
	lc_fail_sys(&e, 99999, "odd");
	assert_string_equal(e.msg, "odd: unknown system error");
}

static void a_message_may_quote_the_one_it_replaces(void **state)
{
	(void)state;
	struct lc_err e = { 0 };
	lc_fail(&e, LC_EBAD, "inner");
	lc_fail(&e, LC_EBAD, "[%s] again", e.msg);
	assert_string_equal(e.msg, "[inner] again");
}

static void long_messages_are_cut_between_characters(void **state)
{
	(void)state;
	char text[1200];
	for (size_t shift = 0; shift < 4; shift++) {
		memset(text, 'a', shift);
		for (size_t i = shift; i + 4 < sizeof(text); i += 4)
			memcpy(text + i, "\xf0\x9f\x90\x8b", 5);
		struct lc_err e = { 0 };
		lc_fail(&e, LC_EBAD, "%s", text);
		assert_int_equal(e.len, strlen(e.msg));
		assert_in_range(e.len, LC_ERR_MSG_MAX - 5, LC_ERR_MSG_MAX - 1);
		assert_int_equal((e.len - shift) % 4, 0);
		lc_wrap(&e, LC_EBAD, "b");
		assert_int_equal(e.len, strlen(e.msg));
		assert_int_equal((e.len - shift - 3) % 4, 0);
		lc_fail_sys(&e, EIO, "%s", text);
		assert_int_equal(e.len, strlen(e.msg));
	}
}

static void wrapping_many_times_stays_inside(void **state)
{
	(void)state;
	struct lc_err e = { 0 };
	for (int i = 0; i < 1000; i++) {
		lc_wrap(&e, LC_EBAD, "level %d", i);
		assert_in_range(e.len, 1, LC_ERR_MSG_MAX - 1);
		assert_int_equal(e.len, strlen(e.msg));
	}
	assert_int_equal(strncmp(e.msg, "level 999: level 998: ", 22), 0);
}

static void clear_forgets(void **state)
{
	(void)state;
	struct lc_err e = { 0 };
	lc_fail_sys(&e, ENOENT, "x");
	lc_err_clear(&e);
	assert_int_equal(e.code, 0);
	assert_int_equal(e.sys, 0);
	assert_string_equal(e.msg, "");
}

static void every_code_has_a_name_of_its_own(void **state)
{
	(void)state;
	for (int a = LC_EREMOTE; a <= LC_OK; a++) {
		assert_string_not_equal(lc_code_name(a), "unknown error");
		for (int b = a + 1; b <= LC_OK; b++)
			assert_string_not_equal(lc_code_name(a), lc_code_name(b));
	}
	assert_string_equal(lc_code_name(-1000), "unknown error");
	assert_string_equal(lc_code_name(1), "unknown error");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fail_gives_the_code_back_and_keeps_the_message),
		cmocka_unit_test(a_null_error_is_accepted_everywhere),
		cmocka_unit_test(wrap_puts_the_context_in_front),
		cmocka_unit_test(wrap_of_nothing_names_the_code),
		cmocka_unit_test(fail_sys_says_what_the_system_said),
		cmocka_unit_test(a_message_may_quote_the_one_it_replaces),
		cmocka_unit_test(long_messages_are_cut_between_characters),
		cmocka_unit_test(wrapping_many_times_stays_inside),
		cmocka_unit_test(clear_forgets),
		cmocka_unit_test(every_code_has_a_name_of_its_own),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
