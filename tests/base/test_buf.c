#include "base/buf.h"

#include "support/alloc_fail.h"
#include "support/slice_assert.h"

static void appends_in_order(void **state)
{
	(void)state;
	struct lc_buf b;
	lc_buf_init(&b, 1000);
	lc_buf_str(&b, "a");
	lc_buf_slice(&b, LC_S("bc"));
	lc_buf_byte(&b, 'd');
	lc_buf_fmt(&b, "%d%s", 42, "e");
	lc_buf_add(&b, NULL, 0);
	lc_buf_le32(&b, 0x04030201);
	lc_buf_uleb(&b, 300);
	assert_int_equal(lc_buf_err(&b), 0);
	assert_text(lc_buf_get(&b), "abcd42e\1\2\3\4\xac\2");
	lc_buf_done(&b);
	lc_buf_done(NULL);
}

static void the_cap_is_exact_and_failure_stays(void **state)
{
	(void)state;
	struct lc_buf b;
	lc_buf_init(&b, 5);
	assert_int_equal(lc_buf_str(&b, "12345"), 0);
	assert_int_equal(lc_buf_byte(&b, '6'), LC_ELIMIT);
	assert_int_equal(lc_buf_add(&b, "", 0), LC_ELIMIT);
	assert_null(lc_buf_grow(&b, 0));
	assert_text(lc_buf_get(&b), "12345");
	lc_buf_clear(&b);
	assert_int_equal(lc_buf_fmt(&b, "%s", "abcde"), 0);
	assert_text(lc_buf_get(&b), "abcde");
	lc_buf_clear(&b);
	assert_int_equal(lc_buf_fmt(&b, "%s", "abcdef"), LC_ELIMIT);
	assert_int_equal(lc_buf_get(&b).n, 0);
	lc_buf_done(&b);
}

static void a_zeroed_buffer_takes_nothing(void **state)
{
	(void)state;
	struct lc_buf b = { 0 };
	assert_int_equal(lc_buf_add(&b, "", 0), 0);
	assert_int_equal(lc_buf_fmt(&b, "%s", ""), 0);
	assert_int_equal(lc_buf_byte(&b, 'x'), LC_ELIMIT);
	lc_buf_done(&b);
}

static void a_huge_reserve_is_refused(void **state)
{
	(void)state;
	struct lc_buf b;
	lc_buf_init(&b, 100);
	lc_buf_byte(&b, 'x');
	assert_int_equal(lc_buf_reserve(&b, SIZE_MAX), LC_ELIMIT);
	lc_buf_done(&b);
	lc_buf_init(&b, SIZE_MAX);
	assert_int_equal(lc_buf_reserve(&b, SIZE_MAX), LC_ENOMEM);
	lc_buf_done(&b);
}

static void reserved_room_is_not_length(void **state)
{
	(void)state;
	struct lc_buf b;
	lc_buf_init(&b, 1000);
	assert_int_equal(lc_buf_reserve(&b, 500), 0);
	assert_int_equal(b.n, 0);
	const uint8_t *p = b.p;
	uint8_t *at = lc_buf_grow(&b, 500);
	assert_ptr_equal(at, p);
	memset(at, 'z', 500);
	assert_int_equal(lc_buf_get(&b).n, 500);
	lc_buf_done(&b);
}

static int fill(void *ctx)
{
	(void)ctx;
	struct lc_buf b;
	lc_buf_init(&b, 100000);
	for (int i = 0; i < 1000; i++)
		lc_buf_fmt(&b, "line %d\n", i);
	int r = lc_buf_err(&b);
	assert_true(r == 0 || r == LC_ENOMEM);
	lc_buf_done(&b);
	return r;
}

static void each_failing_allocation_is_reported(void **state)
{
	(void)state;
	assert_true(alloc_fail_each(fill, NULL) > 3);
}

/* Against a plain array: the same bytes, whatever the run of appends and the cap. */
static void holds_what_was_appended_up_to_the_cap(void **state)
{
	(void)state;
	uint64_t seed = 5;
	for (int round = 0; round < 500; round++) {
		uint8_t want[2000];
		size_t n = 0;
		size_t max = next_below(&seed, sizeof(want));
		struct lc_buf b;
		lc_buf_init(&b, max);
		for (;;) {
			uint8_t part[150];
			size_t part_n = next_below(&seed, sizeof(part)) + 1;
			memset(part, (int)next_below(&seed, 256), part_n);
			int r = lc_buf_add(&b, part, part_n);
			assert_int_equal(r, part_n > max - n ? LC_ELIMIT : 0);
			if (r)
				break;
			memcpy(want + n, part, part_n);
			n += part_n;
		}
		assert_slice(lc_buf_get(&b), lc_slice_of(want, n));
		assert_true(b.room <= max);
		lc_buf_done(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(appends_in_order),
		cmocka_unit_test(the_cap_is_exact_and_failure_stays),
		cmocka_unit_test(a_zeroed_buffer_takes_nothing),
		cmocka_unit_test(a_huge_reserve_is_refused),
		cmocka_unit_test(reserved_room_is_not_length),
		cmocka_unit_test(each_failing_allocation_is_reported),
		cmocka_unit_test(holds_what_was_appended_up_to_the_cap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
