#include "base/dl.h"

#include <string.h>

#include "support/slice_assert.h"

static void a_function_is_found_and_called(void **state)
{
	(void)state;
	struct lc_err e = { 0 };
	size_t (*length)(const char *) = NULL;
	const struct lc_dl_library lib = { "libc.so.6", "libc6", "counting" };
	const struct lc_dl_symbol symbols[] = { { "strlen", &length } };
	assert_int_equal(lc_dl_open(&lib, symbols, 1, &e), 0);
	assert_int_equal(length("lacre"), 5);
}

static void a_missing_library_says_what_to_install(void **state)
{
	(void)state;
	struct lc_err e = { 0 };
	const struct lc_dl_library lib = { "libnosuch.so.9", "libnosuch9", "dreaming" };
	assert_int_equal(lc_dl_open(&lib, NULL, 0, &e), LC_EUNSUP);
	assert_string_equal(e.msg, "dreaming needs libnosuch.so.9, which is not installed: "
				   "install libnosuch9");
}

static void a_missing_function_leaves_the_table_alone(void **state)
{
	(void)state;
	struct lc_err e = { 0 };
	void *first = NULL;
	void *second = NULL;
	const struct lc_dl_library lib = { "libc.so.6", "libc6", "counting" };
	const struct lc_dl_symbol symbols[] = { { "strlen", &first }, { "no_such_one", &second } };
	assert_int_equal(lc_dl_open(&lib, symbols, 2, &e), LC_EUNSUP);
	assert_null(first);
	assert_non_null(strstr(e.msg, "no_such_one"));
	assert_int_equal(lc_dl_open(&lib, symbols, 1000, &e), LC_EUSAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_function_is_found_and_called),
		cmocka_unit_test(a_missing_library_says_what_to_install),
		cmocka_unit_test(a_missing_function_leaves_the_table_alone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
