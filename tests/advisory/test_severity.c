/* Severity words and CVSS. Vectors and scores: FIRST's specifications' examples and published CVEs.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "advisory/advisory.h"

struct vector {
	const char *text;
	enum cvss_version version;
	int tenths;
};

static const struct vector vectors[] = {
	/* v2: the guide's three examples, and plain ones */
	{ "AV:N/AC:L/Au:N/C:N/I:N/A:C", CVSS_2, 78 },
	{ "AV:N/AC:L/Au:N/C:C/I:C/A:C", CVSS_2, 100 },
	{ "AV:L/AC:H/Au:N/C:C/I:C/A:C", CVSS_2, 62 },
	{ "AV:N/AC:L/Au:N/C:P/I:N/A:N", CVSS_2, 50 },
	{ "(AV:N/AC:M/Au:N/C:N/I:P/A:N)", CVSS_2, 43 },
	{ "CVSS:2.0/AV:N/AC:M/Au:N/C:P/I:P/A:P", CVSS_2, 68 },
	{ "AV:L/AC:L/Au:M/C:N/I:N/A:N", CVSS_2, 0 },
	{ "AV:N/AC:L/Au:N/C:N/I:N/A:C/E:F/RL:OF/RC:C", CVSS_2, 78 },
	{ "AV:A/AC:H/Au:S/C:P/I:N/A:N", CVSS_2, 14 },
	/* v3.1 */
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", CVSS_31, 98 },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", CVSS_31, 100 },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", CVSS_31, 61 },
	{ "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", CVSS_31, 64 },
	{ "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", CVSS_31, 78 },
	{ "CVSS:3.1/AV:P/AC:H/PR:H/UI:R/S:U/C:L/I:N/A:N", CVSS_31, 16 },
	{ "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", CVSS_31, 31 },
	{ "CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", CVSS_31, 0 },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H/E:P/RL:O", CVSS_31, 75 },
	{ "CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:C/C:H/I:H/A:H", CVSS_31, 91 },
	{ "CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H", CVSS_31, 67 },
	/* v3.0, whose rounding differs: the same metrics give 8.6 and, in 3.1, 8.5 or 8.6 */
	{ "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", CVSS_30, 98 },
	{ "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:N/A:H", CVSS_30, 86 },
	{ "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:N/A:H", CVSS_31, 86 },
	{ "CVSS:3.0/AV:A/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N", CVSS_30, 68 },
	/* v4.0 */
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", CVSS_40, 100 },
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", CVSS_40, 93 },
	{ "CVSS:4.0/AV:L/AC:L/AT:P/PR:L/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", CVSS_40, 73 },
	{ "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", CVSS_40, 77 },
	{ "CVSS:4.0/AV:N/AC:L/AT:P/PR:N/UI:P/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U", CVSS_40, 52 },
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:L/VA:L/SC:N/SI:N/SA:N", CVSS_40, 88 },
	{ "CVSS:4.0/AV:L/AC:L/AT:N/PR:N/UI:P/VC:N/VI:H/VA:N/SC:N/SI:N/SA:N", CVSS_40, 68 },
	{ "CVSS:4.0/AV:P/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", CVSS_40, 0 },
	{ "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:H/SI:N/SA:N/U:Amber", CVSS_40, 77 },
};

static void vectors_give_the_published_scores(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		struct lc_err e = { 0 };
		struct cvss got = { 0 };
		int rc = cvss_score(lc_str(vectors[i].text), &got, &e);
		if (rc || got.version != vectors[i].version ||
		    (int)(got.base * 10 + 0.5) != vectors[i].tenths)
			fail_msg("%s: code %d, %.3f, want %d tenths: %s", vectors[i].text, rc,
				 got.base, vectors[i].tenths, e.msg);
	}
}

static void vectors_that_are_none_are_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"AV",
		"AV:N",
		"AV:N/AC:L/Au:N/C:P/I:N",
		"AV:N/AC:L/Au:N/C:P/I:N/A:N/A:N",
		"AV:N/AC:L/Au:N/C:P/I:N/A:X",
		"AV:N/AC:L/Au:N/C:P/I:N/A:NN",
		"AV:N/AC:L/Au:N/C:P/I:N/A:",
		"(AV:N/AC:L/Au:N/C:P/I:N/A:N",
		"AV:N//AC:L/Au:N/C:P/I:N/A:N",
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/Q:H",
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:C",
		"CVSS:3.1/",
		"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N",
		"CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:S/SI:N/SA:N",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct cvss got = { CVSS_30, 7.7 };
		struct lc_err e = { 0 };
		assert_int_equal(cvss_score(lc_str(bad[i]), &got, &e), LC_EBAD);
		assert_true(got.base == 7.7);
	}
}

static void other_versions_are_told_apart_from_broken_ones(void **state)
{
	struct cvss got;
	struct lc_err e = { 0 };
	(void)state;
	assert_int_equal(cvss_score(LC_S("CVSS:5.0/AV:N"), &got, &e), LC_EUNSUP);
	assert_int_equal(cvss_score(LC_S("CVSS:3.1"), &got, &e), LC_EUNSUP);
}

static void words_of_all_vendors_map(void **state)
{
	static const struct {
		const char *word;
		enum severity want;
	} rows[] = {
		{ "LOW", SEVERITY_LOW },           { "Moderate", SEVERITY_MEDIUM },
		{ "important", SEVERITY_HIGH },    { "Critical", SEVERITY_CRITICAL },
		{ "negligible", SEVERITY_LOW },    { "untriaged", SEVERITY_UNKNOWN },
		{ "MEDIUM", SEVERITY_MEDIUM },     { "high", SEVERITY_HIGH },
		{ " UNKNOWN ", SEVERITY_UNKNOWN }, { "unimportant", SEVERITY_LOW },
	};
	enum severity got = SEVERITY_HIGH;
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(severity_parse(lc_str(rows[i].word), &got));
		assert_int_equal(got, rows[i].want);
	}
	got = SEVERITY_HIGH;
	assert_false(severity_parse(LC_S("terrible"), &got));
	assert_false(severity_parse(LC_S(""), &got));
	assert_int_equal(got, SEVERITY_HIGH);
}

static void scores_fall_into_first_s_bands(void **state)
{
	(void)state;
	assert_int_equal(severity_of_score(0, false), SEVERITY_UNKNOWN);
	assert_int_equal(severity_of_score(0.1, false), SEVERITY_LOW);
	assert_int_equal(severity_of_score(3.9, false), SEVERITY_LOW);
	assert_int_equal(severity_of_score(4.0, false), SEVERITY_MEDIUM);
	assert_int_equal(severity_of_score(6.9, false), SEVERITY_MEDIUM);
	assert_int_equal(severity_of_score(7.0, false), SEVERITY_HIGH);
	assert_int_equal(severity_of_score(8.9, false), SEVERITY_HIGH);
	assert_int_equal(severity_of_score(9.0, false), SEVERITY_CRITICAL);
	assert_int_equal(severity_of_score(10.0, true), SEVERITY_HIGH);
}

static void statuses_have_words_that_read_back(void **state)
{
	(void)state;
	for (unsigned i = 0; i < ADVISORY_STATUS_N; i++) {
		enum advisory_status got = ADVISORY_STATUS_N;
		assert_true(advisory_status_parse(
			lc_str(advisory_status_name((enum advisory_status)i)), &got));
		assert_int_equal(got, i);
	}
	enum advisory_status got = ADVISORY_FIXED;
	assert_false(advisory_status_parse(LC_S("perhaps"), &got));
	assert_int_equal(got, ADVISORY_FIXED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vectors_give_the_published_scores),
		cmocka_unit_test(vectors_that_are_none_are_refused),
		cmocka_unit_test(other_versions_are_told_apart_from_broken_ones),
		cmocka_unit_test(words_of_all_vendors_map),
		cmocka_unit_test(scores_fall_into_first_s_bands),
		cmocka_unit_test(statuses_have_words_that_read_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
