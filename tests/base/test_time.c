#include "base/time.h"

#include <stdlib.h>
#include <time.h>

#include "support/shim_fake.h"
#include "support/slice_assert.h"

static void reads_rfc_3339(void **state)
{
	(void)state;
	static const struct {
		struct lc_slice in;
		int64_t seconds;
		uint32_t ns;
	} cases[] = {
		{ LC_S_INIT("1970-01-01T00:00:00Z"), 0, 0 },
		{ LC_S_INIT("1970-01-01"), 0, 0 },
		{ LC_S_INIT("1969-12-31T23:59:59Z"), -1, 0 },
		{ LC_S_INIT("2026-11-22T01:02:03Z"), 1795309323, 0 },
		{ LC_S_INIT("2026-11-22t01:02:03z"), 1795309323, 0 },
		{ LC_S_INIT("2026-11-22 01:02:03Z"), 1795309323, 0 },
		{ LC_S_INIT("2026-11-22T01:02:03.5Z"), 1795309323, 500000000 },
		{ LC_S_INIT("2026-11-22T01:02:03.000000001Z"), 1795309323, 1 },
		{ LC_S_INIT("2026-11-22T01:02:03.0000000019999Z"), 1795309323, 1 },
		{ LC_S_INIT("2026-11-22T03:32:03+02:30"), 1795309323, 0 },
		{ LC_S_INIT("2026-11-21T22:02:03-03:00"), 1795309323, 0 },
		{ LC_S_INIT("2026-11-22T01:02:03-00:00"), 1795309323, 0 },
		{ LC_S_INIT("2016-12-31T23:59:60Z"), 1483228799, 0 },
		{ LC_S_INIT("2000-02-29"), 951782400, 0 },
		{ LC_S_INIT("2024-02-29"), 1709164800, 0 },
		{ LC_S_INIT("0000-01-01"), -62167219200, 0 },
		{ LC_S_INIT("0000-02-29"), -62162121600, 0 },
		{ LC_S_INIT("9999-12-31T23:59:59Z"), 253402300799, 0 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t s = 1;
		uint32_t ns = 1;
		assert_true(lc_time_parse(cases[i].in, &s, &ns));
		assert_true(s == cases[i].seconds);
		assert_int_equal(ns, cases[i].ns);
	}
}

static void refuses_what_is_no_time(void **state)
{
	(void)state;
	static const struct lc_slice cases[] = {
		LC_S_INIT(""),
		LC_S_INIT("2026"),
		LC_S_INIT("2026-02-30"),
		LC_S_INIT("2026-02-29"),
		LC_S_INIT("1900-02-29"),
		LC_S_INIT("2100-02-29T00:00:00Z"),
		LC_S_INIT("2026-04-31"),
		LC_S_INIT("2026-00-10"),
		LC_S_INIT("2026-13-10"),
		LC_S_INIT("2026-01-00"),
		LC_S_INIT("2026-01-32"),
		LC_S_INIT("2026-1-1"),
		LC_S_INIT("2026/01/01"),
		LC_S_INIT("-026-01-01"),
		LC_S_INIT("12026-01-01"),
		LC_S_INIT("2026-01-01T"),
		LC_S_INIT("2026-01-01T00:00:00"),
		LC_S_INIT("2026-01-01T00:00Z"),
		LC_S_INIT("2026-01-01T24:00:00Z"),
		LC_S_INIT("2026-01-01T00:60:00Z"),
		LC_S_INIT("2026-01-01T00:00:61Z"),
		LC_S_INIT("2026-01-01T00:00:00.Z"),
		LC_S_INIT("2026-01-01T00:00:00,5Z"),
		LC_S_INIT("2026-01-01T00:00:00+0200"),
		LC_S_INIT("2026-01-01T00:00:00+24:00"),
		LC_S_INIT("2026-01-01T00:00:00+02:60"),
		LC_S_INIT("2026-01-01T00:00:00+02"),
		LC_S_INIT("2026-01-01T00:00:00ZZ"),
		LC_S_INIT("2026-01-01T00:00:00Z "),
		LC_S_INIT(" 2026-01-01"),
		LC_S_INIT("2026-01-01\0"),
		LC_S_INIT("2026-01-01X00:00:00Z"),
		LC_S_INIT("2026-01-01T+1:00:00Z"),
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t s = 7;
		uint32_t ns = 8;
		assert_false(lc_time_parse(cases[i], &s, &ns));
		assert_true(s == 7 && ns == 8);
	}
}

static void every_cut_of_a_time_is_refused_but_its_date(void **state)
{
	(void)state;
	const struct lc_slice all = LC_S("2026-11-22T01:02:03.123+02:30");
	for (size_t n = 0; n < all.n; n++) {
		int64_t s;
		uint32_t ns;
		assert_int_equal(lc_time_parse(lc_sub(all, 0, n), &s, &ns), n == 10);
	}
}

static void writes_what_it_reads(void **state)
{
	(void)state;
	char out[LC_TIME_MAX];
	lc_time_format(1795309323, 0, out);
	assert_string_equal(out, "2026-11-22T01:02:03Z");
	lc_time_format(1795309323, 120000000, out);
	assert_string_equal(out, "2026-11-22T01:02:03.12Z");
	lc_time_format(1795309323, 1, out);
	assert_string_equal(out, "2026-11-22T01:02:03.000000001Z");
	lc_date_format(1795309323, out);
	assert_string_equal(out, "2026-11-22");
	lc_date_format(-62167219200, out);
	assert_string_equal(out, "0000-01-01");
}

static void times_no_one_can_write_are_held_to_the_calendar(void **state)
{
	(void)state;
	char out[LC_TIME_MAX];
	lc_time_format(INT64_MAX, 0, out);
	assert_string_equal(out, "9999-12-31T23:59:59Z");
	lc_time_format(INT64_MIN, UINT32_MAX, out);
	assert_string_equal(out, "0000-01-01T00:00:00.294967295Z");
}

static int64_t any_second(uint64_t *seed)
{
	const uint64_t span = 253402300800u + 62167219200u;
	return (int64_t)(next_number(seed) % span) - 62167219200;
}

static void agrees_with_the_c_library(void **state)
{
	(void)state;
	uint64_t seed = 11;
	for (int round = 0; round < 100000; round++) {
		time_t t = any_second(&seed);
		struct tm tm;
		assert_non_null(gmtime_r(&t, &tm));
		struct lc_civil c = lc_civil_of(t, 0);
		assert_int_equal(c.year, tm.tm_year + 1900);
		assert_int_equal(c.month, tm.tm_mon + 1);
		assert_int_equal(c.day, tm.tm_mday);
		assert_int_equal(c.hour, tm.tm_hour);
		assert_int_equal(c.minute, tm.tm_min);
		assert_int_equal(c.second, tm.tm_sec);
		assert_true(lc_civil_seconds(&c) == t);
	}
}

static void whatever_is_written_reads_back(void **state)
{
	(void)state;
	uint64_t seed = 12;
	for (int round = 0; round < 50000; round++) {
		int64_t t = any_second(&seed);
		uint32_t ns = (uint32_t)next_below(&seed, 1000000000);
		ns -= round % 2 ? 0 : ns % 1000000;
		char out[LC_TIME_MAX];
		lc_time_format(t, ns, out);
		int64_t s = 0;
		uint32_t n = 0;
		assert_true(lc_time_parse(lc_str(out), &s, &n));
		assert_true(s == t && n == ns);
	}
}

/* One byte changed: either refused or a time that the calendar has. */
static void changed_bytes_do_no_harm(void **state)
{
	(void)state;
	uint64_t seed = 13;
	for (int round = 0; round < 50000; round++) {
		char in[] = "2026-11-22T01:02:03.123+02:30";
		in[next_below(&seed, sizeof(in) - 1)] = (char)next_number(&seed);
		int64_t s = 0;
		uint32_t ns = 0;
		if (lc_time_parse(lc_slice_of(in, sizeof(in) - 1), &s, &ns)) {
			assert_true(s > -62167219200 - 86400 && s < 253402300800 + 86400);
			assert_true(ns < 1000000000);
		}
	}
}

static void now_is_the_clock_or_the_source_date(void **state)
{
	(void)state;
	struct shim_fake f = shim_fake_default();
	shim_fake_set(&f);
	unsetenv("SOURCE_DATE_EPOCH");
	assert_true(lc_now_seconds(false) == 1767225600);
	assert_true(lc_now_seconds(true) == 1767225600);
	setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
	assert_true(lc_now_seconds(false) == 1767225600);
	assert_true(lc_now_seconds(true) == 1700000000);
	static const char *const bad[] = { "", "-1", "1.5", " 1", "1 ", "0x10", "253402300800" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		setenv("SOURCE_DATE_EPOCH", bad[i], 1);
		assert_true(lc_now_seconds(true) == 1767225600);
	}
	unsetenv("SOURCE_DATE_EPOCH");
	f.now_ns = -1;
	assert_true(lc_now_seconds(false) == -1);
	shim_fake_reset();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_rfc_3339),
		cmocka_unit_test(refuses_what_is_no_time),
		cmocka_unit_test(every_cut_of_a_time_is_refused_but_its_date),
		cmocka_unit_test(writes_what_it_reads),
		cmocka_unit_test(times_no_one_can_write_are_held_to_the_calendar),
		cmocka_unit_test(agrees_with_the_c_library),
		cmocka_unit_test(whatever_is_written_reads_back),
		cmocka_unit_test(changed_bytes_do_no_harm),
		cmocka_unit_test(now_is_the_clock_or_the_source_date),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
