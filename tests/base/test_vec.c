#include "base/vec.h"

#include "support/alloc_fail.h"
#include "support/slice_assert.h"

struct point {
	int x;
	char name[9];
};

struct points {
	struct point *v;
	size_t n;
	size_t room;
};

struct names {
	const char **v;
	size_t n;
	size_t room;
};

static void items_stay_in_order_while_it_grows(void **state)
{
	(void)state;
	struct lc_arena a = { 0 };
	struct points list = { 0 };
	for (int i = 0; i < 1000; i++) {
		struct point *p = lc_vec_push(&a, &list);
		assert_non_null(p);
		assert_int_equal(p->x, 0);
		assert_int_equal(p->name[8], 0);
		p->x = i;
		p->name[8] = 'x';
		assert_ptr_equal(p, &list.v[list.n - 1]);
	}
	assert_int_equal(list.n, 1000);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(list.v[i].x, i);
	assert_true(list.room < 2048);
	lc_arena_done(&a);
}

static void lists_of_pointers_and_slices_work(void **state)
{
	(void)state;
	struct lc_arena a = { 0 };
	struct names names = { 0 };
	struct lc_slices slices = { 0 };
	for (size_t i = 0; i < 20; i++) {
		const char **n = lc_vec_push(&a, &names);
		struct lc_slice *s = lc_vec_push(&a, &slices);
		assert_non_null(n);
		assert_non_null(s);
		*n = "name";
		*s = LC_S("slice");
	}
	assert_string_equal(names.v[19], "name");
	assert_text(slices.v[0], "slice");
	lc_arena_done(&a);
}

static void a_failed_push_changes_nothing(void **state)
{
	(void)state;
	struct lc_arena a;
	lc_arena_init(&a, 200);
	struct points list = { 0 };
	while (lc_vec_push(&a, &list))
		list.v[list.n - 1].x = 7;
	size_t n = list.n;
	assert_true(n > 0);
	assert_int_equal(lc_arena_err(&a), LC_ELIMIT);
	assert_null(lc_vec_push(&a, &list));
	assert_int_equal(list.n, n);
	assert_int_equal(list.v[n - 1].x, 7);
	list.n = list.room = SIZE_MAX;
	assert_null(lc_vec_push(&a, &list));
	lc_arena_done(&a);
}

static int push_many(void *ctx)
{
	(void)ctx;
	struct lc_arena a = { 0 };
	struct points list = { 0 };
	int r = 0;
	for (int i = 0; r == 0 && i < 2000; i++)
		r = lc_vec_push(&a, &list) ? 0 : lc_arena_err(&a);
	lc_arena_done(&a);
	return r;
}

static void each_failing_allocation_is_reported(void **state)
{
	(void)state;
	assert_true(alloc_fail_each(push_many, NULL) > 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(items_stay_in_order_while_it_grows),
		cmocka_unit_test(lists_of_pointers_and_slices_work),
		cmocka_unit_test(a_failed_push_changes_nothing),
		cmocka_unit_test(each_failing_allocation_is_reported),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
