/* The helpers that other tests lean on must themselves fail when they should. */
#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/err.h"
#include "base/shim.h"
#include "support/alloc_fail.h"
#include "support/shim_fake.h"
#include "support/slice_assert.h"

static void only_the_nth_allocation_fails(void **state)
{
	(void)state;
	alloc_fail_at(2);
	void *a = lc_alloc(1);
	assert_false(alloc_fail_happened());
	void *b = lc_alloc(1);
	assert_true(alloc_fail_happened());
	void *c = lc_alloc(1);
	assert_non_null(a);
	assert_null(b);
	assert_non_null(c);
	assert_int_equal(alloc_fail_count(), 3);
	alloc_fail_reset();
	assert_ptr_equal(lc_shim, &lc_shim_default);
	lc_free(a);
	lc_free(c);
}

static int three_allocations(void *ctx)
{
	unsigned *runs = ctx;
	++*runs;
	for (int i = 0; i < 3; i++) {
		LC_AUTOFREE void *p = lc_alloc(1);
		if (!p)
			return LC_ENOMEM;
	}
	return 0;
}

static void each_runs_until_nothing_fails(void **state)
{
	(void)state;
	unsigned runs = 0;
	assert_int_equal(alloc_fail_each(three_allocations, &runs), 3);
	assert_int_equal(runs, 4);
	assert_ptr_equal(lc_shim, &lc_shim_default);
}

static void failing_allocations_keep_the_fake_below(void **state)
{
	(void)state;
	struct shim_fake f = shim_fake_default();
	shim_fake_set(&f);
	alloc_fail_at(1);
	assert_null(lc_alloc(1));
	assert_true(lc_now_ns() == f.now_ns);
	alloc_fail_reset();
	assert_true(lc_now_ns() == f.now_ns);
	shim_fake_reset();
}

static void the_fake_clock_moves_by_its_step(void **state)
{
	(void)state;
	struct shim_fake f = shim_fake_default();
	f.ticks_step = 10;
	shim_fake_set(&f);
	assert_true(lc_ticks_ns() == 0);
	assert_true(lc_ticks_ns() == 10);
	shim_fake_reset();
}

static void the_fake_disk_fills_up(void **state)
{
	(void)state;
	int fd = memfd_create("test", MFD_CLOEXEC);
	struct shim_fake f = shim_fake_default();
	f.disk_left = 3;
	shim_fake_set(&f);
	assert_int_equal(lc_sys_write(fd, "ab", 2), 2);
	assert_int_equal(lc_sys_write(fd, "cd", 2), 1);
	assert_int_equal(lc_sys_write(fd, "d", 1), -ENOSPC);
	assert_int_equal(f.writes, 3);
	shim_fake_reset();
	close(fd);
}

static void the_fake_calls_fail_as_told(void **state)
{
	(void)state;
	struct shim_fake f = shim_fake_default();
	f.open_err = EMFILE;
	f.fsync_err = EIO;
	f.rename_err = EXDEV;
	f.unlink_err = EPERM;
	f.random_err = ENOSYS;
	f.input_left = 0;
	shim_fake_set(&f);
	char c;
	assert_int_equal(lc_sys_open(-1, "x", 0, 0), -EMFILE);
	assert_int_equal(lc_sys_fsync(-1), -EIO);
	assert_int_equal(lc_sys_rename(-1, "x", "y"), -EXDEV);
	assert_int_equal(lc_sys_unlink(-1, "x"), -EPERM);
	assert_int_equal(lc_random(&c, 1), -ENOSYS);
	assert_int_equal(lc_sys_read(-1, &c, 1), -EIO);
	assert_int_equal(lc_sys_pread(-1, &c, 1, 0), -EIO);
	shim_fake_reset();
}

static void fake_random_bytes_repeat(void **state)
{
	(void)state;
	uint8_t a[32];
	uint8_t b[32];
	struct shim_fake f = shim_fake_default();
	shim_fake_set(&f);
	assert_int_equal(lc_random(a, sizeof(a)), 0);
	f.seed = shim_fake_default().seed;
	assert_int_equal(lc_random(b, sizeof(b)), 0);
	shim_fake_reset();
	assert_memory_equal(a, b, sizeof(a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_nth_allocation_fails),
		cmocka_unit_test(each_runs_until_nothing_fails),
		cmocka_unit_test(failing_allocations_keep_the_fake_below),
		cmocka_unit_test(the_fake_clock_moves_by_its_step),
		cmocka_unit_test(the_fake_disk_fills_up),
		cmocka_unit_test(the_fake_calls_fail_as_told),
		cmocka_unit_test(fake_random_bytes_repeat),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
