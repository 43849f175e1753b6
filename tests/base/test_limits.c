#include "base/limits.h"

#include "base/shim.h"
#include "support/shim_fake.h"
#include "support/slice_assert.h"

static void defaults_bound_everything(void **state)
{
	(void)state;
	const struct lc_limits *l = &lc_limits_default;
	assert_int_equal(l->depth_max, 64);
	assert_int_equal(l->entries_max, 2000000);
	assert_true(l->layer_bytes_max == (uint64_t)64 << 30);
	assert_true(l->file_bytes_max == (uint64_t)64 << 20);
	assert_true(l->spool_bytes_max == (uint64_t)512 << 20);
	assert_int_equal(l->name_bytes_max, 4096);
	assert_true(l->facts_bytes_max == (uint64_t)64 << 20);
	assert_true(l->manifest_bytes_max == (uint64_t)8 << 20);
	assert_int_equal(l->layers_max, 1000);
	assert_true(l->window_bytes_max == (uint64_t)128 << 20);
	assert_true(l->deadline_ns == 0);
}

static void the_ratio_lets_all_of_deflate_through(void **state)
{
	(void)state;
	assert_in_range(lc_limits_default.ratio_max, 1033, 2000);
}

static void a_deadline_passes_with_the_clock(void **state)
{
	(void)state;
	struct shim_fake f = shim_fake_default();
	shim_fake_set(&f);
	struct lc_limits l = lc_limits_default;
	f.ticks_ns = INT64_MAX;
	assert_false(lc_limits_expired(&l));
	l.deadline_ns = 1000;
	f.ticks_ns = 999;
	assert_false(lc_limits_expired(&l));
	f.ticks_ns = 1000;
	assert_true(lc_limits_expired(&l));
	shim_fake_reset();
}

static void a_copy_keeps_to_the_deadline_of_its_original(void **state)
{
	(void)state;
	struct shim_fake f = shim_fake_default();
	shim_fake_set(&f);
	struct lc_limits l = lc_limits_default;
	struct lc_limits copy = lc_limits_copy(&l);
	struct lc_limits second = lc_limits_copy(&copy);
	copy.entries_max = 1;
	assert_int_equal(second.entries_max, l.entries_max);
	f.ticks_ns = 1000;
	assert_false(lc_limits_expired(&second));
	l.deadline_ns = 1;
	assert_true(lc_limits_expired(&copy));
	assert_true(lc_limits_expired(&second));
	l.deadline_ns = 2000;
	assert_false(lc_limits_expired(&copy));
	shim_fake_reset();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(defaults_bound_everything),
		cmocka_unit_test(the_ratio_lets_all_of_deflate_through),
		cmocka_unit_test(a_deadline_passes_with_the_clock),
		cmocka_unit_test(a_copy_keeps_to_the_deadline_of_its_original),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
