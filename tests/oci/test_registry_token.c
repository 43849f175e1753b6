#include "oci/registry.h"

#include "support/alloc_fail.h"
#include "support/slice_assert.h"

static void either_name_will_do(void **state)
{
	(void)state;
	struct lc_arena a = { 0 };
	struct lc_slice token;
	assert_int_equal(registry_token_parse(LC_S("{\"access_token\":\"b\",\"token\":\"a.b-c\"}"),
					      &a, &token, NULL),
			 0);
	assert_text(token, "a.b-c");
	assert_int_equal(registry_token_parse(LC_S("{\"access_token\":\"b\"}"), &a, &token, NULL),
			 0);
	assert_text(token, "b");
	lc_arena_done(&a);
}

static void what_no_header_takes_is_refused(void **state)
{
	(void)state;
	static const char *const texts[] = { "",
					     "[]",
					     "{}",
					     "{\"token\":\"\"}",
					     "{\"token\":7}",
					     "{\"token\":\"a b\"}",
					     "{\"token\":\"a\\r\\nb\"}",
					     "{\"token\":\"a\\u0000b\"}",
					     "{\"token\":\"\xc3\xa9\"}",
					     "{\"token\":[\"a\"]}",
					     "\"a\"",
					     "{\"token\":\"a\"" };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct lc_arena a = { 0 };
		struct lc_slice token;
		assert_int_equal(registry_token_parse(lc_str(texts[i]), &a, &token, NULL), LC_EBAD);
		lc_arena_done(&a);
	}
}

static int parse_once(void *ctx)
{
	struct lc_arena a = { 0 };
	struct lc_slice token;
	(void)ctx;
	int rc = registry_token_parse(LC_S("{\"token\":\"a\"}"), &a, &token, NULL);
	lc_arena_done(&a);
	return rc;
}

static void failing_memory_is_an_error(void **state)
{
	(void)state;
	assert_true(alloc_fail_each(parse_once, NULL) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(either_name_will_do),
		cmocka_unit_test(what_no_header_takes_is_refused),
		cmocka_unit_test(failing_memory_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
