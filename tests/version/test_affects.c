#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "version/version.h"

enum { EVENTS_MAX = 8 };

/* A range as text: "+" introduced, "-" fixed, "=" last affected, "|" limit before each version. */
struct range_text {
	struct version_event events[EVENTS_MAX];
	struct version_range range;
};

static enum version_event_kind kind_of(uint8_t c)
{
	if (c == '+')
		return VERSION_INTRODUCED;
	if (c == '-')
		return VERSION_FIXED;
	return c == '=' ? VERSION_LAST_AFFECTED : VERSION_LIMIT;
}

static void range_of(const char *text, struct range_text *ret)
{
	struct lc_slice rest = lc_str(text);
	struct lc_slice one;
	size_t n = 0;
	while (rest.n && n < EVENTS_MAX && lc_split(&rest, ' ', &one)) {
		ret->events[n].kind = kind_of(one.p[0]);
		ret->events[n++].version = lc_skip(one, 1);
	}
	ret->range = (struct version_range){ ret->events, n };
}

static struct version_proof ask(enum version_scheme s, const char *range, const char *v)
{
	struct range_text t;
	struct version_proof p;
	range_of(range, &t);
	struct version_affected what = { &t.range, 1, NULL, 0 };
	assert_int_equal(version_affects(s, &what, lc_str(v), &p), 0);
	return p;
}

struct row {
	const char *range;
	const char *v;
	enum version_verdict verdict;
	const char *introduced; /* "" none */
	const char *fixed;
	const char *last_affected;
	size_t skipped;
};

static void check(enum version_scheme s, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct row *r = &rows[i];
		struct version_proof p = ask(s, r->range, r->v);
		size_t range = r->verdict == VERSION_AFFECTED ? 0 : SIZE_MAX;
		if (p.verdict != r->verdict || p.range != range || p.skipped != r->skipped ||
		    !lc_eq(p.introduced, lc_str(r->introduced)) ||
		    !lc_eq(p.fixed, lc_str(r->fixed)) ||
		    !lc_eq(p.last_affected, lc_str(r->last_affected)))
			fail_msg("%s in \"%s\": verdict %d, +%.*s -%.*s =%.*s, %zu skipped", r->v,
				 r->range, (int)p.verdict, LC_FMT(p.introduced), LC_FMT(p.fixed),
				 LC_FMT(p.last_affected), p.skipped);
	}
}

#define CHECK(s, rows) check(s, rows, sizeof(rows) / sizeof(*(rows)))

static void a_stretch_runs_from_introduced_to_before_fixed(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "+0 -2", "1", VERSION_AFFECTED, "0", "2", "", 0 },
		{ "+0 -2", "2", VERSION_UNAFFECTED, "", "", "", 0 },
		{ "+0 -2", "2~rc1", VERSION_AFFECTED, "0", "2", "", 0 },
		{ "+0 -2", "0~1", VERSION_AFFECTED, "0", "2", "", 0 },
		{ "+1 -2", "1", VERSION_AFFECTED, "1", "2", "", 0 },
		{ "+1 -2", "1~", VERSION_UNAFFECTED, "", "", "", 0 },
		{ "+1", "99:1", VERSION_AFFECTED, "1", "", "", 0 },
		{ "-2", "1", VERSION_UNAFFECTED, "", "", "", 0 },
		{ "", "1", VERSION_UNAFFECTED, "", "", "", 0 },
		{ "+0 -0", "1", VERSION_UNAFFECTED, "", "", "", 0 },
	};
	CHECK(VERSION_DEB, rows);
}

static void last_affected_is_affected_itself(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "+1 =2", "2", VERSION_AFFECTED, "1", "", "2", 0 },
		{ "+1 =2", "2-0", VERSION_AFFECTED, "1", "", "2", 0 },
		{ "+1 =2", "2-0.1", VERSION_UNAFFECTED, "", "", "", 0 },
		{ "+1 =1", "1", VERSION_AFFECTED, "1", "", "1", 0 },
		{ "+0 =1 +1", "1", VERSION_AFFECTED, "0", "", "1", 0 },
		{ "+0 =1 +1", "2", VERSION_AFFECTED, "1", "", "", 0 },
		{ "=1 +1", "1", VERSION_AFFECTED, "1", "", "", 0 },
	};
	CHECK(VERSION_DEB, rows);
}

static void events_need_not_be_sorted(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "-4 +3 -2 +1", "1.5", VERSION_AFFECTED, "1", "2", "", 0 },
		{ "-4 +3 -2 +1", "2.5", VERSION_UNAFFECTED, "", "", "", 0 },
		{ "-4 +3 -2 +1", "3", VERSION_AFFECTED, "3", "4", "", 0 },
		{ "-4 +3 -2 +1", "4", VERSION_UNAFFECTED, "", "", "", 0 },
		{ "-2 +0", "1", VERSION_AFFECTED, "0", "2", "", 0 },
	};
	CHECK(VERSION_DEB, rows);
}

static void the_first_of_several_fixes_ends_the_stretch(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "+0 -1 -3", "2", VERSION_UNAFFECTED, "", "", "", 0 },
		{ "+0 -3 -1", "0.5", VERSION_AFFECTED, "0", "1", "", 0 },
		{ "+1 +2 -3", "2.5", VERSION_AFFECTED, "1", "3", "", 0 },
		{ "+0 =1 -3", "0.5", VERSION_AFFECTED, "0", "", "1", 0 },
	};
	CHECK(VERSION_DEB, rows);
}

static void equal_versions_keep_the_order_of_the_record(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "+1 -1", "1", VERSION_UNAFFECTED, "", "", "", 0 },
		{ "-1 +1", "1", VERSION_AFFECTED, "1", "", "", 0 },
		{ "+0 -1 +1 -2", "1", VERSION_AFFECTED, "1", "2", "", 0 },
		{ "+0 +1 -1 -2", "1", VERSION_UNAFFECTED, "", "", "", 0 },
		{ "-1.0 +0:1.0-0", "1.0-00", VERSION_AFFECTED, "0:1.0-0", "", "", 0 },
	};
	CHECK(VERSION_DEB, rows);
}

static void a_bad_event_is_passed_over_alone(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "+0 -a:b -2", "1", VERSION_AFFECTED, "0", "2", "", 1 },
		{ "+0 -unknown", "1", VERSION_AFFECTED, "0", "", "", 1 },
		{ "+unknown -2", "1", VERSION_UNAFFECTED, "", "", "", 1 },
		{ "+0 - -2 =1-", "2", VERSION_UNAFFECTED, "", "", "", 2 },
		{ "+0 |bad -2", "1", VERSION_AFFECTED, "0", "2", "", 1 },
		{ "-* +0", "1", VERSION_AFFECTED, "0", "", "", 1 },
	};
	CHECK(VERSION_DEB, rows);
}

/* Alpine's own records have such fixes; they end the stretch where apk puts them. */
static void a_fix_outside_the_grammar_still_ends_the_stretch(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "+0 -10.2.26.r0", "10.2.25-r0", VERSION_AFFECTED, "0", "10.2.26.r0", "", 0 },
		{ "+0 -10.2.26.r0", "10.2.30-r0", VERSION_UNAFFECTED, "", "", "", 0 },
		{ "+0 -4.10-1-r1", "4.10.1-r0", VERSION_UNAFFECTED, "", "", "", 0 },
		{ "+0 -none", "4.10.1-r0", VERSION_AFFECTED, "0", "", "", 1 },
	};
	CHECK(VERSION_APK, rows);
}

static void limits_cut_the_whole_range(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "+0 |2", "1", VERSION_AFFECTED, "0", "", "", 0 },
		{ "+0 |2", "2", VERSION_UNAFFECTED, "", "", "", 0 },
		{ "+0 |2 |3", "2", VERSION_AFFECTED, "0", "", "", 0 },
		{ "+0 |*", "99", VERSION_AFFECTED, "0", "", "", 0 },
		{ "+0 |1 |*", "99", VERSION_AFFECTED, "0", "", "", 0 },
	};
	CHECK(VERSION_DEB, rows);
}

static void each_scheme_uses_its_own_order(void **state)
{
	(void)state;
	assert_int_equal(ask(VERSION_APK, "+0 -1.0", "1.0_rc1").verdict, VERSION_AFFECTED);
	assert_int_equal(ask(VERSION_APK, "+0 -1.0-r1", "1.0-r0").verdict, VERSION_AFFECTED);
	assert_int_equal(ask(VERSION_APK, "+0 -1.0-r1", "1.0_p1").verdict, VERSION_UNAFFECTED);
	assert_int_equal(ask(VERSION_RPM, "+0 -1.0-1", "1.0~rc1-1").verdict, VERSION_AFFECTED);
	assert_int_equal(ask(VERSION_RPM, "+0 -1.0-1", "1.0^git1-1").verdict, VERSION_UNAFFECTED);
	assert_int_equal(ask(VERSION_RPM, "+0 -1:1.0-1", "9.0-1").verdict, VERSION_AFFECTED);
}

static void no_version_is_undecided(void **state)
{
	(void)state;
	static const struct row rows[] = {
		{ "+0 -2", "", VERSION_UNDECIDED, "", "", "", 0 },
		{ "+0", "unknown", VERSION_UNDECIDED, "", "", "", 0 },
		{ "+0", "a:1", VERSION_UNDECIDED, "", "", "", 0 },
		{ "", "1 2", VERSION_UNDECIDED, "", "", "", 0 },
	};
	CHECK(VERSION_DEB, rows);

	char text[VERSION_BYTES_MAX + 2];
	memset(text, '1', sizeof(text));
	text[VERSION_BYTES_MAX + 1] = '\0';
	assert_int_equal(ask(VERSION_DEB, "+0", text).verdict, VERSION_UNDECIDED);
	text[VERSION_BYTES_MAX] = '\0';
	assert_int_equal(ask(VERSION_DEB, "+0", text).verdict, VERSION_AFFECTED);
}

static struct version_proof ask_both(enum version_scheme s, const char *range,
				     const struct lc_slice *versions, size_t n, const char *v)
{
	struct range_text t;
	struct version_proof p;
	range_of(range, &t);
	struct version_affected what = { &t.range, t.range.n ? 1 : 0, versions, n };
	assert_int_equal(version_affects(s, &what, lc_str(v), &p), 0);
	return p;
}

static void listed_versions_join_the_ranges(void **state)
{
	(void)state;
	static const struct lc_slice list[] = { LC_S_INIT("1.0"), LC_S_INIT("no version"),
						LC_S_INIT("5"), LC_S_INIT("") };
	struct version_proof p = ask_both(VERSION_DEB, "+2 -3", list, 4, "5");
	assert_int_equal(p.verdict, VERSION_AFFECTED);
	assert_true(p.range == SIZE_MAX);
	assert_null(p.fixed.p);
	assert_int_equal(p.skipped, 1);

	p = ask_both(VERSION_DEB, "+2 -3", list, 4, "2.5");
	assert_int_equal(p.verdict, VERSION_AFFECTED);
	assert_int_equal(p.range, 0);
	assert_true(lc_eq(p.fixed, LC_S("3")));

	assert_int_equal(ask_both(VERSION_DEB, "", list, 4, "0:1.0-0").verdict, VERSION_AFFECTED);
	assert_int_equal(ask_both(VERSION_DEB, "", list, 4, "no version").verdict,
			 VERSION_AFFECTED);
	assert_int_equal(ask_both(VERSION_DEB, "", list, 4, "").verdict, VERSION_UNDECIDED);
	assert_int_equal(ask_both(VERSION_DEB, "", list, 4, "6").verdict, VERSION_UNAFFECTED);
}

static void any_of_several_ranges_is_enough(void **state)
{
	(void)state;
	struct range_text one;
	struct range_text two;
	struct version_proof p;
	range_of("+0 -1 -bad", &one);
	range_of("+3 -4", &two);
	struct version_range ranges[] = { one.range, two.range };
	struct version_affected what = { ranges, 2, NULL, 0 };
	assert_int_equal(version_affects(VERSION_APK, &what, LC_S("3.1"), &p), 0);
	assert_int_equal(p.verdict, VERSION_AFFECTED);
	assert_int_equal(p.range, 1);
	assert_true(lc_eq(p.fixed, LC_S("4")));
	assert_int_equal(p.skipped, 1);
	assert_int_equal(version_affects(VERSION_APK, &what, LC_S("2"), &p), 0);
	assert_int_equal(p.verdict, VERSION_UNAFFECTED);
}

static void without_an_order_only_names_and_all_decide(void **state)
{
	(void)state;
	static const struct lc_slice list[] = { LC_S_INIT("1.0") };
	static const struct row rows[] = {
		{ "+0", "x", VERSION_AFFECTED, "0", "", "", 0 },
		{ "+0 |*", "x", VERSION_AFFECTED, "0", "", "", 0 },
		{ "|*", "x", VERSION_UNDECIDED, "", "", "", 0 },
		{ "+0 -2", "1", VERSION_UNDECIDED, "", "", "", 0 },
		{ "+0", "", VERSION_UNDECIDED, "", "", "", 0 },
	};
	CHECK(VERSION_NONE, rows);
	assert_int_equal(ask_both(VERSION_NONE, "", list, 1, "1.0").verdict, VERSION_AFFECTED);
	assert_int_equal(ask_both(VERSION_NONE, "", list, 1, "1.00").verdict, VERSION_UNAFFECTED);
}

static void outside_the_table_is_unsupported(void **state)
{
	(void)state;
	struct version_affected what = { NULL, 0, NULL, 0 };
	struct version_proof p = { .skipped = 77 };
	assert_int_equal(version_affects(VERSION_SCHEME_N, &what, LC_S("1"), &p), LC_EUNSUP);
	assert_int_equal(p.skipped, 77);
}

/* A range is an order, never a specifier: what package managers hide is affected. */
static void pre_and_post_releases_count(void **state)
{
	(void)state;
	static const struct row python[] = {
		{ "+0 -2.0", "2.0rc1", VERSION_AFFECTED, "0", "2.0", "", 0 },
		{ "+0 -2.0", "1.9.post1", VERSION_AFFECTED, "0", "2.0", "", 0 },
		{ "+1.0 =1.5", "1.5.post1", VERSION_UNAFFECTED, "", "", "", 0 },
		{ "+1.0 =1.5", "1.5", VERSION_AFFECTED, "1.0", "", "1.5", 0 },
		{ "+0 -2.0", "2004d", VERSION_UNDECIDED, "", "", "", 0 },
	};
	static const struct row npm[] = {
		{ "+0 -2.0.0", "2.0.0-rc.1", VERSION_AFFECTED, "0", "2.0.0", "", 0 },
		{ "+1.0.0 -2.0.0", "1.0.0-rc.1", VERSION_UNAFFECTED, "", "", "", 0 },
		{ "+0", "*", VERSION_UNDECIDED, "", "", "", 0 },
	};
	static const struct row go[] = {
		{ "+0", "v0.0.0-20230101000000-abcdef123456", VERSION_AFFECTED, "0", "", "", 0 },
		{ "+0 -1.2.4", "v1.2.4-0.20230101000000-abcdef123456", VERSION_AFFECTED, "0",
		  "1.2.4", "", 0 },
		{ "+0 -2.0.0", "v2.0.0+incompatible", VERSION_UNAFFECTED, "", "", "", 0 },
		{ "+1.21.0-0 -1.21.5", "go1.21rc2", VERSION_AFFECTED, "1.21.0-0", "1.21.5", "", 0 },
		{ "+0 -1.5.0", "(devel)", VERSION_UNDECIDED, "", "", "", 0 },
	};
	static const struct row maven[] = {
		{ "+0 -2.0", "2.0-SNAPSHOT", VERSION_AFFECTED, "0", "2.0", "", 0 },
		{ "+0 -2.0", "${revision}", VERSION_UNDECIDED, "", "", "", 0 },
	};
	CHECK(VERSION_PEP440, python);
	CHECK(VERSION_SEMVER, npm);
	CHECK(VERSION_GO, go);
	CHECK(VERSION_MAVEN, maven);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(pre_and_post_releases_count),
		cmocka_unit_test(a_stretch_runs_from_introduced_to_before_fixed),
		cmocka_unit_test(last_affected_is_affected_itself),
		cmocka_unit_test(events_need_not_be_sorted),
		cmocka_unit_test(the_first_of_several_fixes_ends_the_stretch),
		cmocka_unit_test(equal_versions_keep_the_order_of_the_record),
		cmocka_unit_test(a_bad_event_is_passed_over_alone),
		cmocka_unit_test(a_fix_outside_the_grammar_still_ends_the_stretch),
		cmocka_unit_test(limits_cut_the_whole_range),
		cmocka_unit_test(each_scheme_uses_its_own_order),
		cmocka_unit_test(no_version_is_undecided),
		cmocka_unit_test(listed_versions_join_the_ranges),
		cmocka_unit_test(any_of_several_ranges_is_enough),
		cmocka_unit_test(without_an_order_only_names_and_all_decide),
		cmocka_unit_test(outside_the_table_is_unsupported),
	};
	return cmocka_run_group_tests_name("version/affects", tests, NULL, NULL);
}
