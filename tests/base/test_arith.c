#include "base/arith.h"

#include "support/slice_assert.h"

static void sums_and_products_that_fit_are_given(void **state)
{
	(void)state;
	size_t r;
	assert_true(lc_add(SIZE_MAX - 1, 1, &r));
	assert_true(r == SIZE_MAX);
	assert_true(lc_mul(SIZE_MAX / 3, 3, &r));
	assert_true(lc_mul_add(3, 4, 5, &r));
	assert_int_equal(r, 17);
	assert_true(lc_mul(SIZE_MAX, 0, &r));
	assert_int_equal(r, 0);
	uint64_t q;
	assert_true(lc_add64(UINT64_MAX, 0, &q));
	assert_true(q == UINT64_MAX);
	assert_true(lc_size(7, &r));
	assert_int_equal(r, 7);
}

static void refuses_what_wraps(void **state)
{
	(void)state;
	size_t r;
	uint64_t q;
	assert_false(lc_add(SIZE_MAX, 1, &r));
	assert_false(lc_mul(SIZE_MAX / 2 + 1, 2, &r));
	assert_false(lc_add64(UINT64_MAX, 1, &q));
}

static void mul_add_leaves_the_result_alone_on_failure(void **state)
{
	(void)state;
	size_t r = 42;
	assert_false(lc_mul_add(SIZE_MAX, 2, 0, &r));
	assert_false(lc_mul_add(SIZE_MAX, 1, 1, &r));
	assert_int_equal(r, 42);
}

static void min_gives_the_smaller(void **state)
{
	(void)state;
	assert_int_equal(lc_min(2, 3), 2);
	assert_int_equal(lc_min(3, 2), 2);
	assert_true(lc_min64(UINT64_MAX, 1) == 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sums_and_products_that_fit_are_given),
		cmocka_unit_test(refuses_what_wraps),
		cmocka_unit_test(mul_add_leaves_the_result_alone_on_failure),
		cmocka_unit_test(min_gives_the_smaller),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
