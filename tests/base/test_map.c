#include "base/map.h"

#include <stdio.h>

#include "base/shim.h"
#include "support/alloc_fail.h"
#include "support/slice_assert.h"

/* First from the paper (appendix A: 15 bytes); all checked with openssl mac SIPHASH. */
static void siphash_gives_the_published_values(void **state)
{
	(void)state;
	static const struct {
		size_t n;
		uint64_t want;
	} cases[] = {
		{ 15, 0xa129ca6149be45e5 }, { 0, 0x726fdb47dd0e0e31 }, { 1, 0x74f839c593dc67fd },
		{ 7, 0xab0200f58b01d137 },  { 8, 0x93f5f5799a932462 }, { 16, 0x3f2acc7f57c29bdb },
		{ 63, 0x958a324ceb064572 },
	};
	const uint64_t key[2] = { 0x0706050403020100, 0x0f0e0d0c0b0a0908 };
	uint8_t in[64];
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (uint8_t)i;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_true(lc_siphash(lc_slice_of(in, cases[i].n), key) == cases[i].want);
}

static void an_empty_map_has_nothing(void **state)
{
	(void)state;
	struct lc_map m = { 0 };
	assert_null(lc_map_get(&m, LC_S("a")));
	assert_false(lc_map_has(&m, LC_S("")));
	lc_map_done(&m);
	lc_map_done(NULL);
}

static void put_replaces_and_add_does_not(void **state)
{
	(void)state;
	struct lc_map m = { 0 };
	int one = 1;
	int two = 2;
	bool added;
	assert_int_equal(lc_map_put(&m, LC_S("k"), &one), 0);
	assert_int_equal(lc_map_put(&m, LC_S("k"), &two), 0);
	assert_int_equal(m.n, 1);
	assert_ptr_equal(lc_map_get(&m, LC_S("k")), &two);
	assert_int_equal(lc_map_add(&m, LC_S("k"), &one, &added), 0);
	assert_false(added);
	assert_ptr_equal(lc_map_get(&m, LC_S("k")), &two);
	assert_int_equal(lc_map_add(&m, LC_S(""), NULL, &added), 0);
	assert_true(added);
	assert_true(lc_map_has(&m, (struct lc_slice){ NULL, 0 }));
	assert_null(lc_map_get(&m, LC_S("")));
	lc_map_done(&m);
}

static void keys_are_bytes(void **state)
{
	(void)state;
	struct lc_map m = { 0 };
	int v = 0;
	assert_int_equal(lc_map_put(&m, LC_S("a\0b"), &v), 0);
	assert_false(lc_map_has(&m, LC_S("a\0c")));
	assert_false(lc_map_has(&m, LC_S("a")));
	assert_true(lc_map_has(&m, LC_S("a\0b")));
	lc_map_done(&m);
}

enum { MANY = 20000 };

static void many_keys_are_found_in_the_order_they_came(void **state)
{
	(void)state;
	struct lc_map m = { 0 };
	char(*names)[8] = lc_alloc0(MANY, sizeof(*names));
	assert_non_null(names);
	for (int i = 0; i < MANY; i++) {
		snprintf(names[i], sizeof(names[i]), "%d", i);
		assert_int_equal(lc_map_put(&m, lc_str(names[i]), names[i]), 0);
	}
	assert_int_equal(m.n, MANY);
	for (int i = 0; i < MANY; i++) {
		assert_ptr_equal(m.items[i].value, names[i]);
		assert_ptr_equal(lc_map_get(&m, lc_str(names[i])), names[i]);
	}
	assert_null(lc_map_get(&m, LC_S("20000")));
	assert_null(lc_map_get(&m, LC_S("-1")));
	lc_map_done(&m);
	lc_free(names);
}

/* Against a table of flags: keys of one or two bytes, put in any order, often twice. */
static void agrees_with_a_plain_table(void **state)
{
	(void)state;
	static uint8_t keys[65536][2];
	static int present[65536];
	uint64_t seed = 7;
	struct lc_map m = { 0 };
	size_t distinct = 0;
	for (int i = 0; i < 60000; i++) {
		size_t k = next_below(&seed, 65536);
		keys[k][0] = (uint8_t)k;
		keys[k][1] = (uint8_t)(k >> 8);
		bool added;
		assert_int_equal(lc_map_add(&m, lc_slice_of(keys[k], 2), &present[k], &added), 0);
		assert_int_equal(added, !present[k]);
		distinct += !present[k];
		present[k] = 1;
	}
	assert_int_equal(m.n, distinct);
	for (size_t k = 0; k < 65536; k++) {
		const uint8_t key[2] = { (uint8_t)k, (uint8_t)(k >> 8) };
		assert_int_equal(lc_map_has(&m, lc_slice_of(key, 2)), present[k]);
	}
	lc_map_done(&m);
}

static int put_many(void *ctx)
{
	(void)ctx;
	static const char text[300] = "x";
	struct lc_map m = { 0 };
	int r = 0;
	for (size_t i = 0; r == 0 && i < sizeof(text); i++) {
		r = lc_map_put(&m, lc_slice_of(text, i), NULL);
		assert_int_equal(m.n, i + (r == 0));
		assert_int_equal(lc_map_has(&m, lc_slice_of(text, i)), r == 0);
	}
	assert_true(r == 0 || r == LC_ENOMEM);
	lc_map_done(&m);
	return r;
}

static void each_failing_allocation_leaves_the_map_whole(void **state)
{
	(void)state;
	assert_true(alloc_fail_each(put_many, NULL) > 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(siphash_gives_the_published_values),
		cmocka_unit_test(an_empty_map_has_nothing),
		cmocka_unit_test(put_replaces_and_add_does_not),
		cmocka_unit_test(keys_are_bytes),
		cmocka_unit_test(many_keys_are_found_in_the_order_they_came),
		cmocka_unit_test(agrees_with_a_plain_table),
		cmocka_unit_test(each_failing_allocation_leaves_the_map_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
