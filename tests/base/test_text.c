#include "base/slice.h"

#include "support/slice_assert.h"

static size_t encode(uint32_t cp, uint8_t out[4])
{
	if (cp < 0x80) {
		out[0] = (uint8_t)cp;
		return 1;
	}
	if (cp < 0x800) {
		out[0] = (uint8_t)(0xc0 | cp >> 6);
		out[1] = (uint8_t)(0x80 | (cp & 63));
		return 2;
	}
	if (cp < 0x10000) {
		out[0] = (uint8_t)(0xe0 | cp >> 12);
		out[1] = (uint8_t)(0x80 | (cp >> 6 & 63));
		out[2] = (uint8_t)(0x80 | (cp & 63));
		return 3;
	}
	out[0] = (uint8_t)(0xf0 | cp >> 18);
	out[1] = (uint8_t)(0x80 | (cp >> 12 & 63));
	out[2] = (uint8_t)(0x80 | (cp >> 6 & 63));
	out[3] = (uint8_t)(0x80 | (cp & 63));
	return 4;
}

static void every_code_point_but_surrogates_reads_back(void **state)
{
	(void)state;
	for (uint32_t cp = 0; cp <= 0x11ffff; cp++) {
		uint8_t b[4];
		size_t n = encode(cp, b);
		uint32_t got = 0;
		bool good = cp <= 0x10ffff && (cp < 0xd800 || cp > 0xdfff);
		assert_int_equal(lc_utf8(lc_slice_of(b, n), &got), good ? n : 0);
		assert_int_equal(got, good ? cp : 0);
		assert_int_equal(lc_utf8(lc_slice_of(b, n - 1), NULL), 0);
	}
}

static void malformed_utf8_is_refused(void **state)
{
	(void)state;
	static const struct lc_slice cases[] = {
		LC_S_INIT(""),
		LC_S_INIT("\x80"),
		LC_S_INIT("\xbf"),
		LC_S_INIT("\xc0\x80"),
		LC_S_INIT("\xc1\xbf"),
		LC_S_INIT("\xe0\x9f\xbf"),
		LC_S_INIT("\xc3("),
		LC_S_INIT("\xe2\x82("),
		LC_S_INIT("\xf0\x8f\xbf\xbf"),
		LC_S_INIT("\xfe"),
		LC_S_INIT("\xf4\x90\x80\x80"),
		LC_S_INIT("\xf5\x80\x80\x80"),
		LC_S_INIT("\xff"),
		LC_S_INIT("\xed\xa0\x80"),
		LC_S_INIT("\xf8\x88\x80\x80\x80"),
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(lc_utf8(cases[i], NULL), 0);
}

static void controls_and_direction_marks_are_unsafe(void **state)
{
	(void)state;
	static const uint32_t unsafe[] = { 0,      '\n',    0x1b,    0x7f,     0x85,    0x9b,
					   0x61c,  0x200b,  0x200e,  0x200f,   0x2028,  0x202a,
					   0x202e, 0x2066,  0x2069,  0xd800,   0xfdd0,  0xfeff,
					   0xffff, 0x1fffe, 0xe0041, 0x10ffff, 0x110000 };
	static const uint32_t safe[] = {
		' ', 'a', '~', 0xa0, 0xe7, 0x2014, 0x4e2d, 0xfffd, 0x1f40b
	};
	for (size_t i = 0; i < sizeof(unsafe) / sizeof(unsafe[0]); i++)
		assert_true(lc_cp_unsafe(unsafe[i]));
	for (size_t i = 0; i < sizeof(safe) / sizeof(safe[0]); i++)
		assert_false(lc_cp_unsafe(safe[i]));
}

static void quote_keeps_clean_text(void **state)
{
	(void)state;
	assert_string_equal(lc_quote(LC_S("usr/lib/ação 中 \\ \"x\"")).s,
			    "usr/lib/ação 中 \\ \"x\"");
	assert_string_equal(lc_quote((struct lc_slice){ NULL, 0 }).s, "");
}

static void quote_escapes_what_terminals_obey(void **state)
{
	(void)state;
	assert_string_equal(lc_quote(LC_S("a\x1b[2Jb")).s, "a\\x1b[2Jb");
	assert_string_equal(lc_quote(LC_S("a\0b\r\n")).s, "a\\x00b\\x0d\\x0a");
	assert_string_equal(lc_quote(LC_S("x\xe2\x80\xaey")).s, "x\\xe2\\x80\\xaey");
	assert_string_equal(lc_quote(LC_S("\xc2\x9b")).s, "\\xc2\\x9b");
	assert_string_equal(lc_quote(LC_S("\xc3(\xff")).s, "\\xc3(\\xff");
	assert_string_equal(lc_quote(LC_S("\xe2\x82")).s, "\\xe2\\x82");
}

static void quote_cuts_with_an_ellipsis(void **state)
{
	(void)state;
	char in[300];
	memset(in, 'a', sizeof(in));
	struct lc_quoted q = lc_quote(lc_slice_of(in, LC_QUOTE_MAX - 1));
	assert_int_equal(strlen(q.s), LC_QUOTE_MAX - 1);
	assert_null(strstr(q.s, "…"));
	q = lc_quote(lc_slice_of(in, LC_QUOTE_MAX));
	assert_int_equal(strlen(q.s), LC_QUOTE_MAX - 1);
	assert_string_equal(q.s + LC_QUOTE_MAX - 4, "…");
}

static void assert_fit_to_show(const char *text)
{
	struct lc_slice s = lc_str(text);
	while (s.n) {
		uint32_t cp = 0;
		size_t n = lc_utf8(s, &cp);
		assert_int_not_equal(n, 0);
		assert_false(lc_cp_unsafe(cp));
		s = lc_skip(s, n);
	}
}

static void whatever_is_quoted_is_fit_to_show(void **state)
{
	(void)state;
	uint64_t seed = 4;
	for (int round = 0; round < 20000; round++) {
		uint8_t in[400];
		size_t n = 0;
		size_t want = next_below(&seed, 390);
		while (n < want) {
			if (next_below(&seed, 2))
				in[n++] = (uint8_t)next_number(&seed);
			else
				n += encode((uint32_t)next_below(&seed, 0x110000), in + n);
		}
		struct lc_quoted q = lc_quote(lc_slice_of(in, n));
		assert_non_null(memchr(q.s, '\0', sizeof(q.s)));
		assert_fit_to_show(q.s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_point_but_surrogates_reads_back),
		cmocka_unit_test(malformed_utf8_is_refused),
		cmocka_unit_test(controls_and_direction_marks_are_unsafe),
		cmocka_unit_test(quote_keeps_clean_text),
		cmocka_unit_test(quote_escapes_what_terminals_obey),
		cmocka_unit_test(quote_cuts_with_an_ellipsis),
		cmocka_unit_test(whatever_is_quoted_is_fit_to_show),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
