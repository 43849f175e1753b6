#include "base/vec.h"

#include <stdlib.h>

#include "support/alloc_fail.h"
#include "support/slice_assert.h"

enum { ROOM = 300, ROUNDS = 2000 };

/* Insertion: slow, stable, and short enough to be seen right. */
static void sort_plainly(struct lc_slice *v, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct lc_slice one = v[i];
		size_t at = i;
		for (; at > 0 && lc_cmp(v[at - 1], one) > 0; at--)
			v[at] = v[at - 1];
		v[at] = one;
	}
}

/* One of some hundred names, so that many come again, the empty one and prefixes of others too. */
static struct lc_slice any_name(unsigned *seed)
{
	static const char letters[] = "aabbabbbaaab";
	size_t from = (size_t)rand_r(seed) % (sizeof(letters) - 1);
	return lc_slice_of(letters + from, (size_t)rand_r(seed) % (sizeof(letters) - from));
}

/* A few sorted runs one behind the other, or none. */
static size_t fill(struct lc_slice *v, unsigned *seed)
{
	size_t n = (size_t)rand_r(seed) % ROOM;
	size_t runs = (size_t)rand_r(seed) % 5;
	for (size_t i = 0; i < n; i++)
		v[i] = any_name(seed);
	for (size_t i = 0; i < runs; i++)
		sort_plainly(v + i * n / runs, (i + 1) * n / runs - i * n / runs);
	return n;
}

static void it_sorts_and_keeps_equal_ones_in_order(void **state)
{
	(void)state;
	struct lc_slice v[ROOM];
	struct lc_slice want[ROOM];
	for (unsigned round = 0; round < ROUNDS; round++) {
		unsigned seed = round;
		struct lc_slices list = { .v = v, .n = fill(v, &seed), .room = ROOM };
		size_t n = list.n;
		memcpy(want, v, n * sizeof(*v));
		sort_plainly(want, n);
		assert_int_equal(lc_slices_sort(&list), 0);
		assert_int_equal(list.n, n);
		for (size_t i = 0; i < n; i++) {
			assert_ptr_equal(v[i].p, want[i].p);
			assert_int_equal(v[i].n, want[i].n);
		}
	}
}

static void of_equal_ones_the_first_stays(void **state)
{
	(void)state;
	char twice[] = "b";
	struct lc_slice v[] = { LC_S("c"), LC_S("b"), LC_S("a"), lc_str(twice), LC_S("c") };
	struct lc_slices list = { .v = v, .n = 5, .room = 5 };
	const uint8_t *first = v[1].p;
	assert_int_equal(lc_slices_sort_unique(&list), 0);
	assert_int_equal(list.n, 3);
	assert_text(list.v[0], "a");
	assert_text(list.v[1], "b");
	assert_ptr_equal(list.v[1].p, first);
	assert_text(list.v[2], "c");
	list = (struct lc_slices){ 0 };
	assert_int_equal(lc_slices_sort_unique(&list), 0);
	assert_int_equal(list.n, 0);
}

static int sort_some(void *ctx)
{
	(void)ctx;
	struct lc_slice v[] = { LC_S("b"), LC_S("a") };
	struct lc_slices list = { .v = v, .n = 2, .room = 2 };
	int rc = lc_slices_sort_unique(&list);
	assert_int_equal(list.n, 2);
	assert_int_equal(v[0].p[0], rc ? 'b' : 'a');
	return rc;
}

static void without_memory_the_list_is_as_it_was(void **state)
{
	(void)state;
	assert_int_equal(alloc_fail_each(sort_some, NULL), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_sorts_and_keeps_equal_ones_in_order),
		cmocka_unit_test(of_equal_ones_the_first_stays),
		cmocka_unit_test(without_memory_the_list_is_as_it_was),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
