#include "io/http_headers.h"

#include "support/alloc_fail.h"
#include "support/slice_assert.h"

static void fields_are_found_in_any_case_the_first_counts(void **state)
{
	(void)state;
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct http_headers h = { 0 };
	assert_int_equal(http_headers_add(&h, LC_S("Content-Type:  a/b "), &a, &e), 0);
	assert_int_equal(http_headers_add(&h, LC_S("content-type: c/d"), &a, &e), 0);
	assert_int_equal(http_headers_add(&h, LC_S("no colon here"), &a, &e), 0);
	assert_int_equal(http_headers_add(&h, LC_S(": nameless"), &a, &e), 0);
	assert_int_equal(h.n, 2);
	assert_text(http_header_get(&h, "CONTENT-TYPE"), "a/b");
	assert_null(http_header_get(&h, "Location").p);
	lc_arena_done(&a);
}

static void fields_are_bounded_by_count_and_bytes(void **state)
{
	(void)state;
	struct lc_arena a = { 0 };
	struct lc_err e = { 0 };
	struct http_headers many = { 0 };
	struct http_headers big = { 0 };
	static uint8_t line[HTTP_HEADER_BYTES_MAX];
	int rc = 0;
	for (int i = 0; i < HTTP_HEADERS_MAX; i++)
		assert_int_equal(http_headers_add(&many, LC_S("a: b"), &a, &e), 0);
	assert_int_equal(http_headers_add(&many, LC_S("a: b"), &a, &e), LC_ELIMIT);
	memset(line, 'x', sizeof(line));
	line[1] = ':';
	for (int i = 0; i < 3 && rc == 0; i++)
		rc = http_headers_add(&big, lc_slice_of(line, sizeof(line) / 2 - 1), &a, &e);
	assert_int_equal(rc, LC_ELIMIT);
	assert_int_equal(big.n, 2);
	lc_arena_done(&a);
}

static void dates_are_read_strictly(void **state)
{
	(void)state;
	int64_t at = -1;
	assert_true(http_date(LC_S("Sun, 06 Nov 1994 08:49:37 GMT"), &at));
	assert_int_equal(at, 784111777);
	static const char *const bad[] = { "",
					   "Sun, 06 Nov 1994 08:49:37",
					   "Sun, 06 Nov 1994 08:49:37 CET",
					   "Sun, 06 Nox 1994 08:49:37 GMT",
					   "Sun, 00 Nov 1994 08:49:37 GMT",
					   "Sun, 32 Nov 1994 08:49:37 GMT",
					   "Sun, 06 Nov 1994 24:49:37 GMT",
					   "Sunday, 06-Nov-94 08:49:37 GMT",
					   "Sun Nov  6 08:49:37 1994     ",
					   "Sun, -6 Nov 1994 08:49:37 GMT" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(http_date(lc_str(bad[i]), &at));
	assert_int_equal(at, 784111777);
}

static void retry_after_is_seconds_or_a_date(void **state)
{
	(void)state;
	uint64_t s = 99;
	assert_true(http_retry_after(LC_S(" 120 "), 0, &s));
	assert_int_equal(s, 120);
	assert_true(http_retry_after(LC_S("Sun, 06 Nov 1994 08:49:37 GMT"), 784111770, &s));
	assert_int_equal(s, 7);
	assert_true(http_retry_after(LC_S("Sun, 06 Nov 1994 08:49:37 GMT"), 784111999, &s));
	assert_int_equal(s, 0);
	assert_false(http_retry_after(LC_S("soon"), 0, &s));
	assert_false(http_retry_after(LC_S("-1"), 0, &s));
	assert_false(http_retry_after(LC_S("1.5"), 0, &s));
	assert_false(http_retry_after(LC_S("99999999999999999999"), 0, &s));
}

static void content_ranges_must_add_up(void **state)
{
	(void)state;
	uint64_t from;
	uint64_t to;
	uint64_t total;
	assert_true(http_content_range(LC_S("bytes 5-9/10"), &from, &to, &total));
	assert_int_equal(from, 5);
	assert_int_equal(to, 9);
	assert_int_equal(total, 10);
	assert_true(http_content_range(LC_S("bytes 0-0/*"), &from, &to, &total));
	assert_true(total == UINT64_MAX);
	static const char *const bad[] = { "",
					   "bytes",
					   "bytes 5-9",
					   "bytes 9-5/10",
					   "bytes 5-10/10",
					   "bytes */10",
					   "bytes -5/10",
					   "items 1-2/3",
					   "bytes 0-99999999999999999999/*",
					   "bytes 1-2/",
					   "bytes 1-2/x" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(http_content_range(lc_str(bad[i]), &from, &to, &total));
}

static void challenges_share_one_line(void **state)
{
	(void)state;
	struct lc_arena a = { 0 };
	struct http_challenge c;
	struct lc_slice rest =
		LC_S("Basic realm=\"a, b\" , Negotiate abc==, Bearer realm = \"h\\\"x\","
		     "service=reg,scope=\"r:a:pull,push\"");
	assert_true(http_challenge_next(&rest, &a, &c));
	assert_text(c.scheme, "Basic");
	assert_text(http_challenge_param(&c, "REALM"), "a, b");
	assert_true(http_challenge_next(&rest, &a, &c));
	assert_text(c.scheme, "Negotiate");
	assert_text(c.token, "abc==");
	assert_true(http_challenge_next(&rest, &a, &c));
	assert_text(c.scheme, "Bearer");
	assert_text(http_challenge_param(&c, "realm"), "h\"x");
	assert_text(http_challenge_param(&c, "service"), "reg");
	assert_text(http_challenge_param(&c, "scope"), "r:a:pull,push");
	assert_null(http_challenge_param(&c, "error").p);
	assert_false(http_challenge_next(&rest, &a, &c));
	lc_arena_done(&a);
}

static void malformed_challenges_end(void **state)
{
	(void)state;
	static const char *const texts[] = { "",
					     ",,,",
					     "=",
					     "\"a\"",
					     "a=b,",
					     "Bearer realm=\"x",
					     "Bearer \x01",
					     "Bearer =,=,=",
					     "(",
					     "Bearer a=\"\\",
					     "a b c d e",
					     " , ,, " };
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct lc_arena a = { 0 };
		struct http_challenge c;
		struct lc_slice rest = lc_str(texts[i]);
		size_t n = 0;
		while (http_challenge_next(&rest, &a, &c)) {
			assert_true(++n < 20);
			assert_null(http_challenge_param(&c, "realm").p);
		}
		lc_arena_done(&a);
	}
}

static int take_one(void *ctx)
{
	struct lc_arena a = { 0 };
	struct http_headers h = { 0 };
	struct http_challenge c;
	(void)ctx;
	struct lc_slice rest = LC_S("Bearer realm=\"x\"");
	int rc = http_headers_add(&h, LC_S("a: b"), &a, NULL);
	if (rc == 0 && (!http_challenge_next(&rest, &a, &c) || c.params_n != 1))
		rc = LC_ENOMEM;
	lc_arena_done(&a);
	return rc;
}

static void failing_memory_is_an_error(void **state)
{
	(void)state;
	assert_true(alloc_fail_each(take_one, NULL) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_found_in_any_case_the_first_counts),
		cmocka_unit_test(fields_are_bounded_by_count_and_bytes),
		cmocka_unit_test(dates_are_read_strictly),
		cmocka_unit_test(retry_after_is_seconds_or_a_date),
		cmocka_unit_test(content_ranges_must_add_up),
		cmocka_unit_test(challenges_share_one_line),
		cmocka_unit_test(malformed_challenges_end),
		cmocka_unit_test(failing_memory_is_an_error),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
