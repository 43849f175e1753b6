#include "base/slice.h"

#include "support/slice_assert.h"

static const struct lc_slice none = { NULL, 0 };

static void compares_by_bytes(void **state)
{
	(void)state;
	assert_true(lc_eq(none, LC_S("")));
	assert_true(lc_eq(LC_S("a\0b"), LC_S("a\0b")));
	assert_false(lc_eq(LC_S("a\0b"), LC_S("a\0c")));
	assert_true(lc_cmp(LC_S("a"), LC_S("ab")) < 0);
	assert_true(lc_cmp(LC_S("ab"), LC_S("a")) > 0);
	assert_true(lc_cmp(LC_S("\xff"), LC_S("a")) > 0);
	assert_int_equal(lc_cmp(none, LC_S("")), 0);
	assert_true(lc_eq_nocase(LC_S("Content-LENGTH"), LC_S("content-length")));
	assert_false(lc_eq_nocase(LC_S("["), LC_S("{")));
	assert_false(lc_eq_nocase(LC_S("a"), LC_S("ab")));
}

static void prefixes_and_suffixes_are_chopped_once(void **state)
{
	(void)state;
	struct lc_slice s = LC_S("usr/usr/lib.so.so");
	assert_true(lc_chop_prefix(&s, LC_S("usr/")));
	assert_text(s, "usr/lib.so.so");
	assert_true(lc_chop_suffix(&s, LC_S(".so")));
	assert_text(s, "usr/lib.so");
	assert_false(lc_chop_prefix(&s, LC_S("lib")));
	assert_false(lc_chop_suffix(&s, LC_S("longer than the whole slice")));
	assert_text(s, "usr/lib.so");
	assert_true(lc_starts(s, none));
	assert_true(lc_ends(none, none));
}

static void sub_and_skip_are_clipped(void **state)
{
	(void)state;
	struct lc_slice s = LC_S("abcdef");
	assert_text(lc_sub(s, 1, 3), "bcd");
	assert_text(lc_sub(s, 4, SIZE_MAX), "ef");
	assert_text(lc_sub(s, SIZE_MAX, SIZE_MAX), "");
	assert_text(lc_skip(s, 6), "");
	assert_text(lc_skip(s, 7), "");
	assert_text(lc_skip(none, 3), "");
}

static void finds_bytes_and_slices(void **state)
{
	(void)state;
	struct lc_slice s = LC_S("a/b/c\0d");
	assert_int_equal(lc_find(s, '/'), 1);
	assert_int_equal(lc_rfind(s, '/'), 3);
	assert_int_equal(lc_find(s, 0), 5);
	assert_true(lc_find(s, 'x') == SIZE_MAX);
	assert_true(lc_find(none, 'x') == SIZE_MAX);
	assert_true(lc_rfind(none, 'x') == SIZE_MAX);
	assert_int_equal(lc_find_slice(s, LC_S("c\0d")), 4);
	assert_int_equal(lc_find_slice(s, none), 0);
	assert_int_equal(lc_find_slice(none, none), 0);
	assert_true(lc_find_slice(none, LC_S("a")) == SIZE_MAX);
	assert_true(lc_find_slice(LC_S("ab"), LC_S("abc")) == SIZE_MAX);
}

static void paths_have_names_and_directories(void **state)
{
	static const struct {
		const char *path, *dir, *name;
	} rows[] = {
		{ "usr/bin/sh", "usr/bin", "sh" },
		{ "sh", "", "sh" },
		{ "/sh", "", "sh" },
		{ "usr/", "usr", "" },
		{ "", "", "" },
		{ "a//b", "a/", "b" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_true(lc_eq(lc_path_dir(lc_str(rows[i].path)), lc_str(rows[i].dir)));
		assert_true(lc_eq(lc_path_name(lc_str(rows[i].path)), lc_str(rows[i].name)));
	}
}

static void trims_both_ends_only(void **state)
{
	(void)state;
	assert_text(lc_trim(LC_S(" \t\r\na b\n ")), "a b");
	assert_text(lc_trim(LC_S(" \n ")), "");
	assert_text(lc_trim(none), "");
	assert_text(lc_trim(LC_S("\v")), "\v");
}

static void lines_end_in_lf_or_crlf(void **state)
{
	(void)state;
	struct lc_slice rest = LC_S("one\r\n\ntwo\rx\nlast\r");
	struct lc_slice line;
	assert_true(lc_line(&rest, &line));
	assert_text(line, "one");
	assert_true(lc_line(&rest, &line));
	assert_text(line, "");
	assert_true(lc_line(&rest, &line));
	assert_text(line, "two\rx");
	assert_true(lc_line(&rest, &line));
	assert_text(line, "last\r");
	assert_false(lc_line(&rest, &line));
	assert_text(line, "last\r");
}

static void a_final_lf_starts_no_line(void **state)
{
	(void)state;
	struct lc_slice rest = LC_S("a\n");
	struct lc_slice line;
	assert_true(lc_line(&rest, &line));
	assert_false(lc_line(&rest, &line));
	rest = none;
	assert_false(lc_line(&rest, &line));
}

static size_t count_fields(struct lc_slice s)
{
	struct lc_slice f;
	size_t n = 0;
	while (lc_split(&s, ',', &f))
		n++;
	return n;
}

static void split_counts_empty_fields(void **state)
{
	(void)state;
	assert_int_equal(count_fields(LC_S("a,,b")), 3);
	assert_int_equal(count_fields(LC_S("")), 1);
	assert_int_equal(count_fields(LC_S(",")), 2);
	assert_int_equal(count_fields(LC_S("a,")), 2);
	assert_int_equal(count_fields(none), 0);
}

static void cut_needs_the_separator(void **state)
{
	(void)state;
	struct lc_slice head = LC_S("h");
	struct lc_slice tail = LC_S("t");
	assert_false(lc_cut(LC_S("abc"), '=', &head, &tail));
	assert_text(head, "h");
	assert_text(tail, "t");
	assert_true(lc_cut(LC_S("a=b=c"), '=', &head, &tail));
	assert_text(head, "a");
	assert_text(tail, "b=c");
	assert_true(lc_cut(LC_S("="), '=', &head, &tail));
	assert_text(head, "");
	assert_text(tail, "");
}

static void numbers_are_read_whole_or_not_at_all(void **state)
{
	(void)state;
	static const struct {
		struct lc_slice in;
		unsigned base;
		uint64_t max;
		bool ok;
		uint64_t want;
	} cases[] = {
		{ LC_S_INIT("0"), 10, 0, true, 0 },
		{ LC_S_INIT("007"), 10, 9, true, 7 },
		{ LC_S_INIT("755"), 8, 07777, true, 0755 },
		{ LC_S_INIT("DeadBeef"), 16, UINT32_MAX, true, 0xdeadbeef },
		{ LC_S_INIT("18446744073709551615"), 10, UINT64_MAX, true, UINT64_MAX },
		{ LC_S_INIT("ffffffffffffffff"), 16, UINT64_MAX, true, UINT64_MAX },
		{ LC_S_INIT("0000000000000000000000000000001"), 10, 1, true, 1 },
		{ LC_S_INIT("18446744073709551616"), 10, UINT64_MAX, false, 0 },
		{ LC_S_INIT("28446744073709551616"), 10, UINT64_MAX, false, 0 },
		{ LC_S_INIT("10000000000000000"), 16, UINT64_MAX, false, 0 },
		{ LC_S_INIT("256"), 10, 255, false, 0 },
		{ LC_S_INIT(""), 10, 9, false, 0 },
		{ LC_S_INIT("+1"), 10, 9, false, 0 },
		{ LC_S_INIT("-1"), 10, 9, false, 0 },
		{ LC_S_INIT(" 1"), 10, 9, false, 0 },
		{ LC_S_INIT("1 "), 10, 9, false, 0 },
		{ LC_S_INIT("1\0"), 10, 9, false, 0 },
		{ LC_S_INIT("8"), 8, 9, false, 0 },
		{ LC_S_INIT("a"), 10, 99, false, 0 },
		{ LC_S_INIT("g"), 16, 99, false, 0 },
		{ LC_S_INIT("0x1"), 16, 99, false, 0 },
		{ LC_S_INIT("1"), 2, 9, false, 0 },
		{ LC_S_INIT("1"), 0, 9, false, 0 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t v = 4711;
		assert_int_equal(lc_u64(cases[i].in, cases[i].base, cases[i].max, &v), cases[i].ok);
		assert_true(v == (cases[i].ok ? cases[i].want : 4711));
	}
}

/* Lines and fields put together again are the input, whatever it is. */
static void splitting_loses_nothing(void **state)
{
	(void)state;
	uint64_t seed = 1;
	for (int round = 0; round < 2000; round++) {
		char in[64];
		size_t n = next_below(&seed, sizeof(in)) + 1;
		for (size_t i = 0; i < n; i++)
			in[i] = "ab,\r\n\xff"[next_below(&seed, 6)];
		struct lc_slice rest = lc_slice_of(in, n);
		struct lc_slice f;
		char out[80];
		size_t out_n = 0;
		while (lc_split(&rest, ',', &f)) {
			memcpy(out + out_n, f.p, f.n);
			out_n += f.n;
			out[out_n++] = ',';
		}
		assert_slice(lc_slice_of(out, out_n - 1), lc_slice_of(in, n));

		rest = lc_slice_of(in, n);
		size_t lines = 0;
		for (; lc_line(&rest, &f); lines++)
			assert_true(lc_find(f, '\n') == SIZE_MAX);
		size_t want = in[n - 1] != '\n';
		for (size_t i = 0; i < n; i++)
			want += in[i] == '\n';
		assert_int_equal(lines, want);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares_by_bytes),
		cmocka_unit_test(prefixes_and_suffixes_are_chopped_once),
		cmocka_unit_test(sub_and_skip_are_clipped),
		cmocka_unit_test(finds_bytes_and_slices),
		cmocka_unit_test(paths_have_names_and_directories),
		cmocka_unit_test(trims_both_ends_only),
		cmocka_unit_test(lines_end_in_lf_or_crlf),
		cmocka_unit_test(a_final_lf_starts_no_line),
		cmocka_unit_test(split_counts_empty_fields),
		cmocka_unit_test(cut_needs_the_separator),
		cmocka_unit_test(numbers_are_read_whole_or_not_at_all),
		cmocka_unit_test(splitting_loses_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
