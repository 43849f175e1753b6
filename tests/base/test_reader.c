#include "base/buf.h"
#include "base/slice.h"

#include "support/slice_assert.h"

static const uint8_t bytes[] = { 0x81, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x88 };

static struct lc_rd reader(void)
{
	return lc_rd_of(lc_slice_of(bytes, sizeof(bytes)));
}

static void reads_both_byte_orders(void **state)
{
	(void)state;
	struct lc_rd r = reader();
	assert_int_equal(lc_rd_u8(&r), 0x81);
	r = reader();
	assert_int_equal(lc_rd_be16(&r), 0x8102);
	assert_int_equal(lc_rd_le16(&r), 0x0403);
	r = reader();
	assert_true(lc_rd_be32(&r) == 0x81020304);
	assert_true(lc_rd_le32(&r) == 0x88070605);
	r = reader();
	assert_true(lc_rd_be64(&r) == 0x8102030405060788);
	assert_int_equal(lc_rd_left(&r), 0);
	r = reader();
	assert_true(lc_rd_le64(&r) == 0x8807060504030281);
	assert_false(r.bad);
}

static void a_fetch_past_the_end_fails_for_good(void **state)
{
	(void)state;
	struct lc_rd r = reader();
	(void)lc_rd_be32(&r);
	assert_true(lc_rd_be64(&r) == 0);
	assert_true(r.bad);
	assert_int_equal(lc_rd_left(&r), 0);
	assert_int_equal(lc_rd_u8(&r), 0);
	assert_int_equal(lc_rd_take(&r, 0).n, 0);
	lc_rd_seek(&r, 0);
	assert_true(r.bad);
}

static void a_huge_take_does_not_wrap(void **state)
{
	(void)state;
	struct lc_rd r = reader();
	(void)lc_rd_u8(&r);
	assert_null(lc_rd_take(&r, SIZE_MAX).p);
	assert_true(r.bad);
}

static void seek_stops_at_the_end(void **state)
{
	(void)state;
	struct lc_rd r = reader();
	lc_rd_seek(&r, sizeof(bytes));
	assert_false(r.bad);
	lc_rd_seek(&r, 1);
	assert_int_equal(lc_rd_u8(&r), 2);
	lc_rd_seek(&r, sizeof(bytes) + 1);
	assert_true(r.bad);
}

static void an_empty_reader_gives_nothing(void **state)
{
	(void)state;
	struct lc_rd r = lc_rd_of((struct lc_slice){ NULL, 0 });
	assert_int_equal(lc_rd_take(&r, 0).n, 0);
	assert_false(r.bad);
	assert_int_equal(lc_rd_u8(&r), 0);
	assert_true(r.bad);
}

static void uleb_reads_every_width(void **state)
{
	(void)state;
	static const struct {
		struct lc_slice in;
		bool bad;
		uint64_t want;
	} cases[] = {
		{ LC_S_INIT("\0"), false, 0 },
		{ LC_S_INIT("\x7f"), false, 127 },
		{ LC_S_INIT("\x80\x01"), false, 128 },
		{ LC_S_INIT("\xe5\x8e\x26"), false, 624485 },
		{ LC_S_INIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), false, UINT64_MAX },
		{ LC_S_INIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"), true, 0 },
		{ LC_S_INIT("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x81\0"), true, 0 },
		{ LC_S_INIT("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\0"), true, 0 },
		{ LC_S_INIT("\x80"), true, 0 },
		{ LC_S_INIT(""), true, 0 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct lc_rd r = lc_rd_of(cases[i].in);
		assert_true(lc_rd_uleb(&r) == cases[i].want);
		assert_int_equal(r.bad, cases[i].bad);
	}
}

static void what_a_buffer_writes_reads_back(void **state)
{
	(void)state;
	uint64_t seed = 2;
	for (int round = 0; round < 5000; round++) {
		uint64_t v = next_number(&seed) >> next_below(&seed, 64);
		struct lc_buf b;
		lc_buf_init(&b, 100);
		lc_buf_uleb(&b, v);
		lc_buf_le64(&b, v);
		lc_buf_le32(&b, (uint32_t)v);
		assert_int_equal(lc_buf_err(&b), 0);
		struct lc_rd r = lc_rd_of(lc_buf_get(&b));
		assert_true(lc_rd_uleb(&r) == v);
		assert_true(lc_rd_le64(&r) == v);
		assert_true(lc_rd_le32(&r) == (uint32_t)v);
		assert_false(r.bad);
		assert_int_equal(lc_rd_left(&r), 0);
		lc_buf_done(&b);
	}
}

/* Fetches of all kinds over inputs of all sizes stay inside (the sanitizer looks on). */
static void any_run_of_fetches_stays_inside(void **state)
{
	(void)state;
	uint64_t seed = 3;
	for (size_t n = 0; n <= sizeof(bytes); n++) {
		for (int round = 0; round < 500; round++) {
			struct lc_rd r = lc_rd_of(lc_slice_of(bytes, n));
			while (!r.bad && lc_rd_left(&r)) {
				size_t before = lc_rd_left(&r);
				switch (next_below(&seed, 6)) {
				case 0:
					(void)lc_rd_u8(&r);
					break;
				case 1:
					(void)lc_rd_be16(&r);
					break;
				case 2:
					(void)lc_rd_le32(&r);
					break;
				case 3:
					(void)lc_rd_be64(&r);
					break;
				case 4:
					(void)lc_rd_uleb(&r);
					break;
				default:
					(void)lc_rd_take(&r, next_below(&seed, 9) + 1);
				}
				assert_true(lc_rd_left(&r) < before);
				assert_true(r.off <= r.in.n);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_both_byte_orders),
		cmocka_unit_test(a_fetch_past_the_end_fails_for_good),
		cmocka_unit_test(a_huge_take_does_not_wrap),
		cmocka_unit_test(seek_stops_at_the_end),
		cmocka_unit_test(an_empty_reader_gives_nothing),
		cmocka_unit_test(uleb_reads_every_width),
		cmocka_unit_test(what_a_buffer_writes_reads_back),
		cmocka_unit_test(any_run_of_fetches_stays_inside),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
