/* Reading JSON: what is accepted, what is refused and where, look-ups, limits, equal keys. */
#include "format/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/alloc_fail.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* A document over a copy of its text that ends where the text ends, so that sanitizers see
 * over-reads. */
struct parsed {
	uint8_t *text;
	struct lc_arena arena;
	struct json_doc doc;
	struct lc_err err;
	int rc;
};

static void parsed_done(struct parsed *p)
{
	lc_arena_done(&p->arena);
	free(p->text);
}

#define AUTOPARSED __attribute__((cleanup(parsed_done))) struct parsed

static struct parsed parse_limited(struct lc_slice text, unsigned flags,
				   const struct json_limits *l)
{
	struct parsed p = { .text = malloc(text.n ? text.n : 1) };
	assert_non_null(p.text);
	if (text.n)
		memcpy(p.text, text.p, text.n);
	p.rc = json_parse(lc_slice_of(p.text, text.n), flags, l, &p.arena, &p.doc, &p.err);
	return p;
}

static struct parsed parse_flags(const char *text, unsigned flags)
{
	return parse_limited(lc_str(text), flags, NULL);
}

static struct parsed parse(const char *text)
{
	return parse_flags(text, 0);
}

static void assert_slice(struct lc_slice got, const char *want, size_t n)
{
	assert_int_equal(got.n, n);
	if (n)
		assert_memory_equal(got.p, want, n);
}

#define assert_text(got, want) assert_slice((got), (want), strlen(want))

/* ---- grammar ---- */

static void accepts_every_form_of_value(void **state)
{
	static const struct {
		const char *text;
		enum json_type type;
	} cases[] = {
		{ "null", JSON_NULL },
		{ "true", JSON_TRUE },
		{ "false", JSON_FALSE },
		{ "0", JSON_NUMBER },
		{ "-0", JSON_NUMBER },
		{ "-0.0e-00", JSON_NUMBER },
		{ "10.01E+9", JSON_NUMBER },
		{ "1e400", JSON_NUMBER },
		{ "\"\"", JSON_STRING },
		{ "\"\x7f\"", JSON_STRING },
		{ "\"\xf4\x8f\xbf\xbf\"", JSON_STRING },
		{ "[]", JSON_ARRAY },
		{ "{}", JSON_OBJECT },
		{ " \t\r\n[ \n] \t\r\n", JSON_ARRAY },
		{ "{ \"\" : { } , \"b\" : [ ] }", JSON_OBJECT },
	};
	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		AUTOPARSED p = parse(cases[i].text);
		if (p.rc)
			fail_msg("%s: %s", cases[i].text, p.err.msg);
		assert_int_equal(json_type_of(&p.doc, json_root(&p.doc)), cases[i].type);
	}
}

struct refusal {
	const char *text;
	int code;
	const char *msg;
};

static void check_refusals(const struct refusal *cases, size_t n, unsigned flags)
{
	for (size_t i = 0; i < n; i++) {
		AUTOPARSED p = parse_flags(cases[i].text, flags);
		if (p.rc != cases[i].code || strcmp(p.err.msg, cases[i].msg) != 0)
			fail_msg("%s: got %d \"%s\"", cases[i].text, p.rc, p.err.msg);
		assert_int_equal(p.doc.count, 0);
	}
}

static void tells_what_is_cut_short(void **state)
{
	static const struct refusal cases[] = {
		{ "", LC_ETRUNC, "line 1, column 1: the text ends too early" },
		{ " \n ", LC_ETRUNC, "line 2, column 2: the text ends too early" },
		{ "[", LC_ETRUNC, "line 1, column 2: the text ends too early" },
		{ "[1", LC_ETRUNC, "line 1, column 3: the text ends too early" },
		{ "[1,", LC_ETRUNC, "line 1, column 4: the text ends too early" },
		{ "{", LC_ETRUNC, "line 1, column 2: the text ends too early" },
		{ "{\"a\"", LC_ETRUNC, "line 1, column 5: the text ends too early" },
		{ "{\"a\":", LC_ETRUNC, "line 1, column 6: the text ends too early" },
		{ "{\"a\":1", LC_ETRUNC, "line 1, column 7: the text ends too early" },
		{ "{\"a\":1,", LC_ETRUNC, "line 1, column 8: the text ends too early" },
		{ "\"abc", LC_ETRUNC, "line 1, column 5: the text ends inside a string" },
		{ "\"\\", LC_ETRUNC, "line 1, column 3: the text ends inside a string" },
		{ "\"\\u12", LC_ETRUNC, "line 1, column 6: the text ends inside a string" },
		{ "-", LC_ETRUNC, "line 1, column 2: the text ends too early" },
		{ "1.", LC_ETRUNC, "line 1, column 3: the text ends too early" },
		{ "1e", LC_ETRUNC, "line 1, column 3: the text ends too early" },
		{ "1e+", LC_ETRUNC, "line 1, column 4: the text ends too early" },
		{ "tru", LC_ETRUNC, "line 1, column 4: the text ends too early" },
	};
	(void)state;
	check_refusals(cases, N(cases), 0);
}

static void tells_where_and_what_is_malformed(void **state)
{
	static const struct refusal cases[] = {
		{ "[1,]", LC_EBAD, "line 1, column 4: expected a value, found \"]\"" },
		{ "[,1]", LC_EBAD, "line 1, column 2: expected a value, found \",\"" },
		{ "[1 2]", LC_EBAD, "line 1, column 4: expected a comma or ], found \"2\"" },
		{ "[1}", LC_EBAD, "line 1, column 3: expected a comma or ], found \"}\"" },
		{ "{\"a\":1,}", LC_EBAD, "line 1, column 8: expected a key, found \"}\"" },
		{ "{\"a\":1]", LC_EBAD, "line 1, column 7: expected a comma or }, found \"]\"" },
		{ "{\"a\" 1}", LC_EBAD, "line 1, column 6: expected a colon, found \"1\"" },
		{ "{a:1}", LC_EBAD, "line 1, column 2: expected a key, found \"a\"" },
		{ "{1:1}", LC_EBAD, "line 1, column 2: expected a key, found \"1\"" },
		{ "{\n \"a\":\n  x}", LC_EBAD, "line 3, column 3: expected a value, found \"x\"" },
		{ "1 2", LC_EBAD, "line 1, column 3: expected the end of the text, found \"2\"" },
		{ "{}}", LC_EBAD, "line 1, column 3: expected the end of the text, found \"}\"" },
		{ "01", LC_EBAD,
		  "line 1, column 2: expected no digit after a leading zero, found \"1\"" },
		{ "-x", LC_EBAD, "line 1, column 2: expected a digit, found \"x\"" },
		{ "+1", LC_EBAD, "line 1, column 1: expected a value, found \"+\"" },
		{ ".5", LC_EBAD, "line 1, column 1: expected a value, found \".\"" },
		{ "1.e1", LC_EBAD, "line 1, column 3: expected a digit, found \"e\"" },
		{ "1ex", LC_EBAD, "line 1, column 3: expected a digit, found \"x\"" },
		{ "0x1", LC_EBAD, "line 1, column 2: expected the end of the text, found \"x\"" },
		{ "NaN", LC_EBAD, "line 1, column 1: expected a value, found \"N\"" },
		{ "nul1", LC_EBAD, "line 1, column 4: expected null, true or false, found \"1\"" },
		{ "nullx", LC_EBAD, "line 1, column 5: expected the end of the text, found \"x\"" },
		{ "'a'", LC_EBAD, "line 1, column 1: expected a value, found \"'\"" },
		{ "[1]//", LC_EBAD, "line 1, column 4: expected the end of the text, found \"/\"" },
		{ "\xef\xbb\xbf{}", LC_EBAD,
		  "line 1, column 1: expected a value, found \"\\xef\"" },
		{ "\"a\tb\"", LC_EBAD, "line 1, column 3: control character in a string" },
		{ "\"\x1f\"", LC_EBAD, "line 1, column 2: control character in a string" },
		{ "\"\\a\"", LC_EBAD, "line 1, column 2: invalid escape in a string" },
		{ "\"\\U0041\"", LC_EBAD, "line 1, column 2: invalid escape in a string" },
		{ "\"\\u004g\"", LC_EBAD, "line 1, column 2: invalid escape in a string" },
		{ "\"\\u12\"", LC_EBAD, "line 1, column 2: invalid escape in a string" },
		{ "\"\xff\"", LC_EBAD, "line 1, column 2: invalid UTF-8" },
		{ "\"\xc0\x80\"", LC_EBAD, "line 1, column 2: invalid UTF-8" },
		{ "\"\xed\xa0\x80\"", LC_EBAD, "line 1, column 2: invalid UTF-8" },
		{ "\"\xf4\x90\x80\x80\"", LC_EBAD, "line 1, column 2: invalid UTF-8" },
		{ "\"0123456789abcdef\xc3\"", LC_EBAD, "line 1, column 18: invalid UTF-8" },
	};
	(void)state;
	check_refusals(cases, N(cases), 0);
}

static void refuses_a_nul_byte_outside_strings(void **state)
{
	AUTOPARSED p = parse_limited(LC_S("[1\0]"), 0, NULL);
	(void)state;
	assert_int_equal(p.rc, LC_EBAD);
}

static void every_prefix_of_a_document_is_cut_short(void **state)
{
	static const char text[] = "{\"a\":[1.5e-3,true,\"x\\u00e9\\ud834\\udd1e\",{}],\"b\":null}";
	(void)state;
	for (size_t n = 0; n < sizeof(text) - 1; n++) {
		AUTOPARSED p = parse_limited(lc_slice_of(text, n), 0, NULL);
		if (p.rc != LC_ETRUNC)
			fail_msg("%zu bytes: %d %s", n, p.rc, p.err.msg);
	}
}

static void accepts_comments_and_trailing_commas_when_lenient(void **state)
{
	static const char *const cases[] = {
		"[1,]",
		"{\"a\":1,}",
		"{\"a\":1 , /* x */ }",
		"// first\n[1 // one\n,2/**/]// last",
		"/* \xc3\xa9 * / */ {} /***/",
		"\xef\xbb\xbf{}",
		"[\"//\", \"/*\"]",
	};
	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		AUTOPARSED p = parse_flags(cases[i], JSON_LENIENT);
		if (p.rc)
			fail_msg("%s: %s", cases[i], p.err.msg);
	}
}

static void refuses_other_liberties_when_lenient(void **state)
{
	static const struct refusal cases[] = {
		{ "[,]", LC_EBAD, "line 1, column 2: expected a value, found \",\"" },
		{ "[1,,]", LC_EBAD, "line 1, column 4: expected a value, found \",\"" },
		{ "{,}", LC_EBAD, "line 1, column 2: expected a key, found \",\"" },
		{ "[1,}", LC_EBAD, "line 1, column 4: expected a value, found \"}\"" },
		{ "[1 / 2]", LC_EBAD, "line 1, column 4: expected a comma or ], found \"/\"" },
		{ "[ /* x", LC_ETRUNC, "line 1, column 7: the text ends too early" },
		{ "[ /* x /", LC_ETRUNC, "line 1, column 9: the text ends too early" },
		{ "[ /", LC_EBAD, "line 1, column 3: expected a value, found \"/\"" },
		{ "// \xff\n1", LC_EBAD, "line 1, column 4: expected a value, found \"\\xff\"" },
		{ "#\n1", LC_EBAD, "line 1, column 1: expected a value, found \"#\"" },
		{ "{a:1}", LC_EBAD, "line 1, column 2: expected a key, found \"a\"" },
	};
	(void)state;
	check_refusals(cases, N(cases), JSON_LENIENT);
}

static void refuses_a_comment_left_open_at_the_end(void **state)
{
	AUTOPARSED p = parse_flags("[1] /* x", JSON_LENIENT);
	(void)state;
	assert_int_equal(p.rc, LC_ETRUNC);
}

/* ---- strings ---- */

static void decodes_escapes(void **state)
{
	static const struct {
		const char *text;
		const char *want;
		size_t n;
	} cases[] = {
		{ "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\\/\b\f\n\r\t", 8 },
		{ "\"\\u0041\\u00e9\\u20AC\"", "A\xc3\xa9\xe2\x82\xac", 6 },
		{ "\"\\ud834\\uDD1E\"", "\xf0\x9d\x84\x9e", 4 },
		{ "\"\\udbff\\udfff\"", "\xf4\x8f\xbf\xbf", 4 },
		{ "\"a\\u0000b\"", "a\0b", 3 },
		{ "\"\\ud834\"", "\xef\xbf\xbd", 3 },
		{ "\"\\udd1e\"", "\xef\xbf\xbd", 3 },
		{ "\"\\udd1e\\ud834\"", "\xef\xbf\xbd\xef\xbf\xbd", 6 },
		{ "\"\\ud834x\"", "\xef\xbf\xbdx", 4 },
		{ "\"\\ud834\\n\"", "\xef\xbf\xbd\n", 4 },
		{ "\"\\ud834\\ud834\\udd1e\"", "\xef\xbf\xbd\xf0\x9d\x84\x9e", 7 },
		{ "\"a long run of plain bytes, then \\n and more of them after it\"",
		  "a long run of plain bytes, then \n and more of them after it", 59 },
		{ "\"\xc3\xa9\\n\xe2\x82\xac\"", "\xc3\xa9\n\xe2\x82\xac", 6 },
	};
	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		AUTOPARSED p = parse(cases[i].text);
		assert_int_equal(p.rc, 0);
		assert_slice(json_str(&p.doc, 0), cases[i].want, cases[i].n);
	}
}

static void finds_the_end_of_strings_of_every_length(void **state)
{
	static const char special[] = { '"', '\\', '\n', '\x01', '\x1f', '\x80' };
	char text[80];
	(void)state;
	for (size_t n = 0; n < 70; n++) {
		memset(text, '~', sizeof(text));
		text[0] = '"';
		for (size_t i = 0; i < sizeof(special); i++) {
			text[n + 1] = special[i];
			AUTOPARSED p = parse_limited(lc_slice_of(text, n + 2), 0, NULL);
			assert_int_equal(p.rc == 0, special[i] == '"');
			if (!p.rc)
				assert_int_equal(json_str(&p.doc, 0).n, n);
		}
	}
}

static void strings_without_escapes_are_slices_of_the_text(void **state)
{
	AUTOPARSED p = parse("{\"key\":\"value\"}");
	(void)state;
	assert_int_equal(p.rc, 0);
	assert_ptr_equal(json_get_str(&p.doc, 0, "key").p, p.text + 8);
}

/* ---- look-ups ---- */

static void walks_children_in_order(void **state)
{
	static const char *const keys[] = { "a", "b\n", "c", "d\t", "e" };
	AUTOPARSED p = parse("{\"a\":\"1\\t\",\"b\\n\":\"2\\t\",\"c\":[1,[2],\"\\n\"],\"d\\t\":{"
			     "\"x\":1},\"e\":null}");
	size_t i = 0;
	(void)state;
	assert_int_equal(p.rc, 0);
	assert_int_equal(json_count(&p.doc, 0), N(keys));
	json_each(&p.doc, 0, child) {
		assert_true(i < N(keys));
		assert_text(json_key(&p.doc, child), keys[i]);
		assert_int_equal(json_get(&p.doc, 0, keys[i]), child);
		i++;
	}
	assert_int_equal(i, N(keys));
	assert_text(json_get_str(&p.doc, 0, "b\n"), "2\t");
	i = 0;
	json_each(&p.doc, json_get(&p.doc, 0, "c"), item) {
		assert_int_equal(json_key(&p.doc, item).n, 0);
		i++;
	}
	assert_int_equal(i, 3);
}

static void goes_down_by_keys(void **state)
{
	AUTOPARSED p = parse("{\"a\":{\"b\":{\"c\":7}},\"z\":1}");
	uint64_t v = 0;
	(void)state;
	assert_true(json_u64(&p.doc, json_at(&p.doc, 0, "a", "b", "c", NULL), &v));
	assert_int_equal(v, 7);
	assert_int_equal(json_at(&p.doc, 0, "a", "x", "c", NULL), JSON_NONE);
	assert_int_equal(json_at(&p.doc, 0, "z", "b", NULL), JSON_NONE);
	assert_int_equal(json_at(&p.doc, 0, NULL), 0);
}

static void takes_no_node_and_other_types(void **state)
{
	AUTOPARSED p = parse("[\"s\",1,{}]");
	json_ref refs[] = { JSON_NONE, 1000, 0, 1, 2, 3 };
	int64_t i64;
	uint64_t u64;
	double f64;
	(void)state;
	for (size_t i = 0; i < N(refs); i++) {
		json_ref r = refs[i];
		assert_int_equal(json_get(&p.doc, r, "k"), JSON_NONE);
		assert_int_equal(json_key(&p.doc, r).n, 0);
		assert_true(json_bool(&p.doc, r, true));
		assert_false(json_bool(&p.doc, r, false));
		assert_int_equal(json_is_str(&p.doc, r), r == 1);
		assert_int_equal(json_str(&p.doc, r).p != NULL, r == 1);
		assert_int_equal(json_num(&p.doc, r).p != NULL, r == 2);
		assert_int_equal(json_i64(&p.doc, r, &i64), r == 2);
		assert_int_equal(json_u64(&p.doc, r, &u64), r == 2);
		assert_int_equal(json_double(&p.doc, r, &f64), r == 2);
		assert_int_equal(json_count(&p.doc, r), r == 0 ? 3 : 0);
		assert_int_equal(json_first(&p.doc, r), r == 0 ? 1 : JSON_NONE);
	}
	assert_int_equal(json_type_of(&p.doc, JSON_NONE), JSON_NULL);
	assert_int_equal(json_next(&p.doc, 0), JSON_NONE);
	assert_int_equal(json_next(&p.doc, 3), JSON_NONE);
	assert_int_equal(json_next(&p.doc, JSON_NONE), JSON_NONE);
	assert_int_equal(json_raw(&p.doc, JSON_NONE).n, 0);
}

static void an_empty_document_has_no_root(void **state)
{
	struct json_doc d = { .count = 0 };
	(void)state;
	assert_int_equal(json_root(&d), JSON_NONE);
	assert_int_equal(json_get(&d, json_root(&d), "a"), JSON_NONE);
}

static void reads_integers_that_fit(void **state)
{
	static const struct {
		const char *text;
		bool is_i64;
		int64_t i64;
		bool is_u64;
		uint64_t u64;
	} cases[] = {
		{ "0", true, 0, true, 0 },
		{ "-0", true, 0, true, 0 },
		{ "-1", true, -1, false, 0 },
		{ "9223372036854775807", true, INT64_MAX, true, INT64_MAX },
		{ "9223372036854775808", false, 0, true, (uint64_t)INT64_MAX + 1 },
		{ "-9223372036854775808", true, INT64_MIN, false, 0 },
		{ "-9223372036854775809", false, 0, false, 0 },
		{ "18446744073709551615", false, 0, true, UINT64_MAX },
		{ "18446744073709551616", false, 0, false, 0 },
		{ "1.0", false, 0, false, 0 },
		{ "1e2", false, 0, false, 0 },
		{ "\"1\"", false, 0, false, 0 },
	};
	(void)state;
	for (size_t i = 0; i < N(cases); i++) {
		AUTOPARSED p = parse(cases[i].text);
		int64_t i64 = 0;
		uint64_t u64 = 0;
		assert_int_equal(json_i64(&p.doc, 0, &i64), cases[i].is_i64);
		assert_int_equal(json_u64(&p.doc, 0, &u64), cases[i].is_u64);
		assert_true(i64 == cases[i].i64 && u64 == cases[i].u64);
	}
}

static void reads_doubles(void **state)
{
	AUTOPARSED p = parse("[9.8,-1e-7,0.1,1e400,0e999]");
	static const double want[] = { 9.8, -1e-7, 0.1, 0, 0 };
	char digits[200];
	double v = 0;
	(void)state;
	for (json_ref r = 1; r <= N(want); r++) {
		v = 0;
		assert_int_equal(json_double(&p.doc, r, &v), r != 4);
		assert_true(v >= want[r - 1] && v <= want[r - 1]);
	}
	memset(digits, '1', sizeof(digits));
	AUTOPARSED fits = parse_limited(lc_slice_of(digits, 127), 0, NULL);
	AUTOPARSED too_long = parse_limited(lc_slice_of(digits, 128), 0, NULL);
	assert_true(json_double(&fits.doc, 0, &v));
	assert_false(json_double(&too_long.doc, 0, &v));
}

static void keeps_the_bytes_and_place_of_each_node(void **state)
{
	AUTOPARSED p = parse("{\"a\": [1, 2.50],\n \"b\\n\":\n\t\"x\\ny\", \"c\":{} }  ");
	json_ref a = json_get(&p.doc, 0, "a");
	json_ref b = json_get(&p.doc, 0, "b\n");
	json_ref c = json_get(&p.doc, 0, "c");
	uint32_t line = 0;
	uint32_t column = 0;
	(void)state;
	assert_text(json_raw(&p.doc, a), "[1, 2.50]");
	assert_text(json_raw(&p.doc, b), "\"x\\ny\"");
	assert_text(json_raw(&p.doc, c), "{}");
	assert_int_equal(json_raw(&p.doc, 0).n, p.doc.text.n - 2);
	assert_text(json_num(&p.doc, json_next(&p.doc, json_first(&p.doc, a))), "2.50");
	json_where(&p.doc, a, &line, &column);
	assert_true(line == 1 && column == 7);
	json_where(&p.doc, b, &line, &column);
	assert_true(line == 3 && column == 2);
	json_where(&p.doc, c, &line, &column);
	assert_true(line == 3 && column == 14);
	json_where(&p.doc, JSON_NONE, &line, &column);
	assert_true(line == 1 && column == 1);
}

/* ---- equal keys ---- */

static void finds_the_last_or_the_first_of_equal_keys(void **state)
{
	static const char text[] = "{\"a\":1,\"b\":2,\"\\u0061\":3}";
	AUTOPARSED last = parse(text);
	AUTOPARSED first = parse_flags(text, JSON_DUP_FIRST);
	(void)state;
	assert_text(json_num(&last.doc, json_get(&last.doc, 0, "a")), "3");
	assert_text(json_num(&first.doc, json_get(&first.doc, 0, "a")), "1");
	assert_int_equal(json_count(&last.doc, 0), 3);
}

static void refuses_equal_keys_where_told(void **state)
{
	static const struct refusal cases[] = {
		{ "{\"a\":1,\"a\":1}", LC_EBAD,
		  "line 1, column 12: the key \"a\" occurs before in this object" },
		{ "[{\"a\":{\"x\":1,\n\"\\u0078\":1}}]", LC_EBAD,
		  "line 2, column 10: the key \"x\" occurs before in this object" },
		{ "{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,"
		  "\"g\":7,\"h\":8,\"i\":9,\"c\":0}",
		  LC_EBAD, "line 1, column 60: the key \"c\" occurs before in this object" },
	};
	AUTOPARSED same = parse_flags("[{\"a\":{\"a\":1}},{\"a\":1}]", JSON_DUP_REFUSE);
	AUTOPARSED many = parse_flags("{\"a\":1,\"b\":2,\"c\":3,\"d\":4,\"e\":5,\"f\":6,\"g\":7,"
				      "\"h\":8,\"i\":9,\"j\":0}",
				      JSON_DUP_REFUSE);
	(void)state;
	assert_int_equal(same.rc, 0);
	assert_int_equal(many.rc, 0);
	for (size_t i = 0; i < N(cases); i++) {
		AUTOPARSED p = parse_flags(cases[i].text, JSON_DUP_REFUSE);
		assert_int_equal(p.rc, cases[i].code);
		assert_string_equal(p.err.msg, cases[i].msg);
	}
}

/* ---- limits ---- */

static void stops_at_the_depth_limit(void **state)
{
	static const struct json_limits three = { .depth_max = 3, .nodes_max = 100 };
	static const struct json_limits deep = { .depth_max = 100000, .nodes_max = 100000 };
	char text[100000];
	size_t half = sizeof(text) / 2;
	AUTOPARSED ok = parse_limited(LC_S("[[[]],{\"a\":[]}]"), 0, &three);
	AUTOPARSED over = parse_limited(LC_S("[[[[]]]]"), 0, &three);
	(void)state;
	assert_int_equal(ok.rc, 0);
	assert_int_equal(over.rc, LC_ELIMIT);
	assert_string_equal(over.err.msg, "line 1, column 4: nested too deeply");
	memset(text, '[', half);
	memset(text + half, ']', half);
	AUTOPARSED by_default = parse_limited(lc_slice_of(text, sizeof(text)), 0, NULL);
	AUTOPARSED p = parse_limited(lc_slice_of(text, sizeof(text)), 0, &deep);
	assert_int_equal(by_default.rc, LC_ELIMIT);
	assert_int_equal(p.rc, 0);
	assert_int_equal(p.doc.count, half);
}

static void stops_at_the_node_limit(void **state)
{
	(void)state;
	for (uint32_t max = 0; max < 8; max++) {
		struct json_limits l = { .depth_max = 9, .nodes_max = max };
		AUTOPARSED p = parse_limited(LC_S("{\"a\":[1,2],\"b\":\"\\n\"}"), 0, &l);
		assert_int_equal(p.rc, LC_ELIMIT);
	}
	struct json_limits l = { .depth_max = 9, .nodes_max = 8 };
	AUTOPARSED p = parse_limited(LC_S("{\"a\":[1,2],\"b\":\"\\n\"}"), 0, &l);
	assert_int_equal(p.rc, 0);
}

static void refuses_more_bytes_than_offsets_can_tell(void **state)
{
	struct lc_arena a = { 0 };
	struct json_doc d;
	struct lc_err e = { 0 };
	(void)state;
	assert_int_equal(json_parse(lc_slice_of("1", UINT32_MAX), 0, NULL, &a, &d, &e), LC_ELIMIT);
	assert_string_equal(e.msg, "a document of more than 4 GiB");
}

static void keeps_to_the_cap_of_the_arena(void **state)
{
	struct lc_arena a;
	struct json_doc d;
	int rc;
	(void)state;
	for (size_t cap = 1; cap < 200; cap++) {
		lc_arena_init(&a, cap);
		rc = json_parse(LC_S("{\"a\":[1,\"\\n\"]}"), 0, NULL, &a, &d, NULL);
		lc_arena_done(&a);
		assert_true(rc == LC_ELIMIT || (rc == 0 && cap >= 6 * 16 + 1));
	}
	assert_int_equal(rc, 0);
}

static void grows_past_its_first_guess(void **state)
{
	enum { ITEMS = 50000 };
	char *text = malloc(2 * ITEMS + 1);
	size_t count = 0;
	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < ITEMS; i++)
		memcpy(text + 2 * i, ",0", 2);
	text[0] = '[';
	text[2 * ITEMS] = ']';
	AUTOPARSED p = parse_limited(lc_slice_of(text, 2 * ITEMS + 1), 0, NULL);
	free(text);
	assert_int_equal(p.rc, 0);
	json_each(&p.doc, 0, item)
		count += json_num(&p.doc, item).n;
	assert_int_equal(count, ITEMS);
}

/* ---- allocation failure ---- */

static int parse_once(void *ctx)
{
	struct lc_arena a;
	struct json_doc d = { .count = 0 };
	struct lc_err e = { 0 };
	int rc;
	lc_arena_init(&a, 0);
	rc = json_parse(lc_str(ctx), JSON_DUP_REFUSE, NULL, &a, &d, &e);
	assert_true(rc == 0 || (rc == LC_ENOMEM && e.code == rc && !d.count));
	lc_arena_done(&a);
	return rc;
}

static void survives_each_failing_allocation(void **state)
{
	char text[] = "{\"a\":1,\"b\":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],"
		      "\"c\":\"\\n\",\"d\":4,\"e\":5,\"f\":6,\"g\":7,\"h\":8,\"i\":9}";
	(void)state;
	assert_true(alloc_fail_each(parse_once, text) >= 3);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts_every_form_of_value),
		cmocka_unit_test(tells_what_is_cut_short),
		cmocka_unit_test(tells_where_and_what_is_malformed),
		cmocka_unit_test(refuses_a_nul_byte_outside_strings),
		cmocka_unit_test(every_prefix_of_a_document_is_cut_short),
		cmocka_unit_test(accepts_comments_and_trailing_commas_when_lenient),
		cmocka_unit_test(refuses_other_liberties_when_lenient),
		cmocka_unit_test(refuses_a_comment_left_open_at_the_end),
		cmocka_unit_test(decodes_escapes),
		cmocka_unit_test(finds_the_end_of_strings_of_every_length),
		cmocka_unit_test(strings_without_escapes_are_slices_of_the_text),
		cmocka_unit_test(walks_children_in_order),
		cmocka_unit_test(goes_down_by_keys),
		cmocka_unit_test(takes_no_node_and_other_types),
		cmocka_unit_test(an_empty_document_has_no_root),
		cmocka_unit_test(reads_integers_that_fit),
		cmocka_unit_test(reads_doubles),
		cmocka_unit_test(keeps_the_bytes_and_place_of_each_node),
		cmocka_unit_test(finds_the_last_or_the_first_of_equal_keys),
		cmocka_unit_test(refuses_equal_keys_where_told),
		cmocka_unit_test(stops_at_the_depth_limit),
		cmocka_unit_test(stops_at_the_node_limit),
		cmocka_unit_test(refuses_more_bytes_than_offsets_can_tell),
		cmocka_unit_test(keeps_to_the_cap_of_the_arena),
		cmocka_unit_test(grows_past_its_first_guess),
		cmocka_unit_test(survives_each_failing_allocation),
	};
	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}
