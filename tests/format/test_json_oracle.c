/* JSON reading against the JSONTestSuite and against jansson on texts changed at random, by seed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "format/jansson_oracle.h"
#include "format/json.h"
#include "support/fixture.h"

enum { MUTATIONS = 100000, TEXT_MAX = 1024 };

static const struct json_limits deep = { .depth_max = 1u << 20, .nodes_max = 1u << 20 };

/* ---- same value ---- */

static bool same(const struct json_doc *d, json_ref r, const struct oracle *v);

static bool same_items(const struct json_doc *d, json_ref r, const struct oracle *v)
{
	size_t i = 0;
	json_each(d, r, child) {
		if (!same(d, child, oracle_item(v, i++)))
			return false;
	}
	return i == oracle_count(v);
}

static bool same_members(const struct json_doc *d, json_ref r, const struct oracle *v)
{
	size_t distinct = 0;
	json_each(d, r, child) {
		struct lc_slice key = json_key(d, child);
		if (json_get_slice(d, r, key) != child)
			continue; /* a later one of that name counts */
		distinct++;
		if (!oracle_member(v, key) || !same(d, child, oracle_member(v, key)))
			return false;
	}
	return distinct == oracle_count(v);
}

static bool same_number(const struct json_doc *d, json_ref r, const struct oracle *v)
{
	double ours;
	double theirs = oracle_number(v);
	if (json_double(d, r, &ours))
		return memcmp(&ours, &theirs, sizeof(ours)) == 0;
	return json_num(d, r).n > 127;
}

/* Recursion is bounded by what jansson accepts: 2048 levels. */
static bool same(const struct json_doc *d, json_ref r, const struct oracle *v)
{
	static const char kinds[] = {
		[JSON_NULL] = 'n',   [JSON_FALSE] = 'f', [JSON_TRUE] = 't',  [JSON_NUMBER] = '#',
		[JSON_STRING] = '"', [JSON_ARRAY] = '[', [JSON_OBJECT] = '{'
	};
	if (oracle_kind(v) != kinds[json_type_of(d, r)])
		return false;
	switch (json_type_of(d, r)) {
	case JSON_NUMBER:
		return same_number(d, r, v);
	case JSON_STRING:
		return lc_eq(json_str(d, r), oracle_str(v));
	case JSON_ARRAY:
		return same_items(d, r, v);
	case JSON_OBJECT:
		return same_members(d, r, v);
	default:
		return true;
	}
}

struct tally {
	size_t accepted;
	size_t refused;
	size_t abstained;
};

/* False when the two readers disagree on whether text is JSON, or on its value. */
static bool agrees(struct lc_slice text, struct tally *t)
{
	struct lc_arena a;
	struct json_doc d = { .count = 0 };
	struct oracle *v = NULL;
	enum oracle_verdict verdict = oracle_parse(text, &v);
	bool ok = true;
	lc_arena_init(&a, 0);
	if (json_parse(text, 0, &deep, &a, &d, NULL) == 0)
		ok = verdict == ORACLE_ABSTAINS || (v && same(&d, 0, v));
	else
		ok = verdict != ORACLE_ACCEPTS;
	t->accepted += verdict == ORACLE_ACCEPTS;
	t->refused += verdict == ORACLE_REFUSES;
	t->abstained += verdict == ORACLE_ABSTAINS;
	oracle_free(v);
	lc_arena_done(&a);
	return ok;
}

/* ---- mutation ---- */

static uint64_t next_random(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

static size_t below(uint64_t *seed, size_t n)
{
	return (size_t)(next_random(seed) % n);
}

static size_t insert(uint8_t *text, size_t n, size_t at, struct lc_slice piece)
{
	if (n + piece.n > TEXT_MAX)
		return n;
	memmove(text + at + piece.n, text + at, n - at);
	memcpy(text + at, piece.p, piece.n);
	return n + piece.n;
}

static size_t mutate(uint8_t *text, size_t n, uint64_t *seed)
{
	static const char *const pieces[] = {
		"{",
		"}",
		"[",
		"]",
		",",
		":",
		"\"",
		"\\",
		"null",
		"true",
		"false",
		"0",
		"-",
		".",
		"e",
		"1e5",
		"1E-",
		"\"\"",
		"\\u00e9",
		"\\ud834\\udd1e",
		"\\n",
		"\xc3\xa9",
		"\xe2\x82\xac",
		" ",
		"\n",
		"\t",
		"\"k\":",
		"[1]",
		"{\"a\":2}",
		",null",
		"\x7f",
		"\xff",
		"\\u0000",
	};
	size_t at = below(seed, n + 1);
	size_t len = below(seed, 6) + 1;
	switch (below(seed, 4)) {
	case 0:
		if (at < n)
			text[at] = (uint8_t)next_random(seed);
		return n;
	case 1:
		len = len < n - at ? len : n - at;
		memmove(text + at, text + at + len, n - at - len);
		return n - len;
	case 2:
		return insert(text, n, at,
			      lc_str(pieces[below(seed, sizeof(pieces) / sizeof(*pieces))]));
	default:
		if (at < n)
			text[at] = (uint8_t) "{}[],:\"\\0-.e "[below(seed, 13)];
		return n;
	}
}

static void agrees_with_jansson_on_mutations(void **state)
{
	static const char *const bases[] = {
		"{\"a\":[1,-2.5e3,true],\"b\":{\"c\":null,\"d\":\"x\\ty\"},\"e\":[]}",
		"[\"\\u00e9\\ud834\\udd1e\",\"\xc3\xa9\xe2\x82\xac\xf0\x9d\x84\x9e\",0.1,[[[{}]]]]",
		"{\n\t\"affected\": [ { \"ranges\": [ ] } ],\n\t\"n\": 1.0E+2, \"n\": 0\n}\n",
		"[0,-0,1,10,0.0,-0.0,1e1,1E+1,1e-1,123456789012,1.7976931348623157e308]",
		"\"a longer string, so that blocks of sixteen bytes are looked at \\\\ \\\" end\"",
	};
	uint64_t seed = 0x9E3779B97F4A7C15u;
	struct tally t = { 0 };
	(void)state;
	for (int i = 0; i < MUTATIONS; i++) {
		const char *base = bases[below(&seed, sizeof(bases) / sizeof(*bases))];
		uint8_t text[TEXT_MAX];
		size_t n = strlen(base);
		uint64_t start = seed;
		memcpy(text, base, n);
		for (size_t steps = below(&seed, 4); steps; steps--)
			n = mutate(text, n, &seed);
		if (!agrees(lc_slice_of(text, n), &t))
			fail_msg("round %d, seed %#llx: %.*s", i, (unsigned long long)start, (int)n,
				 (const char *)text);
	}
	assert_true(t.accepted > MUTATIONS / 10);
	assert_true(t.refused > MUTATIONS / 10);
	assert_true(t.abstained < MUTATIONS / 20);
}

/* ---- JSONTestSuite ---- */

struct suite {
	size_t good;
	size_t bad;
	size_t either;
	struct tally tally;
};

static void check_case(void *ctx, struct lc_slice path, struct lc_slice bytes)
{
	struct suite *s = ctx;
	size_t slash = lc_rfind(path, '/');
	struct lc_slice name = slash == SIZE_MAX ? path : lc_skip(path, slash + 1);
	struct lc_arena a;
	struct json_doc d;
	struct lc_err e = { 0 };
	uint8_t *exact = malloc(bytes.n ? bytes.n : 1);
	int rc;
	assert_non_null(exact);
	if (bytes.n)
		memcpy(exact, bytes.p, bytes.n);
	lc_arena_init(&a, 0);
	rc = json_parse(lc_slice_of(exact, bytes.n), 0, &deep, &a, &d, &e);
	lc_arena_done(&a);
	free(exact);
	if (lc_starts(name, LC_S("y_")) && rc)
		fail_msg("%s refused: %s", lc_quote(name).s, e.msg);
	if (lc_starts(name, LC_S("n_")) && rc != LC_EBAD && rc != LC_ETRUNC)
		fail_msg("%s gave %d %s", lc_quote(name).s, rc, e.msg);
	if (lc_starts(name, LC_S("y_")) && !agrees(bytes, &s->tally))
		fail_msg("%s: another value than jansson's", lc_quote(name).s);
	s->good += lc_starts(name, LC_S("y_"));
	s->bad += lc_starts(name, LC_S("n_"));
	s->either += lc_starts(name, LC_S("i_"));
}

static void passes_every_case_of_the_suite(void **state)
{
	struct suite s = { 0 };
	(void)state;
	data_foreach("vectors/json-test-suite.tar.zst", check_case, &s);
	assert_true(s.good >= 95 && s.bad >= 188 && s.either >= 35);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_jansson_on_mutations),
		cmocka_unit_test(passes_every_case_of_the_suite),
	};
	return cmocka_run_group_tests_name("json_oracle", tests, NULL, NULL);
}
