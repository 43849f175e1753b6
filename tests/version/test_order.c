/* What holds for every scheme: the table, the bounds, and that each order is one. */
#include <assert.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "order.h"

enum { TEXT_MAX = 128, SET = 60, ROUNDS = 40 };

/* All but pacman's, whose order is none. */
static const enum version_scheme built[] = {
	VERSION_DEB,    VERSION_APK,     VERSION_RPM,     VERSION_SEMVER,   VERSION_GO,
	VERSION_PEP440, VERSION_MAVEN,   VERSION_GEM,     VERSION_COMPOSER, VERSION_NUGET,
	VERSION_HEX,    VERSION_PUB,     VERSION_SWIFT,   VERSION_CONAN,    VERSION_BITNAMI,
	VERSION_CRAN,   VERSION_HACKAGE, VERSION_GENERIC, VERSION_JULIA,    VERSION_CONDA,
};
static_assert(sizeof(built) / sizeof(*built) == VERSION_SCHEME_N - 2, "none and alpm apart");

#define EACH_BUILT(s) \
	(size_t i_ = 0; i_ < sizeof(built) / sizeof(*built) && ((s) = built[i_], true); i_++)

static void names_go_there_and_back(void **state)
{
	(void)state;
	for (unsigned i = 0; i < VERSION_SCHEME_N; i++) {
		enum version_scheme s = VERSION_SCHEME_N;
		const char *name = version_scheme_name((enum version_scheme)i);
		assert_non_null(name);
		assert_true(version_scheme_of(lc_str(name), &s));
		assert_int_equal(s, i);
	}
	enum version_scheme s = VERSION_RPM;
	assert_false(version_scheme_of(LC_S("DEB"), &s));
	assert_false(version_scheme_of(LC_S(""), &s));
	assert_int_equal(s, VERSION_RPM);
	assert_null(version_scheme_name(VERSION_SCHEME_N));
}

static void outside_the_table_nothing_compares(void **state)
{
	(void)state;
	int c = 77;
	assert_false(version_scheme_built(VERSION_NONE));
	assert_false(version_scheme_built(VERSION_SCHEME_N));
	assert_int_equal(version_cmp(VERSION_SCHEME_N, LC_S("1"), LC_S("1"), &c), LC_EUNSUP);
	assert_int_equal(c, 77);
	assert_false(version_valid(VERSION_SCHEME_N, LC_S("1")));
}

static void no_scheme_knows_equal_text_alone(void **state)
{
	(void)state;
	int c = 77;
	assert_int_equal(version_cmp(VERSION_NONE, LC_S("1.0"), LC_S("1.00"), &c), LC_EUNSUP);
	assert_int_equal(version_cmp(VERSION_NONE, LC_S(""), LC_S(""), &c), LC_EBAD);
	assert_int_equal(c, 77);
	assert_int_equal(version_cmp(VERSION_NONE, LC_S("1.0"), LC_S("1.0"), &c), 0);
	assert_int_equal(c, 0);
}

static void too_long_is_a_limit_of_its_own(void **state)
{
	(void)state;
	uint8_t text[VERSION_BYTES_MAX + 1];
	memset(text, '1', sizeof(text));
	enum version_scheme s;
	for
		EACH_BUILT(s)
		{
			int c = 77;
			assert_true(version_scheme_built(s));
			assert_int_equal(
				version_cmp(s, lc_slice_of(text, sizeof(text)), LC_S("1"), &c),
				LC_ELIMIT);
			assert_int_equal(
				version_cmp(s, LC_S("1"), lc_slice_of(text, sizeof(text)), &c),
				LC_ELIMIT);
			assert_int_equal(c, 77);
			assert_int_equal(
				version_cmp(s, lc_slice_of(text, sizeof(text) - 1), LC_S("1"), &c),
				0);
			assert_true(c > 0);
			assert_false(version_valid(s, lc_slice_of(text, sizeof(text))));
		}
}

struct set {
	char text[SET][TEXT_MAX];
	struct lc_slice v[SET];
};

static void set_fill(struct set *set, enum version_scheme s, uint64_t seed)
{
	struct order_random r = { seed };
	for (size_t i = 0; i < SET; i++) {
		if (i % 3)
			order_random_neighbour(&r, s, set->text[i - 1], set->text[i], TEXT_MAX);
		else
			order_random_version(&r, s, set->text[i], TEXT_MAX);
		set->v[i] = lc_str(set->text[i]);
	}
}

static char orders[SET][SET];

static void check_pair(enum version_scheme s, const struct set *set, size_t i, size_t j)
{
	char ab = orders[i][j];
	char ba = orders[j][i];
	bool turned = ab == '<' ? ba == '>' : ab == '>' ? ba == '<' : ab == ba;
	if (!turned)
		fail_msg("%s: %s %c %s, but %c turned around", version_scheme_name(s), set->text[i],
			 ab, set->text[j], ba);
	if (version_valid(s, set->v[i]) && version_valid(s, set->v[j]))
		assert_int_not_equal(ab, '!');
}

static void check_pairs(enum version_scheme s, const struct set *set)
{
	for (size_t i = 0; i < SET; i++)
		for (size_t j = 0; j < SET; j++)
			orders[i][j] = order_of(s, set->v[i], set->v[j]);
	for (size_t i = 0; i < SET; i++)
		for (size_t j = 0; j < SET; j++)
			check_pair(s, set, i, j);
}

/* a <= b and b <= c give a <= c, strictly so when one of them is strict. */
static void check_triple(enum version_scheme s, const struct set *set, size_t a, size_t b, size_t c)
{
	char ab = orders[a][b];
	char bc = orders[b][c];
	if (ab == '!' || bc == '!' || ab == '>' || bc == '>')
		return;
	char want = ab == '=' && bc == '=' ? '=' : '<';
	if (orders[a][c] != want)
		fail_msg("%s: %s %c %s %c %s, but the ends are %c", version_scheme_name(s),
			 set->text[a], ab, set->text[b], bc, set->text[c], orders[a][c]);
}

/* Of the set whose pairs were checked last. */
static void check_triples(enum version_scheme s, const struct set *set)
{
	for (size_t i = 0; i < SET * SET * SET; i++)
		check_triple(s, set, i % SET, i / SET % SET, i / SET / SET);
}

static void every_scheme_is_a_total_order(void **state)
{
	(void)state;
	static struct set set;
	enum version_scheme s;
	for
		EACH_BUILT(s)
		{
			for (uint64_t seed = 0; seed < ROUNDS / 10; seed++) {
				set_fill(&set, s, seed);
				check_pairs(s, &set);
				if (s != VERSION_MAVEN)
					check_triples(s, &set);
			}
		}
}

/* Numbers, then at most one word and its number, the word between no dot and dash: of these
 * Maven's order is one. */
static void maven_set_fill(struct set *set, uint64_t seed)
{
	static const char *const words[] = { "alpha", "B",  "m",     "cr",  "rc", "SNAPSHOT",
					     "ga",    "sp", "Final", "jre", "a",  "x" };
	static const char *const separators[] = { "-", ".", "" };
	struct order_random r = { seed };
	for (size_t i = 0; i < SET; i++) {
		char *text = set->text[i];
		int n = snprintf(text, TEXT_MAX, "%u", (unsigned)order_random_below(&r, 3));
		for (size_t k = order_random_below(&r, 3); k; k--)
			n += snprintf(text + n, TEXT_MAX - (size_t)n, ".%u",
				      (unsigned)order_random_below(&r, 3));
		size_t between = order_random_below(&r, 3);
		if (order_random_below(&r, 4))
			n += snprintf(text + n, TEXT_MAX - (size_t)n, "%s%s", separators[between],
				      words[order_random_below(&r, 12)]);
		if (lc_is_alpha((uint8_t)text[n - 1]) && order_random_below(&r, 2))
			(void)snprintf(text + n, TEXT_MAX - (size_t)n, "%s%u",
				       between != 1 && order_random_below(&r, 2) ? "-" : "",
				       (unsigned)order_random_below(&r, 12));
		set->v[i] = lc_str(text);
	}
}

static void maven_orders_versions_that_end_in_a_word(void **state)
{
	(void)state;
	static struct set set;
	for (uint64_t seed = 0; seed < ROUNDS / 4; seed++) {
		maven_set_fill(&set, seed);
		check_pairs(VERSION_MAVEN, &set);
		check_triples(VERSION_MAVEN, &set);
	}
}

static void every_text_equals_itself_or_is_refused(void **state)
{
	(void)state;
	static struct set set;
	enum version_scheme s;
	size_t equal = 0;
	for
		EACH_BUILT(s)
		{
			for (uint64_t seed = 100; seed < 100 + ROUNDS; seed++) {
				set_fill(&set, s, seed);
				for (size_t i = 0; i < SET; i++) {
					char c = order_of(s, set.v[i], set.v[i]);
					assert_true(c == '=' || c == '!');
					equal += c == '=';
				}
			}
		}
	assert_true(equal > SET * ROUNDS);
}

enum { LONG = 1 << 20 };

typedef int (*cmp_fn)(struct lc_slice a, struct lc_slice b, int *ret);

/* The schemes' own compare has no bound on length: at a megabyte, what is quadratic never ends. */
static void long_versions_take_linear_time(void **state)
{
	(void)state;
	static const cmp_fn cmp[] = { version_cmp_deb,     version_cmp_apk,   version_cmp_rpm,
				      version_cmp_semver,  version_cmp_go,    version_cmp_pep440,
				      version_cmp_maven,   version_cmp_gem,   version_cmp_composer,
				      version_cmp_nuget,   version_cmp_pub,   version_cmp_conan,
				      version_cmp_bitnami, version_cmp_cran,  version_cmp_hackage,
				      version_cmp_generic, version_cmp_julia, version_cmp_conda };
	static const char *const shapes[] = { "1",  "0",   "1.",   "0.",  "a",   "~", "1a",
					      "1-", "_p1", "-a.1", ".0-", "0.a", "-", "--1" };
	static uint8_t a[LONG];
	static uint8_t b[LONG];
	size_t taken = 0;
	for (size_t k = 0; k < sizeof(shapes) / sizeof(*shapes); k++) {
		size_t n = strlen(shapes[k]);
		for (size_t i = 0; i < LONG; i++)
			a[i] = b[i] = (uint8_t)shapes[k][i % n];
		a[0] = b[0] = '1';
		a[LONG - 1] = '1';
		b[LONG - 1] = '2';
		for (size_t i = 0; i < sizeof(cmp) / sizeof(*cmp); i++) {
			int c = 0;
			int r = cmp[i](lc_slice_of(a, LONG), lc_slice_of(b, LONG), &c);
			assert_true(c <= 0);
			assert_int_equal(cmp[i](lc_slice_of(a, LONG), lc_slice_of(a, LONG), &c), r);
			assert_int_equal(c, 0);
			taken += r == 0;
		}
	}
	assert_true(taken >= 3 * sizeof(shapes) / sizeof(*shapes));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_go_there_and_back),
		cmocka_unit_test(outside_the_table_nothing_compares),
		cmocka_unit_test(no_scheme_knows_equal_text_alone),
		cmocka_unit_test(too_long_is_a_limit_of_its_own),
		cmocka_unit_test(every_scheme_is_a_total_order),
		cmocka_unit_test(maven_orders_versions_that_end_in_a_word),
		cmocka_unit_test(every_text_equals_itself_or_is_refused),
		cmocka_unit_test(long_versions_take_linear_time),
	};
	return cmocka_run_group_tests_name("version/order", tests, NULL, NULL);
}
