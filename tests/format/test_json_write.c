/* Writing JSON: layout, escapes, numbers, whole nodes, failures that stay. */
#include "format/json.h"
#include "format/json_scan.h"

#include <locale.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

#include "support/alloc_fail.h"
#include "support/fixture.h"
#include "support/tap.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

enum { CAP = 1 << 20 };

struct written {
	struct lc_buf buf;
	struct json_writer w;
};

static void start(struct written *t, unsigned indent)
{
	lc_buf_init(&t->buf, CAP);
	json_writer_init(&t->w, &t->buf, indent);
}

/* Compare what was written, and start anew with the same layout. */
static void finish(struct written *t, const char *want)
{
	bool html_safe = t->w.html_safe;
	assert_int_equal(json_writer_err(&t->w), 0);
	assert_int_equal(lc_buf_byte(&t->buf, 0), 0);
	assert_string_equal((const char *)t->buf.p, want);
	lc_buf_clear(&t->buf);
	json_writer_init(&t->w, &t->buf, t->w.indent);
	t->w.html_safe = html_safe;
}

static void write_sample(struct json_writer *w)
{
	json_begin_object(w);
	json_member_cstr(w, "name", "x");
	json_write_key(w, "list");
	json_begin_array(w);
	json_write_u64(w, 1);
	json_begin_object(w);
	json_end_object(w);
	json_begin_array(w);
	json_end_array(w);
	json_write_null(w);
	json_end_array(w);
	json_member_bool(w, "ok", true);
	json_end_object(w);
}

static void lays_out_compact_and_indented(void **state)
{
	struct written t;
	(void)state;
	start(&t, 0);
	write_sample(&t.w);
	finish(&t, "{\"name\":\"x\",\"list\":[1,{},[],null],\"ok\":true}");
	lc_buf_done(&t.buf);
	start(&t, 2);
	write_sample(&t.w);
	finish(&t,
	       "{\n  \"name\": \"x\",\n  \"list\": [\n    1,\n    {},\n    [],\n    null\n  ],\n"
	       "  \"ok\": true\n}");
	lc_buf_done(&t.buf);
}

static void indents_by_more_than_one_piece_of_spaces(void **state)
{
	struct written t;
	char want[80];
	(void)state;
	start(&t, 40);
	json_begin_array(&t.w);
	json_write_u64(&t.w, 1);
	json_end_array(&t.w);
	(void)snprintf(want, sizeof(want), "[\n%40s1\n]", "");
	finish(&t, want);
	lc_buf_done(&t.buf);
}

static void escapes_what_a_string_cannot_hold(void **state)
{
	static const struct {
		struct lc_slice in;
		const char *want;
		const char *html;
	} cases[] = {
		{ LC_S_INIT(""), "\"\"", "\"\"" },
		{ LC_S_INIT("\"\\/\b\f\n\r\t"), "\"\\\"\\\\/\\b\\f\\n\\r\\t\"",
		  "\"\\\"\\\\/\\b\\f\\n\\r\\t\"" },
		{ LC_S_INIT("\0\x01\x1f\x7f"), "\"\\u0000\\u0001\\u001f\x7f\"",
		  "\"\\u0000\\u0001\\u001f\x7f\"" },
		{ LC_S_INIT("a<b>&'c"), "\"a<b>&'c\"", "\"a\\u003cb\\u003e\\u0026'c\"" },
		{ LC_S_INIT("\xe2\x80\xa8\xe2\x80\xa9"), "\"\xe2\x80\xa8\xe2\x80\xa9\"",
		  "\"\\u2028\\u2029\"" },
		{ LC_S_INIT("\xc3\xa9 \xf0\x9d\x84\x9e"), "\"\xc3\xa9 \xf0\x9d\x84\x9e\"",
		  "\"\xc3\xa9 \xf0\x9d\x84\x9e\"" },
		{ LC_S_INIT("a\xff"
			    "b"),
		  "\"a\xef\xbf\xbd"
		  "b\"",
		  "\"a\\ufffdb\"" },
		{ LC_S_INIT("\xe2\x82"), "\"\xef\xbf\xbd\xef\xbf\xbd\"", "\"\\ufffd\\ufffd\"" },
		{ LC_S_INIT("\xed\xa0\x80"), "\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"",
		  "\"\\ufffd\\ufffd\\ufffd\"" },
		{ LC_S_INIT("\xef\xbf\xbd"), "\"\xef\xbf\xbd\"", "\"\xef\xbf\xbd\"" },
		{ LC_S_INIT("sixteen and more plain bytes\n, then some & others"),
		  "\"sixteen and more plain bytes\\n, then some & others\"",
		  "\"sixteen and more plain bytes\\n, then some \\u0026 others\"" },
	};
	struct written t;
	(void)state;
	start(&t, 0);
	for (size_t i = 0; i < N(cases); i++) {
		t.w.html_safe = false;
		json_write_str(&t.w, cases[i].in);
		finish(&t, cases[i].want);
		t.w.html_safe = true;
		json_write_str(&t.w, cases[i].in);
		finish(&t, cases[i].html);
	}
	json_begin_object(&t.w);
	json_member_cstr(&t.w, "<k>", NULL);
	json_end_object(&t.w);
	finish(&t, "{\"\\u003ck\\u003e\":\"\"}");
	lc_buf_done(&t.buf);
}

/* Each byte at each place of a text of a few blocks: blocks see what a look at each byte sees. */
static void runs_of_plain_bytes_end_where_they_should(void **state)
{
	enum { LONG = 37 };
	uint8_t text[LONG];
	(void)state;
	for (unsigned c = 0; c < 256; c++) {
		for (size_t at = 0; at < LONG; at++) {
			memset(text, 'x', LONG);
			text[at] = (uint8_t)c;
			assert_int_equal(json_plain_run(text, LONG),
					 json_is_plain((uint8_t)c) ? LONG : at);
			assert_int_equal(json_html_run(text, LONG),
					 json_is_html_plain((uint8_t)c) ? LONG : at);
		}
	}
}

/* Each pair of bytes, valid UTF-8 or not, comes out as a text that parses. */
static void any_bytes_come_out_as_valid_json(void **state)
{
	struct written t;
	(void)state;
	start(&t, 0);
	for (unsigned i = 0; i < 1u << 17; i++) {
		uint8_t in[3] = { (uint8_t)(i >> 8), (uint8_t)i, 0xBF };
		struct lc_arena a;
		struct json_doc d;
		lc_arena_init(&a, 0);
		t.w.html_safe = i >> 16;
		json_write_str(&t.w, lc_slice_of(in, sizeof(in)));
		if (json_parse(lc_buf_get(&t.buf), 0, NULL, &a, &d, NULL) != 0)
			fail_msg("bytes %02x %02x bf", in[0], in[1]);
		lc_arena_done(&a);
		lc_buf_clear(&t.buf);
	}
	lc_buf_done(&t.buf);
}

static void writes_integers_to_their_ends(void **state)
{
	struct written t;
	(void)state;
	start(&t, 0);
	json_begin_array(&t.w);
	json_write_i64(&t.w, INT64_MIN);
	json_write_i64(&t.w, -1);
	json_write_i64(&t.w, 0);
	json_write_i64(&t.w, INT64_MAX);
	json_write_u64(&t.w, UINT64_MAX);
	json_end_array(&t.w);
	finish(&t, "[-9223372036854775808,-1,0,9223372036854775807,18446744073709551615]");
	lc_buf_done(&t.buf);
}

static void writes_the_shortest_doubles(void **state)
{
	static const struct {
		double v;
		const char *want;
	} cases[] = {
		{ 0, "0" },
		{ -0.0, "-0" },
		{ 1, "1" },
		{ -1.5, "-1.5" },
		{ 9.8, "9.8" },
		{ 0.1, "0.1" },
		{ 0.1 + 0.2, "0.30000000000000004" },
		{ 100, "100" },
		{ 123456789, "123456789" },
		{ 0.00001, "0.00001" },
		{ 0.000001, "0.000001" },
		{ 0.0000001, "1e-7" },
		{ 1.25e-10, "1.25e-10" },
		{ 1e20, "100000000000000000000" },
		{ 1e21, "1e+21" },
		{ 1.5e300, "1.5e+300" },
		{ 5e-324, "5e-324" },
		{ 1.7976931348623157e308, "1.7976931348623157e+308" },
		{ 2.2250738585072014e-308, "2.2250738585072014e-308" },
		{ 9007199254740993.0, "9007199254740992" },
		{ (double)INFINITY, "null" },
		{ -(double)INFINITY, "null" },
		{ (double)NAN, "null" },
	};
	struct written t;
	(void)state;
	start(&t, 0);
	for (size_t i = 0; i < N(cases); i++) {
		json_write_double(&t.w, cases[i].v);
		finish(&t, cases[i].want);
	}
	lc_buf_done(&t.buf);
}

static void random_doubles_read_back_equal(void **state)
{
	uint64_t seed = 88172645463325252u;
	struct written t;
	(void)state;
	start(&t, 0);
	for (int i = 0; i < 20000; i++) {
		struct lc_arena a;
		struct json_doc d;
		double in;
		double out = 0;
		seed ^= seed << 13;
		seed ^= seed >> 7;
		seed ^= seed << 17;
		memcpy(&in, &seed, sizeof(in));
		if (!isfinite(in))
			continue;
		lc_arena_init(&a, 0);
		json_write_double(&t.w, in);
		assert_int_equal(json_parse(lc_buf_get(&t.buf), 0, NULL, &a, &d, NULL), 0);
		assert_true(json_double(&d, 0, &out));
		assert_memory_equal(&in, &out, sizeof(in));
		lc_arena_done(&a);
		lc_buf_clear(&t.buf);
	}
	lc_buf_done(&t.buf);
}

static void numbers_do_not_follow_the_locale(void **state)
{
	struct written t;
	struct lc_arena a;
	struct json_doc d;
	double v = 0;
	(void)state;
	if (!setlocale(LC_ALL, "pt_BR.UTF-8") && !setlocale(LC_ALL, "de_DE.UTF-8"))
		tap_skip("no locale with a decimal comma: install pt_BR.UTF-8 or de_DE.UTF-8");
	start(&t, 0);
	lc_arena_init(&a, 0);
	json_write_double(&t.w, -12.75);
	assert_int_equal(json_parse(lc_buf_get(&t.buf), 0, NULL, &a, &d, NULL), 0);
	assert_true(json_double(&d, 0, &v));
	assert_true(v > -12.8 && v < -12.7);
	finish(&t, "-12.75");
	(void)setlocale(LC_ALL, "C");
	lc_arena_done(&a);
	lc_buf_done(&t.buf);
}

static void members_leave_empty_values_out(void **state)
{
	struct written t;
	(void)state;
	start(&t, 0);
	json_begin_object(&t.w);
	json_member_str_opt(&t.w, "a", LC_S(""));
	json_member_u64_opt(&t.w, "b", 0);
	json_member_true_opt(&t.w, "c", false);
	json_member_str_opt(&t.w, "d", LC_S("x"));
	json_member_u64_opt(&t.w, "e", 7);
	json_member_true_opt(&t.w, "f", true);
	json_member_i64(&t.w, "g", -7);
	json_member_bool(&t.w, "h", false);
	json_member_double(&t.w, "s", 9.8);
	json_write_key_slice(&t.w, LC_S("i\"\0"));
	json_write_raw(&t.w, LC_S("{ \"as\": \"is\" }"));
	json_end_object(&t.w);
	finish(&t,
	       "{\"d\":\"x\",\"e\":7,\"f\":true,\"g\":-7,\"h\":false,\"s\":9.8,\"i\\\"\\u0000\":{ "
	       "\"as\": \"is\" }}");
	lc_buf_done(&t.buf);
}

static void refuses_to_nest_too_deeply(void **state)
{
	struct written t;
	(void)state;
	start(&t, 0);
	for (int i = 0; i < JSON_WRITE_DEPTH; i++)
		json_begin_array(&t.w);
	assert_int_equal(json_writer_err(&t.w), 0);
	json_begin_array(&t.w);
	assert_int_equal(json_writer_err(&t.w), LC_ELIMIT);
	json_end_array(&t.w);
	json_write_null(&t.w);
	assert_int_equal(json_writer_err(&t.w), LC_ELIMIT);
	assert_int_equal(t.buf.n, JSON_WRITE_DEPTH);
	lc_buf_done(&t.buf);
}

static void stays_failed_once_the_buffer_is_full(void **state)
{
	struct lc_buf b;
	struct json_writer w;
	(void)state;
	for (size_t cap = 0; cap < 44; cap++) {
		lc_buf_init(&b, cap);
		json_writer_init(&w, &b, 0);
		write_sample(&w);
		assert_int_equal(json_writer_err(&w), LC_ELIMIT);
		assert_true(b.n <= cap);
		lc_buf_done(&b);
	}
	lc_buf_init(&b, 44);
	json_writer_init(&w, &b, 0);
	write_sample(&w);
	assert_int_equal(json_writer_err(&w), 0);
	lc_buf_done(&b);
}

/* ---- nodes ---- */

/* Parse text and write it into out again: the error of either. */
static int rewrite(struct lc_slice text, unsigned indent, struct lc_buf *out)
{
	struct lc_arena a;
	struct json_doc d;
	struct json_writer w;
	int rc;
	lc_arena_init(&a, 0);
	rc = json_parse(text, 0, NULL, &a, &d, NULL);
	if (!rc) {
		json_writer_init(&w, out, indent);
		json_write_node(&w, &d, json_root(&d));
		rc = json_writer_err(&w);
	}
	lc_arena_done(&a);
	return rc;
}

static void writes_parsed_nodes_again(void **state)
{
	static const char *const cases[] = {
		"{\"a\":[1,2.50,{\"b\\n\":\"\\t\"},[]],\"c\":{},\"a\":-1E+2}",
		"[[[[]]],[{}],{\"\":[{\"x\":[null,true,false]}]}]",
		"\"x\"",
		"0",
	};
	struct lc_buf out;
	struct lc_buf again;
	(void)state;
	lc_buf_init(&out, CAP);
	lc_buf_init(&again, CAP);
	for (size_t i = 0; i < N(cases); i++) {
		lc_buf_clear(&out);
		assert_int_equal(rewrite(lc_str(cases[i]), 3, &out), 0);
		lc_buf_clear(&again);
		assert_int_equal(rewrite(lc_buf_get(&out), 0, &again), 0);
		assert_int_equal(again.n, strlen(cases[i]));
		assert_memory_equal(again.p, cases[i], again.n);
	}
	lc_buf_done(&out);
	lc_buf_done(&again);
}

static void writes_a_node_inside_other_output(void **state)
{
	struct written t;
	struct lc_arena a;
	struct json_doc d;
	(void)state;
	lc_arena_init(&a, 0);
	assert_int_equal(json_parse(LC_S("{\"x\":[1,{\"y\":2}],\"z\":3}"), 0, NULL, &a, &d, NULL),
			 0);
	start(&t, 1);
	json_begin_array(&t.w);
	json_write_node(&t.w, &d, json_get(&d, 0, "x"));
	json_write_node(&t.w, &d, json_get(&d, 0, "z"));
	json_write_node(&t.w, &d, JSON_NONE);
	json_end_array(&t.w);
	finish(&t, "[\n [\n  1,\n  {\n   \"y\": 2\n  }\n ],\n 3,\n null\n]");
	lc_buf_done(&t.buf);
	lc_arena_done(&a);
}

static void refuses_a_node_that_is_too_deep_to_write(void **state)
{
	static const struct json_limits deep = { .depth_max = 1000, .nodes_max = 1000 };
	struct written t;
	struct lc_arena a;
	struct json_doc d;
	char text[2 * (JSON_WRITE_DEPTH + 1)];
	(void)state;
	memset(text, '[', sizeof(text) / 2);
	memset(text + sizeof(text) / 2, ']', sizeof(text) / 2);
	lc_arena_init(&a, 0);
	assert_int_equal(json_parse(lc_slice_of(text, sizeof(text)), 0, &deep, &a, &d, NULL), 0);
	start(&t, 0);
	json_write_node(&t.w, &d, 0);
	assert_int_equal(json_writer_err(&t.w), LC_ELIMIT);
	lc_buf_done(&t.buf);
	start(&t, 0);
	json_write_node(&t.w, &d, 1);
	assert_int_equal(json_writer_err(&t.w), 0);
	lc_buf_done(&t.buf);
	lc_arena_done(&a);
}

static int rewrite_once(void *ctx)
{
	struct lc_buf out;
	int rc;
	lc_buf_init(&out, CAP);
	rc = rewrite(lc_str(ctx), 2, &out);
	assert_true(rc == 0 || rc == LC_ENOMEM);
	lc_buf_done(&out);
	return rc;
}

static void survives_each_failing_allocation(void **state)
{
	char text[] = "{\"a\":[1,2,\"\\n\",{\"b\":{}}]}";
	(void)state;
	assert_true(alloc_fail_each(rewrite_once, text) >= 3);
}

/* ---- JSONTestSuite ---- */

/* What was written reads as the same value: writing it once more changes nothing. */
static void check_stable(void *ctx, struct lc_slice name, struct lc_slice bytes)
{
	size_t *checked = ctx;
	struct lc_buf once;
	struct lc_buf twice;
	lc_buf_init(&once, CAP);
	lc_buf_init(&twice, CAP);
	if (rewrite(bytes, 0, &once) == 0) {
		if (rewrite(lc_buf_get(&once), 0, &twice) != 0 ||
		    !lc_eq(lc_buf_get(&once), lc_buf_get(&twice)))
			fail_msg("%s does not come back", lc_quote(name).s);
		++*checked;
	}
	lc_buf_done(&once);
	lc_buf_done(&twice);
}

static void every_accepted_case_of_the_suite_comes_back(void **state)
{
	size_t checked = 0;
	(void)state;
	data_foreach("vectors/json-test-suite.tar.zst", check_stable, &checked);
	assert_true(checked >= 95);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lays_out_compact_and_indented),
		cmocka_unit_test(indents_by_more_than_one_piece_of_spaces),
		cmocka_unit_test(escapes_what_a_string_cannot_hold),
		cmocka_unit_test(runs_of_plain_bytes_end_where_they_should),
		cmocka_unit_test(any_bytes_come_out_as_valid_json),
		cmocka_unit_test(writes_integers_to_their_ends),
		cmocka_unit_test(writes_the_shortest_doubles),
		cmocka_unit_test(random_doubles_read_back_equal),
		cmocka_unit_test(numbers_do_not_follow_the_locale),
		cmocka_unit_test(members_leave_empty_values_out),
		cmocka_unit_test(refuses_to_nest_too_deeply),
		cmocka_unit_test(stays_failed_once_the_buffer_is_full),
		cmocka_unit_test(writes_parsed_nodes_again),
		cmocka_unit_test(writes_a_node_inside_other_output),
		cmocka_unit_test(refuses_a_node_that_is_too_deep_to_write),
		cmocka_unit_test(survives_each_failing_allocation),
		cmocka_unit_test(every_accepted_case_of_the_suite_comes_back),
	};
	return cmocka_run_group_tests_name("json_write", tests, NULL, NULL);
}
