#include "base/arena.h"

#include <stdalign.h>

#include "support/alloc_fail.h"
#include "support/slice_assert.h"

static void a_zeroed_arena_works(void **state)
{
	(void)state;
	struct lc_arena a = { 0 };
	uint64_t *v = lc_new(&a, uint64_t);
	assert_non_null(v);
	assert_true(*v == 0);
	lc_arena_done(&a);
	lc_arena_done(&a);
	lc_arena_done(NULL);
}

static void memory_is_aligned_and_zero_and_its_own(void **state)
{
	(void)state;
	uint64_t seed = 6;
	struct lc_arena a;
	lc_arena_init(&a, 0);
	struct {
		uint8_t *p;
		size_t n;
	} all[600];
	for (size_t i = 0; i < 600; i++) {
		all[i].n = next_below(&seed, i % 50 == 0 ? 300000 : 200);
		all[i].p = lc_arena_alloc(&a, all[i].n);
		assert_non_null(all[i].p);
		assert_int_equal((uintptr_t)all[i].p % alignof(max_align_t), 0);
		for (size_t k = 0; k < all[i].n; k++)
			assert_true(all[i].p[k] == 0);
		memset(all[i].p, (int)(i & 255), all[i].n);
		/* Moves what follows off its place. */
		assert_non_null(lc_arena_str(&a, LC_S("odd")));
	}
	for (size_t i = 0; i < 600; i++) {
		for (size_t k = 0; k < all[i].n; k++)
			assert_true(all[i].p[k] == (i & 255));
	}
	lc_arena_done(&a);
}

static void the_cap_is_a_limit_not_a_lack_of_memory(void **state)
{
	(void)state;
	struct lc_arena a;
	lc_arena_init(&a, 1000);
	assert_non_null(lc_arena_alloc(&a, 500));
	assert_null(lc_arena_alloc(&a, 600));
	assert_int_equal(lc_arena_err(&a), LC_ELIMIT);
	lc_arena_done(&a);
	assert_int_equal(a.err, 0);
	assert_int_equal(a.max, 1000);
	assert_non_null(lc_arena_alloc(&a, 900));
	lc_arena_done(&a);
}

static void tiny_items_do_not_slip_under_the_cap(void **state)
{
	(void)state;
	struct lc_arena a;
	lc_arena_init(&a, 16000);
	size_t n = 0;
	while (lc_arena_alloc(&a, n % 2))
		n++;
	assert_int_equal(n, 16000 / alignof(max_align_t));
	lc_arena_done(&a);
}

static void sizes_that_wrap_are_refused(void **state)
{
	(void)state;
	struct lc_arena a = { 0 };
	assert_null(lc_arena_array(&a, SIZE_MAX / 4, 8));
	assert_null(lc_arena_alloc(&a, SIZE_MAX));
	assert_null(lc_arena_grow(&a, NULL, 0, SIZE_MAX, 2));
	assert_null(lc_arena_str(&a, (struct lc_slice){ (const uint8_t *)"", SIZE_MAX }));
	assert_int_equal(lc_arena_err(&a), LC_ELIMIT);
	lc_arena_done(&a);
}

static void copies_end_in_nul(void **state)
{
	(void)state;
	struct lc_arena a = { 0 };
	struct lc_slice s;
	assert_int_equal(lc_arena_dup(&a, LC_S("a\0b"), &s), 0);
	assert_text(s, "a\0b");
	assert_int_equal(s.p[3], 0);
	assert_int_equal(lc_arena_dup(&a, (struct lc_slice){ NULL, 0 }, &s), 0);
	assert_non_null(s.p);
	assert_int_equal(s.n, 0);
	assert_int_equal(s.p[0], 0);
	char *c = lc_arena_str(&a, LC_S("xy"));
	assert_string_equal(c, "xy");
	c = lc_arena_str(&a, (struct lc_slice){ NULL, 0 });
	assert_string_equal(c, "");
	s = lc_arena_fmt(&a, "%s=%d", "n", 5);
	assert_text(s, "n=5");
	assert_int_equal(s.p[s.n], 0);
	for (int n = 0; n < 300; n++) {
		s = lc_arena_fmt(&a, "%0*d", n + 1, 7);
		assert_int_equal(s.n, n + 1);
		assert_int_equal(strlen((const char *)s.p), n + 1);
		assert_int_equal(s.p[n], '7');
	}
	lc_arena_done(&a);
}

static void grow_keeps_the_items_and_zeroes_the_rest(void **state)
{
	(void)state;
	struct lc_arena a = { 0 };
	int *v = lc_new_array(&a, int, 2);
	v[0] = 1;
	v[1] = 2;
	int *w = lc_arena_grow(&a, v, 2, 4, sizeof(*v));
	assert_int_equal(w[0], 1);
	assert_int_equal(w[1], 2);
	assert_int_equal(w[2], 0);
	assert_int_equal(w[3], 0);
	w = lc_arena_grow(&a, w, 4, 1, sizeof(*v));
	assert_int_equal(w[0], 1);
	lc_arena_done(&a);
}

static int use_all(void *ctx)
{
	(void)ctx;
	struct lc_arena a = { 0 };
	struct lc_slice s;
	bool ok = true;
	for (int i = 0; ok && i < 300; i++) {
		ok = lc_arena_alloc(&a, 100) && lc_arena_fmt(&a, "%d", i).p;
		ok = ok && lc_arena_dup(&a, LC_S("text"), &s) == 0;
	}
	ok = ok && lc_arena_alloc(&a, 100000);
	int r = ok ? 0 : lc_arena_err(&a);
	assert_true(r == 0 || r == LC_ENOMEM);
	lc_arena_done(&a);
	return r;
}

static void each_failing_allocation_is_reported(void **state)
{
	(void)state;
	assert_true(alloc_fail_each(use_all, NULL) > 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_zeroed_arena_works),
		cmocka_unit_test(memory_is_aligned_and_zero_and_its_own),
		cmocka_unit_test(the_cap_is_a_limit_not_a_lack_of_memory),
		cmocka_unit_test(tiny_items_do_not_slip_under_the_cap),
		cmocka_unit_test(sizes_that_wrap_are_refused),
		cmocka_unit_test(copies_end_in_nul),
		cmocka_unit_test(grow_keeps_the_items_and_zeroes_the_rest),
		cmocka_unit_test(each_failing_allocation_is_reported),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
