#include "format/toml.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "format/json.h"
#include "support/alloc_fail.h"
#include "support/fixture.h"
#include "support/slice_assert.h"
#include "support/tap.h"

/* ---- what is read ---- */

static void reads_nodes_and_their_lines(void **state)
{
	static const char text[] = "\xef\xbb\xbf# c\n"
				   "a = \"x\\n\\u00e9\" # d\r\n"
				   "[b.c]\n"
				   "d.e = [1, 0xff,\n"
				   "  -1_000]\n"
				   "f = { g = true, h = '\\' }\n"
				   "\n"
				   "[[i]]\n"
				   "j = \"\"\"\n"
				   "k\\\n"
				   "   l\"\"\"\"\"\n"
				   "[[i]]\n";
	struct lc_arena a = { 0 };
	struct toml_doc d;
	struct lc_err e = { 0 };
	uint32_t start;
	uint32_t end;
	int64_t v;
	bool is;
	(void)state;
	if (toml_parse(lc_str(text), NULL, &a, &d, &e))
		fail_msg("%s", e.msg);
	toml_ref root = toml_root(&d);
	assert_slice(toml_get_str(&d, root, "a"), LC_S("x\n\xc3\xa9"));
	toml_ref c = toml_at(&d, root, "b", "c", NULL);
	toml_lines(&d, c, &start, &end);
	assert_int_equal(start, 3);
	assert_int_equal(end, 6);
	toml_ref e1 = toml_at(&d, c, "d", "e", NULL);
	assert_int_equal(toml_count(&d, e1), 3);
	assert_true(toml_i64(&d, toml_next(&d, toml_first(&d, e1)), &v));
	assert_int_equal(v, 255);
	assert_true(toml_i64(&d, toml_next(&d, toml_next(&d, toml_first(&d, e1))), &v));
	assert_int_equal(v, -1000);
	assert_true(toml_bool(&d, toml_at(&d, c, "f", "g", NULL), &is) && is);
	assert_slice(toml_str(&d, toml_at(&d, c, "f", "h", NULL)), LC_S("\\"));
	toml_ref i = toml_get(&d, root, "i");
	assert_int_equal(toml_count(&d, i), 2);
	assert_slice(toml_get_str(&d, toml_first(&d, i), "j"), LC_S("kl\"\""));
	toml_lines(&d, toml_first(&d, i), &start, &end);
	assert_int_equal(start, 8);
	assert_int_equal(end, 11);
	assert_slice(toml_key(&d, i), LC_S("i"));
	assert_int_equal(toml_type_of(&d, toml_get(&d, i, "x")), TOML_ABSENT);
	lc_arena_done(&a);
}

static void bounds_integers(void **state)
{
	static const struct {
		const char *text;
		bool is;
		int64_t want;
	} rows[] = {
		{ "a=9223372036854775807", true, INT64_MAX },
		{ "a=-9223372036854775808", true, INT64_MIN },
		{ "a=9223372036854775808", false, 0 },
		{ "a=0", true, 0 },
		{ "a=-0", true, 0 },
		{ "a=0b1_01", true, 5 },
		{ "a=0o17", true, 15 },
		{ "a=0x0000_0000_0000_0000_0001", true, 1 },
		{ "a=0b0", true, 0 },
		{ "a=1.0", false, 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct lc_arena a = { 0 };
		struct toml_doc d;
		int64_t v = 0;
		assert_int_equal(toml_parse(lc_str(rows[i].text), NULL, &a, &d, NULL), 0);
		if (toml_i64(&d, toml_get(&d, 0, "a"), &v) != rows[i].is || v != rows[i].want)
			fail_msg("%s: %" PRId64, rows[i].text, v);
		lc_arena_done(&a);
	}
}

/* ---- what is not ---- */

static const struct {
	const char *text;
	int code;
	const char *message;
} broken[] = {
	{ "a = ", LC_ETRUNC, "line 1, column 5: no value" },
	{ "a", LC_ETRUNC, "line 1, column 2: key without \"=\"" },
	{ "a = \"x", LC_ETRUNC, "line 1, column 7: string without its end" },
	{ "[a", LC_ETRUNC, "line 1, column 3: header without its end" },
	{ "a = [1,", LC_ETRUNC, "line 1, column 8: no value" },
	{ "a = {b = 1", LC_ETRUNC, "line 1, column 11: no \",\" or \"}\" behind a value" },
	{ "\na = 1 b", LC_EBAD, "line 2, column 7: more on the line than belongs there" },
	{ "a = 1\na = 2\n", LC_EBAD, "line 2, column 3: key that is there already" },
	{ "[a]\n[a]\n", LC_EBAD, "line 2, column 4: table that is there already" },
	{ "a = {}\na.b = 1\n", LC_EBAD,
	  "line 2, column 5: key of what is no table, or is complete" },
	{ "[a.b]\n[a]\nb.c = 1\n", LC_EBAD,
	  "line 3, column 5: key of what is no table, or is complete" },
	{ "a = \xff", LC_EBAD, "line 1: not UTF-8 text" },
	{ "a = 2024-02-30\n", LC_EBAD, "line 1, column 5: no value of any type" },
	{ "a = \"\\ud800\"\n", LC_EBAD, "line 1, column 12: escape of what is no character" },
};

static void says_what_is_wrong_and_where(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct lc_arena a = { 0 };
		struct lc_err e = { 0 };
		struct toml_doc d;
		int rc = toml_parse(lc_str(broken[i].text), NULL, &a, &d, &e);
		if (rc != broken[i].code || strcmp(e.msg, broken[i].message) != 0)
			fail_msg("%s: %d, %s", broken[i].text, rc, e.msg);
		lc_arena_done(&a);
	}
}

static void stops_at_its_limits(void **state)
{
	static const struct toml_limits limits = { 400, 8, 4 };
	static const char *const rows[] = {
		"a=[1,2,3,4,5,6,7,8]",
		"a=[[[[[1]]]]]",
		"a.b.c.d.e=1",
		"a={b={c={d={e=1}}}}",
	};
	char large[402];
	struct lc_arena a = { 0 };
	struct toml_doc d;
	(void)state;
	memset(large, ' ', sizeof(large));
	assert_int_equal(toml_parse(lc_slice_of(large, 401), &limits, &a, &d, NULL), LC_ELIMIT);
	assert_int_equal(toml_parse(lc_slice_of(large, 400), &limits, &a, &d, NULL), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(toml_parse(lc_str(rows[i]), &limits, &a, &d, NULL), LC_ELIMIT);
	lc_arena_done(&a);
}

static int parse_once(void *ctx)
{
	struct lc_arena a = { 0 };
	struct toml_doc d;
	int rc = toml_parse(lc_str(ctx), NULL, &a, &d, NULL);
	lc_arena_done(&a);
	return rc;
}

static void survives_each_failing_allocation(void **state)
{
	char text[] = "[a.b]\nc.d = \"x\\n\"\ne = [{f = 1}]\n[[g]]\n[[g]]\n";
	(void)state;
	assert_true(alloc_fail_each(parse_once, text) >= 3);
}

/* ---- toml-test ---- */

struct suite {
	struct lc_arena arena;
	struct lc_map files; /* name -> struct lc_slice */
};

static void keep(void *ctx, struct lc_slice name, struct lc_slice bytes)
{
	struct suite *s = ctx;
	struct lc_slice *file = lc_new(&s->arena, struct lc_slice);
	struct lc_slice key;
	(void)lc_chop_prefix(&name, LC_S("./"));
	(void)lc_chop_prefix(&name, LC_S("tests/"));
	assert_int_equal(lc_arena_dup(&s->arena, name, &key), 0);
	assert_int_equal(lc_arena_dup(&s->arena, bytes, file), 0);
	assert_int_equal(lc_map_put(&s->files, key, file), 0);
}

static bool same_float(struct lc_slice got, struct lc_slice want)
{
	char text[2][128];
	size_t n[2] = { 0, 0 };
	const struct lc_slice in[2] = { got, want };
	for (size_t k = 0; k < 2; k++) {
		for (size_t i = 0; i < in[k].n && n[k] < 127; i++) {
			if (in[k].p[i] != '_')
				text[k][n[k]++] = (char)in[k].p[i];
		}
		text[k][n[k]] = 0;
	}
	double a = strtod(text[0], NULL);
	double b = strtod(text[1], NULL);
	return (a != a && b != b) || (a <= b && b <= a);
}

/* As the suite writes them: "T" and "Z" large, fractions without zeros at their end. */
static size_t plain_date(struct lc_slice s, char text[64])
{
	size_t n = 0;
	bool fraction = false;
	for (size_t i = 0; i < s.n && n < 63; i++) {
		char c = (char)s.p[i];
		if (fraction && !lc_is_digit((uint8_t)c)) {
			while (n && text[n - 1] == '0')
				n--;
			fraction = false;
		}
		fraction |= c == '.';
		if (c == ' ' || c == 't')
			c = 'T';
		text[n++] = c == 'z' ? 'Z' : c;
	}
	while (fraction && n && text[n - 1] == '0')
		n--;
	return n;
}

static bool same_date(struct lc_slice got, struct lc_slice want)
{
	char text[2][64];
	size_t n[2] = { plain_date(got, text[0]), plain_date(want, text[1]) };
	return lc_eq(lc_slice_of(text[0], n[0]), lc_slice_of(text[1], n[1]));
}

static bool same_scalar(const struct toml_doc *d, toml_ref r, struct lc_slice type,
			struct lc_slice value)
{
	static const struct {
		const char *name;
		enum toml_type type;
	} types[] = {
		{ "string", TOML_STRING },     { "integer", TOML_INTEGER },
		{ "float", TOML_FLOAT },       { "bool", TOML_BOOL },
		{ "datetime", TOML_DATETIME }, { "datetime-local", TOML_DATETIME_LOCAL },
		{ "date-local", TOML_DATE },   { "time-local", TOML_TIME },
	};
	size_t i = 0;
	int64_t v;
	char text[32];
	while (i < 8 && !lc_eq(type, lc_str(types[i].name)))
		i++;
	if (i == 8 || toml_type_of(d, r) != types[i].type)
		return false;
	switch (types[i].type) {
	case TOML_STRING:
		return lc_eq(toml_str(d, r), value);
	case TOML_INTEGER:
		(void)snprintf(text, sizeof(text), "%" PRId64, toml_i64(d, r, &v) ? v : -1);
		return lc_eq(lc_str(text), value);
	case TOML_FLOAT:
		return same_float(toml_raw(d, r), value);
	case TOML_BOOL:
		return lc_eq(toml_raw(d, r), value);
	default:
		return same_date(toml_raw(d, r), value);
	}
}

static bool same(const struct toml_doc *d, toml_ref r, const struct json_doc *j, json_ref w)
{
	if (json_type_of(j, w) == JSON_ARRAY) {
		toml_ref item = toml_first(d, r);
		if (toml_type_of(d, r) != TOML_ARRAY || toml_count(d, r) != json_count(j, w))
			return false;
		json_each(j, w, child) {
			if (!same(d, item, j, child))
				return false;
			item = toml_next(d, item);
		}
		return true;
	}
	struct lc_slice type = json_get_str(j, w, "type");
	if (type.p && json_count(j, w) == 2 && json_is_str(j, json_get(j, w, "value")))
		return same_scalar(d, r, type, json_get_str(j, w, "value"));
	if (toml_type_of(d, r) != TOML_TABLE || toml_count(d, r) != json_count(j, w))
		return false;
	json_each(j, w, child) {
		if (!same(d, toml_get_slice(d, r, json_key(j, child)), j, child))
			return false;
	}
	return true;
}

static void check_case(const struct suite *s, struct lc_slice name)
{
	const struct lc_slice *text = lc_map_get(&s->files, name);
	struct lc_arena a = { 0 };
	struct toml_doc d;
	struct lc_err e = { 0 };
	if (!lc_ends(name, LC_S(".toml")))
		return;
	assert_non_null(text);
	int rc = toml_parse(*text, NULL, &a, &d, &e);
	if ((rc == 0) != lc_starts(name, LC_S("valid/")))
		fail_msg("%.*s: %s", LC_FMT(name), e.msg);
	if (rc == 0) {
		struct json_doc j;
		char json[256];
		(void)snprintf(json, sizeof(json), "%.*s.json", (int)(name.n - 5),
			       (const char *)name.p);
		const struct lc_slice *want = lc_map_get(&s->files, lc_str(json));
		assert_non_null(want);
		assert_int_equal(json_parse(*want, 0, NULL, &a, &j, &e), 0);
		if (!same(&d, toml_root(&d), &j, json_root(&j)))
			fail_msg("%.*s differs", LC_FMT(name));
	}
	lc_arena_done(&a);
}

static void every_case_of_the_suite_holds(void **state)
{
	struct suite s = { 0 };
	size_t n = 0;
	(void)state;
	data_foreach("vectors/toml-test.tar.zst", keep, &s);
	const struct lc_slice *list = lc_map_get(&s.files, LC_S("files-toml-1.0.0"));
	assert_non_null(list);
	struct lc_slice rest = *list;
	for (struct lc_slice line; lc_line(&rest, &line); n++)
		check_case(&s, line);
	assert_true(n > 900);
	lc_map_done(&s.files);
	lc_arena_done(&s.arena);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_nodes_and_their_lines),
		cmocka_unit_test(bounds_integers),
		cmocka_unit_test(says_what_is_wrong_and_where),
		cmocka_unit_test(stops_at_its_limits),
		cmocka_unit_test(survives_each_failing_allocation),
		cmocka_unit_test(every_case_of_the_suite_holds),
	};
	return cmocka_run_group_tests_name("toml", tests, NULL, NULL);
}
